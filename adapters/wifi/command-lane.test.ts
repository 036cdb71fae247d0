// Commands on their way to a device: how they are spaced, joined, tried again and ended.
import { expect, test } from 'vitest';
import { HubError, type Problem } from '../../hub/model/errors.ts';
import { commandId } from '../../hub/model/identifiers.ts';
import { CommandLane, type LaneOptions, TryAgain } from './command-lane.ts';

type Body = Readonly<Record<string, number>>;

/** A lane over a device that a test plays. */
function laneTo(
  act: (key: string, body: Body, limitMs: number) => Promise<void>,
  limits: Partial<
    Pick<LaneOptions<Body>, 'spacingMs' | 'inFlightMax' | 'waitingMax' | 'nowMs'>
  > = {},
) {
  const told: { id: string; state: string; problem: Problem | null }[] = [];
  const sent: { key: string; body: Body; atMs: number }[] = [];
  const lane = new CommandLane<Body>({
    ...{ spacingMs: 0, inFlightMax: 1, waitingMax: 100, ...limits },
    merge: (earlier, later) => ({ ...earlier, ...later }),
    act: (key, body, limitMs) => {
      sent.push({ key, body, atMs: performance.now() });
      return act(key, body, limitMs);
    },
    outcome: (id, state, problem) => told.push({ id, state, problem }),
  });
  const send = (id: string, key: string, body: Body, timeoutMs = 2_000) =>
    lane.send({ id: commandId(`cmd_${id}`), timeoutMs }, key, body);
  const endOf = (id: string) =>
    told.find((each) => each.id === `cmd_${id}` && each.state !== 'sent') ?? null;
  const until = async (isTrue: () => boolean) => {
    await expect.poll(isTrue, { interval: 5, timeout: 5_000 }).toBe(true);
  };
  return { lane, told, sent, send, endOf, until };
}

test('requests begin no closer together than the spacing, in the order in which they came', async () => {
  const { sent, send, endOf, until } = laneTo(async () => {}, { spacingMs: 40, inFlightMax: 3 });
  for (const id of ['a', 'b', 'c', 'd']) send(id, `lamp-${id}`, { on: 1 });
  await until(() => endOf('d') !== null);
  expect(sent.map(({ key }) => key)).toEqual(['lamp-a', 'lamp-b', 'lamp-c', 'lamp-d']);
  for (const [n, { atMs }] of sent.entries()) {
    expect(atMs - (sent[n - 1]?.atMs ?? -Infinity)).toBeGreaterThan(38);
  }
});

test('requests keep their order also where the time to begin comes while it is looked at who is next', async () => {
  // Time that passes by being asked for, so that every look takes a while.
  let timeMs = 0;
  const nowMs = () => (timeMs += 1);
  const { sent, send, endOf, until } = laneTo(async () => {}, {
    ...{ spacingMs: 5, inFlightMax: 3, nowMs },
  });
  const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
  for (const id of ids) send(id, `lamp-${id}`, { on: 1 }, 60_000);
  await until(() => endOf('h') !== null);
  expect(sent.map(({ key }) => key)).toEqual(ids.map((id) => `lamp-${id}`));
});

test('what waits for the same thing goes in one request, and each command gets its own end', async () => {
  let release = (): void => {};
  const first = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { sent, send, told, until, endOf } = laneTo(() =>
    sent.length === 1 ? first : Promise.resolve(),
  );
  send('a', 'lamp', { on: 1 });
  send('b', 'lamp', { level: 10, hue: 1 });
  send('c', 'lamp', { level: 20 });
  release();
  await until(() => endOf('c') !== null);
  expect(sent.map(({ body }) => body)).toEqual([{ on: 1 }, { level: 20, hue: 1 }]);
  expect(told.map(({ id, state }) => `${id} ${state}`)).toEqual([
    ...['cmd_a sent', 'cmd_a acknowledged', 'cmd_b sent', 'cmd_c sent'],
    ...['cmd_b acknowledged', 'cmd_c acknowledged'],
  ]);
});

test('a busy device is asked again until the time of the command is over', async () => {
  const busy = new HubError('busy', 'too much to do');
  let refusals = 2;
  const { sent, send, endOf, until } = laneTo(async () => {
    refusals -= 1;
    if (refusals >= 0) throw new TryAgain(busy);
  });
  send('a', 'lamp', { on: 1 }, 5_000);
  await until(() => endOf('a') !== null);
  expect([endOf('a')?.state, sent.length]).toEqual(['acknowledged', 3]);
  refusals = Infinity;
  send('b', 'lamp', { on: 0 }, 600);
  await until(() => endOf('b') !== null);
  expect(endOf('b')).toMatchObject({ state: 'failed', problem: { code: 'busy' } });
});

test('a device that said it is busy, and then nothing until the time is over, was busy', async () => {
  const busy = new HubError('busy', 'It has too much to do');
  const { sent, send, endOf, until } = laneTo(async () => {
    if (sent.length === 1) throw new TryAgain(busy);
    await new Promise(() => {});
  });
  send('a', 'lamp', { on: 1 }, 600);
  await until(() => endOf('a') !== null);
  expect(endOf('a')).toMatchObject({ state: 'failed', problem: { code: 'busy' } });
  expect(sent).toHaveLength(2);
});

test('a command that never gets its turn is not sent after its time, and says why', async () => {
  const { sent, send, endOf, until } = laneTo(() => new Promise(() => {}));
  send('a', 'lamp', { on: 1 }, 200);
  send('b', 'plug', { on: 1 }, 50);
  await until(() => endOf('b') !== null);
  expect(endOf('b')).toMatchObject({
    state: 'timedOut',
    problem: { message: 'Too many other commands were before it' },
  });
  await until(() => endOf('a') !== null);
  expect(endOf('a')).toMatchObject({ state: 'timedOut', problem: { code: 'timed-out' } });
  expect(sent.map(({ key }) => key)).toEqual(['lamp']);
});

test('one command too many fails at once, and those that wait end when the device is lost', async () => {
  const { lane, send, endOf } = laneTo(() => new Promise(() => {}), { waitingMax: 2 });
  for (const id of ['a', 'b', 'c', 'd']) send(id, `lamp-${id}`, { on: 1 });
  expect(endOf('d')).toMatchObject({ state: 'failed', problem: { code: 'busy' } });
  expect(lane.waitingCount).toBe(2);
  lane.drop(new HubError('unreachable', 'gone'));
  expect([endOf('b')?.problem?.code, endOf('c')?.problem?.code]).toEqual([
    ...['unreachable', 'unreachable'],
  ]);
  expect(lane.waitingCount).toBe(0);
});
