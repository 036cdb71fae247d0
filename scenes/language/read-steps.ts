// Reads `do`: from checked shapes to steps with devices, values and texts looked up.
import * as v from 'valibot';
import type { Role } from '../../hub/model/home.ts';
import { nearestName } from '../../hub/model/nearest-name.ts';
import type { ReadContext } from './context.ts';
import type { Path } from './document.ts';
import { isComplete, readLevels, readPresses } from './read-triggers.ts';
import { SCENE_LIMITS, type Step, type Subject, type TextPart, type WaitFor } from './scene.ts';
import { stepShapes } from './schema.ts';

/** Words of `do` that the format has and this version does not do yet. */
const LATER_STEPS = [
  'restore',
  'snapshot',
  'parallel',
  'race',
  'if',
  'choose',
  'repeat',
  'for-each',
  'while',
  'run',
  'cancel',
  'enable',
  'disable',
  'mode',
  'variable',
  'http',
  'mqtt',
  'ask',
  'undo',
  'call',
  'speak',
];
const LATER_OF_STEPS = ['expect', 'within', 'until', 'retry', 'else', 'if', 'quorum', 'undo'];

const SHAPES = stepShapes(v.unknown());
const STEP_KINDS = ['set', 'toggle', 'command', 'delay', 'wait', 'notify', 'stop'] as const;

/** Counts the steps of one scene. */
export interface StepCount {
  count: number;
}

/** A list of steps; steps with problems are left out, so that those of the others are found too. */
export function readSteps(
  context: ReadContext,
  items: readonly unknown[],
  path: Path,
  counted: StepCount,
): Step[] {
  return items.flatMap((item, index) => readStep(context, item, [...path, index], counted) ?? []);
}

function readStep(
  context: ReadContext,
  data: unknown,
  path: Path,
  counted: StepCount,
): Step | null {
  counted.count += 1;
  if (counted.count > SCENE_LIMITS.steps) {
    if (counted.count > SCENE_LIMITS.steps + 1) return null;
    return context.refuse(path, `A scene has at most ${SCENE_LIMITS.steps} steps`);
  }
  const kind = context.kindOf(data, path, 'A step', STEP_KINDS, LATER_STEPS);
  switch (kind) {
    case null:
      return null;
    case 'set': {
      const shaped = context.shaped(SHAPES.set, data, path, LATER_OF_STEPS);
      return shaped && readSet(context, shaped, path);
    }
    case 'toggle': {
      const shaped = context.shaped(SHAPES.toggle, data, path, LATER_OF_STEPS);
      return shaped && readToggle(context, shaped, path);
    }
    case 'command': {
      const shaped = context.shaped(SHAPES.command, data, path, LATER_OF_STEPS);
      return shaped && readCommand(context, shaped, path);
    }
    case 'delay': {
      const shaped = context.shaped(SHAPES.delay, data, path, LATER_OF_STEPS);
      const ms = shaped && context.duration(shaped.delay, [...path, kind]);
      return ms === null ? null : { kind, ms };
    }
    case 'wait': {
      const shaped = context.shaped(SHAPES.wait, data, path, LATER_OF_STEPS);
      return shaped && readWait(context, shaped, path, counted);
    }
    case 'notify': {
      const shaped = context.shaped(SHAPES.notify, data, path, LATER_OF_STEPS);
      return shaped && readNotify(context, shaped, path);
    }
    case 'stop': {
      const shaped = context.shaped(SHAPES.stop, data, path, LATER_OF_STEPS);
      return shaped && { kind, as: shaped.stop };
    }
    default:
      return kind satisfies never;
  }
}

function readSet(
  context: ReadContext,
  shaped: v.InferOutput<typeof SHAPES.set>,
  path: Path,
): Step | null {
  const overMs =
    shaped.over === undefined ? null : context.duration(shaped.over, [...path, 'over']);
  const targets = Object.entries(shaped.set).flatMap(([handle, values]) => {
    const at = [...path, 'set', handle];
    const device = context.device(handle, at, 'key');
    if (device === null) return [null];
    context.remember(at, 'key', { text: handle, name: handle, id: device.id });
    if (Object.keys(values).length === 0) {
      return [context.refuse(at, `What is ${handle} set to? Write {${handle}: {on: true}}`)];
    }
    return Object.entries(values).map(([key, asked]) => {
      const found = context.propertyOf(device, key, [...at, key], 'key');
      if (found === null) return null;
      const { access } = found.descriptor;
      if (access !== 'rw' && access !== 'w') {
        return context.refuse(
          [...at, key],
          `"${key}" of ${device.name} can be read but not set`,
          'key',
        );
      }
      const value = context.value(found.spec, asked, [...at, key]);
      return value === null ? null : { device: device.id, property: found.descriptor.key, value };
    });
  });
  if (targets.length === 0) {
    return context.refuse([...path, 'set'], 'What is set? Write {hall-lamp: {on: true}}');
  }
  if (targets.length > SCENE_LIMITS.items) return tooMany(context, path);
  if (!isComplete(targets)) return null;
  return { kind: 'set', targets, overMs, onError: shaped['on-error'] ?? 'continue' };
}

function readToggle(
  context: ReadContext,
  shaped: v.InferOutput<typeof SHAPES.toggle>,
  path: Path,
): Step | null {
  const isList = typeof shaped.toggle !== 'string';
  const references = typeof shaped.toggle === 'string' ? [shaped.toggle] : shaped.toggle;
  const targets = references.map((reference, index) => {
    const at = isList ? [...path, 'toggle', index] : [...path, 'toggle'];
    const [handle = '', ...rest] = reference.split('.');
    const key = rest.length === 0 ? 'on' : rest.join('.');
    const device = context.device(handle, at, 'value');
    if (device === null) return null;
    context.remember(at, 'value', { text: reference, name: handle, id: device.id });
    const found = context.propertyOf(device, key, at, 'value');
    if (found === null) return null;
    if (found.spec.type !== 'boolean' || found.descriptor.access !== 'rw') {
      return context.refuse(
        at,
        `"${key}" of ${device.name} cannot be toggled; only what is on or off can`,
      );
    }
    return { device: device.id, property: found.descriptor.key };
  });
  if (!isComplete(targets)) return null;
  return { kind: 'toggle', targets, onError: shaped['on-error'] ?? 'continue' };
}

function readCommand(
  context: ReadContext,
  shaped: v.InferOutput<typeof SHAPES.command>,
  path: Path,
): Step | null {
  const targets = Object.entries(shaped.command).flatMap(([handle, asked]) => {
    const at = [...path, 'command', handle];
    const device = context.device(handle, at, 'key');
    if (device === null) return [null];
    context.remember(at, 'key', { text: handle, name: handle, id: device.id });
    const named = typeof asked === 'string' ? { [asked]: null } : asked;
    return Object.entries(named).map(([name, args]) => {
      const { commands } = device.description;
      if (!commands.includes(name)) {
        const nearest = nearestName(name, commands);
        const hint =
          nearest === undefined
            ? `it has ${commands.join(', ') || 'none'}`
            : `did you mean ${nearest}?`;
        return context.refuse(at, `${device.name} has no command "${name.slice(0, 40)}"; ${hint}`);
      }
      return { device: device.id, name, args: args ?? {} };
    });
  });
  if (targets.length === 0) {
    return context.refuse([...path, 'command'], 'Which command? Write {bedroom-blind: stop}');
  }
  if (targets.length > SCENE_LIMITS.items) return tooMany(context, path);
  if (!isComplete(targets)) return null;
  return { kind: 'command', targets, onError: shaped['on-error'] ?? 'continue' };
}

function tooMany(context: ReadContext, path: Path): null {
  return context.refuse(path, `One step has at most ${SCENE_LIMITS.items} targets`);
}

function readWait(
  context: ReadContext,
  shaped: v.InferOutput<typeof SHAPES.wait>,
  path: Path,
  counted: StepCount,
): Step | null {
  const timeoutMs =
    shaped.timeout === undefined ? null : context.duration(shaped.timeout, [...path, 'timeout']);
  const otherwise = readSteps(context, shaped.else ?? [], [...path, 'else'], counted);
  if (shaped.else !== undefined && shaped.timeout === undefined) {
    return context.refuse(
      [...path, 'else'],
      '`else` is done when the time is over; say the `timeout`',
      'key',
    );
  }
  const until = readWaitFor(context, shaped.wait, [...path, 'wait']);
  return until && { kind: 'wait', until, timeoutMs, otherwise };
}

function readWaitFor(
  context: ReadContext,
  wait: v.InferOutput<typeof SHAPES.wait>['wait'],
  path: Path,
): WaitFor | null {
  const { holds, becomes, presses } = wait;
  const given = [holds, becomes, presses].filter((one) => one !== undefined);
  if (given.length !== 1) {
    return context.refuse(path, 'A wait is for one thing: holds, becomes or presses');
  }
  const forMs = wait.for === undefined ? 0 : context.duration(wait.for, [...path, 'for']);
  if (forMs === null) return null;
  if (holds !== undefined) {
    const of = readLevels(context, holds, [...path, 'holds'], 'holds');
    return named(context, of, [...path, 'holds']) && of && { kind: 'holds', of, forMs };
  }
  if (wait.for !== undefined) {
    return context.refuse([...path, 'for'], '`for` goes with holds; an edge has no length', 'key');
  }
  if (becomes !== undefined) {
    const of = readLevels(context, becomes, [...path, 'becomes'], 'becomes');
    return named(context, of, [...path, 'becomes']) && of && { kind: 'becomes', of };
  }
  const of = readPresses(context, presses ?? {}, [...path, 'presses']);
  return named(context, of, [...path, 'presses']) && of && { kind: 'presses', of };
}

/** Whether what is waited for names its devices; a run waits for no "any". */
function named(
  context: ReadContext,
  of: readonly { readonly subject: Subject }[] | null,
  path: Path,
): true | null {
  const isNamed = of?.every(({ subject }) => subject.kind === 'device') ?? true;
  return isNamed || context.refuse(path, 'A wait names its devices; "any" cannot be waited for');
}

/** Who is meant by a word of `to`. Owners are adults of the home too. */
const AUDIENCES: Readonly<Record<string, readonly Role[]>> = {
  everyone: ['owner', 'adult', 'child', 'elder', 'guest', 'installer'],
  owner: ['owner'],
  owners: ['owner'],
  adult: ['owner', 'adult'],
  adults: ['owner', 'adult'],
  child: ['child'],
  children: ['child'],
  elder: ['elder'],
  elders: ['elder'],
  guest: ['guest'],
  guests: ['guest'],
  installer: ['installer'],
  installers: ['installer'],
};
const ROLE_ORDER: readonly Role[] = ['owner', 'adult', 'elder', 'child', 'guest', 'installer'];

function readNotify(
  context: ReadContext,
  shaped: v.InferOutput<typeof SHAPES.notify>,
  path: Path,
): Step | null {
  const { to, text, urgent = false } = shaped.notify;
  const at = [...path, 'notify'];
  const roles = to === undefined ? [] : readAudience(context, to, [...at, 'to']);
  const en = readText(context, typeof text === 'string' ? text : text.en, textPath(at, text, 'en'));
  const zh = typeof text === 'string' ? en : readText(context, text.zh, textPath(at, text, 'zh'));
  if (roles === null || en === null || zh === null) return null;
  return {
    kind: 'notify',
    to: roles,
    text: { en, zh },
    urgent,
    onError: shaped['on-error'] ?? 'continue',
  };
}

function textPath(at: Path, text: unknown, language: 'en' | 'zh'): Path {
  return typeof text === 'string' ? [...at, 'text'] : [...at, 'text', language];
}

function readAudience(
  context: ReadContext,
  to: string | readonly string[],
  path: Path,
): Role[] | null {
  const words = typeof to === 'string' ? [to] : to;
  const roles = new Set<Role>();
  for (const [index, word] of words.entries()) {
    const meant = Object.hasOwn(AUDIENCES, word) ? AUDIENCES[word] : undefined;
    if (meant === undefined) {
      const known = ['everyone', 'owners', 'adults', 'elders', 'children', 'guests', 'installers'];
      const nearest = nearestName(word, known);
      const hint = nearest === undefined ? `write ${known.join(', ')}` : `did you mean ${nearest}?`;
      const at = typeof to === 'string' ? path : [...path, index];
      return context.refuse(at, `"${word.slice(0, 40)}" is nobody of this home; ${hint}`);
    }
    for (const role of meant) roles.add(role);
  }
  return ROLE_ORDER.filter((role) => roles.has(role));
}

const BLANK = /\{\{([^{}]*)\}\}/g;
const BLANKS_WANTED =
  'write {{cause.device.name}}, {{cause.device.room}}, {{cause.value}}, {{scene.name}}, {{time}} or {{hall-sensor.temperature}}';

function readText(context: ReadContext, text: string, path: Path): TextPart[] | null {
  const parts: (TextPart | null)[] = [];
  let end = 0;
  for (const match of text.matchAll(BLANK)) {
    if (match.index > end) parts.push({ kind: 'text', text: text.slice(end, match.index) });
    parts.push(readBlank(context, (match[1] ?? '').trim(), path));
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push({ kind: 'text', text: text.slice(end) });
  if (text.slice(end).includes('{{')) {
    return context.refuse(path, `A blank of the text is not closed; ${BLANKS_WANTED}`);
  }
  return isComplete(parts) ? parts : null;
}

function readBlank(context: ReadContext, blank: string, path: Path): TextPart | null {
  switch (blank) {
    case 'cause.device.name':
      return { kind: 'cause', what: 'device' };
    case 'cause.device.room':
      return { kind: 'cause', what: 'room' };
    case 'cause.value':
      return { kind: 'cause', what: 'value' };
    case 'scene.name':
      return { kind: 'scene' };
    case 'time':
      return { kind: 'time' };
    default: {
      const dot = blank.indexOf('.');
      if (dot <= 0 || /\s/.test(blank)) {
        return context.refuse(
          path,
          `The blank {{${blank.slice(0, 40)}}} is not known; ${BLANKS_WANTED}`,
        );
      }
      const handle = blank.slice(0, dot);
      const device = context.device(handle, path, 'value');
      if (device === null) return null;
      context.remember(path, 'value', { text: `{{${blank}`, name: handle, id: device.id });
      const found = context.propertyOf(device, blank.slice(dot + 1), path, 'value');
      return found && { kind: 'value', device: device.id, property: found.descriptor.key };
    }
  }
}
