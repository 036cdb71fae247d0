// Goal: whatever scenes a household writes, whatever happens and whenever the hub is killed, its scenes do what the
// specification says. Method: random scenes and stories are lived through by the evaluator, which is stopped at random
// instants and goes on from what its tables held, and by a slow home that never stops; both must have done the same at
// the same milliseconds. INGLE_SEED and INGLE_COUNT repeat a run and lengthen it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HubError } from '../../hub/model/errors.ts';
import type { SceneId } from '../../hub/model/identifiers.ts';
import { type PropertyValue, parsePropertyKey } from '../../hub/model/properties.ts';
import { homeNames } from '../language/names.ts';
import type { Scene } from '../language/scene.ts';
import { toStored } from '../language/stored.ts';
import { TEST_DEVICES, TEST_ROOMS } from '../language/test-home.ts';
import { TestWorld } from './test-world.ts';
import { ReferenceHome } from './testing/reference-home.ts';
import type { Deeds } from './testing/reference-run.ts';
import {
  type Happening,
  happening,
  type SceneFile,
  type Stop,
  sceneFile,
  stop,
} from './testing/test-scenes.ts';

/** The soak gives the kills of whole hubs; two of these homes are lived through for each of them. */
const COUNT = process.env.INGLE_COUNT === undefined ? 200 : 2 * Number(process.env.INGLE_COUNT);
const SEED = Number(process.env.INGLE_SEED ?? Date.now() % 1_000_000);

const AT = '2026-03-04T11:00:00Z';
const GIVEN: readonly (readonly [string, PropertyValue])[] = [
  ['hall-motion.occupancy', false],
  ['hall-lamp.on', false],
  ['washer.on', true],
  ['kitchen-climate.temperature', 27],
];
const NAMES = homeNames(TEST_DEVICES, TEST_ROOMS);
const RECONNECT = { kind: 'reconnect', adapter: 'zigbee' as never } as const;
/** The last act of each story: what was begun comes to an end, as far as it has one. */
const REST_MS = 7_200_000;

function place(reference: string) {
  const [handle = '', property = ''] = reference.split('.');
  const device = TEST_DEVICES.find((one) => one.handle === handle);
  if (device === undefined) throw new Error(`no device ${handle}`);
  return { device: device.id, property: parsePropertyKey(property).key };
}

const textOf = (file: SceneFile, name: string): string =>
  JSON.stringify({ scene: name, ...file }, null, 1);

/** Chance may write a scene that is too large for a household; that one is refused, and tested elsewhere. */
function isWithinBounds(file: SceneFile): boolean {
  const { errors } = toStored(textOf(file, 'S'), NAMES);
  return !errors?.every(({ message }) => /at most \d+ (?:conditions|steps|deep)/.test(message));
}

function read(text: string): Scene {
  const result = toStored(text, NAMES);
  if (result.errors) throw new Error(JSON.stringify(result.errors, null, 1));
  return result.scene;
}

/** As the evaluator lives it, stopped and started again. */
function lived(
  files: readonly SceneFile[],
  story: readonly Happening[],
  stops: readonly Stop[],
): Deeds {
  const home = new TestWorld({ at: AT });
  // Ids carry this number; with as many figures in all of them their order is that of time.
  home.seq = 100_000;
  for (const [reference, value] of GIVEN) home.given(reference, value);
  const ids = files.map((file, index) => home.scene(`${index}`, textOf(file, `S${index}`)));
  for (const [index, one] of story.entries()) {
    for (const { isPowerCut, downMs } of stops.filter(({ before }) => before === index)) {
      home.restart({ downMs, reboot: isPowerCut, fromDisk: isPowerCut });
      home.pass(0);
    }
    happen(home, ids, one);
  }
  home.pass(REST_MS);
  return {
    commands: home.commands.map(({ atMs, device, body }) => {
      if (body.kind !== 'set') throw new Error('the stories only set');
      return { atMs, device, property: body.property, value: body.value };
    }),
    messages: home.told().map((text, index) => ({ atMs: home.toldAtMs[index] ?? 0, text })),
    ends: home.traces.flatMap(({ scene, state, startedAtMs, endedAtMs }) =>
      state === 'running' || endedAtMs === null
        ? []
        : [{ atMs: endedAtMs, begunMs: startedAtMs, scene, state }],
    ),
  };
}

function happen(home: TestWorld, ids: readonly SceneId[], one: Happening): void {
  switch (one.do) {
    case 'report':
      home.report(one.what, one.value, one.isReconnect ? RECONNECT : undefined);
      return;
    case 'press':
      home.press('bedroom-button.button', one.value);
      return;
    case 'online':
      home.setOnline(one.handle, one.isOnline);
      return;
    case 'run': {
      const id = ids[one.scene];
      try {
        if (id) home.run(id);
      } catch (error) {
        if (!(error instanceof HubError && error.code === 'busy')) throw error;
      }
      return;
    }
    case 'pass':
      home.pass(one.ms);
      return;
    default:
      one satisfies never;
  }
}

/** As the reference lives it, which is never stopped: it only sees nothing while the hub is off. */
function told(
  files: readonly SceneFile[],
  story: readonly Happening[],
  stops: readonly Stop[],
): Deeds {
  const scenes = files.map((file, index) => {
    return [`scene_${index}`, read(textOf(file, `S${index}`))] as const;
  });
  const given = GIVEN.map(([reference, value]) => {
    const { device, property } = place(reference);
    return [`${device}.${property}`, value] as const;
  });
  const home = new ReferenceHome(Date.parse(AT), new Map(given), new Map(scenes));
  for (const [index, one] of story.entries()) {
    for (const { downMs } of stops.filter(({ before }) => before === index)) home.restart(downMs);
    switch (one.do) {
      case 'report': {
        const { device, property } = place(one.what);
        home.report(device, property, one.value, one.isReconnect);
        break;
      }
      case 'press': {
        const { device, property } = place('bedroom-button.button');
        home.press(device, property, one.value);
        break;
      }
      case 'online':
        home.setOnline(place(`${one.handle}.battery`).device, one.isOnline);
        break;
      case 'run':
        home.run(`scene_${one.scene}`);
        break;
      case 'pass':
        home.pass(one.ms);
        break;
      default:
        one satisfies never;
    }
  }
  home.pass(REST_MS);
  return home.deeds;
}

describe('any scenes in any story', () => {
  it(
    `item 78: do what a slow and plain home does, however often the hub is killed (${COUNT} homes)`,
    () => {
      process.stderr.write(`scenes against the reference: INGLE_SEED=${SEED}, ${COUNT} homes\n`);
      let deeds = 0;
      fc.assert(
        fc.property(
          fc.array(sceneFile, { minLength: 1, maxLength: 4 }),
          fc.array(happening, { minLength: 3, maxLength: 40 }),
          fc.array(stop, { maxLength: 6 }),
          (files, story, stops) => {
            fc.pre(files.every(isWithinBounds));
            const expected = told(files, story, stops);
            expect(lived(files, story, stops)).toEqual(expected);
            deeds += expected.commands.length + expected.messages.length + expected.ends.length;
          },
        ),
        { numRuns: COUNT, seed: SEED },
      );
      process.stderr.write(`they did ${deeds} things, all of them alike\n`);
      expect(deeds).toBeGreaterThan(COUNT);
    },
    60_000 + COUNT * 200,
  );
});
