// What is pressed: the converters' `action` values, made to button, endpoint and a standard press where they say
// one. Vendors write the same press as `1_single`, `button_1_press`, `single_left` or plain `hold`.
import { type PropertyKey, propertyKey } from '../../../hub/model/properties.ts';

/** One action value as the hub tells it. */
export interface Press {
  readonly key: PropertyKey;
  readonly value: string;
}

/** Standard presses under the words that vendors use. */
const STANDARD: Readonly<Record<string, string>> = {
  single: 'single',
  click: 'single',
  single_click: 'single',
  press: 'single',
  short_press: 'single',
  short_release: 'single',
  double: 'double',
  double_click: 'double',
  double_press: 'double',
  triple: 'triple',
  tripple: 'triple',
  triple_click: 'triple',
  triple_press: 'triple',
  quadruple: 'quadruple',
  quadruple_click: 'quadruple',
  long: 'long',
  hold: 'long',
  long_press: 'long',
  long_click: 'long',
  release: 'release',
  hold_release: 'release',
  long_release: 'release',
};

interface Split {
  readonly raw: string;
  readonly endpoint: number | undefined;
  readonly rest: string;
}

function split(raw: string, endpoints: Readonly<Record<string, number>>): Split {
  const numbered = /^(?:button_)?(\d{1,2})_(.+)$/.exec(raw);
  if (numbered !== null && Number(numbered[1]) > 0) {
    return { raw, endpoint: Number(numbered[1]), rest: numbered[2] ?? '' };
  }
  const last = /^(.+)_(\w+?)$/.exec(raw);
  const [, rest = '', word = ''] = last ?? [];
  const endpoint = /^[1-9]\d?$/.test(word) ? Number(word) : endpoints[word];
  if (endpoint !== undefined && Object.hasOwn(STANDARD, rest)) return { raw, endpoint, rest };
  return { raw, endpoint: undefined, rest: raw };
}

/**
 * How each action value of a device is told. Where a button tells both that it went down and that it was let go
 * after a short press, the latter is the `single` press, since the former also begins each long one.
 * @param endpoints the definition's endpoint names, such as `left` and `right`
 */
export function pressesOf(
  values: readonly string[],
  endpoints: Readonly<Record<string, number>>,
): ReadonlyMap<string, Press> {
  const splits = values.map((raw) => split(raw, endpoints));
  const buttons = new Set(splits.map(({ endpoint }) => endpoint ?? 0));
  const presses = new Map<string, Press>();
  const taken = new Set<string>();
  for (const { raw, endpoint, rest } of splits) {
    const siblings = splits.filter((other) => other.endpoint === endpoint).map((own) => own.rest);
    const key = propertyKey('button', buttons.size > 1 ? endpoint : undefined);
    const value = standardOf(rest, siblings) ?? rest;
    const isTaken = taken.has(`${key} ${value}`);
    presses.set(raw, { key, value: isTaken ? rest : value });
    taken.add(`${key} ${isTaken ? rest : value}`);
  }
  return presses;
}

function standardOf(rest: string, siblings: readonly string[]): string | undefined {
  if (siblings.includes('press_release')) {
    if (rest === 'press') return 'press';
    if (rest === 'press_release') return 'single';
  }
  return Object.hasOwn(STANDARD, rest) ? STANDARD[rest] : undefined;
}
