// Goal: a lamp is updated from the hub's own catalogue, one after the other, with progress; a hub that is killed in the
// middle goes on by itself; a sensor that sleeps is served when it asks, and not while its battery is low. Method: the
// real hub and library, the emulated lamp's OTA client.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeImage } from '../../firmware-images/zigbee-ota.ts';
import { lampImage, stock } from './firmware-house.ts';
import { type House, nodeOf, openHouse } from './house.ts';
import { makeFolder, waitFor } from './running-hub.ts';

interface Firmware {
  readonly handle: string;
  readonly firmware: { readonly available: string | null };
}

interface JobAnswer {
  readonly id: string;
  readonly state: string;
  readonly progress: number | null;
  readonly etaSeconds: number | null;
  readonly step: { readonly name: string } | null;
  readonly problem: { readonly detail: string } | null;
}

const OLD = 0x23087631;
const NEW = 0x23093000;
/** For the lamp in the hall, and a smaller one for the lamp in the bathroom. */
const [image, other] = [
  { imageType: 8705, bytes: 1_200 },
  { imageType: 8706, bytes: 200 },
].map(({ imageType, bytes }) =>
  writeImage({
    ...{ manufacturerCode: 0x117c, imageType, fileVersion: NEW },
    text: 'TRADFRI bulb 2.3.093',
    elements: [{ tag: 0, data: new Uint8Array(bytes).map((_, index) => index) }],
  }),
) as [Uint8Array, Uint8Array];

let house: House;
let lamp: { id: string };
beforeAll(async () => {
  house = await openHouse({ environment: { INGLE_ZIGBEE_OTA_BLOCK_DELAY: '100' } });
  await house.add('Hall lamp', 'Bathroom lamp');
  lamp = await house.device('hall-lamp');
}, 90_000);
afterAll(() => house?.[Symbol.asyncDispose]());

const fileVersion = (name = 'Hall lamp') => nodeOf(house, name).fileVersion;
const look = async (id: string) => (await house.hub.call<JobAnswer>(`/api/jobs/${id}`)).body;
async function update({ id } = lamp): Promise<string> {
  const { status, body } = await house.hub.call<JobAnswer>('/api/jobs', {
    body: { kind: 'firmware', device: id },
  });
  expect(status, JSON.stringify(body)).toBe(202);
  return body.id;
}
const isHalfway = (id: string) =>
  waitFor('a part of the image to be sent', async () => {
    const { progress, state, problem } = await look(id);
    if (state !== 'running') throw new Error(`the update ended: ${JSON.stringify(problem)}`);
    return (progress ?? 0) > 0.3;
  });

it('takes a verified image into the catalogue and refuses what is none', async () => {
  const folder = makeFolder();
  const file = path.join(folder, 'bulb.ota');
  writeFileSync(file, image);
  const body = { path: file, unsigned: 'bulb.ota' };
  const taken = await house.hub.call<{ added: object[] }>('/api/firmware', { body });
  expect(taken.status).toBe(201);
  expect(taken.body.added[0]).toMatchObject({
    fileVersion: NEW,
    otaHeaderString: 'TRADFRI bulb 2.3.093',
  });
  writeFileSync(file, image.subarray(0, 600));
  expect((await house.hub.call('/api/firmware', { body })).status).toBe(422);
  expect((await house.hub.call('/api/firmware', { body: { path: file } })).status).toBe(422);
  const checked = await house.hub.call(`/api/devices/${lamp.id}/firmware`);
  expect(checked.body).toMatchObject({
    current: { fileVersion: OLD },
    available: { fileVersion: NEW },
  });
  writeFileSync(file, other);
  expect((await house.hub.call('/api/firmware', { body })).status).toBe(201);
});

/** What the API tells of a device by itself, without asking it. */
const newer = async (handle: string) => {
  const { body } = await house.hub.call<{ items: Firmware[] }>('/api/devices');
  return body.items.find((one) => one.handle === handle)?.firmware.available;
};

it('tells by itself which devices there is something newer for', async () => {
  expect(await newer('hall-lamp')).toBe('TRADFRI bulb 2.3.093');
  // Nobody asks for this one: the hub does.
  await waitFor('the other lamp', async () => {
    return (await newer('bathroom-lamp')) === 'TRADFRI bulb 2.3.093';
  });
}, 60_000);

it('goes on by itself when the hub was killed in the middle, under the same job', async () => {
  const id = await update();
  await isHalfway(id);
  await house.hub.kill();
  expect(fileVersion()).toBe(OLD);
  await house.restart();
  // The lamp works meanwhile.
  const command = await house.hub.call(`/api/devices/${lamp.id}/commands?wait=acknowledged`, {
    body: { property: 'on', value: true },
  });
  expect(command.status).toBe(200);
  expect((await look(id)).state).toBe('running');
  await isHalfway(id);
  await house.hub.call(`/api/jobs/${id}`, { method: 'DELETE' });
  await waitFor('the job to stop', async () => (await look(id)).state === 'cancelled');
  expect(fileVersion()).toBe(OLD);
  // What was stopped is not taken up again.
  await house.hub.kill();
  await house.restart();
  expect((await house.hub.call(`/api/jobs/${id}`)).status).toBe(404);
}, 90_000);

it('stops when somebody says so, refuses a second update meanwhile, and leaves the lamp as it was', async () => {
  const id = await update();
  await isHalfway(id);
  const waiting = await update(await house.device('bathroom-lamp'));
  expect((await look(waiting)).step).toMatchObject({ name: 'queue', part: { index: 1, of: 1 } });
  await house.hub.call(`/api/jobs/${waiting}`, { method: 'DELETE' });
  await waitFor('it to be gone', async () => (await look(waiting)).state === 'cancelled');
  const second = await house.hub.call('/api/jobs', {
    body: { kind: 'firmware', device: lamp.id },
  });
  expect(second.status).toBe(409);
  await house.hub.call(`/api/jobs/${id}`, { method: 'DELETE' });
  await waitFor('the job to stop', async () => (await look(id)).state === 'cancelled');
  expect(fileVersion()).toBe(OLD);
}, 30_000);

it('updates it when it is asked again, with progress, and the one that waited after it', async () => {
  const id = await update();
  const next = await update(await house.device('bathroom-lamp'));
  await isHalfway(id);
  expect((await look(id)).etaSeconds).toBeGreaterThan(0);
  expect((await look(next)).step).toMatchObject({ name: 'queue', part: { index: 1, of: 1 } });
  expect(fileVersion('Bathroom lamp')).toBe(OLD);
  const job = await waitFor(
    'the update to end',
    async () => {
      const now = await look(id);
      return now.state !== 'running' && now;
    },
    60_000,
  );
  expect(job, JSON.stringify(job)).toMatchObject({ state: 'done', progress: 1, problem: null });
  expect(fileVersion()).toBe(NEW);
  const device = await house.hub.call(`/api/devices/${lamp.id}`);
  expect(device.body.firmware).toEqual({ current: '2.3.093', available: null });
  await waitFor('the other lamp', async () => (await look(next)).state === 'done', 60_000);
  expect(fileVersion('Bathroom lamp')).toBe(NEW);
}, 90_000);

it('waits for a sensor that sleeps until that asks by itself, over a restart of the hub too', async () => {
  await house.add('Kitchen motion');
  const sensor = await house.device('kitchen-motion');
  const { ieee } = nodeOf(house, 'Kitchen motion');
  await stock(house, lampImage(4547, 200, { fileVersion: 0x02000000 }));
  // Its button is pressed, and it says what it runs.
  const checked = await house.hub.call(`/api/devices/${sensor.id}/firmware`);
  expect(checked.body, JSON.stringify(checked.body)).toMatchObject({
    available: { fileVersion: 0x02000000 },
  });
  const charged = async (percent: number) => {
    house.home.control.set(ieee, { battery: percent });
    await waitFor(`a battery at ${percent} %`, async () => {
      return (await house.device('kitchen-motion')).properties.battery?.value === percent;
    });
  };
  await charged(20);
  const refused = await house.hub.call('/api/jobs', {
    body: { kind: 'firmware', device: sensor.id },
  });
  expect([refused.status, refused.body.detail]).toEqual([
    409,
    'The battery of Kitchen motion is at 20 %',
  ]);
  await charged(90);
  const id = await update(sensor);
  const isAt = (step: string) =>
    waitFor(`the job to be at ${step}`, async () => (await look(id)).step?.name === step, 60_000);
  await isAt('armed');
  await house.hub.kill();
  // It is fast asleep, and nobody asks it anything.
  house.home.control.cutPower(ieee);
  await house.restart();
  await waitFor('the image to wait again', async () => (await look(id)).step?.name === 'armed');
  house.home.control.givePower(ieee);
  house.home.control.askForImage(ieee);
  await waitFor('the job to end', async () => (await look(id)).state === 'done', 60_000);
  expect(nodeOf(house, 'Kitchen motion').fileVersion).toBe(0x02000000);
}, 180_000);
