// Reads the expressions of a scene: looks up what they name, by the home's handles or by what their place knows.

import { nearestName } from '../../../hub/model/nearest-name.ts';
import type { PropertySpec } from '../../../hub/model/property-row.ts';
import type { Words } from '../../../hub/model/words.ts';
import type { FoundProperty, ReadContext } from '../context.ts';
import { noDevice, noProperty } from '../context.ts';
import type { Path } from '../document.ts';
import {
  type Expression,
  type ExpressionProblem,
  type ExpressionType,
  type FoundInput,
  isMethod,
  readExpression as readText,
  TIME_PARTS,
  type TimePart,
} from '../expression.ts';
import { mistake, withHint } from '../mistakes.ts';

/** What the place of an expression knows by name, such as the variables of the run. */
export type Locals = ReadonlyMap<string, ExpressionType>;

const NO_LOCALS: Locals = new Map();

/**
 * The expression at the path; null, with its problem told, where it cannot be read or does not come to `wanted`.
 * @param wanted what it must come to; null: anything
 */
export function readExpressionAt(
  context: ReadContext,
  text: string,
  path: Path,
  wanted: ExpressionType | null,
  locals: Locals = NO_LOCALS,
): Expression | null {
  const read = readText(text, (word) => findInput(context, word, locals));
  if ('message' in read) {
    const near = text.slice(read.at, read.at + 24).split('\n', 1)[0] ?? '';
    if (read.at === 0 || near === '') return context.refuse(path, read.message);
    const { en, zh } = read.message;
    return context.refuse(path, mistake(`${en} (at “${near}”)`, `${zh}（在“${near}”处）`));
  }
  const { expression, named } = read;
  if (wanted !== null && expression.type !== wanted) {
    const [comesTo, isWanted] = [TYPE_WORDS[expression.type], TYPE_WORDS[wanted]];
    return context.refuse(
      path,
      mistake(
        `The expression comes to ${comesTo.en}; ${isWanted.en} is wanted here`,
        `表达式的结果是${comesTo.zh}；这里需要${isWanted.zh}`,
      ),
    );
  }
  context.rememberInside(path, text, named);
  return expression;
}

const TYPE_WORDS: Readonly<Record<ExpressionType, Words>> = {
  boolean: mistake('true or false', '是与否'),
  number: mistake('a number', '数字'),
  text: mistake('a text', '文字'),
  color: mistake('a colour', '颜色'),
};

/** The type of a property in an expression. */
export function expressionType({ type }: Pick<PropertySpec, 'type'>): ExpressionType {
  return type === 'enum' || type === 'string' ? 'text' : type;
}

function findInput(
  context: ReadContext,
  word: string,
  locals: Locals,
): FoundInput | ExpressionProblem | null {
  const time = findTime(word);
  if (time !== null) return time;
  const property = findProperty(context, word);
  const isWhole = property !== null && 'input' in property && property.skip === 0;
  return isWhole ? property : (findLocal(word, locals) ?? property);
}

function findLocal(word: string, locals: Locals): FoundInput | null {
  let best: FoundInput | null = null;
  for (const [name, type] of locals) {
    const isWhole = word.startsWith(name) && !/[\p{L}\p{N}_]/u.test(word[name.length] ?? '');
    if (!isWhole || (best !== null && best.length >= name.length)) continue;
    best = { input: { kind: 'local', name, type }, length: name.length, named: null, skip: 0 };
  }
  return best;
}

function findTime(word: string): FoundInput | ExpressionProblem | null {
  const asked = /^time\.([a-zA-Z]+)/.exec(word);
  if (asked?.[1] === undefined) return null;
  if (!Object.hasOwn(TIME_PARTS, asked[1])) {
    const message = mistake(
      `There is no time.${asked[1]}; there are ${TIMES.join(', ')}`,
      `没有 time.${asked[1]}；有 ${TIMES.join('、')}`,
    );
    return { message, at: 0 };
  }
  const what = asked[1] as TimePart;
  const input = { kind: 'time', what, type: TIME_PARTS[what] } as const;
  return { input, length: asked[0].length, named: null, skip: 0 };
}

const TIMES = Object.keys(TIME_PARTS).map((name) => `time.${name}`);

/** `hall-lamp.on`. Before it may stand what is taken from it: in `limit-hall.power` the device may be `hall`. */
function findProperty(context: ReadContext, word: string): FoundInput | ExpressionProblem | null {
  const [left = '', right] = word.split('.');
  if (right === undefined || right === '') return null;
  for (const name of endings(left)) {
    const device = context.names.device(name);
    if (device === undefined) continue;
    const skip = left.length - name.length;
    const { properties } = device.description;
    for (const key of beginnings(right)) {
      const descriptor = properties.find((one) => one.key === key);
      if (descriptor === undefined) continue;
      const found = context.propertyOf(device, descriptor.key, [], 'value');
      return found && foundProperty(found, name, skip);
    }
    const nearest = nearestName(
      right,
      properties.map(({ key }) => key),
    );
    const message = withHint(noProperty(device, right), nearest && `${name}.${nearest}`);
    return { message, at: skip };
  }
  if (isMethod(right)) return null;
  return { message: noDevice(left, context.names), at: 0 };
}

function foundProperty(
  { device, descriptor, spec }: FoundProperty,
  name: string,
  skip: number,
): FoundInput | ExpressionProblem {
  if (spec.access === 'event') {
    return {
      message: mistake(
        `"${descriptor.key}" of ${device.name} is an event and has no value`,
        `“${device.name}”的“${descriptor.key}”是事件，没有值`,
      ),
      at: skip,
    };
  }
  const words = spec.type === 'enum' ? Object.keys(spec.values ?? {}) : [];
  return {
    input: {
      kind: 'device',
      device: device.id,
      property: descriptor.key,
      type: expressionType(spec),
      values: words.length > 0 ? words : null,
    },
    length: name.length + 1 + descriptor.key.length,
    named: { name, id: device.id },
    skip,
  };
}

/** The word, and what is left of it behind each hyphen. */
function endings(word: string): string[] {
  const found = [word];
  for (let at = word.indexOf('-'); at >= 0; at = word.indexOf('-', at + 1)) {
    found.push(word.slice(at + 1));
  }
  return found.filter((one) => one !== '');
}

/** The word, and what stands before each hyphen, the longest first. */
function beginnings(word: string): string[] {
  const found = [word];
  for (let at = word.lastIndexOf('-'); at > 0; at = word.lastIndexOf('-', at - 1)) {
    found.push(word.slice(0, at));
  }
  return found;
}
