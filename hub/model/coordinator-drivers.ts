// The coordinator drivers that zigbee-herdsman has, as people choose among them, with which of them was ever run here.

export interface DriverRow {
  readonly name: string;
  /** Whether the hub was run with it: against the emulated coordinator, which speaks Z-Stack. */
  readonly tried: boolean;
  /** Chips and sticks that it is for, in English and in Chinese. */
  readonly about: string;
  readonly zh: string;
}

/** In the order of how common they are. */
export const COORDINATOR_DRIVERS = [
  {
    name: 'zstack',
    tried: true,
    about: 'Texas Instruments CC2652, CC1352, CC2531: many sticks',
    zh: '德州仪器 CC2652、CC1352、CC2531，许多 USB 网关都是',
  },
  {
    name: 'ember',
    tried: false,
    about: 'Silicon Labs EFR32 with EmberZNet 7.4 or newer',
    zh: '芯科 EFR32，EmberZNet 7.4 或更新',
  },
  {
    name: 'deconz',
    tried: false,
    about: 'ConBee and RaspBee from dresden elektronik',
    zh: 'dresden elektronik 的 ConBee 和 RaspBee',
  },
  { name: 'zigate', tried: false, about: 'ZiGate', zh: 'ZiGate' },
  {
    name: 'zboss',
    tried: false,
    about: 'Nordic nRF52840 with ZBOSS NCP',
    zh: 'Nordic nRF52840，ZBOSS NCP 固件',
  },
  {
    name: 'zoh',
    tried: false,
    about: 'OpenThread radio co-processors; the stack runs in the hub',
    zh: 'OpenThread 无线协处理器，协议栈在中枢里运行',
  },
  {
    name: 'ezsp',
    tried: false,
    about: 'Silicon Labs with old firmware; ember replaces it',
    zh: '芯科旧固件，已由 ember 取代',
  },
] as const satisfies readonly DriverRow[];
