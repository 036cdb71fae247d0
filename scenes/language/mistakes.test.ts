// A file in which nearly every line is wrong in a way of its own.
import { expect, it } from 'vitest';
import { parseScene } from './parse.ts';
import { TEST_NAMES } from './test-home.ts';

it('a scene file with eleven different mistakes is told all of them at once, each with its place and with what would be right', () => {
  const text = `scene: ""
room: cellar
when:
  - becomes: {hall-door.opn: true}
  - at: 25:00
  - presses: {bedroom-button.button: triple}
while: {between: [22:00]}
do:
  - set: {hall-lmp: {on: true}}
  - delay: 5 parsecs
  - set: {hall-lamp: {brightness: 300}}
again: twice
colour: red
`;
  const { errors } = parseScene(text, TEST_NAMES);
  const places = (errors ?? []).map(({ line, column }) => `${line}:${column}`);
  expect(places).toEqual([
    ...['1:8', '2:7', '4:15', '5:9', '6:38', '7:18', '9:11', '10:12', '11:35', '12:8', '13:1'],
  ]);
  const right = [
    /is not empty/,
    /no room "cellar"/,
    /did you mean open\?/,
    /write it as 07:00 or 22:30/,
    /takes one of single, double, long/,
    /a moment is wanted here: 07:00, sunset-30min/,
    /did you mean hall-lamp\?/,
    /A duration such as 2s, 3min or 1h30min is wanted/,
    /takes a number from 0 to 100 %/,
    /is single, restart, queue 5, parallel 3 or per device/,
    /a scene has scene, room, description/,
  ];
  for (const [index, what] of right.entries()) expect(errors?.[index]?.message).toMatch(what);
  expect(errors).toHaveLength(right.length);
});
