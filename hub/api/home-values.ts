// The home's own values (mode, people, variables, inputs, calendars), what happens in it, and calls from the network.
import type { Cause } from '../model/cause.ts';
import { toRfc3339 } from '../model/clock.ts';
import { HubError, NotFoundError } from '../model/errors.ts';
import {
  HOME,
  type HomeValueKey,
  type HomeValueRecord,
  homeSubjects,
  modesOf,
  parseHomeValueKey,
} from '../model/home-values.ts';
import type { HubPort } from '../model/hub-port.ts';
import {
  type ApiParts,
  actorOf,
  type Handlers,
  ifMatch,
  listPart,
  pathId,
  versioned,
} from './context.ts';
import type { HomeValueJson } from './home-values-shapes.ts';

/** Calls of one webhook: a burst of 10, then one a second. */
const CALLS_BURST = 10;
const CALL_EVERY_MS = 1_000;
/** Wrong addresses, of all callers together: so that none is found by trying. */
const MISSES_BURST = 20;
const MISS_EVERY_MS = 5_000;

/** A bucket that fills by one each `everyMs`, up to `burst`. */
class Bucket {
  #left: number;
  #atMs: number;
  readonly #burst: number;
  readonly #everyMs: number;

  constructor(burst: number, everyMs: number, nowMs: number) {
    this.#burst = burst;
    this.#everyMs = everyMs;
    this.#left = burst;
    this.#atMs = nowMs;
  }

  take(nowMs: number): boolean {
    this.#left = Math.min(this.#burst, this.#left + (nowMs - this.#atMs) / this.#everyMs);
    this.#atMs = nowMs;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}

export function homeValueRoutes({ hub }: ApiParts) {
  const { household } = hub;
  const calls = new Map<string, Bucket>();
  const monoMs = () => hub.now().monoMs;
  const misses = new Bucket(MISSES_BURST, MISS_EVERY_MS, monoMs());

  return {
    'GET /api/home/values': (c, { query }) => c.json(listPart(valuesOf(hub), query)),
    'POST /api/home/values': async (c, { body }) => {
      const { kind, name, handle, initial, topic, ...shape } = body;
      const record = await household.addHomeValue(
        {
          ...{ kind, name, shape: definite(shape) },
          ...definite({ handle, initial, topic }),
        },
        actorOf(c),
      );
      c.status(201);
      return versioned(c, viewOf(hub, record));
    },
    'PATCH /api/home/values/:key': async (c, { body }) => {
      const key = pathId(c, parseHomeValueKey, 'value of the home', 'key');
      const record = await household.setHomeValueRecord(
        key,
        definite(body),
        ifMatch(c),
        actorOf(c),
      );
      return versioned(c, viewOf(hub, record));
    },
    'PUT /api/home/values/:key': async (c, { body }) => {
      const key = pathId(c, parseHomeValueKey, 'value of the home', 'key');
      await hub.tell({ kind: 'value', key, value: body.value }, actorOf(c).cause);
      const view = valuesOf(hub).find((one) => one.key === key);
      if (view === undefined) throw new NotFoundError('value of the home', key);
      return c.json(view);
    },
    'DELETE /api/home/values/:key': async (c) => {
      const key = pathId(c, parseHomeValueKey, 'value of the home', 'key');
      await household.removeHomeValue(key, actorOf(c));
      return c.body(null, 204);
    },
    'POST /api/home/happenings': async (c, { body }) => {
      const cause: Cause =
        body.kind === 'tag'
          ? { kind: 'source', via: 'tag', name: body.tag }
          : { kind: 'source', via: 'mqtt', name: body.topic };
      await hub.tell(body, cause);
      return c.body(null, 204);
    },
    'GET /api/webhooks': (c, { query }) => {
      const { items, next } = listPart(household.webhooks(), query);
      const views = items.map(({ name, createdAtMs }) => ({
        name,
        createdAt: toRfc3339(createdAtMs),
      }));
      return c.json({ items: views, next });
    },
    'POST /api/webhooks': async (c, { body }) => {
      const { name, secret } = await household.addWebhook(body.name, actorOf(c));
      return c.json({ name, path: `/api/hooks/${secret}` }, 201);
    },
    'DELETE /api/webhooks/:name': async (c) => {
      await household.removeWebhook(c.req.param('name') ?? '', actorOf(c));
      return c.body(null, 204);
    },
    'POST /api/hooks/:key': async (c) => {
      const name = household.webhookOf(c.req.param('key') ?? '');
      if (name === null) {
        if (!misses.take(monoMs())) throw tooMany();
        throw new NotFoundError('webhook', '', {
          hint: 'Its address is told once, when it is made.',
        });
      }
      const bucket = calls.get(name) ?? new Bucket(CALLS_BURST, CALL_EVERY_MS, monoMs());
      calls.set(name, bucket);
      if (!bucket.take(monoMs())) throw tooMany();
      await hub.tell({ kind: 'webhook', name }, { kind: 'source', via: 'webhook', name });
      return c.body(null, 204);
    },
  } satisfies Partial<Handlers>;
}

function tooMany(): HubError {
  return new HubError('busy', 'This is called too often', {
    hint: 'Wait a second between calls.',
    zh: { message: '调用得太频繁', hint: '请每次间隔一秒。' },
  });
}

type Definite<Fields> = { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> };

function definite<Fields extends object>(fields: Fields): Definite<Fields> {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  // The compiler cannot see that filtering entries made these fields optional and nothing else.
  return Object.fromEntries(entries) as Definite<Fields>;
}

/** The home's mode and number of people, then all that is declared. */
function valuesOf(hub: HubPort): HomeValueJson[] {
  const { home } = hub.household.contents();
  const declared = hub.household.homeValues();
  const own = homeSubjects(home, []).find(({ id }) => id === HOME);
  const always = (own?.description.properties ?? []).map((one): HomeValueJson => {
    const key = `${HOME}.${one.key}` as HomeValueKey;
    const isMode = one.key === 'mode';
    return {
      key,
      name: one.label?.en ?? one.key,
      kind: 'home',
      type: isMode ? 'enum' : 'number',
      ...(isMode ? { values: [...modesOf(home)] } : {}),
      ...stateOf(hub, key),
      member: null,
      topic: null,
      version: home.version,
    };
  });
  return [...always, ...declared.map((record) => viewOf(hub, record))];
}

function viewOf(hub: HubPort, record: HomeValueRecord): HomeValueJson {
  const { id, name, kind, type, values, unit, min, max, member, topic, version } = record;
  const zones = hub.household.homeValues().filter((one) => one.kind === 'zone');
  const places = ['home', 'away', ...zones.map((zone) => zone.id.slice('zone.'.length))];
  return {
    key: id,
    name,
    kind,
    type,
    ...definite({ unit, min, max, values: kind === 'person' ? places : values && [...values] }),
    ...stateOf(hub, id),
    member,
    topic,
    version,
  };
}

function stateOf(hub: HubPort, key: HomeValueKey): Pick<HomeValueJson, 'value' | 'since'> {
  const { value, atMs } = hub.homeValue(key);
  const shown = typeof value === 'object' ? null : value;
  return { value: shown, since: atMs === null ? null : toRfc3339(atMs) };
}
