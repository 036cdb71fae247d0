// Reads steps that act on devices and people.
import type * as v from 'valibot';
import type { Role } from '../../../hub/model/home.ts';
import { nearestName } from '../../../hub/model/nearest-name.ts';
import type { ReadContext } from '../context.ts';
import type { Path } from '../document.ts';
import { SCENE_LIMITS } from '../scene.ts';
import { effectStepShapes } from '../shapes/effects.ts';
import type { EffectStep } from '../steps.ts';
import { isComplete, type Reading, shapedKind } from './reading.ts';
import { readText } from './texts.ts';

/** Keys of a step that the format has and this version does not do yet. */
const LATER_OF_STEPS = ['expect', 'within', 'until', 'retry', 'else', 'if', 'quorum', 'undo'];

/** Steps that do something, by key. */
export const EFFECT_STEPS = {
  set: shapedKind(effectStepShapes.set, LATER_OF_STEPS, readSet),
  toggle: shapedKind(effectStepShapes.toggle, LATER_OF_STEPS, readToggle),
  command: shapedKind(effectStepShapes.command, LATER_OF_STEPS, readCommand),
  notify: shapedKind(effectStepShapes.notify, LATER_OF_STEPS, readNotify),
};

function readSet(
  { context }: Reading,
  shaped: v.InferOutput<typeof effectStepShapes.set>,
  path: Path,
): EffectStep | null {
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
  { context }: Reading,
  shaped: v.InferOutput<typeof effectStepShapes.toggle>,
  path: Path,
): EffectStep | null {
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
  { context }: Reading,
  shaped: v.InferOutput<typeof effectStepShapes.command>,
  path: Path,
): EffectStep | null {
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
  { context }: Reading,
  shaped: v.InferOutput<typeof effectStepShapes.notify>,
  path: Path,
): EffectStep | null {
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
