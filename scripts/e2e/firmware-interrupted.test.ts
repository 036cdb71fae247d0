// Goal: an update that is cut off at any point, by the link, by the hub or at the lamp, goes on by itself and ends
// whole; until then the lamp runs what it ran. Method: the real hub (ended by SIGKILL and started again), the real
// library, an emulated lamp whose power and an emulated coordinator whose line are cut at random points of the image.
// INGLE_COUNT sets how many cuts; the seed is printed and INGLE_SEED repeats it.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createRandom } from '../virtual-home/random.ts';
import {
  ended,
  type JobAnswer,
  lampImage,
  look,
  MODELS,
  NEW,
  OLD,
  startJob,
  stock,
  versionOf,
} from './firmware-house.ts';
import { connected, type House, nodeOf, openHouse } from './house.ts';
import { waitFor } from './running-hub.ts';

/** A cut takes ten seconds: even the longest run has an end. */
const COUNT = Math.min(Number(process.env.INGLE_COUNT ?? 2), 200);
const SEED = Number(process.env.INGLE_SEED ?? Date.now() % 1_000_000);
const BYTES = 3_000;
const IMAGE = lampImage(MODELS[0].imageType, BYTES);

let house: House;
beforeAll(async () => {
  house = await openHouse({
    environment: { INGLE_ZIGBEE_OTA_BLOCK_DELAY: '0' },
    home: { latency: { minMs: 1, maxMs: 4 } },
  });
  await house.add('Hall lamp');
  await stock(house, IMAGE);
}, 90_000);
afterAll(() => house?.[Symbol.asyncDispose]());

it('is tried once more where the lamp took the image and came back with what it ran before', async () => {
  const { id } = await house.device('hall-lamp');
  const { ieee } = nodeOf(house, 'Hall lamp');
  house.home.control.firmwareBehaviour(ieee, 'fallsBack');
  const job = await startJob(house, { kind: 'firmware', device: id });
  const said = async () => (await look(house, job)).log.map(({ text }) => text.en).join('\n');
  await waitFor(
    'it to be tried again',
    async () => /tried again \(2\/5\)/.test(await said()),
    60_000,
  );
  house.home.control.firmwareBehaviour(ieee, 'runsIt');
  expect((await ended(house, job, 60_000)).state).toBe('done');
  expect(versionOf(house, 'Hall lamp')).toBe(NEW);
  const { body } = await house.hub.call<{ items: { hold: unknown }[] }>('/api/firmware');
  expect(body.items.map(({ hold }) => hold)).toEqual([null]);
}, 150_000);

const CUTS = ['link', 'node', 'hub'] as const;

it(`ends whole however often it is cut off (${COUNT} cuts, seed ${SEED})`, async () => {
  const random = createRandom(SEED);
  const { id } = await house.device('hall-lamp');
  const { ieee } = nodeOf(house, 'Hall lamp');
  const tally: Record<string, number> = {};
  for (let round = 0; round < COUNT; round += 1) {
    const cut = CUTS[round % CUTS.length] ?? 'link';
    const at = random.next();
    house.home.control.factoryFirmware(ieee, OLD);
    const job = await startJob(house, { kind: 'firmware', device: id });
    const told = `cut ${round + 1} of ${COUNT}: ${cut} at ${Math.round(at * 100)} %, seed ${SEED}`;
    await waitFor(`the point of the ${told}`, async () => {
      const { progress, state } = await look(house, job);
      return (progress ?? 0) >= at * 0.95 || state !== 'running';
    });
    const before = versionOf(house, 'Hall lamp');
    if (cut === 'link') house.home.control.fault({ kind: 'unplug', ms: 300 });
    if (cut === 'hub') {
      await house.hub.kill();
      // Until the image is whole and was taken, the lamp runs what it ran.
      expect([OLD, NEW]).toContain(versionOf(house, 'Hall lamp'));
      await house.restart();
    }
    if (cut === 'node') {
      house.home.control.cutPower(ieee);
      await new Promise((resolve) => setTimeout(resolve, random.next() * 500));
      house.home.control.givePower(ieee);
    }
    await connected(house);
    // A hub that was killed behind the end knows of no job any more.
    const isOver = (await house.hub.call(`/api/jobs/${job}`)).status === 404;
    const end: JobAnswer | null = isOver ? null : await ended(house, job, 240_000);
    const log = end?.log.map(({ text }) => text.en).join('\n');
    if (end !== null) {
      expect(end.state, `${told}: ${JSON.stringify(end.problem)}\n${log}`).toBe('done');
    }
    expect(versionOf(house, 'Hall lamp'), told).toBe(NEW);
    const installed = house.home.control.installed(ieee);
    expect(installed?.equals(IMAGE), `${told}: the lamp runs the whole image`).toBe(true);
    const key = `${cut}, ${before === NEW ? 'after it was whole' : 'in the middle'}`;
    tally[key] = (tally[key] ?? 0) + 1;
  }
  process.stdout.write(`Firmware cut off: ${JSON.stringify(tally)}, seed ${SEED}\n`);
}, 86_400_000);
