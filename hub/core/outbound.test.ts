// Calls to the outside and relative steps in the core: nothing leaves before its intent is on disk, each leaves once,
// and an outcome that nobody heard is told as unknown.
import { describe, expect, test } from 'vitest';
import { sceneId } from '../model/identifiers.ts';
import { BUTTON, createHome, LAMP, set } from './test-core.ts';

const CALL = `
scene: Call
when: [{presses: {dev_button.button: single}}]
do:
  - http: {url: "https://hooks.example/door", method: POST}
    else: [{set: {dev_lamp: {on: true}}}]
`;

function homeWith(source: string) {
  const home = createHome().furnish();
  const id = sceneId('scene_a');
  const record = {
    id,
    name: 'Call',
    enabled: true,
    source,
    author: null,
    version: 1,
    updatedAtMs: 0,
  };
  home.turn({ kind: 'scene', scene: record });
  return { ...home, record };
}

const press = { kind: 'event', node: `0x${BUTTON}`, property: 'button', value: 'single' } as const;

describe('a call to the outside', () => {
  test('item 65: leaves once its intent is on disk, and not before; its outcome is an input of the core', () => {
    const home = homeWith(CALL);
    const asked = home.items({ ...press, monoMs: home.now().monoMs } as never);
    expect(asked.outbound).toEqual([]);
    const number = asked.records.at(-1)?.number ?? 0;
    expect(JSON.stringify(asked.records)).toContain('hooks.example');
    const given = home.turn({ kind: 'durable', upTo: number });
    expect(given.outbound).toMatchObject([{ call: { url: 'https://hooks.example/door' } }]);
    expect(home.turn({ kind: 'durable', upTo: number + 1 }).outbound).toEqual([]);
    const id = given.outbound[0]?.id as never;
    const done = home.turn({ kind: 'outbound', id, result: { status: 200, problem: null } });
    const trace = done.out.findLast((event) => event.kind === 'run')?.trace;
    expect(trace).toMatchObject({ state: 'done' });
    // Told again, as to a core that was started anew: nothing happens.
    const again = home.turn({ kind: 'outbound', id, result: { status: 200, problem: null } });
    expect(again.out).toEqual([]);
  });

  test('item 65: that the disk does not take in time never leaves, and the run goes the other way', () => {
    const home = homeWith(CALL);
    home.items({ ...press, monoMs: home.now().monoMs } as never);
    const late = home.pass(2_100);
    expect(late.send.map(({ message }) => message)).toMatchObject([{ body: { property: 'on' } }]);
    const number = late.records.at(-1)?.number ?? 0;
    expect(home.turn({ kind: 'durable', upTo: number }).outbound).toEqual([]);
  });

  test('item 65: that was given out when the core died is not given out again, and its outcome still counts', () => {
    const home = homeWith(CALL);
    const asked = home.items({ ...press, monoMs: home.now().monoMs } as never);
    const given = home.turn({ kind: 'durable', upTo: asked.records.at(-1)?.number ?? 0 });
    const id = given.outbound[0]?.id as never;
    const entries = home.kept();
    const next = createHome({ now: home.now(), entries, lastSeq: 100, lastRecord: 50 });
    next.turn({ kind: 'scene', scene: home.record });
    next.furnish();
    expect(next.turn({ kind: 'durable', upTo: 60 }).outbound).toEqual([]);
    const done = next.turn({ kind: 'outbound', id, result: { status: 200, problem: null } });
    expect(done.out.some((event) => event.kind === 'run')).toBe(true);
  });

  test('item 65: of which nothing is ever heard comes to an end as unknown', () => {
    const home = homeWith(CALL);
    const asked = home.items({ ...press, monoMs: home.now().monoMs } as never);
    home.turn({ kind: 'durable', upTo: asked.records.at(-1)?.number ?? 0 });
    const end = home.pass(61_000);
    expect(JSON.stringify(end.out)).toContain('never heard whether this was done');
  });
});

describe('what is not to be done twice', () => {
  test('item 46: a relative step waits for its record, a set does not', () => {
    const home = homeWith('scene: Dim\ndo: [{adjust: {dev_lamp.brightness: 10}}]\n');
    home.report(LAMP, { on: true, brightness: 50 });
    const cause = { kind: 'local' } as const;
    const run = {
      kind: 'runScene',
      request: 9,
      scene: home.record.id,
      checkWhile: false,
      cause,
    } as const;
    const asked = home.turn(run);
    expect(asked.send).toEqual([]);
    const number = asked.records.at(-1)?.number ?? 0;
    const given = home.turn({ kind: 'durable', upTo: number });
    expect(given.send.map(({ message }) => message)).toMatchObject([{ body: { value: 60 } }]);
    expect(home.command(LAMP, set('on', false)).effects.send).toHaveLength(1);
  });
});
