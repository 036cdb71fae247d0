// Judging and comparing the values of properties. Pure; a row of the table, or `specOf` a device's property,
// says what is right.
import type { ColorValue, PropertySpec, PropertyValue } from './property-row.ts';
import type { Words } from './words.ts';

/** Why a value cannot be taken: the message names the property and the value, the hint what is allowed. */
export interface ValueProblem {
  readonly kind: 'wrong-type' | 'out-of-range' | 'not-one-of';
  readonly message: string;
  readonly hint: string;
  readonly zh: { readonly message: string; readonly hint: string };
}

const TEXT_CHARACTERS_MAX = 1024;
const ANY_TEXT: Words = {
  en: `a text of at most ${TEXT_CHARACTERS_MAX} characters`,
  zh: `最多 ${TEXT_CHARACTERS_MAX} 个字符的文字`,
};
const ANY_COLOR: Words = {
  en: '{"hue": 0–360, "saturation": 0–100}',
  zh: '{"hue": 0–360, "saturation": 0–100}',
};
const TRUE_OR_FALSE: Words = { en: 'true or false', zh: 'true 或 false' };
/** How many of an enum's values a hint lists; some devices have hundreds. */
const LISTED_VALUES_MAX = 12;

/** Whether a value, also one from outside, may stand in the property; null when it may. */
export function checkValue(spec: PropertySpec, value: unknown): ValueProblem | null {
  switch (spec.type) {
    case 'boolean':
      return typeof value === 'boolean' ? null : problem('wrong-type', spec, value, TRUE_OR_FALSE);
    case 'number':
      return checkNumber(spec, value);
    case 'enum':
      return checkEnum(spec, value);
    case 'string':
      return isText(value) ? null : problem('wrong-type', spec, value, ANY_TEXT);
    case 'color':
      return checkColor(spec, value);
    default:
      return spec.type satisfies never;
  }
}

function checkNumber(spec: PropertySpec, value: unknown): ValueProblem | null {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    return problem('wrong-type', spec, value, allowedNumbers(spec));
  }
  const { min = -Infinity, max = Infinity } = spec;
  return value >= min && value <= max
    ? null
    : problem('out-of-range', spec, value, allowedNumbers(spec));
}

function allowedNumbers({ min, max, unit }: PropertySpec): Words {
  const end = unit === undefined ? '' : ` ${unit}`;
  if (min !== undefined && max !== undefined) {
    return { en: `a number from ${min} to ${max}${end}`, zh: `${min} 到 ${max}${end} 之间的数` };
  }
  if (min !== undefined) {
    return { en: `a number of at least ${min}${end}`, zh: `不小于 ${min}${end} 的数` };
  }
  if (max !== undefined) {
    return { en: `a number of at most ${max}${end}`, zh: `不大于 ${max}${end} 的数` };
  }
  return unit === undefined
    ? { en: 'a number', zh: '一个数' }
    : { en: `a number in ${unit}`, zh: `以 ${unit} 为单位的数` };
}

function checkEnum(spec: PropertySpec, value: unknown): ValueProblem | null {
  const labels = spec.values ?? {};
  const allowed = Object.keys(labels);
  if (allowed.length === 0) {
    return isText(value) ? null : problem('wrong-type', spec, value, ANY_TEXT);
  }
  if (typeof value === 'string' && Object.hasOwn(labels, value)) return null;
  const more = allowed.length > LISTED_VALUES_MAX ? ', …' : '';
  const listed = allowed.slice(0, LISTED_VALUES_MAX);
  const wanted = {
    en: `one of ${listed.join(', ')}${more}`,
    zh: `以下之一：${listed.join('、')}${more === '' ? '' : '……'}`,
  };
  return problem(typeof value === 'string' ? 'not-one-of' : 'wrong-type', spec, value, wanted);
}

function checkColor(spec: PropertySpec, value: unknown): ValueProblem | null {
  if (!isColor(value)) return problem('wrong-type', spec, value, ANY_COLOR);
  const isHue = value.hue >= 0 && value.hue <= 360;
  const isSaturation = value.saturation >= 0 && value.saturation <= 100;
  return isHue && isSaturation ? null : problem('out-of-range', spec, value, ANY_COLOR);
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.length <= TEXT_CHARACTERS_MAX;
}

function problem(
  kind: ValueProblem['kind'],
  spec: PropertySpec,
  value: unknown,
  wanted: Words,
): ValueProblem {
  const unit = kind === 'out-of-range' && typeof value === 'number' ? spec.unit : undefined;
  const given = `${shown(value)}${unit === undefined ? '' : ` ${unit}`}`;
  return {
    kind,
    message: `${spec.name} cannot be ${given}`,
    hint: `${spec.name} takes ${wanted.en}.`,
    zh: { message: `${spec.name} 不能是 ${given}`, hint: `${spec.name} 应为${gap(wanted.zh)}。` },
  };
}

/** A space before figures and Latin words. */
function gap(zh: string): string {
  return /^[!-~]/.test(zh) ? ` ${zh}` : zh;
}

/** Any value as a message may show it: short, and never failing. */
function shown(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (typeof value === 'function' || typeof value === 'symbol') return `a ${typeof value}`;
  try {
    const text = JSON.stringify(value) ?? 'nothing';
    return text.length > 60 ? `${text.slice(0, 60)}…` : text;
  } catch {
    return 'an object';
  }
}

/** Whether the thing is a colour and nothing more. */
export function isColor(value: unknown): value is ColorValue {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.keys(value).length === 2 &&
    'hue' in value &&
    'saturation' in value &&
    Number.isFinite(value.hue) &&
    Number.isFinite(value.saturation)
  );
}

/**
 * Whether two values are the same state: numbers within the property's tolerance (what a radio's steps cost), hues
 * around the circle, and hues not at all where both are white.
 */
export function valuesEqual(
  spec: PropertySpec,
  a: PropertyValue | null,
  b: PropertyValue | null,
): boolean {
  if (a === b) return true;
  const tolerance = spec.tolerance ?? (spec.precision ?? 0) / 2;
  if (typeof a === 'number' && typeof b === 'number') return isWithin(a - b, tolerance);
  if (isColor(a) && isColor(b)) {
    if (!isWithin(a.saturation - b.saturation, tolerance)) return false;
    const isWhite = Math.max(a.saturation, b.saturation) <= tolerance;
    const turn = Math.abs(a.hue - b.hue) % 360;
    return isWhite || isWithin(Math.min(turn, 360 - turn), tolerance);
  }
  return false;
}

/** Binary fractions must not decide at the very edge: 21.5 and 21.45 lie 0.05 apart. */
function isWithin(difference: number, tolerance: number): boolean {
  return Math.abs(difference) <= tolerance + 1e-9;
}
