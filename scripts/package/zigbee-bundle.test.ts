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
      environment: { INGLE_LOG_LEVEL: 'info' },
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
    defineModel(path.join(folder, 'hub', 'zigbee', 'external-converters'));
    const again = await start();
    expect(await radio.load(load)).toMatchObject({ lost: 0 });
    expect(again.process.output()).not.toContain('warn');
    // The libraries are inside the bundle, and a file of the household's own finds them there.
    expect(again.process.output()).not.toContain('cannot be used');
    expect(again.process.output()).toContain('own-model.mjs defines 1 models');
    expect(again.process.output()).toContain('own-old.js defines 1 models');
  } finally {
    for (const hub of hubs) await hub.stop();
    await radio.stop();
    fs.rmSync(dist, { recursive: true, force: true });
    fs.rmSync(folder, { recursive: true, force: true });
  }
}, 120_000);

/** External converters as people write them: a module, and a script of the old kind. */
function defineModel(converters: string): void {
  fs.mkdirSync(converters, { recursive: true });
  const what = "zigbeeModel: ['OWN-1'], model: 'OWN1', vendor: 'Own', description: 'Own model'";
  fs.writeFileSync(
    path.join(converters, 'own-model.mjs'),
    `import {light} from 'zigbee-herdsman-converters/lib/modernExtend';
     import {Zcl} from 'zigbee-herdsman';
     if (Zcl.Status.SUCCESS !== 0) throw new Error('not the library');
     export default {${what}, extend: [light()]};\n`,
  );
  fs.writeFileSync(
    path.join(converters, 'own-old.js'),
    `const tz = require('zigbee-herdsman-converters/converters/toZigbee');
     const fz = require('zigbee-herdsman-converters/converters/fromZigbee');
     const e = require('zigbee-herdsman-converters/lib/exposes').presets;
     module.exports = [{${what}, fromZigbee: [fz.on_off], toZigbee: [tz.on_off], exposes: [e.switch()]}];\n`,
  );
}
