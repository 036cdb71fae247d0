// What is said before a network is taken over with a coordinator that nobody has tried.
import { expect, test } from 'vitest';
import { COORDINATOR_DRIVERS } from '../../model/coordinator-drivers.ts';
import type { SourceHome } from '../../model/moving-in.ts';
import { planMove } from './plan.ts';

const source = (driver: string | null): SourceHome => ({
  network: { panId: 0x1a62, extendedPanId: '1122334455667788', channel: 20, coordinator: null },
  port: { port: '/dev/ttyUSB0', driver, baudRate: null },
  devices: [],
  groups: [],
  leftOut: [],
});

/** The notes of a plan, in both languages. */
function notes(from: string | null, to: string | null): (readonly [string, string])[] {
  const { problems, lines } = planMove({
    ...{ source: source(from), files: {}, own: null, isDemo: false },
    ...{ settings: [], rooms: [], devices: [], port: null, driver: to },
    drivers: COORDINATOR_DRIVERS.map(({ name }) => name),
  });
  expect(problems).toEqual([]);
  return lines.filter(({ what }) => what === 'note').map(({ text }) => [text.en, text.zh]);
}

test('a driver that was tried takes the network over without a word', () => {
  expect(notes('zstack', null)).toEqual([]);
  expect(notes(null, 'zstack')).toEqual([]);
});

test('a driver that was never run here is said to be untried, and another family than before too', () => {
  expect(notes('ember', null)).toEqual([
    [
      expect.stringContaining('The driver ember was never run here'),
      expect.stringContaining('ember 从未'),
    ],
  ]);
  expect(notes('zstack', 'ember')).toEqual([
    [
      expect.stringMatching(/ran with the driver zstack; going over to ember was never tried/),
      expect.stringContaining('可能需要重新配对'),
    ],
  ]);
});
