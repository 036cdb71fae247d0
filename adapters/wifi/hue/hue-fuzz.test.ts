// Goal: whatever a Hue bridge or something in its place says, the adapter stays up, keeps its devices, and does not
// grow.
// Method: mutated events on the stream and mutated answers to the hub's requests, with whole ones now and then. More
// of them with INGLE_COUNT.
import { expect, test } from 'vitest';
import { propertyKey } from '../../../hub/model/properties.ts';
import { createRandom } from '../../../scripts/virtual-home/random.ts';
import { mutate, settledHeapBytes } from '../testing/mutate.ts';
import { nodeOf, pair, setUp, THINGS } from './testing/hue-home.ts';
import { idOf } from './testing/hue-things.ts';

const COUNT = Number(process.env.INGLE_COUNT ?? 150);
const SEED = Number(process.env.INGLE_SEED ?? 20_261_122);
const GROWTH_BYTES_MAX = 12 * 1024 * 1024;

test(
  `${COUNT} mutated events and answers (seed ${SEED}) neither stop the adapter nor lose a device`,
  async () => {
    const random = createRandom(SEED);
    await using setting = await setUp();
    const { hub, bridge } = setting;
    const desk = nodeOf(bridge, THINGS.desk);
    const forget = (): void => {
      for (const list of [hub.items, hub.messages, hub.batches]) list.length = 0;
    };
    const whole = [...bridge.resources.values()];
    const event = (): string => {
      const data = [structuredClone(random.pick(whole))];
      const type = random.pick(['update', 'update', 'update', 'add', 'delete']);
      return JSON.stringify([{ creationtime: new Date().toISOString(), id: 'e', type, data }]);
    };
    let halfwayBytes = 0;
    for (let n = 0; n < COUNT; n += 1) {
      bridge.garble(`id: 1:${n}\ndata: ${mutate(event(), random).replaceAll('\n', ' ')}\n\n`);
      if (n % 10 === 9) {
        // An answer to a request of the hub's.
        bridge.fault.mutate = (text) => mutate(text, random);
        await hub.call({ kind: 'refresh', node: desk }).catch(() => {});
        const body = { kind: 'set', property: propertyKey('on'), value: n % 20 === 9 } as const;
        await hub.settle(desk, body, 400);
        bridge.fault.mutate = (text) => text;
      }
      if (n % 100 === 50) {
        // Somebody adds the bridge again, and it answers nonsense to that as well.
        bridge.fault.mutate = (text) => mutate(text, random);
        bridge.pressButton();
        await pair(hub, bridge, { presses: false, seconds: 1 });
        bridge.fault.mutate = (text) => text;
      }
      if (n % 50 === 49) {
        bridge.change(idOf('light', 'Desk'), { on: { on: true } });
        await hub.until('the bridge', () => bridge.streams === 1, 20_000);
        forget();
      }
      if (n === Math.floor(COUNT / 2)) halfwayBytes = await settledHeapBytes();
    }
    // Nonsense is followed by a reading of all, which brings back what was lost.
    bridge.garble('data: no events\n\n');
    await hub.until('the stream', () => bridge.streams === 1, 20_000);
    const read = async (): Promise<boolean> =>
      hub.call({ kind: 'refresh', node: desk }).then(
        () => true,
        () => false,
      );
    // One that goes on still may end in what was damaged before.
    await expect.poll(read, { timeout: 20_000 }).toBe(true);
    await hub.until('the lamp', () => {
      const body = { kind: 'set', property: propertyKey('on'), value: false } as const;
      hub.send(desk, body);
      return bridge.resources.get(idOf('light', 'Desk'));
    });
    await hub.until('it to be told', () => hub.values(desk)[propertyKey('on')] === false);
    expect(hub.exitCode).toBeUndefined();
    forget();
    expect((await settledHeapBytes()) - halfwayBytes).toBeLessThan(GROWTH_BYTES_MAX);
  },
  120_000 + COUNT * 100,
);
