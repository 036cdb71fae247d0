// A pairing as the page reads it out of the job.
import { describe, expect, it } from 'vitest';
import type { JobJson } from '../../../api/shapes.ts';
import { pairedDevices, runningPair, stepIndex } from './pairing.ts';

function job(change: Partial<JobJson> = {}): JobJson {
  return {
    id: 'job_1',
    kind: 'pair',
    state: 'running',
    step: { name: 'open', index: 1, of: 4 },
    progress: 0,
    etaSeconds: 120,
    log: [],
    result: null,
    problem: null,
    startedAt: '2026-11-21T19:00:00.000Z',
    endedAt: null,
    ...change,
  };
}

describe('adding a device', () => {
  it('goes through its steps', () => {
    const at = (name: string) => stepIndex(job({ step: { name, index: 1, of: 4 } }));
    expect(['open', 'found', 'interview', 'configure', 'named', 'done'].map(at)).toEqual([
      0, 1, 2, 3, 4, 4,
    ]);
    expect(stepIndex(job({ step: null }))).toBe(0);
  });

  it('names what has joined, whatever else the record holds', () => {
    const devices = [{ id: 'dev_1', name: 'Lamp' }, { id: 7 }, null];
    expect(pairedDevices(job({ result: { devices } }))).toEqual([{ id: 'dev_1', name: 'Lamp' }]);
    for (const result of [null, 'text', {}, { devices: 1 }]) {
      expect(pairedDevices(job({ result }))).toEqual([]);
    }
  });

  it('is found again by a page that comes back', () => {
    const jobs = [
      job({ id: 'job_0', state: 'done' }),
      job({ id: 'job_2', kind: 'interview' }),
      job(),
    ];
    expect(runningPair(jobs)?.id).toBe('job_1');
    expect(runningPair([])).toBeNull();
  });
});
