// What a way out of the house is told of the home's devices: those that are offered, as a whole after each edit, and
// between edits the news of them, put together turn by turn. And what comes in that way, brought to its end.
import { type CommandRecord, isCommandEnd } from '../model/command.ts';
import type { DeviceRecord } from '../model/device.ts';
import type { Problem } from '../model/errors.ts';
import type { DeviceView, HubPort, LiveEvent, LiveFeed } from '../model/hub-port.ts';
import type { DeviceId } from '../model/identifiers.ts';
import type { BridgedDevice, BridgedNews } from '../model/matter-bridge.ts';
import type { PropertyKey, PropertyValue } from '../model/properties.ts';

/** Edits of the home within this time are told as one. */
const HOME_AFTER_MS = 150;
/** Changes of values within one turn are told as one; presses beyond this many are dropped, oldest first. */
const EVENTS_MAX = 100;
/** A command from outside is answered once its device has taken it, within this time. */
const TAKEN_WITHIN_MS = 8_000;

export interface DeviceFeedOptions {
  readonly live: LiveFeed;
  devices(): readonly DeviceView[];
  /** Whether anything is told at all; while it is not, nothing is listened to. */
  isOn(): boolean;
  offers(device: DeviceRecord): boolean;
  /** The first ones, as many as the other end can take. */
  readonly devicesMax: number;
  tellHome(devices: readonly BridgedDevice[], news: readonly BridgedNews[]): void;
  tellNews(news: readonly BridgedNews[]): void;
}

export interface DeviceFeed {
  /** Tells the home as it is, at once. */
  tellHome(): void;
  /** Tells it soon, once for all edits until then; nothing happens while it is not on. */
  planHome(): void;
  /** Whether the device was among those that were told last. */
  has(device: DeviceId): boolean;
  stop(): void;
}

interface News {
  isOnline?: boolean;
  readonly values: Record<PropertyKey, PropertyValue>;
  readonly events: [PropertyKey, PropertyValue][];
}

export function createDeviceFeed(options: DeviceFeedOptions): DeviceFeed {
  let homeTimer: NodeJS.Timeout | undefined;
  let offered: ReadonlySet<DeviceId> = new Set();
  let news = new Map<DeviceId, News>();
  let isTellPlanned = false;

  function tellHome(): void {
    clearTimeout(homeTimer);
    homeTimer = undefined;
    const devices = options.isOn()
      ? options
          .devices()
          .filter(({ record }) => options.offers(record))
          .slice(0, options.devicesMax)
      : [];
    offered = new Set(devices.map(({ record }) => record.id));
    // What is told as a whole is not news any more.
    news = new Map();
    options.tellHome(devices.map(bridged), devices.map(newsOf));
  }

  function planHome(): void {
    if (options.isOn()) homeTimer ??= setTimeout(tellHome, HOME_AFTER_MS);
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
        ...(Object.keys(values).length === 0 ? {} : { values }),
        ...(events.length === 0 ? {} : { events: events.slice(-EVENTS_MAX) }),
      }),
    );
    news = new Map();
    options.tellNews(told);
  }

  function hear({ body }: LiveEvent): void {
    switch (body.kind) {
      case 'home':
        if (body.what !== 'health' && body.what !== 'scenes') planHome();
        return;
      case 'change':
        if (offered.has(body.device)) newsFor(body.device).values[body.property] = body.value;
        return;
      case 'availability':
        if (offered.has(body.device)) newsFor(body.device).isOnline = body.online;
        return;
      case 'event':
        if (offered.has(body.device)) {
          newsFor(body.device).events.push([body.property, body.value]);
        }
        return;
      default:
    }
  }

  const unsubscribe = options.live.subscribe((events) => {
    if (!options.isOn()) return;
    for (const event of events) hear(event);
  });

  return {
    tellHome,
    planHome,
    has: (device) => offered.has(device),
    stop() {
      clearTimeout(homeTimer);
      unsubscribe();
    },
  };
}

/** Asks for it, and waits until the device has taken it: null, or why not. @throws HubError where it is refused */
export async function bringCommand(
  hub: Pick<HubPort, 'command' | 'waitForCommand'>,
  ...asked: Parameters<HubPort['command']>
): Promise<Problem | null> {
  const { id } = await hub.command(...asked);
  return endOf(await hub.waitForCommand(id, 'acknowledged', TAKEN_WITHIN_MS));
}

/** Null where the device has taken it, or will when it wakes; else why not. */
function endOf(record: CommandRecord): Problem | null {
  if (record.problem !== null) return record.problem;
  if (record.acknowledgedAtMs !== null || record.state === 'observed') return null;
  if (record.state === 'superseded' || record.waitsUntilMs !== undefined) return null;
  const hint = null;
  if (isCommandEnd(record.state)) {
    return { code: 'rejected-by-device', message: `The command ended as ${record.state}`, hint };
  }
  return {
    ...{ code: 'timed-out', message: 'The device did not answer in time', hint },
    zh: { message: '设备没有及时应答', hint },
  };
}

function bridged({ record }: DeviceView): BridgedDevice {
  const { id, name, room, description } = record;
  const { kind, manufacturer, model, firmware, power, properties, commands } = description;
  return { id, name, room, kind, manufacturer, model, firmware, power, properties, commands };
}

function newsOf({ record, live }: DeviceView): BridgedNews {
  const values: Record<PropertyKey, PropertyValue> = {};
  for (const [key, { value }] of Object.entries(live.properties)) {
    if (value !== null) values[key as PropertyKey] = value;
  }
  return { device: record.id, isOnline: live.availability.online, values };
}
