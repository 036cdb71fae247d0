import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunTrace } from '../../hub/model/run.ts';
import { TestWorld } from './test-world.ts';

const PRESS = 'when: [{presses: {bedroom-button.button: single}}]\n';
const press = (home: TestWorld): void => home.press('bedroom-button.button', 'single');
const texts = (run: RunTrace | undefined): string[] => run?.steps.map(({ text }) => text.en) ?? [];

describe('a delay when the hub stops', () => {
  const scene = (more = ''): string =>
    `scene: S\n${PRESS}do: [{delay: 10min}, {toggle: hall-lamp}]\n${more}`;

  it('goes on and comes at its time', () => {
    const home = new TestWorld();
    home.scene('s', scene());
    press(home);
    home.pass(60_000);
    home.restart({ downMs: 240_000, reboot: true });
    home.pass(299_999);
    expect(home.asked()).toEqual([]);
    home.pass(1);
    expect(home.asked()).toHaveLength(1);
    expect(texts(home.runs()[0])).toContain('The hub was off for 4 minutes');
  });

  it('that came due meanwhile is done at once', () => {
    const home = new TestWorld();
    home.scene('s', scene());
    press(home);
    home.restart({ downMs: 3_600_000, reboot: true });
    home.pass(0);
    expect(home.asked()).toHaveLength(1);
  });

  it.each([
    ['late: skip over 5min', 14 * 60_000, 1],
    ['late: skip over 5min', 16 * 60_000, 0],
    ['late: skip', 11 * 60_000, 0],
    ['late: run', 600 * 60_000, 1],
    ['waits: drop', 60_000, 0],
  ])('follows the scene: %s, off for %i ms, acts %i times', (rule, downMs, expected) => {
    const home = new TestWorld();
    home.scene('s', scene(`after-outage: {${rule}}\n`));
    press(home);
    home.restart({ downMs, reboot: true });
    home.pass(600_000);
    expect(home.asked()).toHaveLength(expected);
    expect(home.runs()[0]?.state).toBe(expected === 1 ? 'done' : 'cancelled');
  });

  it('begins anew where the scene says so', () => {
    const home = new TestWorld();
    home.scene('s', scene('after-outage: {waits: restart}\n'));
    press(home);
    home.pass(540_000);
    home.restart({ downMs: 60_000, reboot: true });
    home.pass(599_999);
    expect(home.asked()).toHaveLength(0);
    home.pass(1);
    expect(home.asked()).toHaveLength(1);
  });

  it('takes a core that was away for a moment for no outage', () => {
    const home = new TestWorld();
    home.scene('s', scene('after-outage: {waits: drop}\n'));
    press(home);
    home.restart({ downMs: 800 });
    home.pass(600_000);
    expect(home.asked()).toHaveLength(1);
  });
});

describe('a run that another version of the program has written', () => {
  it('is ended and told at the start, and whatever is of this version goes on', () => {
    const home = new TestWorld();
    const text = `scene: S\n${PRESS}again: parallel 5\ndo: [{delay: 10min}, {toggle: hall-lamp}]\n`;
    home.scene('s', text);
    for (let run = 0; run < 5; run++) press(home);
    const [first, second, third, fourth] = home.tables.runs.entries();
    const { branches: _gone, ...old } = { ...first?.[1] };
    home.tables.runs.restore(first?.[0] ?? '', old as never);
    const waiting = { kind: 'delay', dueMs: 5 };
    const branch = { id: 0, parent: null, frames: [{ list: 'do', at: 0 }], waiting };
    home.tables.runs.restore(second?.[0] ?? '', { ...second?.[1], branches: [branch] } as never);
    home.tables.runs.restore(third?.[0] ?? '', 'not even a map' as never);
    home.tables.runs.restore(fourth?.[0] ?? '', { ...fourth?.[1], kept: null } as never);
    home.restart({ downMs: 60_000, reboot: true });
    const ended = home.runs().filter(({ state }) => state === 'cancelled');
    expect(ended.map(({ summary }) => summary.en)).toEqual(
      Array.from({ length: 3 }, () => 'Ended: the hub was updated meanwhile'),
    );
    expect(home.tables.runs.size).toBe(1);
    home.pass(600_000);
    expect(home.asked()).toEqual(['hall-lamp.on=true']);
  });
});

describe('a hold when the hub stops', () => {
  const scene = (more = ''): string =>
    `scene: S\nwhen:\n  - holds: {hall-door.open: true}\n    for: 10min\ndo: [{toggle: hall-lamp}]\n${more}`;
  const begun = (more = ''): TestWorld => {
    const home = new TestWorld();
    home.scene('s', scene(more));
    home.report('hall-door.open', true);
    home.pass(300_000);
    return home;
  };

  it('is taken as unbroken over up to five minutes, and the trace says on what evidence', () => {
    const home = begun();
    home.restart({ downMs: 240_000, reboot: true });
    home.pass(60_000);
    expect(home.runs()[0]?.steps[0]?.text).toEqual({
      en: 'Hall door is open for 10 minutes (the hub was off for 4 minutes of it)',
      zh: 'Hall door 处于打开状态满 10 分钟\uff08其间中枢停机 4 分钟\uff09',
    });
  });

  it('begins anew after more than five minutes', () => {
    const home = begun();
    home.restart({ downMs: 301_000, reboot: true });
    home.pass(599_999);
    expect(home.runs()).toHaveLength(0);
    home.pass(1);
    expect(home.runs()).toHaveLength(1);
  });

  it('waits for devices that are not heard yet, and goes on when they say the same', () => {
    const home = begun();
    home.restart({ downMs: 60_000, reboot: true, heard: false });
    home.pass(30_000);
    home.setOnline('hall-door', true);
    home.pass(209_999);
    expect(home.runs()).toHaveLength(0);
    home.pass(1);
    expect(home.runs()).toHaveLength(1);
  });

  it('ends when the device says something else', () => {
    const home = begun();
    home.restart({ downMs: 60_000, reboot: true, heard: false });
    home.setOnline('hall-door', true);
    home.report('hall-door.open', false, { kind: 'reconnect', adapter: 'zigbee' as never });
    home.pass(3_600_000);
    expect(home.runs()).toHaveLength(0);
  });

  it.each([
    ['restart', 600_000],
    ['drop', Number.POSITIVE_INFINITY],
  ])('with "holds: %s" fires %i ms after', (rule, afterMs) => {
    const home = begun(`after-outage: {holds: ${rule}}\n`);
    home.restart({ downMs: 60_000, reboot: true });
    home.pass(599_999);
    expect(home.runs()).toHaveLength(0);
    home.pass(3_600_000);
    expect(home.runs()).toHaveLength(Number.isFinite(afterMs) ? 1 : 0);
  });

  it('that has told does not tell again', () => {
    const home = begun();
    home.pass(300_000);
    expect(home.runs()).toHaveLength(1);
    home.restart({ downMs: 3_600_000, reboot: true });
    home.pass(3_600_000);
    expect(home.runs()).toHaveLength(1);
  });

  it('knows the gap from the newest report where nobody tells it', () => {
    const home = begun();
    home.report('hall-motion.illuminance', 3);
    home.restart({ downMs: 240_000, reboot: true, lastAliveMs: null });
    home.pass(60_000);
    expect(home.runs()).toHaveLength(1);
  });
});

describe('a machine without a clock of its own', () => {
  const start = (text: string): TestWorld => {
    const home = new TestWorld({ at: '2026-03-04T12:00:00Z' });
    home.given('hall-door.open', true);
    home.scene('s', text);
    press(home);
    home.pass(60_000);
    // It was off for an hour, and comes back with the time at which it stopped.
    home.clock = 'held';
    home.restart({ reboot: true });
    return home;
  };

  it('does what came due while it was off as soon as the clock is confirmed', () => {
    const home = start(`scene: S\n${PRESS}do: [{delay: 10min}, {toggle: hall-lamp}]\n`);
    home.pass(60_000);
    expect(home.asked()).toEqual([]);
    home.clock = 'synced';
    home.setWall('2026-03-04T13:02:00Z');
    home.pass(0);
    expect(home.asked()).toHaveLength(1);
  });

  it('does not take a hold as unbroken, since it cannot know how long it was off', () => {
    const home = start(
      'scene: S\nwhen:\n  - holds: {hall-door.open: true}\n    for: 2min\ndo: [{toggle: hall-lamp}]\n',
    );
    home.pass(119_999);
    expect(home.asked()).toEqual([]);
    home.pass(1);
    expect(home.asked()).toHaveLength(1);
  });
});

describe('a command whose outcome was lost with the hub', () => {
  it('item 84: is looked up at the device, and told as unknown where that does not show it', () => {
    const home = new TestWorld({ outcomes: 'none' });
    home.scene(
      's',
      `scene: S\n${PRESS}do: [{set: {hall-lamp: {on: true}, living-lamp: {on: true}}}, {toggle: washer}]\n`,
    );
    press(home);
    home.restart({ downMs: 30_000, reboot: true });
    home.report('hall-lamp.on', true);
    home.pass(15_000);
    expect(
      home
        .runs()[0]
        ?.steps.filter(({ kind }) => kind === 'command')
        .map(({ state }) => state),
    ).toEqual(['ok', 'failed', 'started']);
    expect(home.runs()[0]?.steps[2]?.text).toEqual({
      en: 'Could not turn Living room lamp on: The hub never heard whether this was done',
      zh: '未能打开 Living room lamp\uff1a结果未知',
    });
  });
});

describe('a scene that was removed or edited while the hub was off', () => {
  it('leaves no run, hold or schedule behind', () => {
    const home = new TestWorld();
    const id = home.scene('s', `scene: S\n${PRESS}do: [{delay: 10min}, {toggle: hall-lamp}]\n`);
    press(home);
    const { tables } = home;
    home.removeScene(id);
    // As if the removal had not reached the tables before the stop.
    home.tables = tables;
    home.restart();
    home.pass(3_600_000);
    expect(home.asked()).toEqual([]);
    expect(home.tables.runs.size).toBe(0);
  });
});

/** What may happen in a home, as data, so that a run that fails can be replayed from its seed. */
type Happening =
  | { readonly do: 'report'; readonly what: string; readonly value: boolean | number }
  | { readonly do: 'press'; readonly value: 'single' | 'double' }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'online'; readonly handle: string; readonly online: boolean }
  | { readonly do: 'end'; readonly state: 'observed' | 'failed' | 'acknowledged' };

const happenings: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({
    do: fc.constant('report' as const),
    what: fc.constantFrom('hall-motion.occupancy', 'hall-door.open', 'kitchen-leak.waterLeak'),
    value: fc.boolean(),
  }),
  fc.record({
    do: fc.constant('report' as const),
    what: fc.constant('kitchen-climate.temperature'),
    value: fc.constantFrom(20, 27.6, 28.2, 30),
  }),
  fc.record({
    do: fc.constant('press' as const),
    value: fc.constantFrom('single' as const, 'double' as const),
  }),
  fc.record({
    do: fc.constant('pass' as const),
    ms: fc.constantFrom(1, 1000, 29_999, 30_000, 60_000, 600_000, 3_600_000),
  }),
  fc.record({
    do: fc.constant('online' as const),
    handle: fc.constantFrom('hall-motion', 'hall-door', 'kitchen-climate'),
    online: fc.boolean(),
  }),
  fc.record({
    do: fc.constant('end' as const),
    state: fc.constantFrom('observed' as const, 'failed' as const, 'acknowledged' as const),
  }),
);

const HOUSE = {
  light: `scene: Light
when: [{becomes: {hall-motion.occupancy: true}}]
while: {any: [{between: [22:00, 07:00]}, {is: {hall-door.open: false}}]}
do:
  - set: {hall-lamp: {on: true, brightness: 60}}
  - wait: {holds: {hall-motion.occupancy: false}, for: 30s}
    timeout: 10min
    else: [{notify: {text: Still}}, {delay: 30s}]
  - set: {hall-lamp: {on: false}}
again: restart
`,
  door: `scene: Door
when:
  - holds: {hall-door.open: true}
    for: 1min
  - at: 13:30
do:
  - notify: {to: adults, text: '{{cause.device.name}}'}
  - wait: {becomes: {hall-door.open: false}}
    timeout: 1h
  - toggle: living-lamp
again: parallel 3
`,
  button: `scene: Button
when: [{presses: {bedroom-button.button: [single, double]}}]
do: [{toggle: living-lamp, on-error: stop}, {delay: 30s}, {command: {bedroom-blind: {step: {size: 5}}}}]
again: queue 3
`,
  warm: `scene: Warm
when:
  - crosses: {kitchen-climate.temperature: {above: 28, hysteresis: 0.5}}
  - becomes: {any: [kind.waterLeak, true]}
do: [{notify: {text: Warm}, on-error: stop}, {delay: 1s}, {toggle: washer}]
again: per device
`,
};

/** Lives through what happens, and is stopped and started before each of the named happenings. */
function live(story: readonly Happening[], stops: ReadonlySet<number>, reboot: boolean): unknown {
  const home = new TestWorld({ outcomes: 'none', at: '2026-03-28T11:00:00Z' });
  for (const [name, text] of Object.entries(HOUSE)) home.scene(name, text);
  for (const [index, one] of story.entries()) {
    if (stops.has(index)) home.restart({ reboot });
    switch (one.do) {
      case 'report':
        home.report(one.what, one.value);
        break;
      case 'press':
        home.press('bedroom-button.button', one.value);
        break;
      case 'pass':
        home.pass(one.ms);
        break;
      case 'online':
        home.setOnline(one.handle, one.online);
        break;
      case 'end': {
        const [command] = home.openCommands();
        const [message] = home.openMessages();
        if (command) home.end(command.id, one.state);
        else if (message) home.tell(message, null);
        break;
      }
      default:
        one satisfies never;
    }
  }
  home.pass(7_200_000);
  const plain = (trace: RunTrace): unknown => {
    const { scene, state, startedAtMs, endedAtMs, summary, omitted, steps } = trace;
    const lines = steps.map(({ atMs, path, kind, state: line, read, text }) => ({
      atMs,
      path,
      kind,
      line,
      read,
      text,
    }));
    return { scene, state, startedAtMs, endedAtMs, summary, omitted, lines };
  };
  return {
    commands: home.commands.map(({ atMs, device, body }) => ({ atMs, device, body })),
    messages: home.told(),
    runs: home.runs().map(plain),
    nearMisses: home.nearMisses().map(plain),
    open: home.tables.all.map((table) => table.keys().map((key) => key.replace(/^run_.*/, 'run'))),
  };
}

describe('a home whose hub is killed at any moment', () => {
  it.each([false, true])('does the same as one that never stopped (reboot: %s)', (reboot) => {
    fc.assert(
      fc.property(
        fc.array(happenings, { minLength: 5, maxLength: 40 }),
        fc.array(fc.nat(40), { minLength: 1, maxLength: 8 }),
        (story, stops) => {
          expect(live(story, new Set(stops), reboot)).toEqual(live(story, new Set(), false));
        },
      ),
      { numRuns: 150 },
    );
  });

  it('does the same when it is killed before each single thing that happens', () => {
    const story: Happening[] = [
      { do: 'report', what: 'hall-door.open', value: false },
      { do: 'report', what: 'hall-motion.occupancy', value: true },
      { do: 'end', state: 'observed' },
      { do: 'press', value: 'single' },
      { do: 'press', value: 'double' },
      { do: 'end', state: 'failed' },
      { do: 'report', what: 'hall-motion.occupancy', value: false },
      { do: 'pass', ms: 30_000 },
      { do: 'end', state: 'observed' },
      { do: 'report', what: 'hall-door.open', value: true },
      { do: 'pass', ms: 60_000 },
      { do: 'end', state: 'observed' },
      { do: 'report', what: 'hall-door.open', value: false },
      { do: 'end', state: 'acknowledged' },
      { do: 'pass', ms: 3_600_000 },
    ];
    const whole = live(story, new Set(), false);
    for (let stop = 0; stop < story.length; stop++) {
      expect(live(story, new Set([stop]), false)).toEqual(whole);
    }
    expect(live(story, new Set(story.keys()), true)).toEqual(whole);
  });
});
