// Which room a scene belongs to, and names in stored scenes.
import { describe, expect, it } from 'vitest';
import type { SceneJson } from '../../../api/shapes.ts';
import { devicesNamedIn, groupScenes } from './scene-rooms.ts';
import { withHandles } from './scene-source.ts';
import { testDevice } from './test-device.ts';

const rooms = ['hall', 'kitchen'].map((name, order) => ({
  id: `room_${name}`,
  name,
  icon: null,
  order,
  version: 1,
}));
const devices = [
  testDevice({ id: 'dev_1', name: 'Lamp', room: 'room_kitchen' }),
  testDevice({ id: 'dev_2', name: 'Hall Lamp', room: 'room_hall' }),
];

function scene(id: string, en: string): SceneJson {
  return {
    id,
    name: id,
    enabled: true,
    version: 1,
    updatedAt: '2026-11-21T19:00:00.000Z',
    author: null,
    sentence: { en, zh: en },
    problem: null,
    lastRun: null,
    nextAt: null,
  };
}

describe('the scenes of a home', () => {
  it('stand with the one room that they touch, else with the whole home, which is last', () => {
    const groups = groupScenes(
      [
        scene('both', 'At 22:00, turn Lamp and Hall Lamp off.'),
        scene('hall', 'At 18:00, turn Hall Lamp on.'),
        scene('none', 'At 7:00, say good morning.'),
      ],
      devices,
      rooms,
    );
    expect(groups.map(({ room, scenes }) => [room?.id, scenes.map(({ id }) => id)])).toEqual([
      ['room_hall', ['hall']],
      [undefined, ['both', 'none']],
    ]);
  });

  it('are not taken for another device whose name is part of theirs', () => {
    expect(devicesNamedIn('Turn Hall Lamp on.', devices).map(({ id }) => id)).toEqual(['dev_2']);
  });

  it('show the names that devices have now, and keep the ids of those that are gone', () => {
    const source = 'do:\n  - set: {dev_1: {on: true}, dev_9z: {on: true}}';
    const shown = withHandles(source, [{ id: 'dev_1', handle: 'lamp' }]);
    expect(shown).toBe('do:\n  - set: {lamp: {on: true}, dev_9z: {on: true}}');
  });
});
