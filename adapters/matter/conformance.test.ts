// The Matter adapter meets every demand of the adapter contract, in its worker, on a real matter.js lamp.
import { expect, test } from 'vitest';
import type { NodeAddress } from '../../hub/model/identifiers.ts';
import { propertyKey } from '../../hub/model/properties.ts';
import { runConformance } from '../contract/conformance.ts';
import { TestHouse, whyNoNamespace } from './testing/test-house.ts';

test.skipIf(whyNoNamespace() !== null)(
  'the Matter adapter conforms',
  async () => {
    await using house = await TestHouse.open();
    const devices = await house.devices();
    const lamp = devices.of('reading-lamp');
    const subject = {
      node: '' as NodeAddress,
      property: propertyKey('on'),
      values: [true, false] as const,
    };
    const results = await runConformance({
      open: house.open,
      dataFolder: house.folder,
      settings: { mdnsInterface: 'lo' },
      subject,
      prepare: async (hub) => {
        const { manualCode: code } = lamp;
        await hub.call({ kind: 'pair', seconds: 30, via: null, installCode: null, code });
        subject.node = await hub.until(
          'the lamp',
          () => hub.messages.find((each) => each.kind === 'described')?.description.node,
          20_000,
        );
        await hub.until('its first report', () => hub.isOnline(subject.node) === true, 20_000);
      },
      touch: (value) => devices.set(lamp.key, 1, { onOff: { onOff: value } }),
      reach: (isInReach) => devices.freeze(!isInReach),
      secrets: () => [lamp.manualCode, lamp.qrCode, '20202031'],
    });
    expect(results.filter(({ isMet }) => !isMet)).toEqual([]);
    expect(results.length).toBeGreaterThan(10);
  },
  90_000,
);
