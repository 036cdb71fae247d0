// The home's devices told to others over MQTT: which of them, kept in home.db; how they are, told to the adapter; and
// what others ask of them, brought through the core's command path with the account as its cause.
import { type CommandRecord, isCommandEnd } from '../../model/command.ts';
import type { DeviceRecord } from '../../model/device.ts';
import { NotFoundError, type Problem, toProblem } from '../../model/errors.ts';
import type {
  Actor,
  Async,
  DeviceView,
  HubPort,
  LiveEvent,
  LiveFeed,
} from '../../model/hub-port.ts';
import type { DeviceId } from '../../model/identifiers.ts';
import type { BridgedDevice, BridgedNews } from '../../model/matter-bridge.ts';
import {
  type FromShare,
  isFoundOverMqtt,
  type MqttSharing,
  NO_SHARING,
  type SharingChange,
  type ToShare,
} from '../../model/mqtt.ts';
import type { PropertyKey, PropertyValue } from '../../model/properties.ts';
import type { HomeContents, StoreCalls } from '../../model/store-port.ts';

/** Where it stands in home.db; no setting of this name can be set in the page. */
const SHARING_SETTING = 'household.mqtt-sharing';
const TAKEN_WITHIN_MS = 8_000;
/** Edits of the home within this time are told as one. */
const HOME_AFTER_MS = 150;
const EVENTS_MAX = 100;
/** Devices that others are told of. */
const DEVICES_MAX = 1_000;

/** The household's own means, lent to the sharing. */
export interface SharingTools {
  readonly store: Pick<Async<StoreCalls>, 'putSetting'>;
  readonly contents: Pick<HomeContents, 'devices'> & { settings: Readonly<Record<string, string>> };
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
    // Written by this file.
    if (now !== text) read = now === undefined ? NO_SHARING : (JSON.parse(now) as MqttSharing);
    text = now;
    return read;
  }
  return {
    sharing: current,
    setSharing: (change, actor) =>
      inTurn(async () => {
        for (const id of change.devices ?? []) {
          if (!contents.devices.some((device) => device.id === id)) {
            throw new NotFoundError('device', id.slice(0, 60));
          }
        }
        const before = current();
        const sharing: MqttSharing = {
          isOn: change.isOn ?? before.isOn,
          devices: change.devices === undefined ? before.devices : change.devices,
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
  view(): MqttSharing;
  set(change: SharingChange, actor: Actor): Promise<MqttSharing>;
  /** The adapter has begun a new life. */
  adapterStarted(): void;
  /** Somebody asks for something. */
  asked(asked: FromShare): void;
  stop(): void;
}

interface News {
  isOnline?: boolean;
  readonly values: Record<PropertyKey, PropertyValue>;
  readonly events: [PropertyKey, PropertyValue][];
}

/** Whether others may be told of it: what came by discovery is told there already, by whoever it belongs to. */
export function isShared(
  { id, description }: DeviceRecord,
  { isOn, devices }: MqttSharing,
): boolean {
  if (!isOn || isFoundOverMqtt(description.adapter, description.node)) return false;
  return devices === null || devices.includes(id);
}

export function createMqttSharing(options: SharingOptions): MqttSharingHost {
  const { household, live } = options;
  let homeTimer: NodeJS.Timeout | undefined;
  let shared: ReadonlySet<DeviceId> = new Set();
  let news = new Map<DeviceId, News>();
  let isTellPlanned = false;

  function tellHome(): void {
    clearTimeout(homeTimer);
    homeTimer = undefined;
    const sharing = household.sharing();
    const devices = options
      .devices()
      .filter(({ record }) => isShared(record, sharing))
      .slice(0, DEVICES_MAX);
    shared = new Set(devices.map(({ record }) => record.id));
    // What is told as a whole is not news any more.
    news = new Map();
    const told = { devices: devices.map(sharedDevice), news: devices.map(standing) };
    options.post({ kind: 'home', sharing, ...told });
  }

  function newsFor(device: DeviceId): News {
    const known = news.get(device);
    if (known !== undefined) return known;
    const fresh: News = { values: {}, events: [] };
    news.set(device, fresh);
    if (!isTellPlanned) setImmediate(tellNews);
    isTellPlanned = true;
    return fresh;
  }

  function tellNews(): void {
    isTellPlanned = false;
    if (news.size === 0) return;
    const told = [...news].map(
      ([device, { isOnline, values, events }]): BridgedNews => ({
        device,
        ...(isOnline === undefined ? {} : { isOnline }),
        values,
        events: events.slice(-EVENTS_MAX),
      }),
    );
    news = new Map();
    options.post({ kind: 'news', news: told });
  }

  function hear({ body }: LiveEvent): void {
    if (body.kind === 'home') {
      if (body.what === 'devices') homeTimer ??= setTimeout(tellHome, HOME_AFTER_MS);
    } else if (body.kind === 'change') {
      if (shared.has(body.device)) newsFor(body.device).values[body.property] = body.value;
    } else if (body.kind === 'availability') {
      if (shared.has(body.device)) newsFor(body.device).isOnline = body.online;
    } else if (body.kind === 'event' && shared.has(body.device)) {
      newsFor(body.device).events.push([body.property, body.value]);
    }
  }

  const unsubscribe = live.subscribe((events) => {
    if (household.sharing().isOn) for (const event of events) hear(event);
  });

  async function run({ device, body, account, right }: FromShare): Promise<Problem | null> {
    const cause = { kind: 'source', via: 'account', name: account, right } as const;
    try {
      if (!shared.has(device)) throw new NotFoundError('shared device', device);
      const asked = await options.command(device, body, 0, { member: null, cause });
      return endOf(await options.waitForCommand(asked.id, 'acknowledged', TAKEN_WITHIN_MS));
    } catch (error) {
      return toProblem(error);
    }
  }

  return {
    view: () => household.sharing(),
    async set(change, actor) {
      const sharing = await household.setSharing(change, actor);
      tellHome();
      return sharing;
    },
    adapterStarted: tellHome,
    asked(asked) {
      void run(asked).then((problem) => {
        options.post({ kind: 'done', request: asked.request, problem });
      });
    },
    stop() {
      clearTimeout(homeTimer);
      unsubscribe();
    },
  };
}

/** Null where the device has taken it, or will when it wakes; else why not. */
function endOf(record: CommandRecord): Problem | null {
  if (record.problem !== null || !isCommandEnd(record.state)) return record.problem;
  if (record.state === 'observed' || record.acknowledgedAtMs !== null) return null;
  if (record.state === 'superseded') return null;
  return {
    code: 'rejected-by-device',
    message: `The command ended as ${record.state}`,
    hint: null,
  };
}

function sharedDevice({ record }: DeviceView): BridgedDevice {
  const { id, name, room, description } = record;
  const { kind, manufacturer, model, firmware, power, properties, commands } = description;
  return { id, name, room, kind, manufacturer, model, firmware, power, properties, commands };
}

function standing({ record, live }: DeviceView): BridgedNews {
  const values: Record<PropertyKey, PropertyValue> = {};
  for (const [key, { value }] of Object.entries(live.properties)) {
    if (value !== null) values[key as PropertyKey] = value;
  }
  return { device: record.id, isOnline: live.availability.online, values };
}
