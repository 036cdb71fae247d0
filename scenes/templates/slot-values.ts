// Whether a value can be bound to a slot, and what is said where it cannot.

import type { Label } from '../../hub/model/property-row.ts';
import type { SlotValue } from '../../hub/model/scene-templates-port.ts';
import { parseDuration } from '../language/literals.ts';
import { isMistake } from '../language/mistakes.ts';
import { parseMoment } from '../language/moments.ts';
import { WEEKDAYS } from '../language/values.ts';
import { both } from '../language/words.ts';
import type { DeviceSlot, Slot } from './template.ts';

const TEXT_MAX = 300;
/** Words for whom a message is meant, as `notify` knows them. */
export const AUDIENCE_WORDS = [
  'owners',
  'adults',
  'elders',
  'children',
  'guests',
  'everyone',
] as const;

type SlotOfValue = Exclude<Slot, DeviceSlot>;

/**
 * Why the value cannot stand in the slot; null where it can.
 * @param known what the home has of a mode or a person; null: it is not known
 */
export function slotValueProblem(
  slot: SlotOfValue,
  value: SlotValue,
  known: readonly string[] | null,
): Label | null {
  switch (slot.kind) {
    case 'number': {
      const unit = slot.unit === null ? '' : ` ${slot.unit}`;
      const isThere = typeof value === 'number' && value >= slot.min && value <= slot.max;
      if (isThere) return null;
      return both(
        `A number from ${slot.min} to ${slot.max}${unit} is wanted`,
        `应为 ${slot.min} 到 ${slot.max}${unit} 之间的数`,
      );
    }
    case 'duration':
      return durationProblem(slot, value);
    case 'time': {
      if (typeof value === 'string' && !isMistake(parseMoment(value))) return null;
      return both(
        'A time such as 07:00 or sunset-30min is wanted',
        '应为 07:00 或 sunset-30min 这样的时间',
      );
    }
    case 'text': {
      const isThere = typeof value === 'string' && value.trim() !== '' && value.length <= TEXT_MAX;
      if (isThere && !value.includes('{{')) return null;
      return both(
        `A text of at most ${TEXT_MAX} characters, without {{, is wanted`,
        `应为最多 ${TEXT_MAX} 个字、不含 {{ 的文字`,
      );
    }
    case 'days':
      return isListOf(value, WEEKDAYS)
        ? null
        : both(
            `Days are wanted, of ${WEEKDAYS.join(', ')}`,
            `应为 ${WEEKDAYS.join('、')} 中的几天`,
          );
    case 'roles':
      return isListOf(value, AUDIENCE_WORDS)
        ? null
        : both(
            `Who is told? Some of ${AUDIENCE_WORDS.join(', ')}`,
            `应为 ${AUDIENCE_WORDS.join('、')} 中的几个`,
          );
    case 'choice': {
      const options = Object.keys(slot.options);
      if (typeof value === 'string' && options.includes(value)) return null;
      return both(`One of ${options.join(', ')} is wanted`, `应为 ${options.join('、')} 之一`);
    }
    case 'room':
    case 'person':
    case 'mode': {
      if (typeof value === 'string' && (known === null || known.includes(value))) return null;
      const some = (known ?? []).slice(0, 12).join(', ');
      return some === ''
        ? both('The home has none', '家中没有可选的')
        : both(
            `"${String(value)}" is not there; there are ${some}`,
            `没有“${String(value)}”；可选 ${some}`,
          );
    }
    default:
      return slot satisfies never;
  }
}

function durationProblem(
  { from, to }: Extract<Slot, { kind: 'duration' }>,
  value: SlotValue,
): Label | null {
  const [ms, least, most] = [value, from, to].map((text) =>
    typeof text === 'string' ? parseDuration(text) : null,
  );
  const isThere =
    typeof ms === 'number' &&
    typeof least === 'number' &&
    typeof most === 'number' &&
    ms >= least &&
    ms <= most;
  return isThere
    ? null
    : both(`A duration from ${from} to ${to} is wanted`, `应为 ${from} 到 ${to} 之间的时长`);
}

function isListOf(value: SlotValue, words: readonly string[]): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((one) => words.includes(one));
}
