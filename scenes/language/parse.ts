// Reads a scene file: text to a checked Scene, or all that is wrong with it, each with its place and what would be
// right. A file is YAML 1.2, so JSON is one too; devices are named by handle or by id.

import type * as v from 'valibot';
import type { InputProblem } from '../../hub/model/errors.ts';
import { nearestName } from '../../hub/model/nearest-name.ts';
import { type NamedInside, type NamedPlace, notYet, ReadContext } from './context.ts';
import { readDocument } from './document.ts';
import { parseDuration } from './literals.ts';
import { mistake, withHint } from './mistakes.ts';
import type { SceneNames } from './names.ts';
import { KINDS } from './read/kinds.ts';
import { Reading } from './read/reading.ts';
import { readTest } from './read/tests.ts';
import { readUses } from './read/uses.ts';
import { readTakes, readValue, readVars } from './read/variables.ts';
import {
  type AfterOutage,
  type Again,
  DEFAULT_AFTER_OUTAGE,
  DEFAULT_AGAIN,
  type Scene,
} from './scene.ts';
import { SCENE_SHAPE } from './schema.ts';

/** A scene, or what is wrong with its file. */
export type ParsedScene =
  | { readonly scene: Scene; readonly errors?: undefined }
  | { readonly scene?: undefined; readonly errors: readonly InputProblem[] };

/** A parsed scene with the places where its text names devices and rooms. */
export type LocatedScene =
  | {
      readonly scene: Scene;
      readonly named: readonly NamedPlace[];
      readonly namedInside: readonly NamedInside[];
    }
  | { readonly scene: null; readonly errors: readonly InputProblem[] };

/** Words of the top level that the format has and this version does not do yet. */
const LATER = ['expect', 'undo'];

/** Reads the text of a scene file. Never throws; all problems are told, at most 100. */
export function parseScene(text: string, names: SceneNames): ParsedScene {
  const located = locateScene(text, names);
  return located.scene === null ? { errors: located.errors } : { scene: located.scene };
}

/** As `parseScene`, with the places of all names. */
export function locateScene(text: string, names: SceneNames): LocatedScene {
  const problems: InputProblem[] = [];
  const document = readDocument(text, problems);
  if (!document.isReadable) return { scene: null, errors: problems };
  const context = new ReadContext(document, names, problems);
  const scene = readScene(context, document.data);
  if (scene === null || problems.length > 0) {
    return { scene: null, errors: [...problems].sort(byPlace) };
  }
  return { scene, named: context.named, namedInside: context.namedInside };
}

function byPlace(a: InputProblem, b: InputProblem): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}

const TOP_KEYS = [
  'scene',
  'room',
  'description',
  'uses',
  'when',
  'while',
  'do',
  'vars',
  'takes',
  'gives',
  'again',
  'after-outage',
  'debounce',
  'throttle',
  'cooldown',
  'priority',
  'group',
  'recheck',
  'yield',
  'tests',
];

function readScene(context: ReadContext, data: unknown): Scene | null {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    const words = mistake(
      'A scene file is a map that begins with `scene: ` and its name',
      '场景文件以 `scene: ` 和场景名称开头',
    );
    return context.refuse([], words);
  }
  const known: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(data)) {
    if (TOP_KEYS.includes(key)) known[key] = value;
    else refuseTopKey(context, key);
  }
  const shaped = context.shaped(SCENE_SHAPE, known, []);
  // Lists are read also where something else is wrong, so that all problems are told at once.
  const list = (key: string): readonly unknown[] => (Array.isArray(known[key]) ? known[key] : []);
  const reading = new Reading(context, KINDS);
  const vars = readVars(reading, shaped?.vars);
  const takes = readTakes(reading, shaped?.takes);
  const when = list('when')
    .slice(0, 50)
    .flatMap((item, index) => reading.trigger(item, ['when', index]) ?? []);
  const condition = known.while === undefined ? null : reading.condition(known.while, ['while']);
  const steps = reading.steps(list('do'), ['do']);
  const room = typeof known.room === 'string' ? context.room(known.room, ['room']) : null;
  if (shaped === null) return null;
  const gives =
    shaped.gives === undefined ? null : readValue(reading, shaped.gives, ['gives'], null);
  const yieldMs = shaped.yield === undefined ? null : context.duration(shaped.yield, ['yield']);
  const afterOutage = readAfterOutage(context, shaped['after-outage'] ?? {});
  return {
    name: shaped.scene,
    room,
    description: shaped.description ?? null,
    ...(shaped.uses === undefined ? {} : { uses: readUses(context, shaped.uses) }),
    when,
    while: condition,
    do: steps,
    ...(vars.length === 0 ? {} : { vars }),
    ...(takes.length === 0 ? {} : { takes }),
    ...(gives === null ? {} : { gives }),
    again: shaped.again === undefined ? DEFAULT_AGAIN : readAgain(shaped.again),
    afterOutage,
    ...readPace(context, shaped),
    ...(yieldMs === null ? {} : { yieldMs }),
    tests: (shaped.tests ?? []).flatMap((test, index) => readTest(context, test, index) ?? []),
  };
}

function refuseTopKey(context: ReadContext, key: string): void {
  if (LATER.includes(key)) {
    context.refuse([key], notYet(key), 'key');
    return;
  }
  const shown = key.slice(0, 40);
  const words = mistake(`"${shown}" is not known`, `没有“${shown}”这个词`);
  const all = mistake(`a scene has ${TOP_KEYS.join(', ')}`, `场景有 ${TOP_KEYS.join('、')}`);
  context.refuse([key], withHint(words, nearestName(key, TOP_KEYS), all), 'key');
}

function readAgain(text: string): Again {
  const per = text.endsWith(' per device') ? ({ per: 'device' } as const) : {};
  if (text === 'per device' || text === 'restart per device') return { kind: 'perDevice' };
  if (text === 'restart') return { kind: 'restart' };
  const [kind, max, overflow] = text.split(' ');
  if (kind === 'single') return { kind, ...per };
  if (kind === 'parallel') return { kind, max: Number(max) };
  const gives = overflow === 'drop-oldest' ? ({ overflow } as const) : {};
  return { kind: 'queue', max: Number(max), ...gives, ...per };
}

type Pace = Pick<
  Scene,
  'debounceMs' | 'throttleMs' | 'cooldownMs' | 'priority' | 'group' | 'recheck'
>;

/** How often it may run, and how it stands to other scenes. */
function readPace(context: ReadContext, shaped: v.InferOutput<typeof SCENE_SHAPE>): Pace {
  const duration = (key: 'debounce' | 'throttle' | 'cooldown'): number | null => {
    const text = shaped[key];
    if (text === undefined) return null;
    const ms = context.duration(text, [key]);
    if (ms === 0) {
      const words = mistake(`${key} lasts longer than nothing`, `${key} 的时长不能是零`);
      return context.refuse([key], words);
    }
    return ms;
  };
  const debounceMs = duration('debounce');
  const throttleMs = duration('throttle');
  const cooldownMs = duration('cooldown');
  const { priority, group, recheck } = shaped;
  return {
    ...(debounceMs === null ? {} : { debounceMs }),
    ...(throttleMs === null ? {} : { throttleMs }),
    ...(cooldownMs === null ? {} : { cooldownMs }),
    ...(priority === undefined || priority === 0 ? {} : { priority }),
    ...(group === undefined
      ? {}
      : {
          group:
            typeof group === 'string'
              ? { name: group, wins: 'highest' }
              : { name: group.name, wins: group.wins ?? 'highest' },
        }),
    ...(recheck === false ? { recheck } : {}),
  };
}

function readAfterOutage(
  context: ReadContext,
  given: {
    readonly waits?: AfterOutage['waits'] | undefined;
    readonly holds?: AfterOutage['holds'] | undefined;
    readonly late?: string | undefined;
  },
): AfterOutage {
  return {
    waits: given.waits ?? DEFAULT_AFTER_OUTAGE.waits,
    holds: given.holds ?? DEFAULT_AFTER_OUTAGE.holds,
    late: given.late === undefined ? DEFAULT_AFTER_OUTAGE.late : readLate(context, given.late),
  };
}

function readLate(context: ReadContext, text: string): AfterOutage['late'] {
  if (text === 'run') return { kind: 'run' };
  if (text === 'skip') return { kind: 'skip', overMs: 0 };
  const overMs = parseDuration(text.slice('skip over '.length));
  if (typeof overMs === 'number') return { kind: 'skip', overMs };
  context.refuse(['after-outage', 'late'], overMs);
  return { kind: 'default' };
}
