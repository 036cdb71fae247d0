// Goal: a Matter device is given an image of the hub's catalogue, restarts and runs it; one whose bytes were changed
// on the disk is given to nobody. Method: the Matter worker and a real matter.js device with an OTA requestor, in a
// network namespace that leads nowhere.
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeMatterImage } from '../../firmware-images/matter-ota.ts';
import type { FirmwareIdentity, FirmwareState, HeardFirmware } from '../../hub/model/firmware.ts';
import type { NodeAddress } from '../../hub/model/identifiers.ts';
import { ScriptedHub } from '../contract/scripted-hub.ts';
import { type TestDevices, TestHouse, whyNoNamespace } from './testing/test-house.ts';

const [VENDOR, PRODUCT] = [0xfff1, 0x8000];
const REACHED_MS = 20_000;
/** Two in turn with `npm run soak`. */
const VERSIONS = Number(process.env.INGLE_COUNT ?? 1) > 1 ? [2, 3] : [2];

describe.skipIf(whyNoNamespace() !== null)('firmware of Matter devices', () => {
  let house: TestHouse;
  let devices: TestDevices;
  let hub: ScriptedHub;
  let lamp: NodeAddress;

  beforeAll(async () => {
    house = await TestHouse.open();
    devices = await house.devices(
      [
        {
          ...{ key: 'lamp', name: 'lamp', room: 'hall', product: 'Lamp', takesFirmware: true },
          ...{ passcode: 20202077, discriminator: 0x777 },
          endpoints: [{ type: 'dimmable-light' }],
        },
      ],
      'firmware',
    );
    hub = new ScriptedHub(house.open);
    hub.start({ dataFolder: house.folder, settings: { mdnsInterface: 'lo' } });
    await hub.connectCore();
    await hub.until('Matter', () => hub.state()?.kind === 'connected', 30_000);
    const pair = { kind: 'pair', seconds: 30, via: null, installCode: null } as const;
    await hub.call({ ...pair, code: devices.of('lamp').manualCode });
    await hub.until(
      'the lamp to be added',
      () => hub.messages.some((each) => each.kind === 'pair' && each.progress.kind === 'closed'),
      REACHED_MS,
    );
    for (const message of hub.messages) {
      if (message.kind === 'pair' && message.progress.kind === 'described') {
        lamp = message.progress.node;
      }
    }
    await hub.until('the lamp online', () => hub.isOnline(lamp) === true, REACHED_MS);
  }, 90_000);

  afterAll(async () => {
    await hub?.[Symbol.asyncDispose]();
    await house?.[Symbol.asyncDispose]();
  });

  const runs = async () =>
    (await hub.call({ kind: 'firmwareCheck', node: lamp })) as FirmwareIdentity;
  const state = async () =>
    (await hub.call({ kind: 'firmwareState', node: lamp })) as FirmwareState;

  function offer(fileVersion: number) {
    const payload = new Uint8Array(64 * 1024).map((_, index) => index * 31);
    const bytes = writeMatterImage({
      ...{ vendorId: VENDOR, productId: PRODUCT, softwareVersion: fileVersion, payload },
      softwareVersionString: `${fileVersion}.0`,
    });
    const file = path.join(house.folder, `${fileVersion}.ota`);
    writeFileSync(file, bytes);
    return {
      ...{ path: file, fileSize: bytes.length, fileVersion },
      sha512: createHash('sha512').update(bytes).digest('hex'),
      ...{ manufacturerCode: VENDOR, imageType: PRODUCT, isDowngrade: false, whenAsked: false },
    };
  }

  it('are known by what the standard has them tell', async () => {
    const heard = (await hub.call({ kind: 'firmwareHeard' })) as HeardFirmware[];
    expect(heard).toMatchObject([{ node: lamp, identity: { fileVersion: 1 } }]);
    expect(await runs()).toMatchObject({
      ...{ manufacturerCode: VENDOR, imageType: PRODUCT, fileVersion: 1 },
    });
    expect(await state()).toEqual({ kind: 'idle' });
  });

  it('is not given to anybody once its bytes are others, nor as a downgrade', async () => {
    const image = offer(2);
    writeFileSync(image.path, Buffer.alloc(image.fileSize));
    const call = { kind: 'firmwareUpdate', node: lamp } as const;
    await expect(hub.call({ ...call, image })).rejects.toThrow(/not the file of its checksum/);
    const older = { ...offer(2), isDowngrade: true };
    await expect(hub.call({ ...call, image: older })).rejects.toThrow(/no older firmware/);
    expect(await state()).toEqual({ kind: 'idle' });
  });

  it('is fetched whole and run after a restart', { timeout: 120_000 }, async () => {
    for (const version of VERSIONS) {
      const image = offer(version);
      await hub.call({ kind: 'firmwareUpdate', node: lamp, image });
      const seen = new Set<string>();
      let now = await state();
      const deadline = performance.now() + 50_000;
      while (now.kind !== 'done' && now.kind !== 'failed' && performance.now() < deadline) {
        seen.add(now.kind);
        await new Promise((resolve) => setTimeout(resolve, 20));
        now = await state();
      }
      expect(now, `of ${[...seen].join(', ')}`).toEqual({ kind: 'done' });
      expect(await runs()).toMatchObject({ fileVersion: version });
      expect(await devices.fetched('lamp')).toEqual({
        softwareVersion: version,
        sha512: image.sha512,
      });
    }
  });
});
