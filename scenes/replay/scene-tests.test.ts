// A scene's own tests: goal: each passes where the scene does what it says, and says what happened where it does not.
import { describe, expect, it } from 'vitest';
import type { TestReport } from '../../hub/model/explain.ts';
import { livedHome } from './test-lived-home.ts';

const LIGHT = `scene: Light the way at night
when: [{becomes: {hall-motion.occupancy: true}}]
while: {between: ["22:00", "07:00"]}
do:
  - set: {hall-lamp: {on: true, brightness: 25}}
  - wait: {holds: {hall-motion.occupancy: false}, for: 3min}
    timeout: 30min
  - restore: hall-lamp
tests:
  - given: {time: "23:10", hall-motion.occupancy: false, hall-lamp.on: false}
    when: [{hall-motion.occupancy: true}]
    then: [{hall-lamp: {on: true, brightness: 25}}, {runs: 1}]
  - given: {time: "12:00", hall-motion.occupancy: false}
    when: [{hall-motion.occupancy: true}]
    then: [{nothing: true}]
  - given: {time: "23:10", hall-motion.occupancy: false, hall-lamp.on: false}
    when: [{hall-motion.occupancy: true}, {after: 1min}, {hall-motion.occupancy: false}, {after: 5min}]
    then: [{is: {hall-lamp.on: false}}, {ends: done}]
`;

function tested(text: string): TestReport {
  using home = livedHome();
  const answer = home.explain.testScene({ scene: null, text });
  if (answer.errors !== null) throw new Error(JSON.stringify(answer.errors, null, 1));
  return answer.result;
}

function mistakes(tests: string): string[] {
  using home = livedHome();
  const text = `scene: S\nwhen: [{becomes: {hall-door.open: true}}]\ndo: [{delay: 1s}]\ntests:\n${tests}`;
  const { errors } = home.explain.testScene({ scene: null, text });
  return (errors ?? []).map(({ line, column, message }) => `${line}:${column} ${message}`);
}

describe('item 71: the tests of a scene, with a simulated clock', () => {
  it('item 71: the scene of the handbook passes its own tests', () => {
    const report = tested(LIGHT);
    expect(report).toMatchObject({ passed: 3, failed: 0 });
    expect(report.cases[0]?.checks[0]?.expected.en).toContain('brightness to 25 %');
    expect(report.cases[0]?.checks[0]?.expected.zh).toContain('亮度设为 25 %');
  });

  it('item 71: a test that fails says what was expected and what happened', () => {
    const report = tested(
      LIGHT.replace('brightness: 25}}, {runs: 1}', 'brightness: 60}}, {runs: 1}'),
    );
    expect(report).toMatchObject({ passed: 2, failed: 1 });
    const [first] = report.cases;
    expect(first?.checks.map(({ isMet }) => isMet)).toEqual([false, true]);
    expect(first?.happened.map(({ en }) => en).join('. ')).toContain('25 %');
    const day = tested(LIGHT.replace('[{nothing: true}]', '[{runs: 1}]'));
    expect(day.cases[1]).toMatchObject({ isPassed: false, run: { state: 'nearMiss' } });
    expect(day.cases[1]?.happened[0]?.en).toContain('Not run');
  });

  it('item 71: presses, commands, messages, times, webhooks and devices out of reach can be tested', () => {
    const report = tested(`scene: All
when:
  - presses: {bedroom-button.button: single}
  - at: "06:30"
  - webhook: bell
  - device: {hall-door: offline}
again: parallel 5
do:
  - command: {bedroom-blind: stop}
  - notify: {to: adults, text: "The blind stands still"}
tests:
  - when: [{bedroom-button.button: single}]
    then: [{bedroom-blind: stop}, {notify: stands still}]
  - given: {time: "23:00"}
    when: [{time: "06:31"}]
    then: [{runs: 1}]
  - when: [{webhook: bell}, {offline: hall-door}, {run: true}]
    then: [{runs: 3}]
  - given: {offline: hall-door}
    when: [{online: hall-door}]
    then: [{nothing: true}]
`);
    expect(report.cases.map(({ isPassed, checks }) => [isPassed, checks])).toEqual(
      report.cases.map(({ checks }) => [true, checks]),
    );
    expect(report).toMatchObject({ passed: 4, failed: 0 });
  });

  it('item 71: each mistake in a test is told with its line and column', () => {
    expect(
      mistakes(`  - given: {time: 2310, hall-lmp.on: true}
    when: [{hall-door.open: perhaps}, {aftr: 3min}]
    then: [{hall-lamp: {brightnes: 3}}, {runs: many}]
`),
    ).toEqual([
      expect.stringMatching(/^5:19 A time is written in quotation marks/),
      expect.stringMatching(/^5:25 There is no device "hall-lmp"; did you mean hall-lamp\?/),
      expect.stringMatching(/^6:29 /),
      expect.stringMatching(/^6:40 "aftr" is not known in a test; did you mean after\?/),
      expect.stringMatching(/^7:25 Hall lamp has no property "brightnes"/),
      expect.stringMatching(/^7:48 It is written as runs: 1/),
    ]);
  });

  it('item 71: a saved scene keeps running though a device of its test is gone', () => {
    const gone = LIGHT.replace('hall-lamp.on: false}', 'dev_gone.on: false}');
    expect(tested(gone).cases.map(({ number }) => number)).toEqual([2, 3]);
  });
});
