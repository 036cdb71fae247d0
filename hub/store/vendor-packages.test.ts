// Packages of adapters on disk: a version is whole or not there, and what is damaged stops nobody.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { VendorManifest } from '../model/vendor-adapter.ts';
import { openVendorPackages } from './vendor-packages.ts';

let folder = '';
beforeEach(() => {
  folder = path.join(mkdtempSync(path.join(os.tmpdir(), 'ingle-')), 'vendor');
});
afterEach(() => rmSync(path.dirname(folder), { recursive: true, force: true }));

const manifest = (version: string): VendorManifest => ({
  ...{ id: 'acme', title: 'Acme', vendor: 'Acme', version, main: 'lib/a.js' },
  ...{ hosts: [], settings: [] },
});
const wish = (version: string, installedAtMs: number) => ({
  ...{ manifest: manifest(version), installedAtMs, isEnabled: true, values: { port: 1 } },
});
const open = (lost: string[] = []) => openVendorPackages(folder, (why) => lost.push(why));

it('keeps what is installed over a restart, and of two versions only the newer one', () => {
  const first = open();
  expect(first.list()).toEqual([]);
  first.install(wish('1.0.0', 1), { 'lib/a.js': 'old' });
  const record = first.install(wish('1.1.0', 2), { 'lib/a.js': 'new' });
  first.set({ ...record, isEnabled: false });
  const again = open();
  expect(again.list()).toMatchObject([{ isEnabled: false, manifest: { version: '1.1.0' } }]);
  expect(readFileSync(path.join(again.folderOf(record), 'lib/a.js'), 'utf8')).toBe('new');
  expect(readdirSync(folder).sort()).toEqual([record.folder, 'installed.json']);
  again.remove('acme');
  expect(open().list()).toEqual([]);
  expect(readdirSync(folder)).toEqual(['installed.json']);
});

it('sweeps away what an installation left that was cut off before it counted', () => {
  open().install(wish('1.0.0', 1), { 'lib/a.js': 'old' });
  mkdirSync(path.join(folder, 'acme-1.1.0-2', 'lib'), { recursive: true });
  writeFileSync(path.join(folder, 'acme-1.1.0-2', 'lib', 'a.js'), 'half');
  writeFileSync(path.join(folder, 'installed.json.new'), '{"adapt');
  expect(open().list()).toMatchObject([{ manifest: { version: '1.0.0' } }]);
  expect(readdirSync(folder).sort()).toEqual(['acme-1.0.0-1', 'installed.json']);
});

it('starts without them where the list is damaged, sets it aside and says so', () => {
  open().install(wish('1.0.0', 1), { 'lib/a.js': 'old' });
  writeFileSync(path.join(folder, 'installed.json'), '{"adapters": [');
  const lost: string[] = [];
  const packages = open(lost);
  expect(packages.list()).toEqual([]);
  expect(lost.join()).toContain('installed.json.damaged');
  expect(existsSync(path.join(folder, 'installed.json.damaged'))).toBe(true);
  packages.install(wish('1.0.0', 3), { 'lib/a.js': 'new' });
  expect(open().list()).toHaveLength(1);
});
