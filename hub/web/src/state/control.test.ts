// A press and what closes it: every state a command can end in.
import { describe, expect, it } from 'vitest';
import type { CommandJson } from '../../../api/shapes.ts';
import {
  afterCommand,
  afterRefusal,
  afterReport,
  afterSnapshot,
  isUnderWay,
  pressed,
  restingValue,
  sameValue,
  shownOf,
} from './control.ts';
import { testProperty } from './test-device.ts';

function command(state: CommandJson['state']): CommandJson {
  return {
    id: 'cmd_1',
    device: 'dev_1',
    property: 'on',
    value: true,
    state,
    cause: { kind: 'member', id: 'mem_1' },
    requestedAt: '2026-11-21T19:00:00.000Z',
    sentAt: null,
    acknowledgedAt: null,
    observedAt: null,
    endedAt: null,
    problem: state === 'timedOut' ? { code: 'timed-out', detail: 'No answer', hint: null } : null,
  };
}

describe('a control that was pressed', () => {
  const control = pressed(1, true);

  it.each(['requested', 'sent', 'acknowledged'] as const)(
    'is pending while the command is %s',
    (state) => {
      expect(afterCommand(control, command(state))).toMatchObject({
        phase: 'pending',
        command: 'cmd_1',
      });
    },
  );

  it('is closed by the report that shows it', () => {
    expect(afterCommand(control, command('observed'))).toBeNull();
  });

  it('gives way to a later press of somebody else', () => {
    expect(afterCommand(control, command('superseded'))).toBeNull();
  });

  it.each(['failed', 'timedOut', 'refused'] as const)(
    'stays with its reason when it %s',
    (state) => {
      const after = afterCommand(control, command(state));
      expect(after).toMatchObject({ phase: 'failed', wanted: true });
      if (state === 'timedOut') expect(after?.problem?.detail).toBe('No answer');
    },
  );

  it('says whether it was refused or never sent', () => {
    const problem = { code: 'forbidden', detail: 'Not at this hour', hint: null };
    expect(afterRefusal(control, problem, false).phase).toBe('failed');
    expect(afterRefusal(control, problem, true).phase).toBe('notSent');
  });

  it('forgets a failure once the device is as it was wanted after all', () => {
    const failed = { ...control, phase: 'failed' as const };
    expect(afterReport(failed, true)).toBeNull();
    expect(afterReport(failed, false)).toBe(failed);
    expect(afterReport(control, true)).toBe(control);
  });

  it('is not left pending by a command whose end was missed', () => {
    const pending = { ...control, phase: 'pending' as const, command: 'cmd_1' };
    const followed = testProperty({ wanted: true, wantedBy: 'cmd_1' });
    expect(afterSnapshot(pending, followed)).toBe(pending);
    expect(afterSnapshot(pending, testProperty({ value: false }))).toBeNull();
    expect(afterSnapshot(pending, undefined)).toBeNull();
  });
});

describe('what is shown of a property', () => {
  it('keeps reported and wanted apart', () => {
    const shown = shownOf(testProperty({ value: false }), pressed(1, true));
    expect(shown).toMatchObject({ value: false, wanted: true, phase: 'sending' });
    expect(isUnderWay(shown)).toBe(true);
    expect(restingValue(shown)).toBe(true);
  });

  it('is pending also when somebody else wants something of it', () => {
    const shown = shownOf(testProperty({ value: 20, wanted: 80, type: 'number' }), undefined);
    expect(shown).toMatchObject({ value: 20, wanted: 80, phase: 'pending' });
  });

  it('rests at the report after a failure', () => {
    const shown = shownOf(testProperty({ value: 20 }), { ...pressed(1, 80), phase: 'failed' });
    expect(restingValue(shown)).toBe(20);
  });
});

describe('two values', () => {
  it('are the same within what an eye sees', () => {
    expect(sameValue(50, 50.4)).toBe(true);
    expect(sameValue(50, 52)).toBe(false);
    expect(sameValue({ hue: 10, saturation: 50 }, { hue: 11, saturation: 51 })).toBe(true);
    expect(sameValue(true, false)).toBe(false);
    expect(sameValue(null, false)).toBe(false);
  });
});
