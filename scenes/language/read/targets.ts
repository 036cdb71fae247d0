// Reads what a step acts on: devices by handle, and all devices of a room, a label or a kind; and what is done when
// they do not do it.

import type * as v from 'valibot';
import type { DeviceRecord } from '../../../hub/model/device.ts';
import { findProperty, type PropertyKey, parsePropertyKey } from '../../../hub/model/properties.ts';
import type { PropertySpec } from '../../../hub/model/property-row.ts';
import type { ReadContext } from '../context.ts';
import type { Path } from '../document.ts';
import type { Care, Retry, Selection } from '../effect-steps.ts';
import { mistake } from '../mistakes.ts';
import { SCENE_LIMITS } from '../scene.ts';
import type { effectStepShapes, selection } from '../shapes/effects.ts';
import { readLevels } from './parts.ts';
import { isComplete, type Reading } from './reading.ts';

/** How long a retry goes on, and how often it is made, where the file does not say. */
const RETRY_DEFAULT: Retry = { times: 3, everyMs: 10_000, withinMs: 300_000 };
const EXPECT_WITHIN_MS = 30_000;

type Shapes = ReturnType<typeof effectStepShapes>;
type Cared = Partial<v.InferOutput<Shapes['set']>> &
  Pick<v.InferOutput<Shapes['http']>, 'retry' | 'else' | 'on-error'>;

/** A device named by its handle as a key or a value; the place is remembered. */
export function readDevice(
  context: ReadContext,
  handle: string,
  path: Path,
  of: 'key' | 'value',
): DeviceRecord | null {
  const device = context.device(handle, path, of);
  if (device !== null) context.remember(path, of, { text: handle, name: handle, id: device.id });
  return device;
}

/** Devices of a list of handles, or of one. */
export function readDevices(
  context: ReadContext,
  handles: string | readonly string[],
  path: Path,
): DeviceRecord['id'][] | null {
  const isList = typeof handles !== 'string';
  const devices = (typeof handles === 'string' ? [handles] : handles).map((handle, index) =>
    readDevice(context, handle, isList ? [...path, index] : path, 'value'),
  );
  return isComplete(devices) ? devices.map(({ id }) => id) : null;
}

/** All devices of a room, a label, a kind. */
export function readSelection(
  context: ReadContext,
  shaped: v.InferOutput<typeof selection>,
  path: Path,
): Selection | null {
  const { room: handle, label, kind, except } = shaped;
  const room = handle === undefined ? undefined : context.room(handle, [...path, 'room']);
  const left = except === undefined ? [] : readDevices(context, except, [...path, 'except']);
  if (room === null || left === null) return null;
  return {
    ...(room === undefined ? {} : { room }),
    ...(label === undefined ? {} : { label }),
    ...(kind === undefined ? {} : { kind }),
    except: left,
  };
}

/** A property by its name alone, for all devices of a group that have it. */
export function readProperty(
  context: ReadContext,
  name: string,
  path: Path,
): { readonly key: PropertyKey; readonly spec: PropertySpec } | null {
  const row = findProperty(name);
  if (row !== undefined) return { key: parsePropertyKey(name).key, spec: row };
  const shown = name.slice(0, 64);
  const words = mistake(
    `"${shown}" is not a property that devices have`,
    `设备没有“${shown}”这种属性`,
  );
  return context.refuse(path, words, 'key');
}

/** When a step has succeeded, and what follows where it has not; absent where the file says nothing of it. */
export function readCare(
  reading: Reading,
  shaped: Cared,
  path: Path,
): { readonly care?: Care } | null {
  const { context } = reading;
  const okIf = shaped['ok-if'];
  const retry = shaped.retry === undefined ? undefined : readRetry(context, shaped.retry, path);
  const otherwise =
    shaped.else === undefined ? undefined : reading.steps(shaped.else, [...path, 'else']);
  const of =
    shaped.expect === undefined
      ? undefined
      : readLevels(context, shaped.expect, [...path, 'expect'], 'is');
  const withinMs =
    shaped.within === undefined
      ? EXPECT_WITHIN_MS
      : context.duration(shaped.within, [...path, 'within']);
  if (shaped.within !== undefined && shaped.expect === undefined) {
    return context.refuse(
      [...path, 'within'],
      mistake(
        '`within` goes with `expect`: what is expected within the time?',
        '`within` 要和 `expect` 一起用：在这段时间内期待什么？',
      ),
      'key',
    );
  }
  if (retry === null || of === null || withinMs === null) return null;
  const care: Care = {
    ...(okIf === undefined || okIf === 'all' ? {} : { okIf }),
    ...(retry === undefined ? {} : { retry }),
    ...(of === undefined ? {} : { expect: { of, withinMs } }),
    ...(otherwise === undefined ? {} : { otherwise }),
  };
  return Object.keys(care).length === 0 ? {} : { care };
}

function readRetry(
  context: ReadContext,
  shaped: NonNullable<Cared['retry']>,
  path: Path,
): Retry | null {
  const at = [...path, 'retry'];
  const duration = (text: string | undefined, key: string, usual: number) =>
    text === undefined ? usual : context.duration(text, [...at, key]);
  const everyMs = duration(shaped.every, 'every', RETRY_DEFAULT.everyMs);
  const withinMs = duration(shaped.within, 'within', RETRY_DEFAULT.withinMs);
  if (everyMs === null || withinMs === null) return null;
  if (everyMs < 1_000) {
    const words = mistake('At least 1s lies between two attempts', '两次尝试之间至少隔 1s');
    return context.refuse([...at, 'every'], words);
  }
  return { times: shaped.times ?? RETRY_DEFAULT.times, everyMs, withinMs };
}

/** Says that a step has more targets than it may. */
export function tooMany(context: ReadContext, path: Path): null {
  const most = SCENE_LIMITS.items;
  return context.refuse(
    path,
    mistake(`One step has at most ${most} targets`, `一个步骤最多 ${most} 个目标`),
  );
}
