// Reads steps that act on devices.

import * as v from 'valibot';
import type { DeviceRecord } from '../../../hub/model/device.ts';
import { nearestName } from '../../../hub/model/nearest-name.ts';
import type { Words } from '../../../hub/model/words.ts';
import type { Path } from '../document.ts';
import type {
  AdjustStep,
  CommandStep,
  EffectStep,
  RampStep,
  SetStep,
  ToggleStep,
} from '../effect-steps.ts';
import { mistake, withHint } from '../mistakes.ts';
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
      const words = mistake(
        `What is ${handle} set to? Write {${handle}: {on: true}}`,
        `要把 ${handle} 设成什么？请写 {${handle}: {on: true}}`,
      );
      return [context.refuse(at, words)];
    }
    return Object.entries(values).map(([key, asked]) => {
      const found = context.propertyOf(device, key, [...at, key], 'key');
      if (found === null) return null;
      const { access } = found.descriptor;
      if (access !== 'rw' && access !== 'w') {
        return context.refuse(
          [...at, key],
          mistake(
            `"${key}" of ${device.name} can be read but not set`,
            `“${device.name}”的“${key}”只能读取，不能设置`,
          ),
          'key',
        );
      }
      const value = context.value(found.spec, asked, [...at, key]);
      return value === null ? null : { device: device.id, property: found.descriptor.key, value };
    });
  });
  if (targets.length === 0) {
    const words = mistake(
      'What is set? Write {hall-lamp: {on: true}}',
      '要设置什么？请写 {hall-lamp: {on: true}}',
    );
    return context.refuse([...path, 'set'], words);
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
    const words = mistake(
      'What is set? Write {on: false} beside `all`',
      '要设置什么？请在 `all` 旁边写 {on: false}',
    );
    return context.refuse([...path, 'set'], words);
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
        mistake(
          `"${key}" of ${device.name} cannot be toggled; only what is on or off can`,
          `“${device.name}”的“${key}”不能切换；只有开和关的才能`,
        ),
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
    const words = mistake(
      'Beside `all` stands which property is toggled, as in toggle: on',
      '`all` 旁边要写切换哪个属性，例如 toggle: on',
    );
    return context.refuse(at, words);
  }
  const select = readSelection(context, all, [...path, 'all']);
  const found = readProperty(context, toggle, at);
  if (found !== null && found.spec.type !== 'boolean') {
    const words = mistake(
      `"${toggle}" cannot be toggled; only what is on or off can`,
      `“${toggle}”不能切换；只有开和关的才能`,
    );
    return context.refuse(at, words);
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
      mistake(
        'What is adjusted? Write {hall-lamp.brightness: 10}',
        '要调整什么？请写 {hall-lamp.brightness: 10}',
      ),
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
    return context.refuse(at, notSettable(name), 'key');
  }
}

function notSettable(name: string): Words {
  return mistake(
    `"${name.slice(0, 64)}" is not a number that can be set`,
    `“${name.slice(0, 64)}”不是可以设置的数字`,
  );
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
        mistake(
          'Beside `all` stands the name of one command, as in command: stop',
          '`all` 旁边要写一个命令的名称，例如 command: stop',
        ),
      );
    }
    return select && { targets: [], group: { select, command: { name: command, args: {} } } };
  }
  if (typeof command === 'string') {
    return context.refuse(
      [...path, 'command'],
      mistake(
        'Which device does it? Write {bedroom-blind: stop}, or say `all` beside it',
        '由哪个设备来做？请写 {bedroom-blind: stop}，或在旁边写 `all`',
      ),
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
        return context.refuse(at, noCommand(device, name));
      }
      return { device: device.id, name, args: args ?? {} };
    });
  });
  if (targets.length === 0) {
    const words = mistake(
      'Which command? Write {bedroom-blind: stop}',
      '哪个命令？请写 {bedroom-blind: stop}',
    );
    return context.refuse([...path, 'command'], words);
  }
  if (targets.length > SCENE_LIMITS.items) return tooMany(context, path);
  return isComplete(targets) ? { targets } : null;
}

/** Says that the device has no such command, and which ones it has. */
export function noCommand(device: DeviceRecord, name: string): Words {
  const { commands } = device.description;
  const shown = name.slice(0, 40);
  const words = mistake(
    `${device.name} has no command "${shown}"`,
    `“${device.name}”没有命令“${shown}”`,
  );
  const all = mistake(
    `it has ${commands.join(', ') || 'none'}`,
    commands.length === 0 ? '它没有命令' : `它有 ${commands.join('、')}`,
  );
  return withHint(words, nearestName(name, commands), all);
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
      mistake(
        'What is ramped? Write {hall-lamp.brightness: {to: 80}}',
        '要渐变什么？请写 {hall-lamp.brightness: {to: 80}}',
      ),
    );
  }
  if (entries.length > SCENE_LIMITS.items) return tooMany(context, path);
  const targets = entries.map(([reference, asked]): RampStep['targets'][number] | null => {
    const at = [...path, 'ramp', reference];
    const found = context.property(reference, at, 'key');
    if (found === null) return null;
    const { device, descriptor, spec } = found;
    if (spec.type !== 'number' || descriptor.access !== 'rw') {
      return context.refuse(at, notSettable(reference), 'key');
    }
    const ends = typeof asked === 'number' ? { from: undefined, to: asked } : asked;
    const to = context.value(spec, ends.to, typeof asked === 'number' ? at : [...at, 'to']);
    const from = ends.from === undefined ? null : context.value(spec, ends.from, [...at, 'from']);
    if (typeof to !== 'number' || (ends.from !== undefined && typeof from !== 'number'))
      return null;
    return { device: device.id, property: descriptor.key, from: ends.from ?? null, to };
  });
  if (overMs === null || !isComplete(targets)) return null;
  if (overMs < 1_000) {
    const words = mistake('A ramp takes at least 1s', '渐变至少要 1s');
    return context.refuse([...path, 'over'], words);
  }
  return { kind: 'ramp', targets, overMs, onError: shaped['on-error'] ?? 'continue' };
}
