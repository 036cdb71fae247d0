// The part of Jinja's templates that devices really put into their announcements: expressions, `if`, `set`, filters.
// Nothing in a template can loop, call out or grow without bound; a word that is not known here is an error when the
// template is read, so that what cannot be followed is named and left out. Spec: https://jinja.palletsprojects.com/.

import { type Token, tokenize } from './template-tokens.ts';
import {
  compare,
  isEqual,
  isObject,
  negate,
  numberOf,
  pick,
  sliceOf,
  type Value,
  written,
} from './template-value.ts';
import { callMethod, FILTERS, FUNCTIONS, isTruthy, METHODS, TESTS } from './template-words.ts';

/** Longer templates belong to nobody's device. */
const TEMPLATE_CHARACTERS_MAX = 4_096;
const DEPTH_MAX = 40;
const OUTPUT_CHARACTERS_MAX = 8_192;
const STEPS_MAX = 5_000;

/** A template that cannot be followed; the message names the word. */
export class TemplateError extends Error {}

/** What a template gives: the text, and the value itself where the template is one expression alone. */
export interface Rendered {
  readonly text: string;
  readonly value: Value;
}

export interface Template {
  /** @throws TemplateError for what only shows in use, such as a sum of a text and a number */
  render(variables: Readonly<Record<string, Value>>): Rendered;
}

interface Scope {
  readonly variables: Map<string, Value>;
  steps: number;
}

type Expression = (scope: Scope) => Value;
type Part = (scope: Scope) => string;

/** @throws TemplateError naming what is not understood */
export function compileTemplate(source: string): Template {
  if (source.length > TEMPLATE_CHARACTERS_MAX) throw new TemplateError('it is too long');
  const { parts, only } = parseParts(source);
  return {
    render(variables) {
      const scope: Scope = { variables: new Map(Object.entries(variables)), steps: 0 };
      if (only !== null) {
        const value = only(scope);
        return { text: limited(written(value)), value };
      }
      const text = limited(renderAll(parts, scope)).trim();
      return { text, value: text };
    },
  };
}

function limited(text: string): string {
  if (text.length > OUTPUT_CHARACTERS_MAX) throw new TemplateError('what it gives is too long');
  return text;
}

function renderAll(parts: readonly Part[], scope: Scope): string {
  let text = '';
  for (const part of parts) text = limited(text + part(scope));
  return text;
}

/** Texts, `{{ expressions }}` and `{% statements %}` of a template, in their order. */
function parseParts(source: string): { parts: readonly Part[]; only: Expression | null } {
  const pieces = source
    .replaceAll(/\{#.*?#\}/gs, '')
    .split(/(\{\{-?.*?-?\}\}|\{%-?.*?-?%\})/s)
    .filter((piece) => piece !== '');
  const whole = pieces.filter((piece) => piece.trim() !== '');
  const reader = { pieces, at: 0 };
  const parts = parseBlock(reader, []);
  if (reader.at < pieces.length) throw new TemplateError('an end stands without its beginning');
  const [single] = whole;
  const isOnly = whole.length === 1 && single?.startsWith('{{') === true;
  return { parts, only: isOnly ? expressionOf(single) : null };
}

interface Reader {
  readonly pieces: readonly string[];
  at: number;
}

function expressionOf(piece: string): Expression {
  const parser = new Parser(tokenize(piece.slice(2, -2).replace(/^-|-$/g, '')));
  const expression = parser.expression();
  parser.end();
  return expression;
}

/** Reads until one of these words of an end, which it leaves for its caller. */
function parseBlock(reader: Reader, ends: readonly string[]): Part[] {
  const parts: Part[] = [];
  for (; reader.at < reader.pieces.length; reader.at += 1) {
    const piece = reader.pieces[reader.at] ?? '';
    if (piece.startsWith('{{')) {
      const expression = expressionOf(piece);
      parts.push((scope) => written(expression(scope)));
    } else if (piece.startsWith('{%')) {
      const parser = new Parser(tokenize(statementOf(piece)));
      const word = parser.word();
      if (ends.includes(word)) return parts;
      parts.push(parseStatement(word, parser, reader));
    } else {
      parts.push(() => piece);
    }
  }
  if (ends.length > 0) throw new TemplateError(`"${ends.at(-1)}" is missing`);
  return parts;
}

const statementOf = (piece: string) => piece.slice(2, -2).replace(/^-|-$/g, '');

function parseStatement(word: string, parser: Parser, reader: Reader): Part {
  if (word === 'set') return parseSet(parser);
  if (word === 'if') return parseIf(parser, reader);
  throw new TemplateError(`"${word}" is not understood`);
}

function parseSet(parser: Parser): Part {
  const name = parser.word();
  parser.expect('=');
  const expression = parser.expression();
  parser.end();
  return (scope) => {
    scope.variables.set(name, expression(scope));
    return '';
  };
}

function parseIf(first: Parser, reader: Reader): Part {
  const branches: { readonly when: Expression; readonly parts: readonly Part[] }[] = [];
  let otherwise: readonly Part[] = [];
  let parser = first;
  for (let word = 'if'; word !== 'endif'; ) {
    const when = word === 'else' ? null : parser.expression();
    parser.end();
    reader.at += 1;
    const parts = parseBlock(reader, word === 'else' ? ['endif'] : ['elif', 'else', 'endif']);
    if (when === null) otherwise = parts;
    else branches.push({ when, parts });
    parser = new Parser(tokenize(statementOf(reader.pieces[reader.at] ?? '')));
    word = parser.word();
  }
  return (scope) => {
    const taken = branches.find(({ when }) => isTruthy(when(scope)));
    return renderAll(taken?.parts ?? otherwise, scope);
  };
}

const COMPARISONS = new Set(['==', '!=', '<', '>', '<=', '>=']);

/** Reads one expression, from what binds least to what binds most. */
class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  end(): void {
    const token = this.#tokens[this.#at];
    if (token !== undefined) throw new TemplateError(`"${token.text}" is not understood`);
  }

  word(): string {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'name') throw new TemplateError('a name is missing');
    this.#at += 1;
    return token.text;
  }

  expect(text: string): void {
    if (!this.#take(text)) throw new TemplateError(`"${text}" is missing`);
  }

  expression(): Expression {
    this.#depth += 1;
    if (this.#depth > DEPTH_MAX) throw new TemplateError('it is too deep');
    const value = this.#or();
    let result = value;
    if (this.#take('if')) {
      const when = this.#or();
      const otherwise = this.#take('else') ? this.expression() : () => undefined;
      result = (scope) => (isTruthy(when(scope)) ? value(scope) : otherwise(scope));
    }
    this.#depth -= 1;
    return (scope) => {
      scope.steps += 1;
      if (scope.steps > STEPS_MAX) throw new TemplateError('it takes too long');
      return result(scope);
    };
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#at];
  }

  #take(text: string): boolean {
    const token = this.#peek();
    if (token === undefined || token.kind === 'text' || token.text !== text) return false;
    this.#at += 1;
    return true;
  }

  #or(): Expression {
    let left = this.#and();
    while (this.#take('or')) {
      const [before, after] = [left, this.#and()];
      left = (scope) => {
        const value = before(scope);
        return isTruthy(value) ? value : after(scope);
      };
    }
    return left;
  }

  #and(): Expression {
    let left = this.#not();
    while (this.#take('and')) {
      const [before, after] = [left, this.#not()];
      left = (scope) => {
        const value = before(scope);
        return isTruthy(value) ? after(scope) : value;
      };
    }
    return left;
  }

  #not(): Expression {
    if (!this.#take('not')) return this.#comparison();
    const value = this.#not();
    return (scope) => !isTruthy(value(scope));
  }

  #comparison(): Expression {
    const left = this.#sum();
    const token = this.#peek();
    if (token?.kind === 'sign' && COMPARISONS.has(token.text)) {
      this.#at += 1;
      const right = this.#sum();
      return (scope) => compare(token.text, left(scope), right(scope));
    }
    if (this.#take('is')) return this.#test(left);
    const isNot = this.#take('not');
    if (this.#take('in')) {
      const right = this.#sum();
      return (scope) => contains(right(scope), left(scope)) !== isNot;
    }
    if (isNot) throw new TemplateError('"not" is not understood here');
    return left;
  }

  #test(left: Expression): Expression {
    const isNot = this.#take('not');
    const name = this.word();
    const test = TESTS.get(name);
    if (test === undefined) throw new TemplateError(`"is ${name}" is not understood`);
    return (scope) => test(left(scope)) !== isNot;
  }

  #sum(): Expression {
    let left = this.#product();
    for (
      let sign = this.#sign(['+', '-', '~']);
      sign !== null;
      sign = this.#sign(['+', '-', '~'])
    ) {
      const [before, after, operator] = [left, this.#product(), sign];
      left = (scope) => calculate(operator, before(scope), after(scope));
    }
    return left;
  }

  #product(): Expression {
    const signs = ['*', '/', '//', '%'];
    let left = this.#power();
    for (let sign = this.#sign(signs); sign !== null; sign = this.#sign(signs)) {
      const [before, after, operator] = [left, this.#power(), sign];
      left = (scope) => calculate(operator, before(scope), after(scope));
    }
    return left;
  }

  #power(): Expression {
    if (this.#take('-')) {
      const value = this.#power();
      return (scope) => negate(value(scope));
    }
    const base = this.#filtered();
    if (!this.#take('**')) return base;
    const exponent = this.#power();
    return (scope) => calculate('**', base(scope), exponent(scope));
  }

  #sign(signs: readonly string[]): string | null {
    return signs.find((sign) => this.#take(sign)) ?? null;
  }

  #filtered(): Expression {
    let value = this.#reached();
    while (this.#take('|')) {
      const name = this.word();
      const filter = FILTERS.get(name);
      if (filter === undefined) throw new TemplateError(`the filter "${name}" is not understood`);
      const [input, given] = [value, this.#take('(') ? this.#list(')') : []];
      value = (scope) =>
        filter(
          input(scope),
          given.map((each) => each(scope)),
        );
    }
    return value;
  }

  /** A value and what is reached from it: `.name`, `[key]`, `[from:to]`, `.method(…)`. */
  #reached(): Expression {
    let value = this.#atom();
    for (;;) {
      if (this.#take('.')) value = this.#member(value);
      else if (this.#take('[')) value = this.#element(value);
      else return value;
    }
  }

  #member(owner: Expression): Expression {
    const token = this.#peek();
    this.#at += 1;
    if (token?.kind !== 'name' && token?.kind !== 'number') {
      throw new TemplateError('a name is missing after "."');
    }
    if (!this.#take('(')) return (scope) => pick(owner(scope), token.text);
    if (!METHODS.has(token.text)) throw new TemplateError(`".${token.text}()" is not understood`);
    const given = this.#list(')');
    return (scope) =>
      callMethod(
        token.text,
        owner(scope),
        given.map((each) => each(scope)),
      );
  }

  #element(owner: Expression): Expression {
    const from = this.#take(':') ? null : this.expression();
    const isSlice = from === null || this.#take(':');
    if (!isSlice && from !== null) {
      this.expect(']');
      return (scope) => pick(owner(scope), from(scope));
    }
    const to = this.#peek()?.text === ']' ? null : this.expression();
    this.expect(']');
    return (scope) => sliceOf(owner(scope), from?.(scope), to?.(scope));
  }

  #list(end: string): Expression[] {
    const items: Expression[] = [];
    while (!this.#take(end)) {
      const token = this.#peek();
      const next = this.#tokens[this.#at + 1];
      // `int(base=16)`: the name of an argument says what its place says too.
      if (token?.kind === 'name' && next?.text === '=' && next.kind === 'sign') {
        if (token.text === 'base') items.push(() => 0);
        this.#at += 2;
      }
      items.push(this.expression());
      if (!this.#take(',')) {
        this.expect(end);
        break;
      }
    }
    return items;
  }

  #atom(): Expression {
    const token = this.#peek();
    if (token === undefined) throw new TemplateError('it ends too early');
    this.#at += 1;
    if (token.kind === 'number') return constant(Number(token.text));
    if (token.kind === 'text') return constant(token.text);
    if (token.kind === 'name') return this.#named(token.text);
    if (token.text === '(') return this.#inBrackets();
    if (token.text === '[') {
      const items = this.#list(']');
      return (scope) => items.map((item) => item(scope));
    }
    if (token.text === '{') return this.#mapping();
    throw new TemplateError(`"${token.text}" is not understood`);
  }

  #inBrackets(): Expression {
    const first = this.expression();
    if (!this.#take(',')) {
      this.expect(')');
      return first;
    }
    const rest = this.#list(')');
    return (scope) => [first(scope), ...rest.map((item) => item(scope))];
  }

  #mapping(): Expression {
    const entries: (readonly [Expression, Expression])[] = [];
    while (!this.#take('}')) {
      const key = this.expression();
      this.expect(':');
      entries.push([key, this.expression()]);
      if (!this.#take(',')) {
        this.expect('}');
        break;
      }
    }
    return (scope) =>
      new Map(entries.map(([key, value]) => [written(key(scope)), value(scope)] as const));
  }

  #named(name: string): Expression {
    if (name === 'true' || name === 'True') return constant(true);
    if (name === 'false' || name === 'False') return constant(false);
    if (name === 'none' || name === 'None') return constant(null);
    if (this.#take('(')) {
      const call = FUNCTIONS.get(name);
      if (call === undefined) throw new TemplateError(`"${name}()" is not understood`);
      const given = this.#list(')');
      return (scope) => call(given.map((each) => each(scope)));
    }
    return (scope) => scope.variables.get(name);
  }
}

function constant(value: Value): Expression {
  return () => value;
}

function contains(list: Value, item: Value): boolean {
  if (typeof list === 'string') return list.includes(written(item));
  if (Array.isArray(list)) return list.some((each) => isEqual(each, item));
  if (list instanceof Map) return list.has(written(item));
  return isObject(list) && Object.hasOwn(list, written(item));
}

function calculate(operator: string, left: Value, right: Value): Value {
  if (operator === '~') return limited(written(left) + written(right));
  if (operator === '+' && typeof left === 'string' && typeof right === 'string') {
    return limited(left + right);
  }
  const [a, b] = [numberOf(left), numberOf(right)];
  if (a === null || b === null || typeof left === 'string' || typeof right === 'string') {
    throw new TemplateError(`"${operator}" takes numbers`);
  }
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '**':
      return a ** b;
    default:
      if (b === 0) throw new TemplateError('it divides by nothing');
      if (operator === '/') return a / b;
      return operator === '//' ? Math.floor(a / b) : a - b * Math.floor(a / b);
  }
}
