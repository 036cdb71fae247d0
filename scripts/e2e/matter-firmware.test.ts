// Goal: a person updates a Matter lamp in the page from the hub's own catalogue, and it ends with the whole image; a
// hub that is killed in the middle of the next transfer leaves the lamp as it was, and its job goes on until the image
// is whole there; one that is stopped says so. Method: real Chromium, the real hub (ended by SIGKILL), a real matter.js
// lamp with matter.js's own OTA requestor in a network of its own (root on Linux), which waits three seconds for a
// block instead of the standard's five minutes.
import { createHash } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeMatterImage } from '../../firmware-images/matter-ota.ts';
import type { MatterPlacement } from '../virtual-home/matter/model.ts';
import { type BrowserPage, openOwnersPage } from './browser-page.ts';
import type { JobAnswer } from './firmware-house.ts';
import { connected, type DeviceJson } from './house.ts';
import { type MatterDevices, startMatterDevices, whyNoMatter } from './matter-devices.ts';
import { makeFolder, type RunningHub, startHub, waitFor } from './running-hub.ts';

const why = whyNoMatter();
const [VENDOR, PRODUCT] = [0xfff1, 0x8000];
const LAMP: MatterPlacement = {
  ...{ key: 'lamp', name: 'Lamp', room: 'hall', product: 'Lamp', takesFirmware: true },
  ...{ passcode: 20202079, discriminator: 0x779, blockWithinMs: 3_000 },
  endpoints: [{ type: 'dimmable-light' }],
};
/** The last two are fetched for seconds, at some 400 KB a second, so that they can be cut off in the middle. */
const imageOf = (softwareVersion: number, bytes: number) =>
  writeMatterImage({
    ...{ vendorId: VENDOR, productId: PRODUCT, softwareVersion },
    softwareVersionString: `${softwareVersion}.0`,
    payload: new Uint8Array(bytes).map((_, index) => index * 31),
  });
const [SECOND, THIRD, FOURTH] = [imageOf(2, 60_000), imageOf(3, 2_000_000), imageOf(4, 4_000_000)];
const sha512 = (image: Uint8Array) => createHash('sha512').update(image).digest('hex');

let matter: MatterDevices;
let data = '';
let hub: RunningHub;
let browser: BrowserPage | undefined;
let lamp = '';

const title = `firmware of a Matter lamp${why ? ` (skipped: ${why})` : ''}`;
describe.skipIf(why !== null)(title, () => {
  const start = async () => {
    hub = await startHub({
      data,
      environment: { ...matter.environment, INGLE_FIRMWARE_QUIET_HOURS: 'off' },
    });
    await connected({ hub }, 'matter');
  };
  const device = async () => (await hub.call<DeviceJson>(`/api/devices/${lamp}`)).body;
  const job = async (id: string) => (await hub.call<JobAnswer>(`/api/jobs/${id}`)).body;

  async function stock(image: Uint8Array) {
    const folder = makeFolder();
    writeFileSync(path.join(folder, 'lamp.ota'), image);
    const body = { path: path.join(folder, 'lamp.ota'), unsigned: 'lamp.ota' };
    const taken = await hub.call<{ detail?: string }>('/api/firmware', { body });
    rmSync(folder, { recursive: true });
    return taken;
  }

  beforeAll(async () => {
    data = makeFolder();
    matter = await startMatterDevices([LAMP]);
    await start();
    await hub.call('/api/jobs', {
      body: {
        kind: 'pair',
        protocol: 'matter',
        seconds: 60,
        code: matter.named('Lamp').manualCode,
      },
    });
    lamp = await waitFor('the lamp in the home', async () => {
      const { body } = await hub.call<{ items: DeviceJson[] }>('/api/devices');
      return body.items[0]?.id;
    });
    await waitFor('it to be online', async () => (await device()).availability.online);
  }, 120_000);

  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]();
    await hub?.[Symbol.asyncDispose]();
    await matter?.[Symbol.asyncDispose]();
    if (data !== '') rmSync(data, { recursive: true, force: true });
  });

  it('an image that was cut short is refused with a reason', async () => {
    const short = await stock(SECOND.subarray(0, 900));
    expect(short.status).toBe(422);
    expect(short.body.detail).toBeTruthy();
  });

  const running = () =>
    waitFor('the job', async () => {
      const { body } = await hub.call<{ items: JobAnswer[] }>('/api/jobs');
      return body.items.find(({ state }) => state === 'running')?.id;
    });

  it('is begun in the page, and ends with the whole image', async () => {
    expect((await stock(SECOND)).status).toBe(201);
    browser = await openOwnersPage(hub);
    const { at } = browser;
    await browser.open('');
    await at(`open-${(await device()).handle}`)
      .first()
      .click();
    await at('device-about').locator('summary').first().click();
    await at('device-firmware').getByText('2.0').waitFor();
    await at('firmware-update').click();
    const id = await running();
    const end = await waitFor(
      'the update to end',
      async () => {
        const now = await job(id);
        return now.state !== 'running' && now;
      },
      60_000,
    );
    expect(end, JSON.stringify(end)).toMatchObject({ state: 'done', problem: null });
    expect(await matter.fetched('lamp')).toEqual({
      softwareVersion: 2,
      sha512: sha512(SECOND),
    });
    await waitFor('it to be online again', async () => (await device()).availability.online);
    expect(browser.errors).toEqual([]);
  }, 120_000);

  async function fetching(image: Uint8Array): Promise<string> {
    expect((await stock(image)).status).toBe(201);
    const started = await hub.call<JobAnswer>('/api/jobs', {
      body: { kind: 'firmware', device: lamp },
    });
    const { id } = started.body;
    let seen: JobAnswer | null = null;
    const isHalf = async () => {
      seen = await job(id);
      const { state, step, progress, problem } = seen;
      if (state !== 'running') throw new Error(`it ended: ${JSON.stringify(problem)}`);
      return step?.name === 'send' && progress !== null && progress > 0.2 && progress < 1;
    };
    await waitFor('a part of the image to be fetched', isHalf).catch((error) => {
      throw new Error(`${error}; the job: ${JSON.stringify(seen)}`);
    });
    return id;
  }

  const over = (id: string) =>
    waitFor(
      'the job to end',
      async () => {
        const now = await job(id);
        return now.state !== 'running' && now;
      },
      60_000,
    );

  it('is whole in the end, though the hub is killed in the middle; the lamp works meanwhile', async () => {
    const id = await fetching(THIRD);
    await hub.kill();
    await start();
    await waitFor('it to be online again', async () => (await device()).availability.online);
    expect(await matter.fetched('lamp')).toMatchObject({ softwareVersion: 2 });
    const command = await hub.call(`/api/devices/${lamp}/commands?wait=acknowledged`, {
      body: { property: 'on', value: true },
    });
    expect(command.status).toBe(200);
    const end = await over(id);
    expect(end, JSON.stringify(end)).toMatchObject({ state: 'done', problem: null });
    expect(await matter.fetched('lamp')).toEqual({ softwareVersion: 3, sha512: sha512(THIRD) });
    await waitFor('it to be online again', async () => (await device()).availability.online);
  }, 120_000);

  it('keeps what it has when somebody stops the update, and the job says so', async () => {
    const id = await fetching(FOURTH);
    await hub.call(`/api/jobs/${id}`, { method: 'DELETE' });
    const end = await over(id);
    expect(end.state).toBe('cancelled');
    expect(end.log.at(-1)?.text).toMatchObject({
      en: expect.stringContaining('keeps its firmware'),
      zh: expect.stringContaining('保留原来的固件'),
    });
    expect(await matter.fetched('lamp')).toMatchObject({ softwareVersion: 3 });
  }, 60_000);
});
