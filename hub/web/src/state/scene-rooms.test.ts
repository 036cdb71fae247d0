// Which room a scene belongs to.
import { describe, expect, it } from 'vitest';
import type { SceneJson } from '../../../api/shapes.ts';
import { groupScenes } from './scene-rooms.ts';
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

function scene(id: string, named: string[], room: string | null = null): SceneJson {
  return {
    id,
    name: id,
    enabled: true,
    shadow: false,
    version: 1,
    updatedAt: '2026-11-21T19:00:00.000Z',
    author: null,
    sentence: { en: id, zh: id },
    room,
    devices: named,
    isOneTap: false,
    problem: null,
    lastRun: null,
    nextAt: null,
  };
}

describe('the scenes of a home', () => {
  it('stand in the room that their file names, else where all their devices are, else last', () => {
    const groups = groupScenes(
      [
        scene('both', ['dev_1', 'dev_2']),
        scene('hall', ['dev_2']),
        scene('none', []),
        scene('said', ['dev_2'], 'room_kitchen'),
        scene('gone', ['dev_2'], 'room_cellar'),
      ],
      devices,
      rooms,
    );
    expect(groups.map(({ room, scenes }) => [room?.id, scenes.map(({ id }) => id)])).toEqual([
      ['room_hall', ['hall']],
      ['room_kitchen', ['said']],
      [undefined, ['both', 'none', 'gone']],
    ]);
  });
});
