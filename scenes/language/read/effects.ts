// Reads steps that act on devices.
import * as v from 'valibot';
import { nearestName } from '../../../hub/model/nearest-name.ts';
import type { Path } from '../document.ts';
import type {
  AdjustStep,
  CommandStep,
  EffectStep,
  RampStep,
  SetStep,
  ToggleStep,
} from '../effect-steps.ts';
import { SCENE_LIMITS } from '../scene.ts';
import { effectStepShapes } from '../shapes/effects.ts';
import { UNREAD, value as VALUE } from '../shapes/parts.ts';
import { OUTSIDE_STEPS } from './outside.ts';
import { PEOPLE_STEPS } from './people.ts';
import { isComplete, type Reading, shapedKind } from './reading.ts';
import {
  readCare,
  readDevice,
  readDevices,
  readProperty,
  readSelection,
  tooMany,
} from './targets.ts';

const SHAPES = effectStepShapes(UNREAD);
type Shaped<Key extends keyof typeof SHAPES> = v.InferOutput<(typeof SHAPES)[Key]>;

/** Steps that do something, by key. */
export const EFFECT_STEPS = {
  set: shapedKind(SHAPES.set, [], readSet),
  toggle: shapedKind(SHAPES.toggle, [], readToggle),
  adjust: shapedKind(SHAPES.adjust, [], readAdjust),
  command: shapedKind(SHAPES.command, [], readCommand),
  snapshot: shapedKind(SHAPES.snapshot, [], readSnapshot),
  restore: shapedKind(SHAPES.restore, [], readRestore),
  ramp: shapedKind(SHAPES.ramp, [], readRamp),
  ...PEOPLE_STEPS,
  ...OUTSIDE_STEPS,
};

function readSet(reading: Reading, shaped: Shaped<'set'>, path: Path): EffectStep | null {
  const { context } = reading;
  const duration = (text: string | undefined, key: string) =>
    text === undefined ? undefined : context.duration(text, [...path, key]);
  const overMs = duration(shaped.over, 'over');
  const forMs = duration(shaped.for, 'for');
  const care = readCare(reading, shaped, path);
  const what =
    shaped.all === undefined
      ? readSetTargets(reading, shaped, path)
      : readSetGroup(reading, shaped, path);
  if (what === null || care === null || overMs === null || forMs === null) return null;
  const onError = shaped['on-error'] ?? 'continue';
  return {
    kind: 'set',
    ...what,
    overMs: overMs ?? null,
    ...(forMs === undefined ? {} : { forMs }),
    ...care,
    onError,
  };
}

function readSetTargets(
  { context }: Reading,
  shaped: Shaped<'set'>,
  path: Path,
): Pick<SetStep, 'targets'> | null {
  const targets = Object.entries(shaped.set).flatMap(([handle, values]) => {
    const at = [...path, 'set', handle];
    const device = readDevice(context, handle, at, 'key');
    if (device === null) return [null];
    if (typeof values !== 'object' || Object.keys(values).length === 0) {
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
  return isComplete(targets) ? { targets } : null;
}

function readSetGroup(
  { context }: Reading,
  { set, all }: Shaped<'set'>,
  path: Path,
): Pick<SetStep, 'targets' | 'group'> | null {
  const select = all === undefined ? null : readSelection(context, all, [...path, 'all']);
  const values = Object.entries(set).map(([name, asked]) => {
    const at = [...path, 'set', name];
    const found = readProperty(context, name, at);
    const value = found && (v.is(VALUE, asked) ? context.value(found.spec, asked, at) : null);
    return found && value !== null ? { property: found.key, value } : null;
  });
  if (values.length === 0) {
    return context.refuse([...path, 'set'], 'What is set? Write {on: false} beside `all`');
  }
  return select && isComplete(values) ? { targets: [], group: { select, values } } : null;
}

function readToggle(reading: Reading, shaped: Shaped<'toggle'>, path: Path): EffectStep | null {
  const care = readCare(reading, shaped, path);
  const what =
    shaped.all === undefined
      ? readToggleTargets(reading, shaped, path)
      : readToggleGroup(reading, shaped, path);
  if (what === null || care === null) return null;
  return { kind: 'toggle', ...what, ...care, onError: shaped['on-error'] ?? 'continue' };
}

function readToggleTargets(
  { context }: Reading,
  shaped: Shaped<'toggle'>,
  path: Path,
): Pick<ToggleStep, 'targets'> | null {
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
  return isComplete(targets) ? { targets } : null;
}

function readToggleGroup(
  { context }: Reading,
  { toggle, all }: Shaped<'toggle'>,
  path: Path,
): Pick<ToggleStep, 'targets' | 'group'> | null {
  const at = [...path, 'toggle'];
  if (typeof toggle !== 'string' || all === undefined) {
    return context.refuse(at, 'Beside `all` stands which property is toggled, as in toggle: on');
  }
  const select = readSelection(context, all, [...path, 'all']);
  const found = readProperty(context, toggle, at);
  if (found !== null && found.spec.type !== 'boolean') {
    return context.refuse(at, `"${toggle}" cannot be toggled; only what is on or off can`);
  }
  return select && found && { targets: [], group: { select, property: found.key } };
}

function readAdjust(reading: Reading, shaped: Shaped<'adjust'>, path: Path): EffectStep | null {
  const { context } = reading;
  const overMs =
    shaped.over === undefined ? null : context.duration(shaped.over, [...path, 'over']);
  const care = readCare(reading, shaped, path);
  const what = readAdjustment(reading, shaped, path);
  if (what === null || care === null || (shaped.over !== undefined && overMs === null)) return null;
  return { kind: 'adjust', ...what, overMs, ...care, onError: shaped['on-error'] ?? 'continue' };
}

function readAdjustment(
  { context }: Reading,
  { adjust, all }: Shaped<'adjust'>,
  path: Path,
): Pick<AdjustStep, 'targets' | 'group'> | null {
  const entries = Object.entries(adjust);
  if (entries.length === 0) {
    return context.refuse(
      [...path, 'adjust'],
      'What is adjusted? Write {hall-lamp.brightness: 10}',
    );
  }
  if (entries.length > SCENE_LIMITS.items) return tooMany(context, path);
  if (all !== undefined) {
    const select = readSelection(context, all, [...path, 'all']);
    const by = entries.map(([name, amount]) => {
      const at = [...path, 'adjust', name];
      const found = readProperty(context, name, at);
      if (found !== null && found.spec.type !== 'number') return notANumber(name, at);
      return found && { property: found.key, by: amount };
    });
    return select && isComplete(by) ? { targets: [], group: { select, by } } : null;
  }
  const targets = entries.map(([reference, by]) => {
    const at = [...path, 'adjust', reference];
    const found = context.property(reference, at, 'key');
    if (found === null) return null;
    const { device, descriptor, spec } = found;
    if (spec.type !== 'number' || descriptor.access !== 'rw') return notANumber(reference, at);
    return { device: device.id, property: descriptor.key, by };
  });
  return isComplete(targets) ? { targets } : null;

  function notANumber(name: string, at: Path): null {
    return context.refuse(at, `"${name.slice(0, 64)}" is not a number that can be set`, 'key');
  }
}

function readCommand(reading: Reading, shaped: Shaped<'command'>, path: Path): EffectStep | null {
  const care = readCare(reading, shaped, path);
  const what = readCommandTargets(reading, shaped, path);
  if (what === null || care === null) return null;
  return { kind: 'command', ...what, ...care, onError: shaped['on-error'] ?? 'continue' };
}

function readCommandTargets(
  { context }: Reading,
  { command, all }: Shaped<'command'>,
  path: Path,
): Pick<CommandStep, 'targets' | 'group'> | null {
  if (all !== undefined) {
    const select = readSelection(context, all, [...path, 'all']);
    if (typeof command !== 'string') {
      return context.refuse(
        [...path, 'command'],
        'Beside `all` stands the name of one command, as in command: stop',
      );
    }
    return select && { targets: [], group: { select, command: { name: command, args: {} } } };
  }
  if (typeof command === 'string') {
    return context.refuse(
      [...path, 'command'],
      'Which device does it? Write {bedroom-blind: stop}, or say `all` beside it',
    );
  }
  const targets = Object.entries(command).flatMap(([handle, asked]) => {
    const at = [...path, 'command', handle];
    const device = readDevice(context, handle, at, 'key');
    if (device === null) return [null];
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
  return isComplete(targets) ? { targets } : null;
}

function readSnapshot(
  { context }: Reading,
  { snapshot }: Shaped<'snapshot'>,
  path: Path,
): EffectStep | null {
  const at = [...path, 'snapshot'];
  if (typeof snapshot === 'object' && 'all' in snapshot) {
    const select = readSelection(context, snapshot.all, [...at, 'all']);
    return select && { kind: 'snapshot', devices: [], select };
  }
  const devices = readDevices(context, snapshot, at);
  return devices && { kind: 'snapshot', devices };
}

function readRestore(
  { context }: Reading,
  shaped: Shaped<'restore'>,
  path: Path,
): EffectStep | null {
  const { restore } = shaped;
  const at = [...path, 'restore'];
  const overMs =
    shaped.over === undefined ? null : context.duration(shaped.over, [...path, 'over']);
  const base = { kind: 'restore', overMs, onError: shaped['on-error'] ?? 'continue' } as const;
  if (shaped.over !== undefined && overMs === null) return null;
  if (restore === 'everything') return { ...base, devices: [] };
  if (typeof restore === 'object' && 'all' in restore) {
    const select = readSelection(context, restore.all, [...at, 'all']);
    return select && { ...base, devices: [], select };
  }
  const devices = readDevices(context, restore, at);
  return devices && { ...base, devices };
}

function readRamp({ context }: Reading, shaped: Shaped<'ramp'>, path: Path): EffectStep | null {
  const overMs = context.duration(shaped.over, [...path, 'over']);
  const entries = Object.entries(shaped.ramp);
  if (entries.length === 0) {
    return context.refuse(
      [...path, 'ramp'],
      'What is ramped? Write {hall-lamp.brightness: {to: 80}}',
    );
  }
  if (entries.length > SCENE_LIMITS.items) return tooMany(context, path);
  const targets = entries.map(([reference, asked]): RampStep['targets'][number] | null => {
    const at = [...path, 'ramp', reference];
    const found = context.property(reference, at, 'key');
    if (found === null) return null;
    const { device, descriptor, spec } = found;
    if (spec.type !== 'number' || descriptor.access !== 'rw') {
      return context.refuse(
        at,
        `"${reference.slice(0, 64)}" is not a number that can be set`,
        'key',
      );
    }
    const ends = typeof asked === 'number' ? { from: undefined, to: asked } : asked;
    const to = context.value(spec, ends.to, typeof asked === 'number' ? at : [...at, 'to']);
    const from = ends.from === undefined ? null : context.value(spec, ends.from, [...at, 'from']);
    if (typeof to !== 'number' || (ends.from !== undefined && typeof from !== 'number'))
      return null;
    return { device: device.id, property: descriptor.key, from: ends.from ?? null, to };
  });
  if (overMs === null || !isComplete(targets)) return null;
  if (overMs < 1_000) return context.refuse([...path, 'over'], 'A ramp takes at least 1s');
  return { kind: 'ramp', targets, overMs, onError: shaped['on-error'] ?? 'continue' };
}
