// The network's identity is made once, kept safe, and never made anew beside devices that would be lost by it.
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadNetwork, type ZigbeeFiles, zigbeeFiles } from './network-file.ts';

let folder = '';
let files: ZigbeeFiles;

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  files = zigbeeFiles(path.join(folder, 'zigbee'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const DEVICE = '{"id":2,"type":"Router","ieeeAddr":"0x000b57fffe6a1001"}\n';
const BACKUP = {
  metadata: { format: 'zigpy/open-coordinator-backup', version: 1 },
  pan_id: '1a62',
  extended_pan_id: '1122334455667788',
  channel: 20,
  network_key: { key: '0102030405060708090a0b0c0d0e0f10' },
};

test('a new home gets its own random network, in a file that only its owner reads', () => {
  const first = loadNetwork(files, undefined);
  expect(first.channel).toBe(15);
  expect(first.networkKey).toHaveLength(16);
  expect(first.extendedPanId).toHaveLength(8);
  expect(first.panId).toBeGreaterThan(0);
  expect(first.panId).toBeLessThan(0xffff);
  expect(statSync(files.network).mode & 0o777).toBe(0o600);
  expect(statSync(path.dirname(files.network)).mode & 0o777).toBe(0o700);
  expect(loadNetwork(files, undefined)).toEqual(first);
  const other = loadNetwork(zigbeeFiles(path.join(folder, 'other')), undefined);
  expect(other.networkKey).not.toEqual(first.networkKey);
});

test('another channel is asked of the same network', () => {
  const first = loadNetwork(files, undefined);
  expect(loadNetwork(files, 25)).toEqual({ ...first, channel: 25 });
});

test('a lost file is made again from the backup of the coordinator', () => {
  writeFileSync(files.coordinatorBackup, JSON.stringify(BACKUP));
  writeFileSync(files.database, DEVICE);
  let isRestored = false;
  const network = loadNetwork(files, undefined, () => {
    isRestored = true;
  });
  expect(isRestored).toBe(true);
  expect(network).toEqual({
    panId: 0x1a62,
    extendedPanId: [0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88],
    networkKey: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
    channel: 20,
  });
});

test('with paired devices and neither file, nothing is made and the way back is told', () => {
  writeFileSync(files.database, DEVICE);
  expect(() => loadNetwork(files, undefined)).toThrow(
    expect.objectContaining({
      code: 'storage',
      message: expect.stringContaining('network key is unknown'),
      hint: expect.stringContaining('Put back network.json'),
    }),
  );
  expect(existsSync(files.network)).toBe(false);
});

test('a database with only the coordinator is no paired device', () => {
  writeFileSync(files.database, '{"id":1,"type":"Coordinator","ieeeAddr":"0x00124b0000000001"}\n');
  expect(loadNetwork(files, undefined).networkKey).toHaveLength(16);
});

test.each(['', '{', '{"panId":1}', '{"panId":70000,"channel":15}'])(
  'a damaged file (%j) is not replaced',
  (text) => {
    writeFileSync(files.network, text);
    expect(() => loadNetwork(files, undefined)).toThrow(
      expect.objectContaining({ code: 'storage', message: expect.stringContaining('damaged') }),
    );
    expect(readFileSync(files.network, 'utf8')).toBe(text);
  },
);
