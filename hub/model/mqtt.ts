// MQTT as the household sees it: who may do what at the hub's own broker, what has announced itself and was not taken
// in yet, and which of the home's devices are told to others.
import type { CommandBody } from './command.ts';
import type { DeviceRecord } from './device.ts';
import type { DeviceKind } from './device-kind.ts';
import type { Problem } from './errors.ts';
import type { DeviceId, NodeAddress, RoomId } from './identifiers.ts';
import type { BridgedDevice, BridgedNews } from './matter-bridge.ts';
import type { Words } from './words.ts';

/** What an account reaches of the home: nothing, its state, its devices, or its locks, alarms and valves too. */
export const HOME_RIGHTS = ['none', 'read', 'control', 'all'] as const;
export type HomeRight = (typeof HOME_RIGHTS)[number];

/** What an account may do beside what is its own by its name. */
export interface AccountRights {
  /** Topics that are its own as well, such as `zigbee2mqtt/#`. */
  readonly topics: readonly string[];
  /** Whether it may announce devices, which the household then accepts or not. */
  readonly announces: boolean;
  readonly home: HomeRight;
}

export const NO_RIGHTS: AccountRights = { topics: [], announces: false, home: 'none' };

/** One account of the hub's own broker. */
export interface MqttAccount extends AccountRights {
  readonly name: string;
  readonly createdAtMs: number;
  readonly isConnected: boolean;
}

/** A device that has announced itself over MQTT. */
export interface FoundDevice {
  readonly node: NodeAddress;
  readonly name: string;
  readonly manufacturer: string;
  readonly model: string;
  readonly kind: DeviceKind;
  /** Who speaks for it, such as Zigbee2MQTT; null: it says nothing of that. */
  readonly bridge: string | null;
  /** The account that announced it; null at a broker that is not the hub's own. */
  readonly account: string | null;
  readonly isAccepted: boolean;
  readonly properties: readonly string[];
  readonly commands: readonly string[];
  /** What of its announcement is neither, with the reason. */
  readonly leftOut: readonly { readonly what: string; readonly why: Words }[];
  /** Options of it without which nothing is lost, such as an icon. */
  readonly unneeded: readonly string[];
}

/** What the household tells others of over MQTT. */
export interface MqttSharing {
  readonly isOn: boolean;
  /** Rooms whose devices are shared; null: all, and devices without a room. */
  readonly rooms: readonly RoomId[] | null;
  /** Devices that are shared, or not, whatever their room. */
  readonly devices: Readonly<Record<DeviceId, boolean>>;
  /** What a message at a broker that is not the hub's own may do, since there nobody knows who sent it. */
  readonly foreign: Exclude<HomeRight, 'none'>;
}

export const NO_SHARING: MqttSharing = { isOn: false, rooms: null, devices: {}, foreign: 'read' };

/** Whether the household has chosen the device, and may: what came by discovery is told there already. */
export function isShared(
  { id, room, description }: Pick<DeviceRecord, 'id' | 'room' | 'description'>,
  { rooms, devices }: MqttSharing,
): boolean {
  if (isFoundOverMqtt(description.adapter, description.node)) return false;
  return devices[id] ?? (rooms === null || (room !== null && rooms.includes(room)));
}

/** A device of the home and whether it is told to others. */
export interface SharedDeviceView {
  readonly id: DeviceId;
  readonly name: string;
  readonly room: RoomId | null;
  readonly kind: DeviceKind;
  readonly isShared: boolean;
  /** What the household has said of this very device; null: it goes by its room. */
  readonly own: boolean | null;
  /** Why it is not told; null where it is. */
  readonly why: 'discovered' | 'room' | 'chosen' | null;
}

/** What is shared, and of each device whether it is. */
export interface SharingView {
  readonly sharing: MqttSharing;
  readonly devices: readonly SharedDeviceView[];
}

/** What main asks of the MQTT adapter alone. */
export type MqttCall =
  | { readonly kind: 'accountAdd'; readonly name: string; readonly rights?: AccountRights }
  | { readonly kind: 'accountChange'; readonly name: string; readonly rights: AccountRights }
  /** Answers with a list of `FoundDevice`. */
  | { readonly kind: 'found' }
  /** Takes found devices in; without addresses all of the bridge. Answers with their addresses. */
  | {
      readonly kind: 'accept';
      readonly nodes: readonly NodeAddress[] | null;
      readonly bridge: string | null;
    };

/** Main → the MQTT adapter. Devices are shared while the last `home` had it on. */
export type ToShare =
  | {
      readonly kind: 'home';
      readonly sharing: MqttSharing;
      readonly devices: readonly BridgedDevice[];
      /** Where each of the devices stands. */
      readonly news: readonly BridgedNews[];
    }
  | { readonly kind: 'news'; readonly news: readonly BridgedNews[] }
  /** What became of a command: null, or why it was not done. */
  | { readonly kind: 'done'; readonly request: number; readonly problem: Problem | null };

/** The MQTT adapter → main: somebody wants a shared device to do something. */
export interface FromShare {
  readonly request: number;
  /** The account; of a broker that is not the hub's own its address. */
  readonly account: string;
  readonly right: HomeRight;
  readonly device: DeviceId;
  readonly body: CommandBody;
}

/** What the household sets of it; what is absent stays. */
export interface SharingChange {
  readonly isOn?: boolean | undefined;
  readonly rooms?: readonly RoomId[] | null | undefined;
  /** By device: shared, not shared, or (null) by its room again. */
  readonly devices?: Readonly<Record<DeviceId, boolean | null>> | undefined;
  readonly foreign?: MqttSharing['foreign'] | undefined;
}

/** Found by its announcements over MQTT, so that it is told to others there already. */
export function isFoundOverMqtt(adapter: string, node: string): boolean {
  return adapter === 'mqtt' && node.startsWith('ha/');
}
