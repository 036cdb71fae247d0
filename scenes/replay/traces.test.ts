// Goal: whatever a scene says, its traces can be read by people, in both languages, and are small.
// Method: every example of the handbook runs in a home that is only thought of, with nothing known and then with all of
// it, by hand and by what happens; every line of every trace is looked at.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { KnownHome } from '../../hub/model/explain.ts';
import type { SceneRecord } from '../../hub/model/home.ts';
import { HOME, type HomeValueRecord, homeValueKey } from '../../hub/model/home-values.ts';
import { type SceneId, sceneId } from '../../hub/model/identifiers.ts';
import type { PropertyDescriptor, PropertyKey, PropertyValue } from '../../hub/model/properties.ts';
import type { Label } from '../../hub/model/property-row.ts';
import type { RunTrace } from '../../hub/model/run.ts';
import { packJson } from '../../hub/store/packed.ts';
import { toStored } from '../language/stored.ts';
import { TEST_DEVICES, TEST_ROOMS } from '../language/test-home.ts';
import { SimulatedHome } from './simulated-home.ts';
import { namesOf } from './why.ts';

const PAGE = readFileSync(path.join(import.meta.dirname, '../README.md'), 'utf8');
const AT_MS = Date.parse('2026-03-04T21:00:00Z');
const HOUR_MS = 3_600_000;

const value = (
  kind: HomeValueRecord['kind'],
  handle: string,
  type: HomeValueRecord['type'] = 'string',
): HomeValueRecord => ({
  ...{ id: homeValueKey(kind, handle), name: handle, kind, type },
  ...{ initial: null, member: null, topic: null, version: 1 },
});

const scene = (name: string, title: string): SceneRecord => ({
  ...{ id: sceneId(`scene_${name}`), name: title, enabled: true, author: null },
  ...{ source: `scene: ${title}\ndo: [{delay: 1s}]\n`, version: 1, updatedAtMs: 0 },
});

const KNOWN: KnownHome = {
  home: {
    ...{ name: 'Lantern house', language: 'en', zone: 'Europe/Berlin', mode: 'home', version: 1 },
    place: { latitude: 52.5, longitude: 13.4 },
  },
  devices: TEST_DEVICES,
  rooms: TEST_ROOMS,
  members: [],
  scenes: [scene('evening', 'Evening lights'), scene('blink', 'Blink')],
  values: [
    value('person', 'anna', 'enum'),
    value('zone', 'work'),
    value('variable', 'guests', 'number'),
    value('variable', 'wake'),
    value('calendar', 'school', 'boolean'),
    value('input', 'tariff', 'number'),
  ],
};

interface Example {
  readonly line: number;
  readonly text: string;
}

/** Each example of the page as a whole scene. */
function examples(): Example[] {
  const [, ...chapters] = PAGE.split('\n## ');
  let line = PAGE.split('\n## ')[0]?.split('\n').length ?? 0;
  return chapters.flatMap((chapter) => {
    const begins = line;
    line += chapter.split('\n').length;
    return [...chapter.matchAll(/^```yaml\n(.*?)^```$/gms)].map((found) => ({
      line: begins + chapter.slice(0, found.index).split('\n').length,
      text: wholeScene(chapter, (found[1] ?? '').trimEnd()),
    }));
  });
}

function wholeScene(chapter: string, text: string): string {
  if (text.startsWith('scene: ')) return text;
  const indented = text.replaceAll(/^/gm, '    ');
  const rest = 'when: [{id: button, presses: {bedroom-button.button: single}}]\nvars: {count: 0}\n';
  if (chapter.startsWith('When')) return `scene: Example\nwhen:\n${indented}\ndo: [{delay: 1s}]\n`;
  if (chapter.startsWith('While')) {
    return `scene: Example\n${rest}while:\n  all:\n${indented}\ndo: [{delay: 1s}]\n`;
  }
  return `scene: Example\n${rest}do:\n${indented}\n`;
}

/** A value that the property takes. */
function someValue({ type, values, min, max }: PropertyDescriptor, turn: number): PropertyValue {
  if (type === 'boolean') return turn % 2 === 0;
  if (type === 'number') return turn % 2 === 0 ? (min ?? 0) : Math.min(max ?? 40, 40);
  if (type === 'enum') return values?.[turn % (values?.length ?? 1)] ?? 'on';
  return type === 'color' ? { hue: 120, saturation: 50 } : '07:00';
}

/** All traces that the scene leaves over some hours in which everything in the home changes now and then. */
function tracesOf(text: string): RunTrace[] {
  const read = toStored(text, namesOf(KNOWN));
  if (read.errors) throw new Error(JSON.stringify(read.errors));
  const id: SceneId = sceneId('scene_example');
  const traces = new Map<string, RunTrace>();
  const home = new SimulatedHome(KNOWN, AT_MS, { run: (trace) => traces.set(trace.id, trace) });
  for (const record of KNOWN.scenes) home.setScene(record);
  home.setScene({ ...scene('example', read.scene.name), id, source: read.stored });
  home.begin();
  home.runNow(id);
  for (let turn = 0; turn < 6; turn++) {
    for (const { id: device, description } of TEST_DEVICES) {
      for (const property of description.properties) {
        const reported = someValue(property, turn);
        if (property.access === 'event') home.press(device, property.key, reported);
        else home.report(device, property.key, reported, { kind: 'device', device });
      }
    }
    home.report(HOME, 'mode' as PropertyKey, turn % 2 === 0 ? 'night' : 'home', { kind: 'local' });
    home.passTo(AT_MS + (turn + 1) * HOUR_MS);
  }
  return [...traces.values()];
}

const CHINESE = /\p{Script=Han}/u;
const UNREADABLE = /undefined|\bnull\b|NaN|\[object|dev_[a-z]|scene_[a-z]|room_[a-z]/;

function faultsOf(label: Label): string[] {
  return [
    ...(CHINESE.test(label.en) || label.en.trim() === '' ? [`no English: ${label.en}`] : []),
    ...(CHINESE.test(label.zh) ? [] : [`no Chinese: ${label.zh}`]),
    ...[label.en, label.zh].filter((text) => UNREADABLE.test(text)),
  ];
}

const ALL = examples();

describe('item 106: traces', () => {
  it.each(ALL)(
    'item 106: the lines of the example at line $line read as English and as Chinese',
    ({ text }) => {
      const labels = tracesOf(text).flatMap(({ steps, summary }) => [
        summary,
        ...steps.map((step) => step.text),
      ]);
      expect([...new Set(labels.flatMap(faultsOf))]).toEqual([]);
      expect(labels.length).toBeGreaterThan(0);
    },
  );

  it('item 106: a trace takes at most 2 kB on disk at the median, and has the values that were read', () => {
    const traces = ALL.flatMap(({ text }) => tracesOf(text));
    const sizes = traces.map((trace) => packJson(trace).length).sort((a, b) => a - b);
    expect(sizes[Math.floor(sizes.length / 2)]).toBeLessThanOrEqual(2_048);
    const conditions = traces.flatMap(({ steps }) =>
      steps.filter(({ kind }) => kind === 'condition'),
    );
    expect(conditions.some(({ read }) => read?.some(({ value: one }) => one !== null))).toBe(true);
  });

  it('item 107: a near miss says what held it back, with the condition that did not hold', () => {
    const misses = ALL.flatMap(({ text }) => tracesOf(text)).filter(
      ({ state }) => state === 'nearMiss',
    );
    expect(misses.length).toBeGreaterThan(0);
    expect(misses.every(({ held }) => held !== undefined)).toBe(true);
    const byCondition = misses.filter(({ held }) => held === 'condition' || held === 'unknown');
    expect(byCondition.every(({ steps }) => steps.some(({ kind }) => kind === 'condition'))).toBe(
      true,
    );
  });
});
