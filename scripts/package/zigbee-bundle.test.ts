// The bundle drives a Zigbee network as the sources do: its libraries were changed to fit into it.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { type Hub, startHub } from '../bench/ours.ts';
import { startLinkRadio } from '../bench/radio/link-radio-process.ts';
import { rulesOf } from '../bench/rules.ts';
import { buildBundle } from './build.ts';

const root = path.resolve(import.meta.dirname, '..', '..');
const DEVICES = 100;

test('the bundle pairs and configures devices, and its scenes switch them, after a restart as well', async () => {
  fs.mkdirSync(path.join(root, '.cache'), { recursive: true });
  const dist = fs.mkdtempSync(path.join(root, '.cache', 'bundle-'));
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  await buildBundle(dist);
  const radio = await startLinkRadio(folder);
  const hubs: Hub[] = [];
  const start = async () => {
    const entry = path.join(dist, 'main.js');
    const hub = await startHub({
      folder: path.join(folder, 'hub'),
      zigbeePort: radio.zigbeePort,
      entry,
    });
    hubs.push(hub);
    await hub.ready();
    await hub.connected();
    return hub;
  };
  try {
    const hub = await start();
    await hub.pair(DEVICES);
    await hub.addScenes(rulesOf(DEVICES), (await radio.describe()).network);
    const load = { kind: 'rate', perSecond: 20, seconds: 1 } as const;
    expect(await radio.load(load)).toMatchObject({ lost: 0 });
    expect(hub.process.output()).not.toContain('could not be configured');
    await hub.stop();
    const again = await start();
    expect(await radio.load(load)).toMatchObject({ lost: 0 });
    expect(again.process.output()).not.toContain('warn');
  } finally {
    for (const hub of hubs) await hub.stop();
    await radio.stop();
    fs.rmSync(dist, { recursive: true, force: true });
    fs.rmSync(folder, { recursive: true, force: true });
  }
}, 120_000);
