// Commands over HTTP: what is checked before the hub hears of it, what is waited for, and what a repetition does.
import { describe, expect, test } from 'vitest';
import { commandId } from '../model/identifiers.ts';
import { bodyOf, createTestApi } from './test-api.ts';

function setUp() {
  const api = createTestApi();
  const owner = api.page('owner', 'Ann');
  const lamp = api.hub.addDevice('Hall lamp');
  const commands = `/api/devices/${lamp.id}/commands`;
  return { api, owner, lamp, commands };
}

describe('commands', () => {
  test('202 under way, 200 once it is where it was waited for', async () => {
    const { owner, commands } = setUp();
    const body = { property: 'brightness', value: 80, transitionMs: 400 };
    const sent = await owner(commands, { body });
    expect(sent.status).toBe(202);
    const { id, state, cause } = await bodyOf(sent);
    expect(state).toBe('requested');
    expect(cause).toMatchObject({ kind: 'member', via: 'page' });
    for (const wait of ['sent', 'acknowledged', 'observed']) {
      expect((await owner(`${commands}?wait=${wait}`, { body })).status).toBe(200);
    }
    expect(await bodyOf(await owner(`/api/commands/${id}`))).toMatchObject({
      id,
      state: 'observed',
    });
    expect((await owner('/api/commands/cmd_none')).status).toBe(404);
  });

  test('a device that is slow is answered with 202 when the time is over', async () => {
    const { api, owner, commands, lamp } = setUp();
    api.hub.behave(lamp.id, 'silent');
    const body = { property: 'on', value: true };
    const answer = await owner(`${commands}?wait=observed&timeoutMs=60`, { body });
    expect(answer.status).toBe(202);
    expect(await bodyOf(answer)).toMatchObject({ state: 'sent', observedAt: null });
  });

  test('a setting for a device that sleeps waits for it: said at once, listed, and taken back', async () => {
    const { api, owner, commands, lamp } = setUp();
    api.hub.behave(lamp.id, 'sleeps');
    const body = { property: 'brightness', value: 40 };
    const startedAtMs = performance.now();
    const asked = await owner(`${commands}?wait=observed&timeoutMs=30000`, { body });
    expect(performance.now() - startedAtMs).toBeLessThan(5_000);
    expect(asked.status).toBe(202);
    const { id, waitsUntil } = await bodyOf(asked);
    expect(Date.parse(String(waitsUntil))).toBeGreaterThan(0);
    const listed = await bodyOf(await owner('/api/commands'));
    expect(listed).toMatchObject({ items: [{ id, property: 'brightness', value: 40 }] });
    const ended = await owner(`/api/commands/${id}`, { method: 'DELETE' });
    expect(ended.status).toBe(200);
    expect(await bodyOf(ended)).toMatchObject({ state: 'failed', problem: { code: 'cancelled' } });
    expect(await bodyOf(await owner('/api/commands'))).toMatchObject({ items: [] });
    const nobody = await owner('/api/commands/cmd_none', { method: 'DELETE' });
    expect(nobody.status).toBe(404);
  });

  test('many devices are asked for the same at once, each with its own outcome', async () => {
    const { api, owner, lamp } = setUp();
    const other = api.hub.addDevice('Kitchen lamp');
    api.hub.behave(other.id, 'refuses');
    const body = { devices: [lamp.id, other.id], property: 'on', value: false };
    const asked = await owner('/api/commands', { body });
    expect(asked.status).toBe(202);
    expect(await bodyOf(asked)).toMatchObject({
      items: [
        { device: lamp.id, command: { property: 'on', value: false }, problem: null },
        { device: other.id, command: { state: 'refused' } },
      ],
    });
    const twice = { ...body, devices: [lamp.id, lamp.id] };
    expect((await owner('/api/commands', { body: twice })).status).toBe(422);
    const nobody = { ...body, devices: ['dev_nobody'] };
    expect((await owner('/api/commands', { body: nobody })).status).toBe(404);
  });

  test('a refusal and a failure are problems with the command beside them', async () => {
    const { api, owner, commands, lamp } = setUp();
    const body = { property: 'on', value: true };
    api.hub.behave(lamp.id, 'refuses');
    const refused = await owner(commands, { body });
    expect(refused.status).toBe(403);
    expect(refused.headers.get('content-type')).toBe('application/problem+json');
    expect(await bodyOf(refused)).toMatchObject({
      code: 'forbidden',
      detail: 'Not at this hour',
      command: { state: 'refused' },
    });
    api.hub.behave(lamp.id, 'unreachable');
    const failed = await owner(`${commands}?wait=sent`, { body });
    expect([200, 503]).toContain(failed.status);
    const late = await owner(`${commands}?wait=observed`, { body });
    expect(late.status).toBe(503);
    expect(await bodyOf(late)).toMatchObject({ code: 'unreachable', command: { state: 'failed' } });
  });

  test.each([
    [{ property: 'brigthness', value: 1 }, '/property', 'Did you mean brightness?'],
    [{ property: 'linkQuality', value: 1 }, '/property', 'It takes: on, brightness'],
    [{ property: 'on@3', value: true }, '/property', 'on@2'],
    [{ property: '__proto__', value: 1 }, '/property', 'It takes'],
    [{ property: 'brightness', value: 101 }, '/value', '0 to 100 %'],
    [{ property: 'brightness', value: -1 }, '/value', '0 to 100 %'],
    [{ property: 'brightness', value: '80' }, '/value', 'a number'],
    [{ property: 'on', value: 1 }, '/value', 'true or false'],
    [{ property: 'x_led_color', value: 'blue' }, '/value', 'red, green'],
    [{ command: 'identfy' }, '/command', 'Did you mean identify?'],
    [{ command: 'explode' }, '/command', 'It knows: identify, step, toggle'],
  ])(
    'what the device does not take is answered at once, in words: %j',
    async (body, path, hint) => {
      const { api, owner, commands } = setUp();
      const answer = await owner(commands, { body });
      expect(answer.status).toBe(422);
      const problem = await bodyOf(answer);
      expect(problem.hint).toContain(hint);
      expect(problem.errors).toMatchObject([{ path }]);
      expect(api.hub.commands.size).toBe(0);
    },
  );

  test.each([
    [{}],
    [{ property: 'on' }],
    [{ value: 1 }],
    [{ property: 'on', value: null }],
    [{ property: 'on', value: [true] }],
    [{ property: 'on', value: true, transitionMs: -1 }],
    [{ property: 'on', value: true, command: 'toggle' }],
    [{ command: 'step', args: { size: null } }],
    [
      {
        command: 'step',
        args: Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`a${i}`, 1])),
      },
    ],
    [[]],
    ['"text"'],
    [null],
  ])('a body of another form reaches no device: %j', async (body) => {
    const { api, owner, commands } = setUp();
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const headers = { 'Content-Type': 'application/json' };
    const answer = await owner(commands, { method: 'POST', body: text, headers });
    expect(answer.status).toBe(422);
    expect(await bodyOf(answer)).toMatchObject({ code: 'invalid-input' });
    expect(api.hub.commands.size).toBe(0);
  });

  test.each([
    ['{"property":"on","value":1e999}', 422],
    ['{"property":"on","value":true,"value":false}', 400],
    ['{"property":"on","value":true,"__proto__":{"x":1}}', 400],
    [`${'['.repeat(100_000)}`, 400],
    ['{"property":"on"', 400],
    ['\u0000', 400],
  ])('JSON that is not right is answered and not guessed at: %.40s', async (body, status) => {
    const { api, owner, commands } = setUp();
    const headers = { 'Content-Type': 'application/json' };
    const answer = await owner(commands, { method: 'POST', body, headers });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(api.hub.commands.size).toBe(0);
  });

  test('a toggle, and a command with arguments', async () => {
    const { api, owner, commands } = setUp();
    expect(
      (await owner(commands, { body: { command: 'toggle', args: { property: 'on@2' } } })).status,
    ).toBe(202);
    expect((await owner(commands, { body: { command: 'identify' } })).status).toBe(202);
    expect([...api.hub.commands.values()].map(({ body }) => body)).toEqual([
      { kind: 'invoke', name: 'toggle', args: { property: 'on@2' } },
      { kind: 'invoke', name: 'identify', args: {} },
    ]);
  });
});

describe('repeating a request', () => {
  test('the same key gets the same answer, and the lamp one command', async () => {
    const { api, owner, commands } = setUp();
    const body = { property: 'on', value: true };
    const headers = { 'Idempotency-Key': 'a-key-1' };
    const answers = await Promise.all([1, 2, 3].map(() => owner(commands, { body, headers })));
    const ids = await Promise.all(answers.map(async (answer) => (await bodyOf(answer)).id));
    expect(new Set(ids).size).toBe(1);
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(api.hub.commands.size).toBe(1);
    expect(commandId(String(ids[0]))).toBe(ids[0]);
  });

  test('the same key for something else is refused; another caller’s key is another key', async () => {
    const { api, owner, commands } = setUp();
    const headers = { 'Idempotency-Key': 'a-key-1' };
    await owner(commands, { body: { property: 'on', value: true }, headers });
    const other = await owner(commands, { body: { property: 'on', value: false }, headers });
    expect(other.status).toBe(422);
    const program = api.program('owner');
    expect(
      (await program(commands, { body: { property: 'on', value: false }, headers })).status,
    ).toBe(202);
    for (const bad of ['', 'x'.repeat(129), 'a b', 'ä']) {
      const answer = await owner(commands, {
        body: { property: 'on', value: true },
        headers: { 'Idempotency-Key': bad },
      });
      expect(answer.status).toBe(422);
    }
  });

  test('a thousand later keys push the oldest out, and then it is a new request', async () => {
    const { api, owner, commands } = setUp();
    const ask = (key: string) =>
      owner(commands, { body: { command: 'identify' }, headers: { 'Idempotency-Key': key } });
    const first = await bodyOf(await ask('first'));
    for (let index = 0; index < 999; index += 1) await ask(`later-${index}`);
    expect((await bodyOf(await ask('first'))).id).toBe(first.id);
    await ask('one-more');
    expect((await bodyOf(await ask('first'))).id).not.toBe(first.id);
    expect(api.hub.commands.size).toBe(1_002);
  });

  test('an error of the caller is repeated too; one of the hub is tried again', async () => {
    const { api, owner, commands, lamp } = setUp();
    const headers = { 'Idempotency-Key': 'a-key-2' };
    const body = { property: 'on', value: 7 };
    const [one, two] = [
      await owner(commands, { body, headers }),
      await owner(commands, { body, headers }),
    ];
    expect([one.status, two.status]).toEqual([422, 422]);
    api.hub.behave(lamp.id, 'unreachable');
    const retried = { 'Idempotency-Key': 'a-key-3' };
    const ask = { body: { property: 'on', value: true }, headers: retried };
    expect((await owner(`${commands}?wait=observed`, ask)).status).toBe(503);
    api.hub.behave(lamp.id, 'answers');
    expect((await owner(`${commands}?wait=observed`, ask)).status).toBe(200);
  });
});
