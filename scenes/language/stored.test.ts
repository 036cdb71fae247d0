import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { homeNames } from './names.ts';
import { parseScene } from './parse.ts';
import { toShown, toStored } from './stored.ts';
import { TEST_DEVICES, TEST_NAMES, TEST_ROOMS } from './test-home.ts';

const TEXT = `# Hall, at night
scene: "hall-lamp"        # a name that looks like a handle
room: hall
description: dev_hall_lamp is what it is called inside
when:
  - becomes: {'hall-motion.occupancy': true, "kitchen-motion.occupancy": true}
  - changes: [hall-door.open, front-lock.locked]   # both doors
do:
  - toggle: [hall-lamp, double-switch.on@2]
  - set:
      hall-lamp: {on: true}     # first the lamp
      "living-lamp":
        on: true
  - notify: {text: "hall-door of {{ hall-door.open }}, {{cause.device.name}}, {{hall-door.battery}}"}
tests:
  - given: {time: "23:10", hall-motion.occupancy: false}
    when: [{hall-motion.occupancy: true}]
    then: [{hall-lamp: {on: true}}]
`;

function stored(text: string): string {
  const result = toStored(text, TEST_NAMES);
  if (result.errors) throw new Error(JSON.stringify(result.errors));
  return result.stored;
}

describe('the text of a scene as it is stored', () => {
  it('names devices and rooms by id and keeps all else as it was written', () => {
    expect(stored(TEXT)).toBe(
      TEXT.replace('room: hall', 'room: room_hall')
        .replaceAll(/(?<![\w"]|scene: ")(hall|kitchen)-motion\./g, 'dev_$1_motion.')
        .replace('"kitchen-motion.', '"dev_kitchen_motion.')
        .replace('[hall-door.open, front-lock', '[dev_hall_door.open, dev_front_lock')
        .replace('[hall-lamp, double-switch', '[dev_hall_lamp, dev_double_switch')
        .replace('      hall-lamp:', '      dev_hall_lamp:')
        .replace('"living-lamp":', '"dev_living_lamp":')
        .replace('{{ hall-door.', '{{ dev_hall_door.')
        .replace('{{hall-door.', '{{dev_hall_door.')
        .replace('[{hall-lamp: {', '[{dev_hall_lamp: {'),
    );
  });

  it('is shown as it was written, and says the same scene', () => {
    expect(toShown(stored(TEXT), TEST_NAMES)).toBe(TEXT);
    expect(parseScene(stored(TEXT), TEST_NAMES).scene).toEqual(parseScene(TEXT, TEST_NAMES).scene);
    const examples = path.join(import.meta.dirname, '..', 'examples');
    for (const file of fs.readdirSync(examples)) {
      const text = fs.readFileSync(path.join(examples, file), 'utf8');
      expect(toShown(stored(text), TEST_NAMES)).toBe(text);
    }
  });

  it('follows a rename of a device, also to a name that needs quotes', () => {
    for (const handle of ['corridor-lamp', '走廊灯', '2nd-lamp', 'true', 'on']) {
      const renamed = homeNames(
        TEST_DEVICES.map((one) => (one.handle === 'hall-lamp' ? { ...one, handle } : one)),
        TEST_ROOMS,
      );
      const shown = toShown(stored(TEXT), renamed);
      expect(shown).toContain(handle);
      expect(shown).not.toContain('dev_hall_lamp:');
      const before = parseScene(TEXT, TEST_NAMES).scene;
      const after = parseScene(shown, renamed);
      expect({ ...after.scene, tests: [] }).toEqual({ ...before, tests: [] });
    }
  });

  it('keeps the id of a device that is gone', () => {
    const without = homeNames(
      TEST_DEVICES.filter(({ handle }) => handle !== 'hall-lamp'),
      TEST_ROOMS,
    );
    const shown = toShown(stored(TEXT), without);
    expect(shown).toContain('[dev_hall_lamp, double-switch.on@2]');
    expect(parseScene(shown, without).errors?.[0]?.message).toBe(
      'There is no device "dev_hall_lamp"',
    );
  });

  it('replaces a handle that escapes hide', () => {
    const text = 'scene: S\ndo:\n  - toggle: "hall\\u002dlamp"\n';
    expect(stored(text)).toBe('scene: S\ndo:\n  - toggle: "dev_hall_lamp"\n');
  });

  it('is not made of a file that is wrong', () => {
    expect(toStored('scene: S\ndo: [{toggle: nosuch}]\n', TEST_NAMES).errors).toHaveLength(1);
  });
});
