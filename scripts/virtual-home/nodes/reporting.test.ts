// Attribute reporting: the minimum, the maximum and the change that were configured. Spec: ZCL § 2.5.11.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Timers } from '../timers.ts';
import { Reporter } from './reporting.ts';

let timers: Timers;
let value: number;
let sent: number[];

beforeEach(() => {
  vi.useFakeTimers();
  timers = new Timers();
  value = 2_000;
  sent = [];
});
afterEach(() => {
  timers.stop();
  vi.useRealTimers();
});

function reporter(minSeconds: number, maxSeconds: number, change: number | undefined): Reporter {
  const source = { value: () => value, send: () => void sent.push(value) };
  const created = new Reporter(timers, { minSeconds, maxSeconds, change }, source);
  vi.advanceTimersByTime(2_000);
  expect(sent).toEqual([2_000]);
  return created;
}

describe('a reporter', () => {
  it('waits for the minimum, then reports the newest value', () => {
    const subject = reporter(10, 3_600, 10);
    value = 2_100;
    subject.changed('configured');
    value = 2_150;
    subject.changed('configured');
    expect(sent).toHaveLength(1);
    vi.advanceTimersByTime(10_000);
    expect(sent).toEqual([2_000, 2_150]);
  });

  it('keeps quiet about less than the reportable change', () => {
    const subject = reporter(0, 3_600, 100);
    value = 2_099;
    subject.changed('configured');
    expect(sent).toHaveLength(1);
    value = 2_100;
    subject.changed('configured');
    expect(sent).toEqual([2_000, 2_100]);
  });

  it('reports at the maximum even when nothing has changed', () => {
    reporter(0, 60, 100);
    vi.advanceTimersByTime(60_000);
    vi.advanceTimersByTime(60_000);
    expect(sent).toEqual([2_000, 2_000, 2_000]);
  });

  it('reports every change of a discrete value, and never the same one twice', () => {
    const subject = reporter(0, 3_600, undefined);
    value = 2_001;
    subject.changed('configured');
    subject.changed('configured');
    expect(sent).toEqual([2_000, 2_001]);
  });

  it('reports at once when it is told to', () => {
    const subject = reporter(300, 3_600, 100);
    value = 2_001;
    subject.changed('now');
    expect(sent).toEqual([2_000, 2_001]);
  });

  it('is silent once it is stopped', () => {
    const subject = reporter(0, 3, 1);
    subject.stop();
    vi.advanceTimersByTime(10_000);
    expect(sent).toHaveLength(1);
  });
});
