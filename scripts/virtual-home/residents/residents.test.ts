// The residents: every sensor of the home feels something within a minute of the wall clock, and a seed repeats.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadHome, loadModels } from '../devices/model.ts';
import { Network } from '../radio/network.ts';
import { createRandom } from '../random.ts';
import { Residents } from './residents.ts';

const MODELS = loadModels();

function house(seed: number) {
  const random = createRandom(seed);
  const network = new Network({
    random,
    latency: { minMs: 2, maxMs: 20 },
    speed: 60,
    events: { traffic() {}, stateChanged() {}, configurationChanged() {} },
  });
  for (const placement of loadHome()) {
    const model = MODELS.get(placement.model);
    if (model !== undefined) network.addNode(model, placement);
  }
  const residents = new Residents(network, random, { speed: 60, startHour: 7 });
  const stop = () => {
    residents.stop();
    network.stop();
  };
  return { network, residents, stop };
}

/** All that was seen of the home's state, second by second. */
function watch(network: Network, seconds: number): Map<string, Set<unknown>> {
  const seen = new Map<string, Set<unknown>>();
  for (let i = 0; i < seconds; i++) {
    vi.advanceTimersByTime(1_000);
    for (const node of network.nodes) {
      for (const [name, value] of Object.entries(node.state)) {
        const key = `${node.placement.name}: ${name}`;
        seen.set(key, (seen.get(key) ?? new Set()).add(value));
      }
    }
  }
  return seen;
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the residents', () => {
  it.each([1, 7, 42])('with seed %i move every sensor within a minute', (seed) => {
    const { network, residents, stop } = house(seed);
    residents.start();
    const seen = watch(network, 60);
    for (const key of [
      'Hall motion: occupancy',
      'Kitchen motion: occupancy',
      'Hall motion: temperature',
      'Hall motion: illuminance',
      'Living room climate: temperature',
      'Living room climate: humidity',
      'Outdoor climate: temperature',
      'Washing machine plug: power',
      'Front door: open',
      'Front door lock: locked',
      'Bedroom blind: closedPercent',
      'Bedroom window: open',
      'Bedroom window: temperature',
      'Living room radiator: temperature',
      'Smoke alarm: temperature',
    ]) {
      expect(seen.get(key)?.size, key).toBeGreaterThan(1);
    }
    stop();
  });

  it('use the front door and its lock in the course of a day', () => {
    const { network, residents, stop } = house(7);
    residents.start();
    const seen = watch(network, 24 * 60);
    expect(seen.get('Front door: open')?.size).toBe(2);
    expect(seen.get('Front door lock: locked')?.size).toBe(2);
    expect(seen.get('Living room radiator: heating')?.size).toBe(2);
    const warmest = Math.max(
      ...[...(seen.get('Living room climate: temperature') ?? [])].map(Number),
    );
    const coldest = Math.min(
      ...[...(seen.get('Living room climate: temperature') ?? [])].map(Number),
    );
    expect(coldest).toBeGreaterThan(15);
    expect(warmest).toBeLessThan(28);
    // Nobody's kitchen burns and nothing leaks by itself: an alarm is somebody's wish.
    expect(seen.get('Smoke alarm: smoke')?.size).toBe(1);
    expect(seen.get('Washing machine leak: leak')?.size).toBe(1);
    stop();
  });

  it('do the same with the same seed', () => {
    const run = () => {
      const { network, residents, stop } = house(9);
      residents.start();
      const seen = [...watch(network, 120)].map(([key, values]) => [key, [...values]]);
      stop();
      return JSON.stringify(seen);
    };
    expect(run()).toBe(run());
  });
});
