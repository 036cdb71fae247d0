// The families of Wi-Fi devices that the hub speaks to by their address: what people call them, and what is asked for
// before one is added. A family's adapter and its protocol have the same name.

/** What a device of a family wants to be shown before it lets the hub in. */
export type LanSecret =
  /** A password, where its owner has set one. */
  | 'password'
  /** A key, where its owner has set one. */
  | 'key'
  /** A button on it is pressed when the hub asks for it. */
  | 'button'
  | 'none';

export interface LanFamilyRow {
  readonly protocol: string;
  /** A name that is the same in every language. */
  readonly title: string;
  readonly secret: LanSecret;
}

/** All families, in the order in which the page offers them. */
export const LAN_FAMILIES = [
  { protocol: 'shelly', title: 'Shelly', secret: 'password' },
  { protocol: 'esphome', title: 'ESPHome', secret: 'key' },
  { protocol: 'hue', title: 'Philips Hue', secret: 'button' },
  { protocol: 'wled', title: 'WLED', secret: 'none' },
] as const satisfies readonly LanFamilyRow[];

/** The name of a family. */
export type LanProtocol = (typeof LAN_FAMILIES)[number]['protocol'];

/** Their names. */
export const LAN_PROTOCOLS: readonly LanProtocol[] = LAN_FAMILIES.map(({ protocol }) => protocol);

/** The row of a family; undefined for what is none. */
export function lanFamily(protocol: string): LanFamilyRow | undefined {
  return LAN_FAMILIES.find((row) => row.protocol === protocol);
}
