// Expressions of scenes: the Common Expression Language, kept to a small, pure, typed and terminating part. Everything
// that knows the library stands here. What is not known makes the result unknown, unless the rest decides.

import { type ASTNode, Environment, type ParseResult } from '@marcbachmann/cel-js';
import type { DeviceId } from '../../hub/model/identifiers.ts';
import type { PropertyKey, PropertyValue } from '../../hub/model/properties.ts';
import type { Words } from '../../hub/model/words.ts';
import { inputName, said, saidInChinese } from './expression-words.ts';
import { mistake } from './mistakes.ts';

/** What an expression, or something that it reads, comes to. */
export type ExpressionType = 'boolean' | 'number' | 'text' | 'color';

/** What an expression reads. */
export type ExpressionInput = { readonly type: ExpressionType } & (
  | {
      readonly kind: 'device';
      readonly device: DeviceId;
      readonly property: PropertyKey;
      /** The only values that an enum has; null: any. */
      readonly values: readonly string[] | null;
    }
  | { readonly kind: 'time'; readonly what: TimePart }
  /** A value that the place of the expression knows by this name, such as a variable of the run. */
  | { readonly kind: 'local'; readonly name: string }
);

/** What expressions read of the clock on the wall: `time.hour`. */
export const TIME_PARTS = {
  hour: 'number',
  minute: 'number',
  weekday: 'text',
  day: 'number',
  month: 'number',
} as const satisfies Readonly<Record<string, ExpressionType>>;
export type TimePart = keyof typeof TIME_PARTS;

/** A checked expression as plain data: pieces of text, and between them the numbers of what is read there. */
export interface Expression {
  readonly parts: readonly (string | number)[];
  readonly inputs: readonly ExpressionInput[];
  readonly type: ExpressionType;
}

/** What an expression came to; null where it is unknown, with the reason. */
export type ExpressionResult =
  | { readonly value: PropertyValue; readonly unknown: null }
  | { readonly value: null; readonly unknown: string };

/** A name in the text of an expression, for which an input stands. */
export interface FoundInput {
  readonly input: ExpressionInput;
  /** The characters from the name's first on. */
  readonly length: number;
  /** The device's name in the text and its id, where it has one of its own. */
  readonly named: { readonly name: string; readonly id: string } | null;
  /** How many characters before the device's name belong to something else. */
  readonly skip: number;
}

/** A problem of an expression: what is wrong, and where in its text. */
export interface ExpressionProblem {
  readonly message: Words;
  readonly at: number;
}

/** An expression with the places of the devices that it names. */
export interface ReadExpression {
  readonly expression: Expression;
  readonly named: readonly { readonly at: number; readonly name: string; readonly id: string }[];
}

/** Bounds of an expression. */
export const EXPRESSION_LIMITS = {
  characters: 500,
  /** Different things that it reads. */
  inputs: 20,
  nodes: 200,
  depth: 16,
  listItems: 50,
  /** Characters of a text that comes out. */
  resultCharacters: 1000,
} as const;

const WORD = /[\p{L}\p{N}_][\p{L}\p{N}_@.-]*/uy;
const NUMBER = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\p{L}\p{N}_])/uy;
const QUOTED = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/y;

/**
 * Reads an expression. `find` says for which input the word that begins at the place stands; it may take less than the
 * word, or leave its beginning to others, since a hyphen is a part of a name and a minus too.
 */
export function readExpression(
  text: string,
  find: (word: string) => FoundInput | ExpressionProblem | null,
): ReadExpression | ExpressionProblem {
  if (text.length > EXPRESSION_LIMITS.characters) {
    const most = EXPRESSION_LIMITS.characters;
    return wrong(
      mistake(`An expression has at most ${most} characters`, `表达式最多 ${most} 个字符`),
    );
  }
  const parts: (string | number)[] = [];
  const inputs: ExpressionInput[] = [];
  const numbers = new Map<string, number>();
  const named: { at: number; name: string; id: string }[] = [];
  let piece = '';
  for (let at = 0; at < text.length; ) {
    const quoted = matchAt(QUOTED, text, at);
    const number = quoted === null ? matchAt(NUMBER, text, at) : null;
    const word = quoted === null && number === null ? matchAt(WORD, text, at) : null;
    const found = word === null || text[at - 1] === '.' ? null : find(word);
    if (found !== null && 'message' in found) return { ...found, at: at + found.at };
    if (word !== null && found === null && OURS.test(word)) {
      return wrong(mistake(`"${word}" is not known here`, `这里没有“${word}”这个词`), at);
    }
    if (found === null) {
      const taken = quoted ?? number ?? plainWord(word) ?? text.slice(at, at + 1);
      piece += taken;
      at += taken.length;
      continue;
    }
    piece += text.slice(at, at + found.skip);
    at += found.skip;
    if (found.named) named.push({ at, ...found.named });
    const key = JSON.stringify(found.input);
    const known = numbers.get(key) ?? inputs.push(found.input) - 1;
    numbers.set(key, known);
    parts.push(piece, known);
    piece = '';
    at += found.length;
  }
  parts.push(piece);
  if (inputs.length > EXPRESSION_LIMITS.inputs) {
    const most = EXPRESSION_LIMITS.inputs;
    return wrong(
      mistake(
        `An expression reads at most ${most} different things`,
        `一个表达式最多读取 ${most} 个不同的值`,
      ),
    );
  }
  const draft = { parts: tidy(parts), inputs };
  const checked = check(draft);
  return 'message' in checked ? checked : { expression: { ...draft, type: checked.type }, named };
}

/** Up to the first hyphen: what no input stands for may be two words with a minus between them. */
function plainWord(word: string | null): string | null {
  return word === null ? null : (/^[^-]+/.exec(word)?.[0] ?? word);
}

function matchAt(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}

/** Line ends and indentation of a file say nothing. */
function tidy(parts: readonly (string | number)[]): (string | number)[] {
  const last = parts.length - 1;
  return parts.map((part, index) => {
    if (typeof part === 'number') return part;
    const text = part.replaceAll(/\s*\n\s*/g, ' ');
    if (index === 0) return last === 0 ? text.trim() : text.trimStart();
    return index === last ? text.trimEnd() : text;
  });
}

function wrong(message: Words, at = 0): ExpressionProblem {
  return { message, at };
}

const LETTERS = { boolean: 'b', number: 'n', text: 't', color: 'c' } as const;
const CEL_TYPES = { boolean: 'bool', number: 'double', text: 'string' } as const;
const NAMES: Readonly<Record<string, ExpressionType>> = {
  bool: 'boolean',
  double: 'number',
  string: 'text',
};

/** Names of the library's variables, which nobody may write. */
const OURS = /^[bntc]\d+(?:_\w+)?(?![\p{L}\p{N}_])/u;

/** The functions and methods that expressions have; each is pure and its cost bounded by its arguments. */
const FUNCTIONS = ['min', 'max', 'abs', 'round', 'floor', 'ceil', 'string', 'length'];
const METHODS = ['contains', 'startsWith', 'endsWith', 'lowerAscii', 'upperAscii', 'trim'];
/** Methods that look at each entry of a list; one of them does not stand inside another. */
const EACH = ['exists', 'all', 'exists_one'];

let shared: Environment | null = null;

/** One environment for all: a variable for each number and type of input, and only functions of numbers. */
function environment(): Environment {
  if (shared !== null) return shared;
  const { nodes, depth, listItems } = EXPRESSION_LIMITS;
  const env = new Environment({
    unlistedVariablesAreDyn: false,
    limits: {
      maxAstNodes: nodes,
      maxDepth: depth,
      maxListElements: listItems,
      maxMapEntries: 0,
      maxCallArguments: 8,
    },
  });
  for (let number = 0; number < EXPRESSION_LIMITS.inputs; number++) {
    for (const type of ['boolean', 'number', 'text'] as const) {
      env.registerVariable(LETTERS[type] + number, CEL_TYPES[type]);
    }
    env.registerVariable(`c${number}_hue`, 'double');
    env.registerVariable(`c${number}_saturation`, 'double');
  }
  env.registerOperator('double % double', (a: number, b: number) => a % b);
  env.registerFunction('min(double, double): double', Math.min);
  env.registerFunction('max(double, double): double', Math.max);
  env.registerFunction('abs(double): double', Math.abs);
  env.registerFunction('floor(double): double', Math.floor);
  env.registerFunction('ceil(double): double', Math.ceil);
  env.registerFunction('round(double): double', Math.round);
  env.registerFunction('round(double, double): double', rounded);
  env.registerFunction('length(string): double', (text: string) => text.length);
  shared = env;
  return env;
}

/** To so many decimals. */
function rounded(value: number, decimals: number): number {
  const scale = 10 ** Math.min(6, Math.max(0, Math.trunc(decimals)));
  return Math.round(value * scale) / scale;
}

/** The text for the library: inputs as variables, all numbers as such with a point. */
function codeOf({ parts, inputs }: Pick<Expression, 'parts' | 'inputs'>): string {
  let code = '';
  let before: ExpressionType | null = null;
  for (const part of parts) {
    if (typeof part === 'string') {
      code += before === 'color' ? colorPart(part) : withPoints(part);
      before = null;
    } else {
      before = inputs[part]?.type ?? 'number';
      code += LETTERS[before] + part;
    }
  }
  return code;
}

/** `.hue` of a colour is a variable of its own. */
function colorPart(part: string): string {
  return withPoints(part).replace(/^\.(hue|saturation)\b/, '_$1');
}

function withPoints(part: string): string {
  return part.replaceAll(
    /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[\p{L}_][\p{L}\p{N}_]*|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gu,
    (token) => (/^\d+$/.test(token) ? `${token}.0` : token),
  );
}

/** Parses and checks; the type of the whole, or what is wrong. */
function check(
  draft: Pick<Expression, 'parts' | 'inputs'>,
): { readonly type: ExpressionType } | ExpressionProblem {
  const code = codeOf(draft);
  if (code.trim() === '') return wrong(mistake('An expression is wanted here', '这里要写表达式'));
  let parsed: ParseResult;
  try {
    parsed = environment().parse(code);
  } catch (error) {
    return wrong(
      mistake(
        `The expression cannot be read: ${said(error, draft)}`,
        `表达式读不懂：${saidInChinese(error, draft)}`,
      ),
    );
  }
  const problem = notAllowed(parsed.ast, draft.inputs, false);
  if (problem !== null) return wrong(problem);
  const { valid, type, error } = parsed.check();
  if (!valid)
    return wrong(
      mistake(
        `The expression makes no sense: ${said(error, draft)}`,
        `表达式说不通：${saidInChinese(error, draft)}`,
      ),
    );
  const ours = Object.hasOwn(NAMES, type ?? '') ? NAMES[type ?? ''] : undefined;
  return ours === undefined
    ? wrong(
        mistake(
          'An expression comes to true or false, a number or a text',
          '表达式的结果应为 true、false、数字或文字',
        ),
      )
    : { type: ours };
}

/** What of the language is not for scenes; null where all of it is. */
function notAllowed(
  node: ASTNode,
  inputs: readonly ExpressionInput[],
  isInEach: boolean,
): Words | null {
  const all = (nodes: readonly ASTNode[], inEach = isInEach): Words | null => {
    for (const inner of nodes) {
      const problem = notAllowed(inner, inputs, inEach);
      if (problem !== null) return problem;
    }
    return null;
  };
  switch (node.op) {
    case 'value':
      return ['boolean', 'number', 'string'].includes(typeof node.args)
        ? null
        : mistake(
            'A value of an expression is true, false, a number or a text',
            '表达式里的值只能是 true、false、数字或文字',
          );
    case 'id':
      return null;
    case 'call': {
      const [name, args] = node.args;
      return FUNCTIONS.includes(name) ? all(args) : unknownFunction(name, FUNCTIONS);
    }
    case 'rcall': {
      const [name, on, args] = node.args;
      if (METHODS.includes(name)) return all([on, ...args]);
      if (!EACH.includes(name)) return unknownFunction(name, [...METHODS, ...EACH]);
      if (isInEach) {
        return mistake(
          `"${name}" cannot stand inside another of its kind`,
          `“${name}”不能写在另一个同类的里面`,
        );
      }
      if (on.op !== 'list') {
        return mistake(
          `"${name}" looks at a list, such as [a, b].${name}(x, x > 2)`,
          `“${name}”用于列表，例如 [a, b].${name}(x, x > 2)`,
        );
      }
      return all(on.args) ?? all(args, true);
    }
    case 'list':
      return all(node.args);
    case '?:':
    case '||':
    case '&&':
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return all(node.args);
    case '==':
    case '!=':
    case 'in':
      return all(node.args) ?? impossibleValue(node.args, inputs);
    case '!_':
    case '-_':
      return all([node.args]);
    case '.':
      return mistake(`".${node.args[1]}" is not known here`, `这里没有“.${node.args[1]}”`);
    default:
      return mistake(
        'Maps, places of lists and optional values are not for scenes',
        '场景的表达式里不能用键值表、列表的某一项和可选值',
      );
  }
}

function unknownFunction(name: string, known: readonly string[]): Words {
  const shown = name.slice(0, 40);
  return mistake(
    `There is no function "${shown}"; there are ${known.join(', ')}`,
    `没有函数“${shown}”；可用的有 ${known.join('、')}`,
  );
}

/** Comparing an enum with a word that it never is, is a mistake. */
function impossibleValue(
  [left, right]: readonly [ASTNode, ASTNode],
  inputs: readonly ExpressionInput[],
): Words | null {
  for (const [one, other] of [
    [left, right],
    [right, left],
  ] as const) {
    const input = one.op === 'id' ? inputs[Number(/^t(\d+)$/.exec(one.args)?.[1] ?? -1)] : null;
    if (input?.kind !== 'device' || input.values === null) continue;
    const words = other.op === 'list' ? other.args : [other];
    for (const { op, args } of words) {
      if (op !== 'value' || typeof args !== 'string' || input.values.includes(args)) continue;
      const known = input.values.slice(0, 12);
      return mistake(
        `"${input.property}" is never "${args.slice(0, 40)}"; it is one of ${known.join(', ')}`,
        `“${input.property}”不会是“${args.slice(0, 40)}”；它是 ${known.join('、')} 之一`,
      );
    }
  }
  return null;
}

type Values = (input: ExpressionInput) => PropertyValue | null;

const compiled = new WeakMap<Expression, (values: Values) => ExpressionResult>();

/** Works an expression out; `values` gives what its inputs are, null where that is not known. */
export function evaluateExpression(expression: Expression, values: Values): ExpressionResult {
  let run = compiled.get(expression);
  if (run === undefined) {
    run = compile(expression);
    compiled.set(expression, run);
  }
  return run(values);
}

function compile(expression: Expression): (values: Values) => ExpressionResult {
  const { inputs } = expression;
  const code = codeOf(expression);
  let parsed: ParseResult;
  try {
    parsed = environment().parse(code);
  } catch {
    return () => unknown('the expression cannot be read');
  }
  const names = inputs.map(({ type }, number) => LETTERS[type] + number);
  // Without these nothing can decide but all of it, so that an unknown part needs no further look.
  const isStrict = !/&&|\|\||\?|exists|all/.test(code);
  return (values) => {
    const context: Record<string, PropertyValue> = {};
    let missing: ExpressionInput | null = null;
    for (const [number, input] of inputs.entries()) {
      const name = names[number] ?? '';
      const value = values(input);
      if (value === null) {
        missing ??= input;
        if (isStrict) return unknown(`${inputName(missing)} is not known`);
      } else if (typeof value === 'object') {
        context[`${name}_hue`] = value.hue;
        context[`${name}_saturation`] = value.saturation;
      } else {
        context[name] = value;
      }
    }
    try {
      return result(parsed(context));
    } catch (error) {
      return unknown(missing ? `${inputName(missing)} is not known` : said(error, expression));
    }
  };
}

function result(value: unknown): ExpressionResult {
  if (typeof value === 'boolean') return { value, unknown: null };
  if (typeof value === 'string') {
    return value.length <= EXPRESSION_LIMITS.resultCharacters
      ? { value, unknown: null }
      : unknown('its text is too long');
  }
  if (typeof value === 'number' && Number.isFinite(value)) return { value, unknown: null };
  return unknown('it comes to no number');
}

function unknown(why: string): ExpressionResult {
  return { value: null, unknown: why };
}

/** Whether a word behind a point is one of the language's own. */
export function isMethod(word: string): boolean {
  return METHODS.includes(word) || EACH.includes(word);
}

/** Whether the expression also changes as time goes by. */
export function readsTime({ inputs }: Expression): boolean {
  return inputs.some(({ kind }) => kind === 'time');
}

/** The expression as text, its inputs called as `name` says. */
export function expressionText(
  { parts, inputs }: Expression,
  name: (input: ExpressionInput) => string,
): string {
  return parts
    .map((part) => {
      if (typeof part === 'string') return part;
      const input = inputs[part];
      return input ? name(input) : '';
    })
    .join('');
}
