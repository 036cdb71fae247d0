// Goal: whatever a WLED or something in its place says, the adapter stays up, keeps its device, and does not grow.
// Method: mutated answers to the hub's requests and mutated frames on the socket, with a whole one now and then. More
// of them with INGLE_COUNT.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { adapterId, nodeAddress } from '../../../hub/model/identifiers.ts';
import { propertyKey } from '../../../hub/model/properties.ts';
import { createRandom } from '../../../scripts/virtual-home/random.ts';
import { inProcess, ScriptedHub } from '../../contract/scripted-hub.ts';
import { createLanAdapter } from '../lan-adapter.ts';
import { mutate, settledHeapBytes } from '../testing/mutate.ts';
import { wled } from './family.ts';
import { WledServer } from './testing/wled-server.ts';

const COUNT = Number(process.env.INGLE_COUNT ?? 150);
const SEED = Number(process.env.INGLE_SEED ?? 20_261_122);
const SHELF = nodeAddress('wled-8813bf0455f0');
const GROWTH_BYTES_MAX = 12 * 1024 * 1024;

test(
  `${COUNT} mutated answers and frames (seed ${SEED}) neither stop the adapter nor lose the strip`,
  async () => {
    const random = createRandom(SEED);
    const folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
    await using strip = new WledServer({ segments: [7, 3], presets: { '1': { n: 'Evening' } } });
    await strip.start();
    const open = inProcess(adapterId('wled'), (context) => createLanAdapter(context, wled));
    const hub = new ScriptedHub(open);
    try {
      hub.start({ dataFolder: folder, settings: { mdnsInterface: null } });
      await hub.connectCore();
      await hub.until('the adapter', () => hub.state()?.kind === 'connected');
      const pair = async (): Promise<void> => {
        const from = hub.messages.length;
        const { address } = strip;
        await hub.call({ kind: 'pair', seconds: 30, via: null, installCode: null, address });
        await hub.until('the pairing to close', () =>
          hub.messages
            .slice(from)
            .some((message) => message.kind === 'pair' && message.progress.kind === 'closed'),
        );
      };
      const forget = (): void => {
        for (const list of [hub.items, hub.messages, hub.batches]) list.length = 0;
      };
      await pair();
      await hub.until('the strip', () => hub.isOnline(SHELF) === true);
      const frame = JSON.stringify({ state: strip.state, info: strip.info });
      let halfwayBytes = 0;
      for (let n = 0; n < COUNT; n += 1) {
        strip.garble(mutate(frame, random));
        if (n % 20 === 0) {
          strip.push();
          await new Promise((resolve) => setImmediate(resolve));
        }
        // Answers, and the connection that is made again with them.
        if (n % 2 === 1) {
          strip.fault.mutate = (text) => mutate(text, random);
          await pair();
          strip.fault.mutate = (text) => text;
        }
        if (n % 50 === 49) {
          await pair();
          forget();
        }
        if (n === Math.floor(COUNT / 2)) halfwayBytes = await settledHeapBytes();
      }
      await pair();
      await hub.until('it to be back', () => hub.isOnline(SHELF) === true);
      const body = { kind: 'set', property: propertyKey('on'), value: false } as const;
      expect((await hub.settle(SHELF, body)).state).toBe('acknowledged');
      expect(strip.state.on).toBe(false);
      expect(hub.exitCode).toBeUndefined();
      forget();
      expect((await settledHeapBytes()) - halfwayBytes).toBeLessThan(GROWTH_BYTES_MAX);
    } finally {
      await hub[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    }
  },
  60_000 + COUNT * 100,
);
