// The home's devices told to others over MQTT: which of them, kept in home.db; how they are, told to the adapter; and
// what others ask of them, brought through the core's command path with the account as its cause.
import { NotFoundError, type Problem, toProblem, ValidationError } from '../../model/errors.ts';
import type { Actor, Async, DeviceView, HubPort, LiveFeed } from '../../model/hub-port.ts';
import type { DeviceId, RoomId } from '../../model/identifiers.ts';
import {
  type FromShare,
  isFoundOverMqtt,
  isShared,
  type MqttSharing,
  NO_SHARING,
  type SharedDeviceView,
  type SharingChange,
  type SharingView,
  type ToShare,
} from '../../model/mqtt.ts';
import type { HomeContents, StoreCalls } from '../../model/store-port.ts';
import { bringCommand, createDeviceFeed } from '../device-feed.ts';

/** Where it stands in home.db; no setting of this name can be set in the page. */
const SHARING_SETTING = 'household.mqtt-sharing';
/** Devices that others are told of. */
const DEVICES_MAX = 1_000;

/** The household's own means, lent to the sharing. */
export interface SharingTools {
  readonly store: Pick<Async<StoreCalls>, 'putSetting'>;
  readonly contents: Pick<HomeContents, 'devices' | 'rooms'> & {
    settings: Readonly<Record<string, string>>;
  };
  inTurn<Result>(work: () => Promise<Result>): Promise<Result>;
  audit(actor: Actor, action: string, subject: string, detail?: string): Promise<void>;
}

/** Edits of what is shared. */
export interface SharingEdits {
  sharing(): MqttSharing;
  setSharing(change: SharingChange, actor: Actor): Promise<MqttSharing>;
}

export function createSharingShelf({ store, contents, inTurn, audit }: SharingTools): SharingEdits {
  let text: string | undefined;
  let read = NO_SHARING;
  function current(): MqttSharing {
    const now = contents.settings[SHARING_SETTING];
    if (now !== text) read = now === undefined ? NO_SHARING : readSharing(now);
    text = now;
    return read;
  }

  function checkRooms(rooms: readonly RoomId[]): void {
    for (const id of rooms) {
      if (contents.rooms.some((room) => room.id === id)) continue;
      throw new ValidationError(`There is no room "${id.slice(0, 60)}"`, {
        errors: [{ path: '/rooms', message: 'must be ids of rooms', zh: '要是房间的 id' }],
        zh: { message: `没有房间“${id.slice(0, 60)}”`, hint: null },
      });
    }
  }

  /** Devices by their own word; one that is gone from the home needs none. */
  function devicesAfter(before: MqttSharing, { devices = {} }: SharingChange) {
    const isThere = (id: string) => contents.devices.some((device) => device.id === id);
    for (const id of Object.keys(devices)) {
      if (!isThere(id)) throw new NotFoundError('device', id.slice(0, 60));
    }
    const words = Object.entries({ ...before.devices, ...devices });
    const kept = words.filter(([id, own]) => own !== null && isThere(id));
    return Object.fromEntries(kept) as Record<DeviceId, boolean>;
  }

  return {
    sharing: current,
    setSharing: (change, actor) =>
      inTurn(async () => {
        checkRooms(change.rooms ?? []);
        const before = current();
        const sharing: MqttSharing = {
          isOn: change.isOn ?? before.isOn,
          rooms: change.rooms === undefined ? before.rooms : change.rooms,
          devices: devicesAfter(before, change),
          foreign: change.foreign ?? before.foreign,
        };
        const kept = JSON.stringify(sharing);
        await store.putSetting(SHARING_SETTING, kept);
        contents.settings = { ...contents.settings, [SHARING_SETTING]: kept };
        await audit(actor, 'mqtt.share', 'mqtt', JSON.stringify(change).slice(0, 1_000));
        return sharing;
      }),
  };
}

/** Written by this file; at first there was a list of devices, or null for all of them. */
function readSharing(text: string): MqttSharing {
  const { isOn, foreign, devices, ...rest } = JSON.parse(text) as MqttSharing & {
    readonly devices: readonly DeviceId[] | null | MqttSharing['devices'];
  };
  const isWhole = 'rooms' in rest;
  if (isWhole) return { isOn, foreign, ...rest, devices: devices as MqttSharing['devices'] };
  const chosen = (devices as readonly DeviceId[] | null) ?? [];
  const words = Object.fromEntries(chosen.map((id) => [id, true])) as Record<DeviceId, boolean>;
  return { isOn, foreign, rooms: devices === null ? null : [], devices: words };
}

export interface SharingOptions {
  readonly household: SharingEdits;
  readonly live: LiveFeed;
  devices(): readonly DeviceView[];
  readonly command: HubPort['command'];
  readonly waitForCommand: HubPort['waitForCommand'];
  /** Sends to the adapter; nothing happens while it does not run. */
  post(update: ToShare): void;
}

export interface MqttSharingHost {
  view(): SharingView;
  set(change: SharingChange, actor: Actor): Promise<SharingView>;
  /** The adapter has begun a new life. */
  adapterStarted(): void;
  /** Somebody asks for something. */
  asked(asked: FromShare): void;
  stop(): void;
}

export function createMqttSharing(options: SharingOptions): MqttSharingHost {
  const { household } = options;
  const feed = createDeviceFeed({
    live: options.live,
    devices: options.devices,
    isOn: () => household.sharing().isOn,
    offers: (device) => isShared(device, household.sharing()),
    devicesMax: DEVICES_MAX,
    tellHome: (devices, news) =>
      options.post({ kind: 'home', sharing: household.sharing(), devices, news }),
    tellNews: (news) => options.post({ kind: 'news', news }),
  });

  async function run({ device, body, account, right }: FromShare): Promise<Problem | null> {
    const cause = { kind: 'source', via: 'account', name: account, right } as const;
    try {
      if (!feed.has(device)) throw new NotFoundError('shared device', device);
      return await bringCommand(options, device, body, 0, { member: null, cause });
    } catch (error) {
      return toProblem(error);
    }
  }

  function viewOf({ record }: DeviceView): SharedDeviceView {
    const { id, name, room, description } = record;
    const sharing = household.sharing();
    const own = sharing.devices[id] ?? null;
    const isIn = isShared(record, sharing);
    let why: SharedDeviceView['why'] = null;
    if (isFoundOverMqtt(description.adapter, description.node)) why = 'discovered';
    else if (!isIn) why = own === false ? 'chosen' : 'room';
    return { id, name, room, kind: description.kind, isShared: isIn, own, why };
  }

  const view = (): SharingView => ({
    sharing: household.sharing(),
    devices: options.devices().map(viewOf),
  });

  return {
    view,
    async set(change, actor) {
      await household.setSharing(change, actor);
      feed.tellHome();
      return view();
    },
    adapterStarted: feed.tellHome,
    asked(asked) {
      void run(asked).then((problem) => {
        options.post({ kind: 'done', request: asked.request, problem });
      });
    },
    stop: feed.stop,
  };
}
