// `node scripts/record-zigbee2mqtt.ts FOLDER`: records a data folder of the real Zigbee2MQTT and the emulated network that
// it belongs to, for the test that moves it in without installing Zigbee2MQTT.
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { liveWithZigbee2Mqtt } from './moving-in/real-zigbee2mqtt.ts';
import { startVirtualHome } from './virtual-home/home.ts';

const KEPT = [
  ...['configuration.yaml', 'devices.yaml', 'groups.yaml', 'secret.yaml'],
  ...['database.db', 'coordinator_backup.json', 'state.json'],
];

const [target] = process.argv.slice(2);
if (target === undefined) throw new Error('Which folder?');
const root = mkdtempSync(path.join(os.tmpdir(), 'ingle-z2m-'));
const home = await startVirtualHome({
  residents: false,
  latency: { minMs: 0, maxMs: 2 },
  data: path.join(root, 'virtual-home'),
});
try {
  const { folder } = await liveWithZigbee2Mqtt(root, home);
  await home.stop();
  mkdirSync(path.join(target, 'zigbee2mqtt'), { recursive: true });
  for (const name of KEPT) cpSync(path.join(folder, name), path.join(target, 'zigbee2mqtt', name));
  cpSync(path.join(root, 'virtual-home', 'zigbee.json'), path.join(target, 'virtual-home.json'));
} finally {
  await home.stop();
  rmSync(root, { recursive: true, force: true });
}
