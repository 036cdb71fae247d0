// Goal: an update of a Matter device that is cut off, by a kill of the hub's adapter, of the device or by a silent
// link, leaves the device with its old firmware or the new one whole, and ends whole by itself afterwards. Method: the
// Matter worker and a real matter.js requestor, cut off when a random part of the image has gone over; the device waits
// three seconds for a block instead of the standard's five minutes. One point; more, of all three kinds, with
// INGLE_COUNT.
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeMatterImage } from '../../firmware-images/matter-ota.ts';
import type { FirmwareState } from '../../hub/model/firmware.ts';
import type { NodeAddress } from '../../hub/model/identifiers.ts';
import type { MatterPlacement } from '../../scripts/virtual-home/matter/model.ts';
import { createRandom } from '../../scripts/virtual-home/random.ts';
import { MatterHome, placement } from './testing/matter-home.ts';
import { type TestDevices, TestHouse, whyNoNamespace } from './testing/test-house.ts';

const SEED = Number(process.env.INGLE_SEED ?? Math.floor(Math.random() * 1e9));
const random = createRandom(SEED);
const [VENDOR, PRODUCT] = [0xfff1, 0x8000];
const IMAGE_BYTES = 300_000;
const WHOLE_WITHIN_MS = 150_000;
/** The page's own test of firmware kills the hub. */
const KINDS = ['link', 'node', 'hub'] as const;
const COUNT = Math.min(100, Number(process.env.INGLE_COUNT ?? 1));
const CUTS = Array.from({ length: COUNT }, (_, index) => ({
  by: KINDS[index % KINDS.length] ?? 'hub',
  part: 0.02 + 0.96 * random.next(),
  version: index + 2,
}));

const LAMP: MatterPlacement = {
  ...placement('lamp', [{ type: 'dimmable-light' }]),
  ...{ takesFirmware: true, blockWithinMs: 3_000 },
};

describe.skipIf(whyNoNamespace() !== null)('an update of a Matter device that is cut off', () => {
  let house: TestHouse;
  let devices: TestDevices;
  let home: MatterHome;
  let lamp: NodeAddress;

  beforeAll(async () => {
    process.stdout.write(`firmware-cut.test: seed ${SEED} (INGLE_SEED)\n`);
    house = await TestHouse.open();
    devices = await house.devices([LAMP], 'cut');
    home = await MatterHome.start(house);
    lamp = await home.add(devices.of('lamp').manualCode);
  }, 60_000);

  afterAll(async () => {
    await home?.[Symbol.asyncDispose]();
    await house?.[Symbol.asyncDispose]();
  });

  const state = async () =>
    (await home.hub.call({ kind: 'firmwareState', node: lamp })) as FirmwareState;

  function imageOf(version: number) {
    const payload = new Uint8Array(IMAGE_BYTES).map((_, index) => index * version);
    const bytes = writeMatterImage({
      ...{ vendorId: VENDOR, productId: PRODUCT, softwareVersion: version, payload },
      softwareVersionString: `${version}.0`,
    });
    const file = path.join(house.folder, `${version}.ota`);
    writeFileSync(file, bytes);
    return {
      ...{ path: file, fileSize: bytes.length, fileVersion: version },
      sha512: createHash('sha512').update(bytes).digest('hex'),
      ...{ manufacturerCode: VENDOR, imageType: PRODUCT, isDowngrade: false, whenAsked: false },
    };
  }

  /** Waits for a state, and says which there were on the way. */
  async function reaches(wanted: (now: FirmwareState) => boolean): Promise<FirmwareState> {
    const seen: string[] = [];
    const endsAtMs = performance.now() + WHOLE_WITHIN_MS;
    for (;;) {
      const now = await state();
      if (now.kind !== seen.at(-1)) seen.push(now.kind);
      if (wanted(now)) return now;
      if (now.kind === 'failed' || performance.now() > endsAtMs) {
        throw new Error(`It is ${JSON.stringify(now)} after ${seen.join(', ')}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  test.each(CUTS)(
    'by the $by at $part of version $version is whole in the end',
    {
      timeout: 2 * WHOLE_WITHIN_MS,
    },
    async ({ by, part, version }) => {
      const image = imageOf(version);
      const call = { kind: 'firmwareUpdate', node: lamp, image } as const;
      await home.hub.call(call);
      await reaches((now) => now.kind === 'running' && now.bytes >= part * image.fileSize);
      if (by === 'hub') {
        await home.hub.line.kill();
        home = await MatterHome.start(house);
        await home.online(lamp, true, 60_000);
      } else if (by === 'node') {
        await devices.kill();
        devices = await house.devices([LAMP], 'cut');
      } else {
        devices.freeze(true);
        await new Promise((resolve) => setTimeout(resolve, 4_000));
        devices.freeze(false);
      }
      const running = await devices.fetched('lamp');
      const before = version === 2 ? undefined : version - 1;
      expect([before, version]).toContain(running?.softwareVersion);
      // Whoever lost the update in a kill offers it again, as a job of the hub does by itself.
      if (by === 'hub' && running?.softwareVersion !== version) await home.hub.call(call);
      if (running?.softwareVersion !== version) await reaches((now) => now.kind === 'done');
      expect(await devices.fetched('lamp')).toEqual({
        softwareVersion: version,
        sha512: image.sha512,
      });
      await home.online(lamp, true, 30_000);
    },
  );
});
