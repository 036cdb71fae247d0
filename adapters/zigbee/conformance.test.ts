// The Zigbee adapter meets every demand of the adapter contract, on an emulated lamp.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { nodeAddress } from '../../hub/model/identifiers.ts';
import { propertyKey } from '../../hub/model/properties.ts';
import { startVirtualHome } from '../../scripts/virtual-home/home.ts';
import { runConformance } from '../contract/conformance.ts';
import { inWorker } from '../contract/scripted-hub.ts';

test('the Zigbee adapter conforms', async () => {
  const dataFolder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  await using home = await startVirtualHome({ residents: false, autoJoin: false });
  const node = nodeAddress('0x000b57fffe6a1001');
  try {
    const results = await runConformance({
      open: inWorker(new URL('./zigbee.worker.ts', import.meta.url)),
      dataFolder,
      settings: { port: `tcp://127.0.0.1:${home.zigbeePort}`, driver: 'zstack' },
      subject: { node, property: propertyKey('on'), values: [true, false] },
      prepare: async (hub) => {
        await hub.call({ kind: 'pair', seconds: 60, via: null, installCode: null });
        home.control.join(node);
        await hub.until('the lamp', () => hub.isOnline(node) === true && hub.description(node));
        await hub.call({ kind: 'pairStop' });
      },
      reach: (isInReach) => {
        home.control.fault({ kind: 'offline', ieee: node, offline: !isInReach });
        if (isInReach) home.control.announce(node);
      },
      secrets: () => {
        const file = path.join(dataFolder, 'zigbee', 'network.json');
        const { networkKey } = JSON.parse(readFileSync(file, 'utf8')) as { networkKey: number[] };
        return [Buffer.from(networkKey).toString('hex'), networkKey.join(',')];
      },
    });
    expect(results.filter(({ isMet }) => !isMet)).toEqual([]);
    expect(results.length).toBeGreaterThan(10);
  } finally {
    rmSync(dataFolder, { recursive: true, force: true });
  }
}, 90_000);
