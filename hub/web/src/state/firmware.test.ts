// The update that a device's sheet shows.
import { expect, it } from 'vitest';
import type { JobJson } from '../../../api/shapes.ts';
import { firmwareJob, placeInQueue } from './firmware.ts';

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
