// Rooms are taken from names only where they are plainly said.
import { expect, test } from 'vitest';
import { asRoom, plainName, roomIn } from './rooms.ts';

test.each([
  ['kitchen_lamp', 'Kitchen lamp', 'Kitchen'],
  ['living_room/floor-lamp', 'Living room floor lamp', 'Living room'],
  ['Master Bedroom TV', 'Master Bedroom TV', 'Master bedroom'],
  ['bedroom 2 light', 'Bedroom 2 light', 'Bedroom 2'],
  ['Lampe Küche', 'Lampe Küche', 'Küche'],
  ['客厅灯', '客厅灯', '客厅'],
  ['laundry room sensor', 'Laundry room sensor', 'Laundry room'],
  ['TS0121_plug', 'TS0121 plug', null],
  ['kitchenette', 'Kitchenette', null],
  ['hallmark clock', 'Hallmark clock', null],
  ['heating', 'Heating', null],
])('"%s" is %s, in %s', (name, plain, room) => {
  expect(plainName(name)).toBe(plain);
  expect(roomIn(name, [])).toBe(room);
});

test("the home's own rooms count first, whatever they are called", () => {
  expect(roomIn('batcave_lamp', ['Batcave'])).toBe('Batcave');
  expect(roomIn('kitchen island lamp', ['Kitchen island'])).toBe('Kitchen island');
});

test('a whole name is a room only where nothing else is in it', () => {
  expect(asRoom('living_room', [])).toBe('Living room');
  expect(asRoom('living_room_lights', [])).toBeNull();
});
