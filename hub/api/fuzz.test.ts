// Whatever comes in, the answer is a good one or says what is wrong with the question: never 5xx, never a hang.
// Method: fast-check builds requests out of the real routes, values that are nearly right, and noise. A failure
// prints its seed; INGLE_FUZZ_RUNS and INGLE_FUZZ_SEED repeat and extend a run.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ROUTE_SPECS } from './routes.ts';
import { createTestApi, HOST } from './test-api.ts';

const numRuns = Number(process.env.INGLE_FUZZ_RUNS ?? 3_000);
const seed = process.env.INGLE_FUZZ_SEED;

// The device stays, so that what comes later still reaches it.
const routes = Object.keys(ROUTE_SPECS)
  .filter((name) => name !== 'DELETE /api/devices/:id')
  .filter((name) => name !== 'GET /api/events' && !name.includes('/password'))
  .map((name) => name.split(' ') as [method: string, path: string]);

const word = fc.oneof(
  fc.constantFrom(
    'dev_t1',
    'room_t2',
    'scene_t3',
    'on',
    'brightness',
    'on@2',
    'pair',
    'zigbee',
    'observed',
    'toggle',
    'true',
    '50',
    '2026-11-21T19:00:00.000Z',
    '__proto__',
    'constructor',
    '',
    ' ',
    '../..',
    '%00',
    "' OR 1=1 --",
    '\u202e',
    '\u0000',
    '🔥',
  ),
  fc.string({ maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 30 }),
);
const key = fc.oneof(
  fc.constantFrom(
    'name',
    'property',
    'value',
    'command',
    'args',
    'kind',
    'protocol',
    'seconds',
    'via',
    'device',
    'text',
    'enabled',
    'room',
    'icon',
    'order',
    'at',
    'from',
    'label',
    'days',
    'code',
    'password',
    'home',
    'zone',
    'place',
    'checkWhile',
  ),
  word,
);
const body = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .dictionary(key, fc.oneof(word, fc.jsonValue()), { maxKeys: 5 })
      .map((each) => JSON.stringify(each)),
  },
  { weight: 2, arbitrary: fc.json() },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
);
const header = fc.dictionary(
  fc.constantFrom(
    'If-Match',
    'Idempotency-Key',
    'Accept',
    'Content-Type',
    'Last-Event-ID',
    'Range',
    'X-Ingle-Token',
  ),
  fc.oneof(
    fc.constantFrom('"1"', '*', 'application/json', 'application/yaml', 'key-1'),
    fc.stringMatching(/^[!-~]{0,20}$/),
  ),
  { maxKeys: 3 },
);
const request = fc.record({
  route: fc.constantFrom(...routes),
  id: fc.oneof({ weight: 4, arbitrary: fc.constant('dev_t1') }, word),
  query: fc.dictionary(
    fc.oneof(
      fc.constantFrom(
        'limit',
        'cursor',
        'wait',
        'timeoutMs',
        'scene',
        'from',
        'device',
        'property',
        'points',
      ),
      word,
    ),
    word,
    { maxKeys: 3 },
  ),
  headers: header,
  body,
  isJson: fc.boolean(),
});

test(`${numRuns} odd requests are answered below 500 and the hub goes on`, async () => {
  const api = createTestApi();
  api.hub.addDevice('Hall lamp');
  const owner = api.program('owner');
  await fc.assert(
    fc.asyncProperty(
      request,
      async ({ route: [method, path], id, query, headers, body: text, isJson }) => {
        const filled = path.replaceAll(/:\w+/g, encodeURIComponent(id) || 'x');
        const search = new URLSearchParams({ ...query, timeoutMs: '1' }).toString();
        const isFast = Object.hasOwn(query, 'timeoutMs')
          ? `?${search}`
          : `?${new URLSearchParams(query)}`;
        const answer = await owner(`${filled}${isFast === '?' ? '' : isFast}`, {
          method,
          headers: {
            ...(isJson ? { 'Content-Type': 'application/json' } : {}),
            ...headers,
            Host: HOST,
          },
          ...(method === 'GET' ? {} : { body: text }),
        });
        await answer.body?.cancel();
        expect(answer.status).toBeLessThan(500);
      },
    ),
    { numRuns, ...(seed === undefined ? {} : { seed: Number(seed) }) },
  );
  expect(api.logged.filter((line) => line.startsWith('error'))).toEqual([]);
  expect((await api.call('/healthz')).status).toBe(200);
}, 60_000);
