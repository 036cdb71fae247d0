// The Matter bridge: which devices the household offers to the controllers of others, what each of their fabrics may
// see and do, and what main and the adapter that runs the bridge say to each other about it.
import type { CommandBody } from './command.ts';
import type { DeviceRecord, PowerSource } from './device.ts';
import type { DeviceKind } from './device-kind.ts';
import type { Problem } from './errors.ts';
import type { Actor } from './hub-port.ts';
import { adapterId, type DeviceId, type FabricId, type RoomId } from './identifiers.ts';
import type { PropertyDescriptor, PropertyKey, PropertyValue } from './properties.ts';

/** What a fabric may see and do of what is offered. */
export interface FabricRights {
  /** Rooms whose devices it sees; null: all, and devices without a room. */
  readonly rooms: readonly RoomId[] | null;
  /** Kinds of device that it sees; null: all that are offered. */
  readonly kinds: readonly DeviceKind[] | null;
  /** It sees how things are and may not change them. */
  readonly isReadOnly: boolean;
}

/** A fabric as the household keeps it. */
export interface FabricRecord {
  /** The household's own name for it; null: what its controller calls itself. */
  readonly name: string | null;
  readonly joinedAtMs: number;
  readonly rights: FabricRights;
}

/** What the household has set about the bridge. */
export interface BridgeSettings {
  readonly isOn: boolean;
  /** Rooms that are offered; null: all, and devices without a room. */
  readonly rooms: readonly RoomId[] | null;
  /** Kinds of device that are offered. */
  readonly kinds: readonly DeviceKind[];
  /** Devices that are offered, or not, whatever their room and kind. */
  readonly devices: Readonly<Record<DeviceId, boolean>>;
  readonly fabrics: Readonly<Record<FabricId, FabricRecord>>;
}

/** Controllers of others see everything that the household has chosen, until it says otherwise. */
export const FULL_RIGHTS: FabricRights = { rooms: null, kinds: null, isReadOnly: false };

/** What is proposed: all but what locks, warns or shuts off, and what no controller has a picture for. */
export const PROPOSED_KINDS: readonly DeviceKind[] = [
  ...(['light', 'switch', 'plug', 'cover', 'thermostat', 'fan'] as const),
  ...(['contact', 'motion', 'climate', 'leak', 'smoke', 'button', 'remote', 'sensor'] as const),
];

/** Nothing is offered before somebody in the household has said so. */
export const NO_BRIDGE: BridgeSettings = {
  isOn: false,
  rooms: null,
  kinds: PROPOSED_KINDS,
  devices: {},
  fabrics: {},
};

export const BRIDGE_LIMITS = {
  /** Devices offered at once; a controller reads all of them again whenever it connects. */
  devices: 200,
  fabricNameLength: 40,
} as const;

const MATTER = adapterId('matter');

/** A device as far as it matters for who may have it. */
export type Offerable = Pick<DeviceRecord, 'id' | 'room' | 'description'>;

/** Whether the household offers this device at all. A device of Matter has its own way to other controllers. */
export function isOffered(device: Offerable, settings: BridgeSettings): boolean {
  const own = settings.devices[device.id];
  if (own !== undefined) return own;
  const { adapter, kind } = device.description;
  return adapter !== MATTER && settings.kinds.includes(kind) && isIn(settings.rooms, device.room);
}

/** Whether a fabric with these rights sees a device that is offered. */
export function maySee(
  rights: FabricRights,
  device: { readonly room: RoomId | null; readonly kind: DeviceKind },
): boolean {
  return isIn(rights.rooms, device.room) && (rights.kinds?.includes(device.kind) ?? true);
}

function isIn(rooms: readonly RoomId[] | null, room: RoomId | null): boolean {
  return rooms === null || (room !== null && rooms.includes(room));
}

/** A device as the bridge is told of it. */
export interface BridgedDevice {
  readonly id: DeviceId;
  readonly name: string;
  readonly room: RoomId | null;
  readonly kind: DeviceKind;
  readonly manufacturer: string;
  readonly model: string;
  readonly firmware: string | null;
  readonly power: PowerSource;
  readonly properties: readonly PropertyDescriptor[];
  readonly commands: readonly string[];
}

/** News of one device; what is absent is as before. */
export interface BridgedNews {
  readonly device: DeviceId;
  readonly isOnline?: boolean;
  readonly values?: Readonly<Record<PropertyKey, PropertyValue>>;
  /** Momentary happenings, such as presses. */
  readonly events?: readonly (readonly [PropertyKey, PropertyValue])[];
}

/** Main → adapter. The bridge runs while the last `home` had it on. */
export type ToBridge =
  | {
      readonly kind: 'home';
      readonly isOn: boolean;
      readonly name: string;
      readonly devices: readonly BridgedDevice[];
      /** Where each of the devices stands. */
      readonly news: readonly BridgedNews[];
      readonly rights: Readonly<Record<FabricId, FabricRights>>;
    }
  | { readonly kind: 'news'; readonly news: readonly BridgedNews[] }
  /** What became of a command: null, or why it was not done. */
  | { readonly kind: 'done'; readonly request: number; readonly problem: Problem | null };

/** Adapter → main. */
export type FromBridge =
  | {
      readonly kind: 'command';
      readonly request: number;
      readonly fabric: FabricId;
      readonly device: DeviceId;
      readonly body: CommandBody;
    }
  | { readonly kind: 'status'; readonly status: BridgeStatus };

/** A fabric as the bridge's own node tells of it. */
export interface HeardFabric {
  readonly id: FabricId;
  /** What its controller calls itself; empty where it says nothing. */
  readonly label: string;
  readonly vendorId: number;
  /** Whether one of its controllers has a session now. */
  readonly isConnected: boolean;
}

/** The way in for a controller, while it is open. */
export interface BridgeWindow {
  readonly qrText: string;
  readonly manualCode: string;
  readonly closesAtMs: number;
}

/** A device that stands on the bridge. */
export interface OnBridge {
  readonly device: DeviceId;
  /** The endpoint's number, which stays with the device. */
  readonly endpoint: number;
  /** The Matter device types that it is made of, by their names in the standard. */
  readonly types: readonly string[];
  /** Properties for which Matter has no place. */
  readonly leftOut: readonly PropertyKey[];
}

export interface BridgeStatus {
  readonly state: 'off' | 'starting' | 'on' | 'fault';
  readonly problem: Problem | null;
  /** UDP; null while it does not listen. */
  readonly port: number | null;
  readonly devices: readonly OnBridge[];
  /** Offered, and not a thing that Matter knows. */
  readonly unknown: readonly DeviceId[];
  readonly fabrics: readonly HeardFabric[];
  readonly window: BridgeWindow | null;
}

export const BRIDGE_OFF: BridgeStatus = {
  state: 'off',
  problem: null,
  port: null,
  devices: [],
  unknown: [],
  fabrics: [],
  window: null,
};

/** What main asks the bridge, as an adapter call; answered by its status. */
export type BridgeAsk =
  | { readonly kind: 'openWindow'; readonly seconds: number }
  | { readonly kind: 'closeWindow' }
  | { readonly kind: 'removeFabric'; readonly fabric: FabricId }
  | { readonly kind: 'reset' };

/** Who stands behind a vendor id, for those that a household is likely to meet. Spec: CSA, Distributed Compliance Ledger. */
const VENDORS: Readonly<Record<number, string>> = {
  4362: 'SmartThings',
  4447: 'Aqara',
  4448: 'Samsung',
  4631: 'Amazon Alexa',
  4937: 'Apple Home',
  4939: 'Home Assistant',
  4996: 'Apple Keychain',
  24582: 'Google Home',
  65521: 'Test vendor',
};

/** The maker of a fabric's controller as far as its vendor id tells; null for one that is not known here. */
export function vendorName(vendorId: number): string | null {
  return VENDORS[vendorId] ?? null;
}

/** A change of what is offered; what is absent stays. A device of null goes by its room and kind again. */
export interface BridgeChange {
  readonly isOn?: boolean | undefined;
  readonly rooms?: readonly RoomId[] | null | undefined;
  readonly kinds?: readonly DeviceKind[] | undefined;
  readonly devices?: Readonly<Record<DeviceId, boolean | null>> | undefined;
}

export interface FabricChange {
  readonly name?: string | null | undefined;
  readonly rights?: Partial<FabricRights> | undefined;
}

/** A fabric as the household sees it. */
export interface FabricView {
  readonly id: FabricId;
  readonly name: string;
  readonly vendor: string | null;
  readonly vendorId: number;
  readonly label: string;
  readonly joinedAtMs: number;
  readonly isConnected: boolean;
  readonly rights: FabricRights;
  /** How many of the devices on the bridge it sees. */
  readonly sees: number;
}

/** A device of the home and where it stands. */
export interface BridgeDeviceView {
  readonly id: DeviceId;
  readonly name: string;
  readonly room: RoomId | null;
  readonly kind: DeviceKind;
  readonly isOffered: boolean;
  /** What the household has said of this very device; null: it goes by its room and kind. */
  readonly own: boolean | null;
  /** Null: it does not stand on the bridge. */
  readonly on: OnBridge | null;
  /** Why it is not offered, or does not stand on the bridge though it is. */
  readonly why: 'matter' | 'room' | 'kind' | 'chosen' | 'unknown' | 'full' | null;
}

export interface BridgeView {
  readonly settings: BridgeSettings;
  readonly status: BridgeStatus;
  readonly devices: readonly BridgeDeviceView[];
  readonly fabrics: readonly FabricView[];
}

/** The Matter bridge as the front doors have it. */
export interface MatterBridge {
  view(): BridgeView;
  /** The offer after the change. @throws ValidationError, or HubError `unsupported` while Matter is off */
  set(change: BridgeChange, by: Actor): Promise<BridgeView>;
  /** Lets one more controller in, for 180 to 900 s. */
  openWindow(seconds: number, by: Actor): Promise<BridgeView>;
  closeWindow(by: Actor): Promise<BridgeView>;
  /** @throws NotFoundError */
  setFabric(id: FabricId, change: FabricChange, by: Actor): Promise<BridgeView>;
  /** The controller is told that the bridge has left it. @throws NotFoundError */
  removeFabric(id: FabricId, by: Actor): Promise<BridgeView>;
  /** Removes all fabrics; what is offered stays. */
  reset(by: Actor): Promise<BridgeView>;
}
