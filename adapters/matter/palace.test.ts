// Goal: of a bridge of 125 endpoints with every device type that the library knows, each endpoint is a device of the
// home with a kind and with what it can do, or with the list of what has no place. With INGLE_COUNT: there is time for
// it.
import { expect, test } from 'vitest';
import type { NodeDescription } from '../../hub/model/device.ts';
import { MatterHome } from './testing/matter-home.ts';
import { TestHouse, whyNoNamespace } from './testing/test-house.ts';

const PALACE = new URL('./testing/palace-node.ts', import.meta.url);
const ENDPOINTS = 125;
const isMeant = process.env.INGLE_COUNT !== undefined && whyNoNamespace() === null;

test.runIf(isMeant)(
  '125 devices of every type are there, each of its kind, and what says nothing is none',
  async () => {
    await using house = await TestHouse.open();
    const devices = await house.devices(PALACE, 'palace');
    await using home = await MatterHome.start(house);
    const bridge = await home.add(devices.of('palace').qrCode);
    const found = new Map<string, NodeDescription>();
    await home.hub.until(
      'all of them',
      () => {
        for (const message of home.hub.messages) {
          if (message.kind === 'described')
            found.set(message.description.node, message.description);
        }
        return found.size === ENDPOINTS + 1;
      },
      90_000,
    );
    found.delete(bridge);
    const all = [...found.values()];
    for (const { title, kind, support, properties, commands, notShown = [] } of all) {
      const row = [title, kind, properties.length, commands.length, notShown.length];
      process.stdout.write(`palace.test: ${row.join('  ')}\n`);
      // One or two types consist of nothing but the devices that they would be composed of.
      const isBare = properties.length + commands.length + notShown.length === 0;
      expect([title, support]).toEqual([title, isBare ? 'unsupported' : expect.any(String)]);
    }
    for (const { node } of all) await home.online(node, true, 60_000);
    const withoutKind = all.filter(({ kind }) => kind === 'other').map(({ title }) => title);
    process.stdout.write(`palace.test: without a kind: ${withoutKind.join(', ')}\n`);
    expect(withoutKind.length).toBeLessThan(15);
  },
  300_000,
);
