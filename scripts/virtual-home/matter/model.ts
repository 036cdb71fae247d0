// The Matter devices of a virtual home as data: what stands where, how each is commissioned and of which
// endpoints it consists. Nothing here loads matter.js.
import { readFileSync } from 'node:fs';

/** The exit code with which the devices' process asks to be started again, on what they remember. */
export const BEGIN_ANEW = 75;

/** The kinds of endpoint that endpoints.ts can build. */
export const ENDPOINT_TYPES = [
  'dimmable-light',
  'extended-color-light',
  'on-off-plug',
  'electrical-sensor',
  'contact-sensor',
  'temperature-sensor',
  'humidity-sensor',
  'occupancy-sensor',
  'light-sensor',
  'pressure-sensor',
  'door-lock',
  'window-covering',
  'thermostat',
  'generic-switch',
  'mode-select',
  'fan',
  'air-purifier',
  'dishwasher',
  'laundry-washer',
  'refrigerator',
  'cabinet',
  'robot-vacuum',
  'room-air-conditioner',
  'car-charger',
  'water-heater',
  'water-valve',
  'on-off-light',
  'xy-light',
  'light-switch',
  'flow-sensor',
  'leak-detector',
  'freeze-detector',
  'rain-sensor',
  'smoke-alarm',
  'air-quality-sensor',
  'pump',
  'speaker',
  'aggregator',
] as const;
export type EndpointType = (typeof ENDPOINT_TYPES)[number];

/** Attribute values by cluster, in matter.js's own names: `{"onOff": {"onOff": true}}`. */
export type ClusterValues = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** What a bridge says of a device behind it. */
export interface BridgedPlacement {
  readonly label: string;
  /** Absent: the bridge names none, as old ones do. */
  readonly uniqueId?: string;
}

export interface EndpointPlacement {
  readonly type: EndpointType;
  readonly state?: ClusterValues;
  /** What it is composed of; of an aggregator what it bridges. */
  readonly parts?: readonly EndpointPlacement[];
  readonly bridged?: BridgedPlacement;
}

/** Of one device, each as the standard has it on the wire (DER, CMS), in hexadecimal. */
export interface DeviceCertificates {
  readonly privateKey: string;
  readonly certificate: string;
  readonly intermediateCertificate: string;
  readonly declaration: string;
}

export interface MatterPlacement {
  /** Names its storage; small letters, digits and hyphens. */
  readonly key: string;
  readonly name: string;
  readonly room: string;
  readonly product: string;
  readonly passcode: number;
  /** 12 bits; its upper four are in the manual code. */
  readonly discriminator: number;
  /** It says that it is certified as a product, and not for development. */
  readonly isCertified?: boolean;
  /** Whether it takes firmware over the air. */
  readonly takesFirmware?: boolean;
  /** How long it waits for a block of its image; the shortest holds for all devices of a home. */
  readonly blockWithinMs?: number;
  /** What it proves itself by, hexadecimal; absent: matter.js's certificates for development. */
  readonly certificates?: DeviceCertificates;
  /** Numbered from 1 in this order, each before its parts. */
  readonly endpoints: readonly EndpointPlacement[];
}

/** Reads a home's file, by default the demo's. */
export function loadMatterHome(
  file: string | URL = new URL('./home.json', import.meta.url),
): readonly MatterPlacement[] {
  const { devices } = JSON.parse(readFileSync(file, 'utf8')) as { devices: MatterPlacement[] };
  for (const { key, endpoints } of devices) {
    for (const endpoint of endpoints) checkTypes(key, endpoint);
  }
  return devices;
}

function checkTypes(key: string, { type, parts = [] }: EndpointPlacement): void {
  if (!ENDPOINT_TYPES.includes(type)) {
    throw new Error(`The Matter device ${key} has an endpoint of unknown type "${type}"`);
  }
  for (const part of parts) checkTypes(key, part);
}
