// The coordinator drivers that zigbee-herdsman has, as people choose among them, with which of them was ever run here.

export interface DriverRow {
  readonly name: string;
  /** Whether the hub was run with it: against the emulated coordinator, which speaks Z-Stack. */
  readonly tried: boolean;
  /** Chips and sticks that it is for. */
  readonly about: string;
}

/** In the order of how common they are. */
export const COORDINATOR_DRIVERS = [
  { name: 'zstack', tried: true, about: 'Texas Instruments CC2652, CC1352, CC2531; many sticks' },
  { name: 'ember', tried: false, about: 'Silicon Labs EFR32 with EmberZNet 7.4 or newer' },
  { name: 'deconz', tried: false, about: 'ConBee and RaspBee of dresden elektronik' },
  { name: 'zigate', tried: false, about: 'ZiGate' },
  { name: 'zboss', tried: false, about: 'Nordic nRF52840 with ZBOSS NCP' },
  { name: 'zoh', tried: false, about: 'OpenThread radio co-processors; the stack runs in the hub' },
  { name: 'ezsp', tried: false, about: 'Silicon Labs with old firmware; ember is its successor' },
] as const satisfies readonly DriverRow[];
