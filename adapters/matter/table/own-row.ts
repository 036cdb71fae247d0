// How rows of the adapter's own properties are written: told or set, a bit, a plain value, an enum with its words.
import type { Label } from '../../../hub/model/property-row.ts';
import type { AttributeRow, Choices, OwnProperty } from './row.ts';

/** A property's own word and what it is called. */
export type Words = readonly [word: string, en: string, zh: string];

const label = (en: string, zh: string): Label => ({ en, zh });

/** A property that is told and never set. */
export const told = (
  [word, en, zh]: Words,
  type: OwnProperty['type'],
  more: Partial<OwnProperty> = {},
): OwnProperty => ({ word, label: label(en, zh), type, access: 'r', ...more });

/** A property that is set where its cluster lets it be. */
export const settable = (
  [word, en, zh]: Words,
  type: OwnProperty['type'],
  more: Partial<OwnProperty> = {},
) => ({ word, label: label(en, zh), type, ...more }) satisfies OwnProperty;

/** Numbers of the wire with the words for them. */
export type Enum = readonly (readonly [wire: number, value: string, en: string, zh: string])[];

/** What an enum's values are called. */
export const wordsOf = (entries: Enum) =>
  Object.fromEntries(entries.map(([, value, en, zh]) => [value, label(en, zh)]));

/** The enum's own numbers; of what the node may say beside them, the number itself. */
export const fixed =
  (entries: Enum): (() => Choices) =>
  () =>
    new Map(entries.map(([wire, value]) => [wire, value]));

/** Ours is the wire's times this. */
export const factor = (by: number) => ({ kind: 'factor', factor: by }) as const;

/** A bit of a bitmap. */
export const bit = (
  clusterId: number,
  attributeId: number,
  number: number,
  words: Words,
): AttributeRow => ({
  clusterId,
  attributeId,
  as: told(words, 'boolean'),
  convert: { kind: 'bit', bit: number },
});

/** A plain value. */
export const value = (
  clusterId: number,
  attributeId: number,
  as: OwnProperty,
  more: Partial<AttributeRow> = {},
): AttributeRow => ({ clusterId, attributeId, as, ...more });

/** An enum of the standard with words of ours. */
export const choice = (
  clusterId: number,
  attributeId: number,
  as: (values: NonNullable<OwnProperty['values']>) => OwnProperty,
  entries: Enum,
  more: Partial<AttributeRow> = {},
): AttributeRow => {
  return { clusterId, attributeId, as: as(wordsOf(entries)), choices: fixed(entries), ...more };
};
