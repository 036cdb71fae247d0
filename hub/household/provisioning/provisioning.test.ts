// Goal: the export of a home, given to a blank hub that has the same devices, makes the same home of it. Method: two
// households over real stores, with the language of scenes; devices come as adapters describe them.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createSceneLanguage } from '../../../scenes/language/scene-language.ts';
import { TEST_DEVICES } from '../../../scenes/language/test-home.ts';
import { createSceneTemplates } from '../../../scenes/templates/scene-templates.ts';
import type { Actor, Async, Household } from '../../model/hub-port.ts';
import { nodeAddress } from '../../model/identifiers.ts';
import type { Provisioning } from '../../model/provisioning.ts';
import type { StoreCalls } from '../../model/store-port.ts';
import { HOME_FILE } from '../../store/files.ts';
import { HomeStore } from '../../store/home-store.ts';
import { openDatabase } from '../../store/open.ts';
import { createHousehold } from '../household.ts';
import { createJobs } from '../jobs.ts';
import { createSceneShelf } from '../scene-shelf.ts';
import { createProvisioning } from './provisioning.ts';

const ACTOR: Actor = { member: null, cause: { kind: 'local' } };
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true, force: true });
});

interface House {
  readonly household: Household;
  readonly provisioning: Provisioning;
  /** Does what the file says and waits for the end; what went wrong. */
  provision(text: string): Promise<readonly string[]>;
}

/** A hub with the lamp, the door and the button of the test home, and nobody's word about them yet. */
async function house(): Promise<House> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  folders.push(folder);
  const home = new HomeStore(openDatabase(folder, HOME_FILE));
  // The calls of the store, as over its thread.
  const store = new Proxy({} as Async<StoreCalls>, {
    get: (_target, name: keyof HomeStore) => {
      return async (...args: unknown[]) => (home[name] as (...all: unknown[]) => unknown)(...args);
    },
  });
  const language = createSceneLanguage();
  const contents = home.load();
  const household = createHousehold({
    ...{ contents, store, nowMs: () => 1_000, tellCore: () => {}, callAdapter: async () => null },
    ...{ checkSetting: () => {}, syncConsentChanged: async () => {}, changed: () => {} },
    templates: createSceneTemplates(),
    shelf: createSceneShelf({
      ...{ language, store, nowMs: () => 1_000, tellCore: () => {}, changed: () => {} },
      ...{ lastRun: () => null, nextAtMs: () => null },
    }),
  });
  for (const { handle, description } of TEST_DEVICES) {
    if (!['hall-lamp', 'hall-door', 'bedroom-button'].includes(handle)) continue;
    await household.nodeDescribed({ ...description, node: nodeAddress(nodeOf(handle)) });
  }
  let ended = (): void => {};
  const jobs = createJobs({
    nowMs: () => 1_000,
    device: () => undefined,
    callAdapter: async () => null,
    adopt: () => Promise.reject(new Error('every device is there')),
    place: {
      replacement: () => Promise.reject(new Error('nothing is replaced')),
      replace: () => Promise.reject(new Error('nothing is replaced')),
    },
    changed: (job) => {
      if (job.state !== 'running') ended();
    },
  });
  const provisioning = createProvisioning({
    ...{ household, jobs, language, adapters: () => [], callAdapter: async () => null },
  });
  return {
    household,
    provisioning,
    async provision(text) {
      const done = new Promise<void>((resolve) => {
        ended = resolve;
      });
      const { id } = provisioning.start(text, 10, ACTOR);
      await done;
      const { problem } = jobs.get(id) ?? {};
      if (!problem) return [];
      return (
        problem.errors?.map(({ path: at, message }) => `${at} ${message}`) ?? [problem.message]
      );
    },
  };
}

const FILE = `
home:
  name: Lantern house
  zone: Europe/Berlin
  holidays: [2026-12-24, 05-01]
  modes: [party]
rooms: [Hall]
values:
  - {person: Anna}
  - {zone: Work}
  - {variable: Guests, min: 0, max: 20, initial: 0}
  - {variable: Wake, type: string, initial: "07:00"}
  - {input: Tariff, type: enum, values: [low, high], topic: grid/tariff}
  - {calendar: School}
devices:
  - {zigbee: "0xhall-lamp", name: Hall lamp, room: Hall, labels: [christmas]}
  - {zigbee: "0xhall-door", name: Front door, handle: door, room: Hall}
  - {zigbee: "0xbedroom-button", name: Button}
scenes:
  - # goes out with the last
    scene: Nobody there
    when: [{leaves: last}, {enters: {anna: work}}]
    do:
      - mode: party   # the household's own
      - cancel: welcome
  - scene: Welcome
    when: [{becomes: {door.open: true}}]
    while: {all: [{is: {var.guests: 0}}, {not: {date: holidays}}, {is: {home.tariff: low}}]}
    do: [{run: nobody-there}, {set: {on: true}, all: {label: christmas}}, {wait: {at: {value: var.wake}}}]
`;

/** Addresses as devices have them. */
const file = FILE.replaceAll(/"0x([a-z-]+)"/g, (_all, handle: string) => `"${nodeOf(handle)}"`);

function nodeOf(handle: string): string {
  const names = ['hall-lamp', 'hall-door', 'bedroom-button'];
  return `0x000000000000000${names.indexOf(handle)}`;
}

describe('a home as a file', () => {
  it('item 77: a file declares people, zones, variables, holidays and modes, and its scenes name them and each other', async () => {
    const { household, provisioning, provision } = await house();
    const plan = provisioning.plan(file);
    expect(plan.errors).toEqual([]);
    expect(plan.lines.map(({ text }) => text.en)).toContain('Add Guests (var.guests)');
    expect(await provision(file)).toEqual([]);
    expect(household.contents().home).toMatchObject({
      holidays: ['05-01', '2026-12-24'],
      modes: ['party'],
    });
    const scenes = household.scenes();
    expect(scenes.map(({ record, problem }) => [record.name, problem])).toEqual([
      ['Nobody there', null],
      ['Welcome', null],
    ]);
    expect(scenes[0]?.text).toContain('cancel: welcome');
    expect(scenes[0]?.text).toContain("# the household's own");
    expect(provisioning.plan(file)).toMatchObject({ errors: [], isNothingToDo: true });
  });

  it('item 77: an export makes a blank hub the same home, its scenes with handles and comments as they were', async () => {
    const first = await house();
    await first.provision(file);
    const exported = first.provisioning.export();
    expect(exported).toContain('cancel: welcome');
    expect(exported).not.toMatch(/\b(?:dev|scene|room)_/);
    const second = await house();
    expect(await second.provision(exported)).toEqual([]);
    const told = ({ household }: House) => ({
      scenes: household.scenes().map(({ text, sentence }) => [text, sentence]),
      values: household.homeValues(),
      home: { ...household.contents().home, version: 0 },
      labels: household.contents().devices.map(({ handle, labels }) => [handle, labels]),
    });
    expect(told(second)).toEqual(told(first));
    expect(second.provisioning.export()).toBe(exported);
    expect(second.provisioning.plan(exported).isNothingToDo).toBe(true);
  });

  it('tells what of a value cannot be, with its line', async () => {
    const { provisioning } = await house();
    const wrong = [
      'home: {holidays: [2026-13-01]}', // 1: no such month
      'values:',
      '  - {variable: Guests, min: 0, max: 20, initial: 30}', // 3: above its own end
      '  - {person: Anna, unit: m}', // 4: people have no unit
      '  - {input: Tariff, type: enum}', // 5: of which words?
      '  - {calender: School}', // 6: misspelt
      '  - {person: Bo, zone: Work}', // 7: two things
      'scenes:',
      '  - {scene: S, do: [{mode: partey}]}', // 9: no such mode
    ].join('\n');
    const { errors } = provisioning.plan(wrong);
    expect(errors.map(({ line }) => line)).toEqual([1, 3, 4, 5, 6, 6, 7, 9]);
    expect(errors.map(({ message }) => message).join(' ')).toContain('did you mean calendar?');
  });

  it('leaves a value of the home that the file says nothing else about, and changes what it does', async () => {
    const { household, provisioning, provision } = await house();
    await provision(file);
    const changed = file.replace('max: 20', 'max: 30').replace('{zone: Work}', '{zone: Work }');
    expect(provisioning.plan(changed).lines.filter(({ action }) => action === 'change')).toEqual([
      {
        ...{ action: 'change', what: 'value', name: 'Guests' },
        text: { en: 'Change Guests (var.guests)', zh: '修改“Guests”（var.guests）' },
      },
    ]);
    expect(await provision(changed)).toEqual([]);
    expect(household.homeValues().find(({ id }) => id === 'var.guests')?.max).toBe(30);
  });

  it('saves the scenes that are right when one is refused on the way', async () => {
    const { household, provision } = await house();
    const one =
      'scenes:\n  - {scene: A, do: [{toggle: other}]}\n  - {scene: B, do: [{delay: 1s}]}\n';
    const lamp = `devices: [{zigbee: "${nodeOf('hall-lamp')}", name: Other}]\n`;
    expect(await provision(lamp + one)).toEqual([]);
    expect(household.scenes().map(({ record }) => record.name)).toEqual(['A', 'B']);
  });
});
