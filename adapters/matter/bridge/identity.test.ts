// Who is who on the bridge: numbers and ids stay with their devices, and none is given twice.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DeviceId } from '../../../hub/model/identifiers.ts';
import { Identities } from './identity.ts';

const wanted = (device: string, ...parts: string[]) => ({
  device: `dev_${device}` as DeviceId,
  parts,
});

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-bridge-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a device and its parts keep their numbers over a restart, whatever comes before them', () => {
  const [lamp, remote] = new Identities(folder).of([wanted('lamp'), wanted('remote', 'on', 'off')]);
  const again = new Identities(folder);
  const [newer, sameRemote, sameLamp] = again.of([
    wanted('newer'),
    wanted('remote', 'off', 'on', 'hold'),
    wanted('lamp'),
  ]);
  expect(sameLamp).toEqual(lamp);
  expect(sameRemote).toMatchObject({ number: remote?.number, uniqueId: remote?.uniqueId });
  expect(sameRemote?.parts).toMatchObject(remote?.parts ?? {});
  const all = [newer, sameRemote, sameLamp].flatMap((one) => [
    one?.number,
    ...Object.values(one?.parts ?? {}),
  ]);
  expect(new Set(all).size).toBe(all.length);
  expect(Math.min(...all.map(Number))).toBeGreaterThan(1);
  expect(new Identities(folder).serial).toBe(again.serial);
});

test('a book that cannot be read is not begun anew, since every controller would lose its devices', () => {
  new Identities(folder).of([wanted('lamp')]);
  const [file = ''] = readdirSync(folder);
  writeFileSync(path.join(folder, file), '{"version":1,"devices":{}');
  expect(() => new Identities(folder)).toThrow();
  writeFileSync(path.join(folder, file), '{"version":2}');
  expect(() => new Identities(folder)).toThrow(/is not a book/);
});

test('a device that is no longer offered finds its old place when it is offered again', () => {
  const identities = new Identities(folder);
  const [lamp] = identities.of([wanted('lamp')]);
  identities.of([wanted('other')]);
  expect(identities.of([wanted('other'), wanted('lamp')])[1]).toEqual(lamp);
});
