// Reads which devices are meant by room, label and kind, and what so many of them are like.
import { DEVICE_KINDS } from '../../../hub/model/device-kind.ts';
import { nearestName } from '../../../hub/model/nearest-name.ts';
import type { PropertyValue } from '../../../hub/model/properties.ts';
import type { Condition } from '../conditions.ts';
import type { ReadContext } from '../context.ts';
import type { Path } from '../document.ts';
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
      'One property is looked at, such as open in {room: hall, open: true}',
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
    return context.refuse([...path, 'label'], 'A label is a word of the household');
  }
  if (kind !== undefined && (typeof kind !== 'string' || !Object.hasOwn(DEVICE_KINDS, kind))) {
    const kinds = Object.keys(DEVICE_KINDS);
    const nearest = nearestName(String(kind), kinds);
    const hint =
      nearest === undefined ? `there are ${kinds.join(', ')}` : `did you mean ${nearest}?`;
    const message = `"${String(kind).slice(0, 40)}" is not a kind of device; ${hint}`;
    return context.refuse([...path, 'kind'], message);
  }
  return {
    room,
    label: typeof label === 'string' ? label.trim() : null,
    deviceKind: typeof kind === 'string' ? kind : null,
  };
}
