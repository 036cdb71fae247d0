// The demo's Matter devices as data: each can be told from the others by its manual code alone.
import { expect, test } from 'vitest';
import { loadHome } from '../devices/model.ts';
import { loadMatterHome } from './model.ts';

const devices = loadMatterHome();

test('at least four devices stand in rooms of the demo home', () => {
  expect(devices.length).toBeGreaterThanOrEqual(4);
  const rooms = new Set(loadHome().map(({ room }) => room));
  for (const { room } of devices) expect(rooms).toContain(room);
});

test('no two share a key, a name or the four bits that a manual code has of the discriminator', () => {
  for (const values of [
    devices.map(({ key }) => key),
    devices.map(({ name }) => name),
    devices.map(({ discriminator }) => discriminator >> 8),
  ]) {
    expect(new Set<string | number>(values).size).toBe(devices.length);
  }
});
