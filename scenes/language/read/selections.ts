// Reads which devices are meant by room, label and kind, and what so many of them are like.

import { DEVICE_KINDS } from '../../../hub/model/device-kind.ts';
import { nearestName } from '../../../hub/model/nearest-name.ts';
import type { PropertyValue } from '../../../hub/model/properties.ts';
import type { Condition } from '../conditions.ts';
import type { ReadContext } from '../context.ts';
import type { Path } from '../document.ts';
import { mistake, withHint } from '../mistakes.ts';
import type { Quantity, Selection } from '../state.ts';
import { readMatcher, stateSubject } from './parts.ts';

const CHOICES = ['room', 'label', 'kind'];

/** Devices chosen by room, label and kind, and what one of their properties is. */
export function readQuantity(
  context: ReadContext,
  quantity: Quantity,
  map: Readonly<Record<string, unknown>>,
  path: Path,
): Condition | null {
  const of = readSelection(context, map, path);
  const others = Object.entries(map).filter(([key]) => !CHOICES.includes(key));
  const [property] = others;
  if (property === undefined || others.length > 1) {
    return context.refuse(
      path,
      mistake(
        'One property is looked at, such as open in {room: hall, open: true}',
        '要看一个属性，例如 {room: hall, open: true} 里的 open',
      ),
    );
  }
  const at = [...path, property[0]];
  const found = stateSubject(context, context.kind(`kind.${property[0]}`, at, 'key'), at);
  // Readers of values check what the shape lets through.
  const matcher = found && readMatcher(context, found.spec, property[1] as PropertyValue, at);
  if (of === null || found === null || matcher === null) return null;
  return { kind: 'quantity', quantity, of, property: found.spec.name, matcher };
}

function readSelection(
  context: ReadContext,
  map: Readonly<Record<string, unknown>>,
  path: Path,
): Selection | null {
  const { room: handle, label, kind } = map;
  const at = [...path, 'room'];
  const room = typeof handle === 'string' ? context.room(handle, at) : null;
  if (handle !== undefined && room === null) return null;
  if (label !== undefined && (typeof label !== 'string' || label.trim() === '')) {
    const words = mistake('A label is a word of the household', '标签是家里自己起的词');
    return context.refuse([...path, 'label'], words);
  }
  if (kind !== undefined && (typeof kind !== 'string' || !Object.hasOwn(DEVICE_KINDS, kind))) {
    const kinds = Object.keys(DEVICE_KINDS);
    const shown = String(kind).slice(0, 40);
    const words = mistake(`"${shown}" is not a kind of device`, `没有“${shown}”这种设备`);
    const all = mistake(`there are ${kinds.join(', ')}`, `有 ${kinds.join('、')}`);
    return context.refuse(
      [...path, 'kind'],
      withHint(words, nearestName(String(kind), kinds), all),
    );
  }
  return {
    room,
    label: typeof label === 'string' ? label.trim() : null,
    deviceKind: typeof kind === 'string' ? kind : null,
  };
}
