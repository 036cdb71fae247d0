// Every mistake of a provisioning file is said in Chinese as well: files that are wrong in each way that there is.
import { expect, test } from 'vitest';
import { createSceneLanguage } from '../../../scenes/language/scene-language.ts';
import { adapterId } from '../../model/identifiers.ts';
import type { HomeContents } from '../../model/store-port.ts';
import { planWork } from './plan.ts';

const contents: HomeContents = {
  home: { name: 'Home', language: 'zh', zone: 'UTC', place: null, mode: 'home', version: 1 },
  ...{ isClaimed: true, rooms: [], devices: [], scenes: [], members: [], credentials: [] },
  ...{ tokens: [], homeValues: [], settings: {} },
};
const facts = { contents, language: createSceneLanguage(), adapters: [adapterId('zigbee')] };
const ZIGBEE = 'zigbee: "0x00124b0000000001"';
const long = 'x'.repeat(300);

const WRONG: readonly string[] = [
  '',
  'a: [',
  '- 1',
  `x: ${'y'.repeat(300_000)}`,
  'home: *name',
  'home: &name {name: A}',
  `${'home: {a: '.repeat(40)}1${'}'.repeat(40)}`,
  'home: {[1]: 2}',
  'home: {name: A, name: B}',
  'home: {language: fr, zone: Nowhere/Here, place: 5, holidays: 5, modes: 5, nmae: A}',
  'home: {name: "", zone: ""}',
  `home: {name: ${long}, place: {latitude: 91, longitude: x}}`,
  'home: {place: {latitude: 1}, holidays: [never], modes: ["1"]}',
  `home: {holidays: [${Array.from({ length: 501 }, () => '"12-24"').join()}]}`,
  `home: {modes: [${Array.from({ length: 200 }, (_, index) => `m${index}`).join()}]}`,
  'home: 5',
  'rooms: 5',
  'rooms: [5, {name: A, icon: sofa}, {icon: mdiSofa}, {nmae: A}, [A]]',
  'rooms: [A, a]',
  'values: [{type: number}, {variable: A, person: B}, {person: A, unit: m}, 5]',
  'values: [{variable: A, handle: "-"}, {input: B, type: enum}, {variable: C, type: date}]',
  'values: [{variable: A, values: 5, min: x, topic: "", initial: [1]}]',
  'values: [{variable: A}, {variable: A}]',
  'values: [{variable: A, type: number, min: 0, max: 2, initial: 5}]',
  'devices: [{name: A}, {zigbee: 5, name: A}, 5]',
  `devices: [{${ZIGBEE}, tasmota: aabbccddeeff, name: A}]`,
  `devices: [{${ZIGBEE}, name: A}, {${ZIGBEE}, name: a}]`,
  'devices: [{tasmota: zz, name: A}, {tasmota: aabbccddeeff, name: B, installCode: x}]',
  `devices: [{${ZIGBEE}, name: A, installCode: xyz}, {${ZIGBEE}, name: B, installCode: "1234"}]`,
  `devices: [{${ZIGBEE}, name: A, installCode: "83FED3407A939723A5C639B26916D505C3B6"}]`,
  'devices: [{matter: "MT:1", name: A}, {matter: abc, name: B}, {matter: "123", name: C}]',
  'devices: [{matter: "34970112331", name: A}]',
  'devices: [{shelly: {adress: x}, name: A}, {shelly: 5, name: B}, {shelly: {address: x, key: y}, name: C}]',
  `devices: [{${ZIGBEE}, name: A, room: Hall, handle: "1", labels: 5}]`,
  `rooms: [Hall]\ndevices: [{${ZIGBEE}, name: A, room: Hal}]`,
  'scenes: [5, {text: 5}, {text: "scene: A", enabled: x}, {text: "scene: A", on: true}]',
  'scenes:\n  - {scene: A, do: [{toggle: nothing}]}\n  - {scene: A, do: []}',
];

test.each(WRONG.map((text) => [text.slice(0, 60), text] as const))('%s', (_, text) => {
  const { errors } = planWork(text, facts);
  expect(errors.length).toBeGreaterThan(0);
  const unsaid = errors.filter(({ zh }) => !/\p{Script=Han}/u.test(zh ?? ''));
  expect(unsaid.map(({ message }) => message)).toEqual([]);
});
