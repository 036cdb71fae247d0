// Rooms as windows, and the order of tiles.
import { describe, expect, it } from 'vitest';
import { compareDevices, roomGlows } from './rooms.ts';
import { testDevice, testProperty } from './test-device.ts';

const room = (id: string) => ({ id, name: id, icon: null, order: 0, version: 1 });

describe('the house seen from outside', () => {
  it('lights the windows of the rooms whose lamps are lit', () => {
    const [hall, kitchen] = roomGlows(
      [room('room_hall'), room('room_kitchen')],
      [
        testDevice(),
        testDevice({ id: 'dev_2', properties: { on: testProperty({ value: false }) } }),
      ],
    );
    expect(hall).toMatchObject({ lights: 1 });
    expect(hall?.glow).not.toBeNull();
    expect(kitchen).toMatchObject({ lights: 0, glow: null });
  });
});

describe('the tiles of a room', () => {
  it('have lamps first, then what else acts, then what measures', () => {
    const order = ['climate', 'lock', 'light', 'never seen'].map((kind) => testDevice({ kind }));
    expect(order.sort(compareDevices).map(({ kind }) => kind)).toEqual([
      'light',
      'lock',
      'climate',
      'never seen',
    ]);
  });
});
