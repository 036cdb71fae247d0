// What zigbee-herdsman and its converters do not do for a hub, each with the tests that show that this one sees to it.
// A test that is renamed or removed is missed here by its title.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadModels } from '../../scripts/virtual-home/devices/model.ts';
import { DEFAULT_OPTIONS } from '../../scripts/virtual-home/options.ts';

interface Trap {
  readonly number: number;
  readonly trap: string;
  /** `file: title` of what shows it. */
  readonly shownBy: readonly string[];
}

const TRAPS: readonly Trap[] = [
  {
    number: 1,
    trap: 'a command that the node rejects resolves all the same',
    shownBy: [
      'zigbee-adapter.test.ts: a node that refuses fails the command, and its value stays what it is',
    ],
  },
  {
    number: 2,
    trap: 'custom clusters exist only once the definition was told of the start',
    shownBy: [
      // Philips' motionSensitivity is an attribute of such a cluster; it is written after a start of the process.
      'commands/sleepers.test.ts: gets its setting at its next sign of life, over a kill -9 of the process in between',
    ],
  },
  {
    number: 3,
    trap: 'a second controller in one process replaces the devices of the first',
    shownBy: [
      'library.test.ts: there is exactly one zigbee-herdsman, shared with its converters',
      'zigbee-adapter.test.ts: finds the same network, and describes each node again',
    ],
  },
  {
    number: 4,
    trap: 'a node without power takes 17 s to fail',
    shownBy: [
      'zigbee-adapter.test.ts: a lamp without power fails within 3 s, is told offline, and is found when it is back',
      'commands/groups.test.ts: one without power fails within 3 s, and the others are not held up by it',
    ],
  },
  {
    number: 5,
    trap: 'a coordinator that resets by itself goes unnoticed',
    shownBy: [
      'zigbee-adapter.test.ts: that restarts by itself is noticed within 15 s and set up again',
    ],
  },
  {
    number: 6,
    trap: 'a false start of a frame swallows the one behind it',
    shownBy: [
      'coordinator/unpi-parser.test.ts: garbage before, between and a false start cost no frame',
      'zigbee-adapter.test.ts: that sends garbage goes on',
    ],
  },
  {
    number: 7,
    trap: 'a coordinator that is away or mute is told late and in no words',
    shownBy: [
      'settings.test.ts: a coordinator on the network needs host, port and driver',
      'problems.test.ts: why a socket cannot be opened is found out by looking',
      'zigbee-adapter.test.ts: that falls silent is noticed within 15 s and connected again',
      'coordinator/other-sticks.test.ts: that lacks what its driver needs is told with the command',
    ],
  },
  {
    number: 8,
    trap: 'another key without a backup forms the network anew and forgets all devices',
    shownBy: [
      'coordinator/network-file.test.ts: with paired devices and neither file, nothing is made and the way back is told',
      'coordinator/network-file.test.ts: a lost file is made again from the backup of the coordinator',
      'coordinator/network-file.test.ts: another channel is asked of the same network',
    ],
  },
  {
    number: 9,
    trap: 'the backup holds the network key in clear, with the mode of the process',
    shownBy: [
      'zigbee-adapter.test.ts: keeps the network key out of every message, and its files to their owner',
      'problems.test.ts: keys never get into a log, whatever their form',
    ],
  },
  {
    number: 10,
    trap: 'an endpoint that does not say its model costs 10 s, and fingerprints compare endpoints',
    shownBy: [
      'zigbee-adapter.test.ts: describes every node of the home exactly, with kind, power and commands',
      'traps.test.ts: every emulated endpoint with a basic cluster says its model and maker',
    ],
  },
  {
    number: 11,
    trap: 'the manufacturer codes of Tuya make an interview wait',
    shownBy: ['traps.test.ts: no emulated device has a code that the library waits for'],
  },
  {
    number: 12,
    trap: 'joins are let in by a handler alone, and the libraries log to the console',
    shownBy: [
      'joining/joining.test.ts: a device that joins while the network is closed is sent away, and the household is told',
      'problems.test.ts: a flood of log lines is cut and counted',
    ],
  },
  {
    number: 13,
    trap: 'a radio without latency hides races and makes others',
    shownBy: ['traps.test.ts: the emulated radio takes its time unless a test says otherwise'],
  },
];

describe('each trap has its test', () => {
  test('from the first to the last', () => {
    expect(TRAPS.map(({ number }) => number)).toEqual(TRAPS.map((_, index) => index + 1));
    expect(TRAPS).toHaveLength(13);
  });

  test.each(TRAPS)('$number: $trap', ({ shownBy }) => {
    expect(shownBy.length).toBeGreaterThan(0);
    for (const shown of shownBy) {
      const [file = '', ...title] = shown.split(': ');
      const text = readFileSync(path.join(import.meta.dirname, file), 'utf8');
      expect(text, `${file} has no test of that name`).toContain(`'${title.join(': ')}'`);
    }
  });
});

const BASIC = 0x0000;
const MANUFACTURER_NAME = 0x0004;
const MODEL_ID = 0x0005;
const TUYA_CODES = [0, 4098, 4619];

test('every emulated endpoint with a basic cluster says its model and maker', () => {
  for (const { id, endpoints } of loadModels().values()) {
    for (const endpoint of endpoints.filter(({ servers }) => servers.includes(BASIC))) {
      const said = (endpoint.attributes.get(BASIC) ?? []).map((attribute) => attribute.id);
      expect(said, `${id} endpoint ${endpoint.id}`).toEqual(
        expect.arrayContaining([MANUFACTURER_NAME, MODEL_ID]),
      );
    }
  }
});

test('no emulated device has a code that the library waits for', () => {
  for (const { id, descriptor } of loadModels().values()) {
    expect(TUYA_CODES, id).not.toContain(descriptor.manufacturerCode);
  }
});

test('the emulated radio takes its time unless a test says otherwise', () => {
  expect(DEFAULT_OPTIONS.latency.minMs).toBeGreaterThanOrEqual(2);
  expect(DEFAULT_OPTIONS.latency.maxMs).toBeGreaterThan(DEFAULT_OPTIONS.latency.minMs);
});
