// Steps that ask people and reach out of the house: answers that lead a run on, questions before an act, messages that
// are repeated until they are seen, calls whose outcome decides.
import { describe, expect, it } from 'vitest';
import type { Problem } from '../../hub/model/errors.ts';
import type { MemberRecord, Role } from '../../hub/model/home.ts';
import { memberId } from '../../hub/model/identifiers.ts';
import type { RunTrace } from '../../hub/model/run.ts';
import { TestWorld } from './test-world.ts';

const PRESS = 'when: [{presses: {bedroom-button.button: single}}]\n';
const MINUTE = 60_000;

function homeWith(steps: string, more = ''): TestWorld {
  const home = new TestWorld();
  home.scene('s', `scene: S\n${PRESS}${more}do:\n${steps}`);
  return home;
}
const press = (home: TestWorld): void => home.press('bedroom-button.button', 'single');
const lines = (run: RunTrace | undefined): string[] => run?.steps.map(({ text }) => text.en) ?? [];
const last = (home: TestWorld): RunTrace | undefined => home.runs().at(-1);

function member(role: Role): MemberRecord {
  const id = memberId(`mem_${role}`);
  return { id, name: 'Anna', role, language: 'en', version: 1, createdAtMs: 0 };
}

/** Presses a button of the newest message. */
function answer(home: TestWorld, action: string, role: Role = 'adult', back = 1): void {
  const asked = home.notifications.at(-back);
  if (asked === undefined) throw new Error('nothing was told');
  const who = member(role);
  const cause = { kind: 'member', id: who.id, via: 'page' } as const;
  const given = { notification: asked.id, action, cause, member: who };
  home.input(() => home.evaluator.answered(given, home.world));
}

describe('asking people', () => {
  const QUESTION = `
  - notify: {to: adults, text: "The window is open.", actions: {close: Close it, leave: Leave it}, wait: 10min}
    answers:
      close: [{command: {bedroom-blind: stop}}]
    else: [{notify: {text: "Nobody answered."}}]
  - toggle: washer
`;

  it('item 60: a message has buttons, and the answer leads the run on from where it waits', () => {
    const home = homeWith(QUESTION);
    press(home);
    expect(home.notifications[0]).toMatchObject({
      text: 'The window is open.',
      actions: [
        { id: 'close', text: 'Close it' },
        { id: 'leave', text: 'Leave it' },
      ],
      answerUntilMs: home.now.wallMs + 10 * MINUTE,
    });
    expect(home.asked()).toEqual([]);
    home.pass(MINUTE);
    answer(home, 'close');
    expect(home.asked()).toEqual(['bedroom-blind!stop', 'washer.on=true']);
    expect(lines(last(home))).toContain('Anna answered “close”');
  });

  it('item 60: a question waits through a power cut, and its answer still resumes the run', () => {
    const home = homeWith(QUESTION);
    press(home);
    home.restart({ downMs: 3 * MINUTE, reboot: true });
    answer(home, 'leave');
    expect(home.asked()).toEqual(['washer.on=true']);
    expect(last(home)?.state).toBe('done');
  });

  it('item 60: where nobody answers in time the run goes the other way, and a late answer is refused', () => {
    const home = homeWith(QUESTION);
    press(home);
    home.pass(11 * MINUTE);
    expect(home.told()).toEqual(['The window is open.', 'Nobody answered.']);
    expect(() => answer(home, 'close', 'adult', 2)).toThrow(/Nobody waits for an answer/);
    expect(home.asked()).toEqual(['washer.on=true']);
  });

  it('item 60: only those answer to whom the message went', () => {
    const home = homeWith(QUESTION);
    press(home);
    expect(() => answer(home, 'close', 'child')).toThrow('Anna was not asked');
    expect(home.asked()).toEqual([]);
    answer(home, 'close', 'owner');
    expect(home.asked()).toHaveLength(2);
  });

  it('item 60: a message is repeated until somebody says that they have seen it, and at most so often', () => {
    const steps =
      '  - notify: {text: "Water!", urgent: true, until: acknowledged, every: 5min, times: 3}\n    else: [{toggle: washer}]\n';
    const seen = homeWith(steps);
    press(seen);
    expect(seen.notifications[0]?.actions).toEqual([{ id: 'seen', text: 'I have seen it' }]);
    seen.pass(6 * MINUTE);
    expect(seen.told()).toHaveLength(2);
    // The buttons of the earlier message still count.
    answer(seen, 'seen', 'adult', 2);
    seen.pass(60 * MINUTE);
    expect(seen.told()).toHaveLength(2);
    expect(seen.asked()).toEqual([]);
    const unseen = homeWith(steps);
    press(unseen);
    unseen.pass(60 * MINUTE);
    expect(unseen.told()).toHaveLength(3);
    expect(unseen.asked()).toEqual(['washer.on=true']);
  });

  const CONFIRM = `
  - confirm: {ask: "Lock the door?", of: adults, timeout: 5min}
    else: [{notify: {text: "It stays open."}}]
  - set: {front-lock: {locked: true}}
`;

  it('item 61: nothing is done before somebody has said yes', () => {
    const home = homeWith(CONFIRM);
    press(home);
    expect(home.asked()).toEqual([]);
    answer(home, 'yes');
    expect(home.asked()).toEqual(['front-lock.locked=true']);
  });

  it('item 61: with a no, or without an answer in time, the run ends without the act', () => {
    const refused = homeWith(CONFIRM);
    press(refused);
    answer(refused, 'no');
    refused.pass(10 * MINUTE);
    const silent = homeWith(CONFIRM);
    press(silent);
    silent.pass(10 * MINUTE);
    for (const home of [refused, silent]) {
      expect(home.asked()).toEqual([]);
      expect(home.told()).toEqual(['Lock the door?', 'It stays open.']);
      expect(last(home)?.state).toBe('done');
      expect(lines(last(home))).toContain('Ended here: nobody said yes');
    }
  });
});

describe('calls to the outside', () => {
  const CALL = `
  - http: {url: "https://hooks.example/door", body: {text: "{{cause.device.name}} \\"{{time}}\\""}}
    retry: {times: 1, every: 10s, within: 1min}
    else: [{notify: {text: "The call failed."}}]
  - toggle: washer
`;
  const fails = (code: Problem['code']): Problem => ({ code, message: 'No', hint: null });

  function end(home: TestWorld, problem: Problem | null): void {
    const call = home.calls.at(-1);
    if (call === undefined) throw new Error('nothing was called');
    home.input(() => home.evaluator.delivered(call.id, { status: null, problem }, home.world));
  }

  it('item 65: a call goes out with its blanks filled, and the run goes on once it is done', () => {
    const home = homeWith(CALL);
    press(home);
    expect(home.calls[0]?.call).toMatchObject({
      kind: 'http',
      method: 'POST',
      url: 'https://hooks.example/door',
      headers: { 'Content-Type': 'application/json' },
      timeoutMs: 10_000,
    });
    const { call } = home.calls[0] ?? {};
    const body: unknown = JSON.parse((call?.kind === 'http' && call.body) || '');
    expect(body).toEqual({ text: 'Bedroom button "13:00"' });
    expect(home.asked()).toEqual([]);
    end(home, null);
    expect(home.asked()).toEqual(['washer.on=true']);
  });

  it('item 65: a call that surely did nothing is tried again, one that may have is not', () => {
    const home = homeWith(CALL);
    press(home);
    end(home, fails('unreachable'));
    home.pass(10_000);
    expect(home.calls).toHaveLength(2);
    end(home, fails('timed-out'));
    home.pass(MINUTE);
    expect(home.calls).toHaveLength(2);
    expect(home.told()).toEqual(['The call failed.']);
  });

  it('item 65: a call whose outcome got lost in a power cut is reported as unknown, and not repeated', () => {
    const home = homeWith('  - http: {url: "https://hooks.example/door", method: POST}\n');
    press(home);
    home.restart({ downMs: MINUTE, reboot: true });
    home.pass(MINUTE);
    expect(home.calls).toHaveLength(1);
    expect(last(home)?.state).toBe('failed');
    expect(last(home)?.steps.at(-1)?.problem?.code).toBe('internal');
  });

  it('item 65: a message goes out over MQTT with its blanks filled', () => {
    const home = homeWith(
      '  - mqtt: {topic: ingle/door, payload: "{{cause.value}}", retain: true}\n',
    );
    press(home);
    const call = { kind: 'mqtt', topic: 'ingle/door', payload: 'pressed', retain: true };
    expect(home.calls.map((one) => one.call)).toEqual([call]);
    end(home, fails('forbidden'));
    expect(last(home)?.state).toBe('failed');
  });
});
