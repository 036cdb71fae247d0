// Goal: adding a device that is cut off leaves it neither lost nor in a fabric that does not know it. Method: the
// Matter worker is killed at each step from which the device may have its place in the fabric, and started again on
// what it had written; and a device is found that does not answer for a while, as one that another attempt holds.
import { ManualPairingCodeCodec } from '@matter/main/types';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NodeAddress } from '../../hub/model/identifiers.ts';
import { MatterHome, placement } from './testing/matter-home.ts';
import { type TestDevices, TestHouse, whyNoNamespace } from './testing/test-house.ts';

/** Steps of ten: the device is looked for in the fabric, is told that it may stay, is told whose the fabric is. */
const STEPS = [8, 9, 10];
const FOUND_WITHIN_MS = 20_000;
const FINISHED_WITHIN_MS = 30_000;

const LAMPS = STEPS.map((step) => placement(`lamp-${step}`, [{ type: 'dimmable-light' }]));
const SLOW = placement('slow', [{ type: 'on-off-plug' }]);

describe.skipIf(whyNoNamespace() !== null)('adding a Matter device that is cut off', () => {
  let house: TestHouse;
  let devices: TestDevices;
  let home: MatterHome;

  beforeAll(async () => {
    house = await TestHouse.open();
    devices = await house.devices([...LAMPS, SLOW], 'cut');
    home = await MatterHome.start(house);
  }, 60_000);

  afterAll(async () => {
    await home?.[Symbol.asyncDispose]();
    await house?.[Symbol.asyncDispose]();
  });

  test.each(STEPS)(
    'at step %i it is finished by itself after the next start, and the device works',
    async (step) => {
      const { manualCode } = devices.of(`lamp-${step}`);
      await begin(manualCode);
      const steps = () =>
        progress().flatMap((each) => (each.kind === 'interviewing' ? [each.index] : []));
      await home.hub.until(`step ${step}`, () => steps().includes(step), FOUND_WITHIN_MS);
      await home.hub.line.kill();

      home = await MatterHome.start(house);
      const node = await home.hub.until(
        'the lamp to be described',
        () => described(`Product lamp-${step}`),
        FINISHED_WITHIN_MS,
      );
      await home.online(node, true);
      await home.set(node, 'on', true);
      expect(await devices.get(`lamp-${step}`, 1, 'onOff', 'onOff')).toBe(true);

      // By its code it is found, and not added once more; nor is it taken for unfinished at the next start.
      expect(await home.pair(manualCode)).toEqual({ node, problem: null });
      await home.stop();
      home = await MatterHome.start(house);
      await home.online(node, true);
      await home.hub.call({ kind: 'remove', node, force: false });
    },
    90_000,
  );

  test('a device that does not answer yet is tried again, which is said, and then added', async () => {
    const { manualCode } = devices.of('slow');
    const { discriminator, passcode } = SLOW;
    // From now on the hub knows where it is.
    await home.pair(ManualPairingCodeCodec.encode({ discriminator, passcode: passcode + 1 }));
    devices.freeze(true);
    const from = await begin(manualCode, 120);
    const note = await home.hub.until(
      'the hub to say so',
      () => progress(from).find((each) => each.kind === 'note'),
      60_000,
    );
    expect(note).toMatchObject({
      text: {
        en: expect.stringMatching(/^It is there, but does not answer yet/),
        zh: expect.stringMatching(/还没有应答/),
      },
    });
    devices.freeze(false);
    const node = await home.hub.until(
      'the plug to be described',
      () => described('Product slow'),
      FINISHED_WITHIN_MS,
    );
    await home.online(node, true);
  }, 120_000);

  /** Begins adding a device; what is told of it stands from there on among the messages. */
  async function begin(code: string, seconds = 60): Promise<number> {
    const from = home.hub.messages.length;
    await home.hub.call({ kind: 'pair', seconds, via: null, installCode: null, code });
    return from;
  }

  function progress(from = 0) {
    const messages = home.hub.messages.slice(from);
    return messages.flatMap((each) => (each.kind === 'pair' ? [each.progress] : []));
  }

  /** The node that was told with this product last. */
  function described(product: string): NodeAddress | undefined {
    const told = home.hub.messages.flatMap((each) => {
      if (each.kind === 'described') return [each.description];
      const isPaired = each.kind === 'pair' && each.progress.kind === 'described';
      return isPaired ? [each.progress.description] : [];
    });
    return told.findLast(({ model }) => model === product)?.node;
  }
});
