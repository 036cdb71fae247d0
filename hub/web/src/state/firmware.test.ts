// The update that a device's sheet shows.
import { expect, it } from 'vitest';
import type { JobJson } from '../../../api/shapes.ts';
import {
  firmwareJob,
  paceOf,
  placeInQueue,
  rolloutJob,
  rolloutParts,
  tonight,
} from './firmware.ts';

const job = (change: Partial<JobJson>): JobJson => ({
  id: 'job_1',
  kind: 'firmware',
  state: 'running',
  step: null,
  progress: null,
  etaSeconds: null,
  log: [],
  result: { device: 'dev_1' },
  problem: null,
  startedAt: '2026-11-21T10:00:00.000Z',
  endedAt: null,
  ...change,
});

it('is the newest update of that device and no other job', () => {
  const jobs = [
    job({ id: 'job_0', state: 'failed', startedAt: '2026-11-21T09:00:00.000Z' }),
    job({}),
    job({ id: 'job_2', result: { device: 'dev_2' } }),
    job({ id: 'job_3', kind: 'interview' }),
    job({ id: 'job_4', result: null }),
  ];
  expect(firmwareJob(jobs, 'dev_1')?.id).toBe('job_1');
  expect(firmwareJob(jobs, 'dev_9')).toBeNull();
});

it('has a place in the queue until it is its turn', () => {
  const step = { name: 'queue', index: 1, of: 4, part: { index: 3, of: 5 } };
  expect(placeInQueue(job({ step }))).toBe(3);
  expect(placeInQueue(job({ step: { name: 'check', index: 2, of: 4 } }))).toBeNull();
  expect(placeInQueue(job({}))).toBeNull();
});

it('goes so fast, or has stood still for so long, or nobody can tell', () => {
  expect(paceOf(job({}))).toEqual({ bytesPerSecond: null, stalledSeconds: null });
  const result = { device: 'dev_1', bytesPerSecond: 200, stalledSeconds: 30 };
  expect(paceOf(job({ result }))).toEqual({ bytesPerSecond: 200, stalledSeconds: 30 });
  expect(paceOf(job({ result: null })).bytesPerSecond).toBeNull();
});

it('is part of the newest roll-out, whose devices are listed', () => {
  const parts = [{ device: 'dev_1', state: 'done' }];
  const jobs = [
    job({ id: 'job_1', kind: 'rollout', startedAt: '2026-11-21T09:00:00.000Z' }),
    job({ id: 'job_2', kind: 'rollout', result: { parts } }),
    job({ id: 'job_3' }),
  ];
  const rollout = rolloutJob(jobs);
  expect(rollout?.id).toBe('job_2');
  expect(rollout && rolloutParts(rollout)).toEqual(parts);
  expect(rolloutParts(job({ result: null }))).toEqual([]);
  expect(rolloutJob([job({})])).toBeNull();
});

it('may wait for the night that comes', () => {
  expect(tonight(new Date(2026, 10, 22, 20, 15))).toEqual(new Date(2026, 10, 23, 3, 0));
  expect(tonight(new Date(2026, 10, 22, 2, 59))).toEqual(new Date(2026, 10, 22, 3, 0));
  expect(tonight(new Date(2026, 11, 31, 3, 0))).toEqual(new Date(2027, 0, 1, 3, 0));
});
