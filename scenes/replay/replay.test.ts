// A scene over recorded history: goal: what lived comes out again as it was, and an edit differs where it says so.
import { describe, expect, it } from 'vitest';
import type { ReplayResult } from '../../hub/model/explain.ts';
import type { SceneId } from '../../hub/model/identifiers.ts';
import { type LivedHome, livedHome } from './test-lived-home.ts';

const NIGHT = `scene: Night light
when: [{becomes: {hall-motion.occupancy: true}}]
while: {is: {hall-door.open: false}}
do:
  - set: {hall-lamp: {on: true}}
  - wait: {holds: {hall-motion.occupancy: false}, for: 3min}
  - set: {hall-lamp: {on: false}}
again: restart
`;

/** Motion at 18:00, 19:00, 20:00 and 21:00; the door stands open from 19:30 to 20:30. */
function evening(home: LivedHome): void {
  home.report('hall-lamp.on', false);
  home.report('hall-door.open', false);
  home.report('hall-motion.occupancy', false);
  for (const hour of [18, 19, 20, 21]) {
    if (hour === 20) {
      home.until('19:30');
      home.report('hall-door.open', true);
    }
    home.until(`${hour}:00`);
    home.report('hall-motion.occupancy', true);
    home.pass(60_000);
    home.report('hall-motion.occupancy', false);
    home.until(`${hour}:30`);
    if (hour === 20) home.report('hall-door.open', false);
  }
  home.until('23:00');
}

function replayed(
  home: LivedHome,
  scene: SceneId | null,
  text: string | null = null,
): ReplayResult {
  const fromMs = Date.parse('2026-03-04T12:30:00Z');
  const answer = home.explain.replayScene({ scene, text, fromMs, toMs: home.nowMs() });
  if (answer.errors !== null) throw new Error(JSON.stringify(answer.errors));
  return answer.result;
}

function started(home: LivedHome): number[] {
  return home.traces
    .filter(({ state }) => state !== 'nearMiss')
    .map(({ startedAtMs }) => startedAtMs);
}

describe('items 109 and 111: a scene over recorded history', () => {
  it('item 109: the version that lived runs again when it ran, whether the log is in series or not', () => {
    using home = livedHome();
    const id = home.scene('night', NIGHT);
    evening(home);
    const result = replayed(home, id);
    expect(result.runs.map(({ atMs }) => atMs)).toEqual(started(home));
    expect(result.counts).toMatchObject({ lived: 3, tried: 3, same: 3, nearMisses: 1 });
    expect(result.runs[0]?.tried?.steps.map(({ text }) => text)).toEqual(
      home.traces[0]?.steps.map(({ text }) => text),
    );
    home.roll();
    expect(replayed(home, id)).toEqual(result);
  });

  it('item 109: a draft that was never saved shows when it would have run', () => {
    using home = livedHome();
    evening(home);
    const text = NIGHT.replace('while: {is: {hall-door.open: false}}\n', '');
    const result = replayed(home, null, text);
    expect(result.counts).toMatchObject({ lived: 0, tried: 4, added: 4 });
    expect(result.sentence.en).toContain('It would have run 4 times');
    expect(result.sentence.zh).toContain('它会执行 4 次');
  });

  it('item 111: an edit shows the runs that it adds, those that it loses, and those that go another way', () => {
    using home = livedHome();
    const id = home.scene('night', NIGHT);
    evening(home);
    const opposite = NIGHT.replace('hall-door.open: false', 'hall-door.open: true');
    expect(replayed(home, id, opposite).counts).toMatchObject({ added: 1, gone: 3, same: 0 });
    const dimmed = NIGHT.replace('on: true}}', 'on: true, brightness: 20}}');
    const { counts, runs } = replayed(home, id, dimmed);
    expect(counts).toMatchObject({ different: 3, added: 0, gone: 0 });
    expect(runs[0]?.difference?.en).toContain('brightness');
    expect(runs[0]?.difference?.zh).toContain('新增');
  });

  it('item 111: the versions that lived change when they did', () => {
    using home = livedHome();
    const id = home.scene('night', NIGHT);
    home.report('hall-door.open', false);
    home.report('hall-motion.occupancy', false);
    home.until('18:00');
    home.report('hall-motion.occupancy', true);
    home.report('hall-motion.occupancy', false);
    home.until('18:30');
    home.scene('night', NIGHT.replace('hall-door.open: false', 'hall-door.open: true'));
    home.until('19:00');
    home.report('hall-motion.occupancy', true);
    home.until('20:00');
    const result = replayed(home, id, NIGHT);
    expect(result.counts).toMatchObject({ lived: 1, tried: 2, added: 1, same: 1 });
  });

  it('item 109: times of day come in a replay as they came in life', () => {
    using home = livedHome();
    const id = home.scene(
      'late',
      'scene: Late\nwhen: [{every: 2h, aligned: true}, {at: "21:15"}]\ndo: [{set: {hall-lamp: {on: true}}}]\n',
    );
    home.until('23:00');
    const result = replayed(home, id);
    expect(result.runs.map(({ atMs }) => atMs)).toEqual(started(home));
    expect(result.counts.tried).toBe(6);
  });

  it('item 109: what history does not hold is said, and a wrong draft is told with its places', () => {
    using home = livedHome();
    home.until('13:00');
    const webhook = 'scene: Bell\nwhen: [{webhook: bell}]\ndo: [{set: {hall-lamp: {on: true}}}]\n';
    expect(replayed(home, null, webhook).notes[0]?.en).toContain('not replayed');
    const wrong = home.explain.replayScene({
      ...{ scene: null, text: 'scene: X\ndo: [{set: {hall-lmp: {on: true}}}]\n' },
      ...{ fromMs: home.nowMs() - 1000, toMs: home.nowMs() },
    });
    expect(wrong.errors).toMatchObject([{ line: 2, column: 13 }]);
    const long = { scene: null, text: webhook, fromMs: 0, toMs: home.nowMs() };
    expect(() => home.explain.replayScene(long)).toThrow('at the most');
  });
});
