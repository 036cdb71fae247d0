// Goal: bad input gets a clear error, changes nothing, and the hub goes on. Method: a real hub on the emulated
// coordinator is given wrong requests, scene files, hosts, bytes and command words; all that it shows is compared
// before and after.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProblemDetailsJson } from '../../hub/api/shapes.ts';
import { type House, nodeOf, openHouse } from './house.ts';
import { waitFor } from './running-hub.ts';

const JSON_TYPE = { 'Content-Type': 'application/json' };
const YAML_TYPE = { 'Content-Type': 'application/yaml' };
const INGLE = fileURLToPath(new URL('../../hub/cli/main.ts', import.meta.url));

let house: House;
let lamp = '';

beforeAll(async () => {
  house = await openHouse();
  await house.add('Hall lamp', 'Hall motion', 'Bedside button');
  await house.hub.call('/api/rooms', { body: { name: 'Hall', icon: null } });
  await house.scene('scene: Kept\ndo:\n  - toggle: hall-lamp.on\n');
  lamp = (await house.device('hall-lamp')).id;
}, 120_000);

afterAll(async () => {
  await house?.[Symbol.asyncDispose]();
});

/** What people set and see, without what moves by itself: what sensors measure, and when. */
async function everything(): Promise<unknown> {
  const lists = ['rooms', 'scenes', 'members', 'settings', 'notifications', 'runs', 'jobs'];
  const shown: Record<string, unknown> = {};
  for (const name of lists) shown[name] = (await house.hub.call(`/api/${name}`)).body;
  const { clock: _clock, ...home } = (await house.hub.call('/api/home')).body;
  shown.home = home;
  shown.devices = (await house.devices()).map(({ properties, ...device }) => ({
    ...device,
    values: Object.entries(properties)
      .filter(([, { access }]) => access === 'rw')
      .map(([name, { value, wanted }]) => [name, value, wanted]),
  }));
  shown.lamp = nodeOf(house, 'Hall lamp').state;
  return shown;
}

async function changesNothing(work: () => Promise<void>): Promise<void> {
  const before = await everything();
  await work();
  expect(await everything()).toEqual(before);
}

interface Refused {
  readonly what: string;
  readonly method?: string;
  readonly path: () => string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly status: number;
  readonly code: string;
  readonly detail: RegExp;
}

const COMMANDS = () => `/api/devices/${lamp}/commands`;
const ROOMS = () => '/api/rooms';

const REFUSED: readonly Refused[] = [
  {
    what: 'a request of 10 MB',
    path: ROOMS,
    body: `{"name":"${'x'.repeat(10 * 1024 * 1024)}"}`,
    headers: JSON_TYPE,
    ...{ status: 413, code: 'too-large', detail: /larger than 1048576 bytes/ },
  },
  {
    what: 'an unknown property',
    path: COMMANDS,
    body: { property: 'colour', value: 1 },
    ...{ status: 422, code: 'invalid-input', detail: /^Hall lamp has no property "colour"$/ },
  },
  {
    what: 'a value out of range',
    path: COMMANDS,
    body: { property: 'brightness', value: 130 },
    ...{ status: 422, code: 'invalid-input', detail: /brightness cannot be 130 %/ },
  },
  {
    what: 'a value of the wrong type',
    path: COMMANDS,
    body: { property: 'on', value: 'yes' },
    ...{ status: 422, code: 'invalid-input', detail: /on cannot be "yes"/ },
  },
  {
    what: 'a number without an end',
    path: COMMANDS,
    body: '{"property": "brightness", "value": 1e999}',
    headers: JSON_TYPE,
    ...{ status: 422, code: 'invalid-input', detail: /value must be a finite number/ },
  },
  {
    what: 'a property that can only be read',
    path: COMMANDS,
    body: { property: 'linkQuality', value: 1 },
    ...{ status: 422, code: 'invalid-input', detail: /only reported, and cannot be set/ },
  },
  {
    what: 'a command that the device does not have',
    path: COMMANDS,
    body: { command: 'explode' },
    ...{ status: 422, code: 'invalid-input', detail: /has no command "explode"/ },
  },
  {
    what: 'a misspelt key',
    path: COMMANDS,
    body: { property: 'on', valeu: true },
    ...{ status: 422, code: 'invalid-input', detail: /value|must be \{"property"/ },
  },
  {
    what: 'half of a JSON text',
    path: ROOMS,
    body: '{"name": ',
    headers: JSON_TYPE,
    ...{ status: 400, code: 'invalid-input', detail: /not JSON/ },
  },
  {
    what: 'a list in the place of an object',
    path: ROOMS,
    body: ['Attic'],
    ...{ status: 422, code: 'invalid-input', detail: /name is missing/ },
  },
  {
    what: 'a key that stands twice',
    path: ROOMS,
    body: '{"name": "Attic", "name": "Cellar"}',
    headers: JSON_TYPE,
    ...{ status: 400, code: 'invalid-input', detail: /"name" stands twice/ },
  },
  {
    what: 'a body of another type',
    path: ROOMS,
    body: '<name>Attic</name>',
    headers: { 'Content-Type': 'text/xml' },
    ...{ status: 415, code: 'unsupported', detail: /text\/xml/ },
  },
  {
    what: 'an unknown device',
    path: () => '/api/devices/dev_0000000000',
    ...{ status: 404, code: 'not-found', detail: /no device "dev_0000000000"/ },
  },
  {
    what: 'an id of the wrong form',
    path: () => '/api/devices/lamp/commands',
    body: { property: 'on', value: true },
    ...{ status: 404, code: 'not-found', detail: /no device "lamp"/ },
  },
  {
    what: 'an unknown scene',
    path: () => '/api/scenes/scene_0000000000/run',
    body: {},
    ...{ status: 404, code: 'not-found', detail: /no scene/ },
  },
  {
    what: 'an unknown room',
    method: 'PATCH',
    path: () => '/api/rooms/room_0000000000',
    body: { name: 'Attic' },
    ...{ status: 404, code: 'not-found', detail: /no room/ },
  },
  {
    what: 'an unknown job',
    method: 'DELETE',
    path: () => '/api/jobs/job_none',
    ...{ status: 404, code: 'not-found', detail: /no job/ },
  },
  {
    what: 'an unknown setting',
    method: 'PUT',
    path: () => '/api/settings/nope',
    body: { value: 'x' },
    ...{ status: 404, code: 'not-found', detail: /no setting "nope"/ },
  },
  {
    what: 'a setting out of range',
    method: 'PUT',
    path: () => '/api/settings/zigbee.channel',
    body: { value: '99' },
    ...{ status: 422, code: 'invalid-input', detail: /zigbee\.channel cannot be "99"/ },
  },
  {
    what: 'an edit of a version that is gone',
    method: 'PATCH',
    path: () => `/api/devices/${lamp}`,
    body: { name: 'Other lamp' },
    headers: { 'If-Match': '"99"' },
    ...{ status: 412, code: 'conflict', detail: /changed meanwhile/ },
  },
  {
    what: 'an unknown protocol',
    path: () => '/api/jobs',
    body: { kind: 'pair', protocol: 'smoke-signals' },
    ...{ status: 422, code: 'invalid-input', detail: /smoke-signals/ },
  },
  {
    what: 'a query that is no number',
    path: () => '/api/devices?limit=many',
    ...{ status: 422, code: 'invalid-input', detail: /limit must be a whole number/ },
  },
  {
    what: 'a method that nothing answers',
    method: 'DELETE',
    path: () => '/api/devices',
    ...{ status: 405, code: 'unsupported', detail: /does not answer that method/ },
  },
  {
    what: 'a path that is not there',
    path: () => '/api/nothing',
    ...{ status: 404, code: 'not-found', detail: /nothing at \/api\/nothing/ },
  },
];

const END = 'do:\n  - toggle: hall-lamp\n';

/** Each with the place and the words of its first error. */
const MALFORMED: readonly (readonly [what: string, text: string, at: string, says: RegExp])[] = [
  ['nothing at all', '', '1:1', /is empty/],
  [
    'an open bracket',
    `scene: S\nwhen: [{becomes: {hall-motion.occupancy: true}\n${END}`,
    '3:1',
    /not well-formed/,
  ],
  ['a tab', 'scene: S\ndo:\n\t- toggle: hall-lamp\n', '3:1', /Tabs are not allowed/],
  ['a list', '- scene: S\n', '1:1', /is a map that begins with `scene: `/],
  ['no name', END, '1:1', /"scene" is missing/],
  ['no `do`', 'scene: S\n', '1:1', /"do" is missing/],
  ['no step', 'scene: S\ndo: []\n', '2:5', /at least one step/],
  ['an unknown key', `scene: S\nwenn: []\n${END}`, '2:1', /"wenn" is not known/],
  ['a key that stands twice', `scene: S\n${END}${END}`, '4:1', /"do" stands here twice/],
  ['two documents', `scene: S\n${END}---\nscene: T\n${END}`, '4:1', /holds one scene/],
  [
    'an unknown device',
    'scene: S\ndo:\n  - toggle: hal-lamp\n',
    '3:13',
    /did you mean hall-lamp\?/,
  ],
  [
    'an unknown property',
    'scene: S\ndo:\n  - set: {hall-lamp: {brightnes: 20}}\n',
    '3:23',
    /did you mean brightness\?/,
  ],
  [
    'a value out of range',
    'scene: S\ndo:\n  - set: {hall-lamp: {brightness: 130}}\n',
    '3:35',
    /from 0 to 100 %/,
  ],
  [
    'a value of the wrong type',
    'scene: S\ndo:\n  - set: {hall-lamp: {on: perhaps}}\n',
    '3:27',
    /takes true or false/,
  ],
  [
    'a sensor that is set',
    'scene: S\ndo:\n  - set: {hall-motion: {occupancy: true}}\n',
    '3:25',
    /read but not set/,
  ],
  ['an unknown step', 'scene: S\ndo:\n  - tuggle: hall-lamp\n', '3:5', /did you mean toggle\?/],
  ['a step of a later version', 'scene: S\ndo:\n  - speak: hello\n', '3:5', /not supported yet/],
  ['a wrong duration', 'scene: S\ndo:\n  - delay: soon\n', '3:12', /A duration such as 2s/],
  ['a wrong time of day', `scene: S\nwhen: [{at: 25:00}]\n${END}`, '2:13', /not a time of day/],
  [
    'an unknown trigger',
    `scene: S\nwhen: [{become: {hall-motion.occupancy: true}}]\n${END}`,
    '2:9',
    /did you mean becomes\?/,
  ],
  [
    'a press that the button does not have',
    `scene: S\nwhen: [{presses: {bedside-button.button: often}}]\n${END}`,
    '2:42',
    /one of single, double, long/,
  ],
  [
    'a branch that is never taken',
    'scene: S\ndo:\n  - wait: {becomes: {hall-lamp.on: true}}\n    else: [{toggle: hall-lamp}]\n',
    '4:5',
    /say the `timeout`/,
  ],
  ['an unknown mode', `scene: S\n${END}again: sometimes\n`, '4:8', /single, restart, queue/],
  [
    'an unknown command',
    'scene: S\ndo:\n  - command: {hall-lamp: explode}\n',
    '3:26',
    /has no command "explode"/,
  ],
  ['an anchor', 'scene: &a S\ndo:\n  - notify: {to: adults, text: *a}\n', '1:11', /Anchors/],
  ['a name of the language', `scene: S\n__proto__: {x: 1}\n${END}`, '2:1', /__proto__/],
  [
    '100 levels',
    `scene: S\nwhile: ${'{not: '.repeat(100)}x${'}'.repeat(100)}\n${END}`,
    '2:200',
    /at most 32 deep/,
  ],
  [
    'a text of 70 KB',
    `scene: S\ndescription: ${'x'.repeat(70_000)}\n${END}`,
    '1:1',
    /at most 64 KB/,
  ],
];

describe('a hub that is given nonsense', () => {
  it.each(REFUSED)('refuses $what and changes nothing', (wrong) =>
    changesNothing(async () => {
      const answer = await house.hub.call<ProblemDetailsJson>(wrong.path(), {
        ...(wrong.method ? { method: wrong.method } : {}),
        ...(wrong.body === undefined ? {} : { body: wrong.body }),
        ...(wrong.headers ? { headers: wrong.headers } : {}),
      });
      expect(answer).toMatchObject({
        status: wrong.status,
        body: { status: wrong.status, code: wrong.code },
      });
      expect(answer.headers.get('Content-Type')).toMatch(/^application\/problem\+json/);
      expect(answer.body.detail).toMatch(wrong.detail);
    }),
  );

  it.each(MALFORMED)('says where a scene file has %s, and saves nothing', (_what, text, at, says) =>
    changesNothing(async () => {
      const options = { method: 'POST', body: text, headers: YAML_TYPE };
      const { status, body } = await house.hub.call<ProblemDetailsJson>('/api/scenes', options);
      expect({ status, code: body.code }).toEqual({ status: 422, code: 'invalid-input' });
      const [first] = body.errors ?? [];
      expect(`${first?.line}:${first?.column}`).toBe(at);
      expect(first?.message).toMatch(says);
    }),
  );

  it('answers no other Host than its own', () =>
    changesNothing(async () => {
      const { hostname, port } = new URL(house.hub.url);
      for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1.evil.example']) {
        const request = http.request({
          hostname,
          port,
          path: '/api/claim',
          headers: { Host: host },
        });
        request.end();
        const [response]: http.IncomingMessage[] = await once(request, 'response');
        const chunks = await response?.toArray();
        const body = JSON.parse(Buffer.concat(chunks ?? []).toString('utf8'));
        expect({ status: response?.statusCode, code: body.code }).toEqual({
          status: 421,
          code: 'forbidden',
        });
        expect(body.detail).toContain('evil.example');
      }
    }));

  it('hangs up on what is no HTTP', () =>
    changesNothing(async () => {
      const { hostname, port } = new URL(house.hub.url);
      for (const bytes of [Buffer.from([0x16, 3, 1, 0, 200, 1]), Buffer.alloc(40_000, 0xff)]) {
        const socket = net.connect(Number(port), hostname);
        const closed = once(socket, 'close');
        socket.on('error', () => {
          // A reset is a way to hang up.
        });
        let answer = '';
        socket.on('data', (chunk) => {
          answer += chunk.toString('latin1');
        });
        socket.write(bytes);
        await closed;
        expect(answer).toMatch(/^(HTTP\/1\.1 4\d\d |$)/);
      }
    }));

  it('goes on when the coordinator talks garbage', async () => {
    const before = await house.devices();
    for (const bytes of [1, 100, 10_000]) house.home.control.fault({ kind: 'garbage', bytes });
    const on = nodeOf(house, 'Hall lamp').state.on !== true;
    await waitFor(
      'a command to work',
      async () => {
        const { body } = await house.hub.call<{ state?: string }>(`${COMMANDS()}?wait=observed`, {
          body: { property: 'on', value: on },
        });
        return body.state === 'observed';
      },
      20_000,
    );
    expect(nodeOf(house, 'Hall lamp').state.on).toBe(on);
    expect((await house.devices()).map(({ id }) => id)).toEqual(before.map(({ id }) => id));
  }, 40_000);

  it.each([
    ['an unknown verb', ['frobnicate'], 2, /frobnicate/],
    ['an unknown option', ['devices', '--colour'], 2, /--colour/],
    ['an unknown device', ['set', 'hal-lamp', 'on', 'true'], 2, /hal-lamp/],
    ['an unknown property', ['set', 'hall-lamp', 'colour', 'red'], 2, /colour/],
    ['a value out of range', ['set', 'hall-lamp', 'brightness', '130'], 2, /130/],
    ['too few words', ['set'], 2, /set/],
    ['an unknown scene', ['scenes', 'run', 'Nothing'], 2, /Nothing/],
  ] as const)('tells a person at the command line of %s', (_what, words, code, says) =>
    changesNothing(async () => {
      const child = spawn(process.execPath, [INGLE, '--hub', house.hub.url, ...words], {
        cwd: path.dirname(INGLE),
        env: { PATH: process.env.PATH, HOME: house.data, INGLE_DATA: house.data, LANG: 'C.UTF-8' },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let printed = '';
      let errors = '';
      child.stdout.on('data', (chunk) => {
        printed += chunk;
      });
      child.stderr.on('data', (chunk) => {
        errors += chunk;
      });
      const [exitCode] = await once(child, 'close');
      expect({ exitCode, printed }).toEqual({ exitCode: code, printed: '' });
      expect(errors).toMatch(says);
      expect(errors).not.toMatch(/at .*\.ts:\d+/);
    }),
  );

  it('is the same process after all of it', async () => {
    expect(house.hub.process.exitCode).toBeNull();
    expect((await house.hub.call('/readyz')).status).toBe(200);
    expect(house.hub.output()).not.toMatch(/unhandled|uncaught/i);
    const { body } = await house.hub.call<{ parts: { restarts: number }[] }>('/api/health');
    expect(body.parts.map(({ restarts }) => restarts)).toEqual(body.parts.map(() => 0));
  });
});
