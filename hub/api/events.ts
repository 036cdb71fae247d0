// GET /api/events: the live feed as server-sent events, resumed by id, begun with a snapshot where it cannot be.
// Each event, and each batch of them, is turned into text once, whatever the number of clients.
import { HubError } from '../model/errors.ts';
import type { LiveEvent } from '../model/hub-port.ts';
import { type ApiContext, type ApiParts, type Caller, callerOf, type Handlers } from './context.ts';
import type { SnapshotJson } from './event-shapes.ts';
import { createEventStream, type EventStream } from './event-stream.ts';
import type { Topic } from './shapes.ts';
import {
  deviceView,
  eventView,
  healthView,
  homeView,
  isForRole,
  jobView,
  roomView,
  sceneView,
} from './views.ts';

export const CLIENTS_MAX = 100;
/** Beyond this a snapshot is the shorter way to the present. */
const RESUMED_EVENTS_MAX = 1_000;
const HEARTBEAT_MS = 15_000;
const RECONNECT_MS = 2_000;

interface Client {
  readonly caller: Caller;
  readonly topics: ReadonlySet<Topic>;
  readonly stream: EventStream;
}

export interface EventsOptions {
  /** Milliseconds between two comments on an idle stream. */
  readonly heartbeatMs?: number | undefined;
}

/** `stop` ends all streams; the routes answer nothing more afterwards. */
export function createEvents({ hub, sessions }: ApiParts, options: EventsOptions = {}) {
  const clients = new Set<Client>();
  const texts = new WeakMap<LiveEvent, string>();
  let isStopped = false;
  const unsubscribe = hub.live.subscribe(tell);
  const heartbeat = setInterval(() => {
    for (const { stream, caller } of clients) {
      // A session may have run out since.
      if (isStillGood(caller)) stream.beat();
      else stream.end();
    }
  }, options.heartbeatMs ?? HEARTBEAT_MS);
  heartbeat.unref();

  function tell(events: readonly LiveEvent[]): void {
    const isAboutMembers = events.some(
      ({ body }) => body.kind === 'home' && body.what === 'members',
    );
    const joined = new Map<string, string>();
    for (const client of clients) {
      if (isAboutMembers && !isStillGood(client.caller)) {
        client.stream.end();
        continue;
      }
      const seen = events.filter((event) => isFor(client, event));
      if (seen.length === 0) continue;
      const ids = seen.map(({ id }) => id).join();
      const text = joined.get(ids) ?? seen.map(textOf).join('');
      joined.set(ids, text);
      client.stream.write(text, seen.length);
    }
  }

  function isStillGood(caller: Caller): boolean {
    return caller.kind === 'local' || sessions.isStillGood(caller.found);
  }

  function isFor({ topics, caller }: Client, { topic, body }: LiveEvent): boolean {
    if (!topics.has(topic)) return false;
    if (body.kind !== 'notification') return true;
    return isForRole(body.notification, caller.actor.member?.role ?? null);
  }

  function textOf(event: LiveEvent): string {
    const known = texts.get(event);
    if (known !== undefined) return known;
    const { kind, data } = eventView(event.body);
    const text = `id: ${event.id}\nevent: ${kind}\ndata: ${JSON.stringify(data)}\n\n`;
    texts.set(event, text);
    return text;
  }

  function snapshot(topics: ReadonlySet<Topic>): string {
    const { rooms } = hub.household.contents();
    const data: SnapshotJson = {
      ...(topics.has('home')
        ? { home: homeView(hub), health: healthView(hub.health()), rooms: rooms.map(roomView) }
        : {}),
      ...(topics.has('devices') ? { devices: hub.devices().map(deviceView) } : {}),
      ...(topics.has('scenes') ? { scenes: hub.household.scenes().map(sceneView) } : {}),
      ...(topics.has('jobs') ? { jobs: hub.jobs.list().map(jobView) } : {}),
    };
    return `id: ${hub.live.lastId}\nevent: snapshot\ndata: ${JSON.stringify(data)}\n\n`;
  }

  /** What came after the client's last event; a snapshot where that is too long ago or was never. */
  function opening(client: Client, lastId: string | undefined): string {
    const id = lastId !== undefined && /^\d{1,15}$/.test(lastId) ? Number(lastId) : null;
    if (id === null || id > hub.live.lastId) return snapshot(client.topics);
    const missed = hub.live.since(id);
    if (missed === null || missed.length > RESUMED_EVENTS_MAX) return snapshot(client.topics);
    return missed
      .filter((event) => isFor(client, event))
      .map(textOf)
      .join('');
  }

  function open(c: ApiContext, topics: ReadonlySet<Topic>, lastId: string | undefined): Response {
    if (isStopped || clients.size >= CLIENTS_MAX) {
      throw new HubError('busy', `The hub serves ${CLIENTS_MAX} live clients at most`, {
        hint: 'Close pages that nobody looks at.',
        zh: { message: `中枢最多同时服务 ${CLIENTS_MAX} 个实时页面`, hint: '请关掉没人看的页面。' },
      });
    }
    const caller = callerOf(c);
    let stopListening = () => {};
    const stream = createEventStream(c.env.outgoing, () => {
      clients.delete(client);
      stopListening();
    });
    const client: Client = { caller, topics, stream };
    if (caller.kind !== 'local') {
      stopListening = sessions.onEnd(caller.found.token.id, () => stream.end());
    }
    clients.add(client);
    stream.write(`retry: ${RECONNECT_MS}\n\n${opening(client, lastId)}`, 0);
    c.header('Content-Type', 'text/event-stream');
    c.header('X-Accel-Buffering', 'no');
    return c.body(stream.body);
  }

  return {
    routes: {
      'GET /api/events': (c, { query }) => {
        const lastId = c.req.header('Last-Event-ID') ?? query.lastEventId;
        return open(c, new Set(query.topics), lastId);
      },
    } satisfies Partial<Handlers>,
    /** How many clients are connected. */
    count: () => clients.size,
    stop(): void {
      isStopped = true;
      unsubscribe();
      clearInterval(heartbeat);
      for (const { stream } of clients) stream.end();
    },
  };
}
