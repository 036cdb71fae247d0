// A pairing as the page reads it out of the job.
import { describe, expect, it } from 'vitest';
import type { JobJson } from '../../../api/shapes.ts';
import {
  askedOf,
  isOverRadio,
  pairedDevices,
  proposals,
  runningPair,
  stepIndex,
  warningsOf,
} from './pairing.ts';

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

  it('shows what a search has found until it is looked for anew, whatever else the record holds', () => {
    const plug = { protocol: 'shelly', address: '10.0.0.2', name: 'Plug', model: null };
    const lamp = { ...plug, protocol: 'wled', address: '10.0.0.3', name: 'Strip', model: 'esp32' };
    const jobs = [
      job({ state: 'done', result: { devices: [], proposed: [plug, lamp, null, { name: 7 }] } }),
      job({ result: { devices: [], proposed: [plug] } }),
      ...[null, 'text', {}, { proposed: 1 }].map((result) => job({ result })),
    ];
    expect(proposals(jobs, 'shelly')).toEqual([plug]);
    expect(proposals(jobs, 'wled')).toEqual([lamp]);
    expect(proposals(jobs, 'zigbee')).toEqual([]);
  });

  it('tells what the person is to do now', () => {
    const asks = { en: 'Press the button.', zh: '请按下按钮。' };
    expect(askedOf(job({ result: { asks } }))).toEqual(asks);
    for (const result of [null, {}, { asks: null }, { asks: { en: 'Press' } }]) {
      expect(askedOf(job({ result }))).toBeNull();
    }
  });

  it('shows what is doubtful about what was added, and nothing that is no warning', () => {
    const late = { en: 'Out of its time.', zh: '不在有效期内。' };
    expect(warningsOf(job({ result: { warnings: [late, null, { en: 'half' }] } }))).toEqual([late]);
    for (const result of [null, {}, { warnings: 'x' }]) {
      expect(warningsOf(job({ result }))).toEqual([]);
    }
  });

  it('speaks of a closed network only where a radio was open', () => {
    expect(isOverRadio(job({ result: { adapter: 'zigbee', devices: [] } }))).toBe(true);
    expect(isOverRadio(job({ result: { adapter: 'shelly', devices: [] } }))).toBe(false);
    for (const result of [null, 'text', {}]) expect(isOverRadio(job({ result }))).toBe(true);
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
