import { describe, expect, test } from 'vitest';
import type { PropertyValue } from '../../hub/model/properties.ts';
import { ReadContext } from './context.ts';
import { readDocument } from './document.ts';
import {
  EXPRESSION_LIMITS,
  type Expression,
  type ExpressionInput,
  type ExpressionType,
  evaluateExpression,
  expressionText,
} from './expression.ts';
import { readExpressionAt } from './read/expressions.ts';
import { TEST_NAMES } from './test-home.ts';

function read(
  text: string,
  wanted: ExpressionType | null = null,
  locals = new Map<string, ExpressionType>(),
): Expression | string {
  const context = new ReadContext(readDocument(JSON.stringify(text), []), TEST_NAMES, []);
  const expression = readExpressionAt(context, text, [], wanted, locals);
  return expression ?? context.problems.map(({ message }) => message).join('; ');
}

function workOut(text: string, known: Readonly<Record<string, PropertyValue | null>> = {}) {
  const expression = read(text);
  if (typeof expression === 'string') throw new Error(expression);
  return evaluateExpression(expression, (input) => known[nameOf(input)] ?? null);
}

function nameOf(input: ExpressionInput): string {
  if (input.kind === 'local') return input.name;
  if (input.kind === 'time') return `time.${input.what}`;
  return `${TEST_NAMES.device(input.device)?.handle}.${input.property}`;
}

describe('an expression', () => {
  const warm = { 'kitchen-climate.temperature': 24.5, 'thermostat.temperature': 21 };

  test.each<[string, Readonly<Record<string, PropertyValue | null>>, PropertyValue]>([
    ['kitchen-climate.temperature > thermostat.temperature + 2', warm, true],
    ['kitchen-climate.temperature-thermostat.temperature', warm, 3.5],
    ['round(kitchen-climate.temperature / 2, 1)', warm, 12.3],
    ['max(kitchen-climate.temperature, 30)', warm, 30],
    ['kitchen-climate.temperature % 2 == 0.5', warm, true],
    ['kitchen-climate.temperature in [24.5, 25]', warm, true],
    ['kitchen-climate.temperature == 24.5 ? "warm" : "cold"', warm, 'warm'],
    ['[kitchen-climate.temperature, thermostat.temperature].exists(t, t > 24)', warm, true],
    ['thermostat.mode in ["heat", "auto"]', { 'thermostat.mode': 'auto' }, true],
    ['hall-lamp.on && !living-lamp.on', { 'hall-lamp.on': true, 'living-lamp.on': false }, true],
    ['hall-lamp.color.hue < 60', { 'hall-lamp.color': { hue: 30, saturation: 90 } }, true],
    ['double-switch.on@1 != double-switch.on@2', { 'double-switch.on@1': true }, false],
    ['time.hour >= 22 || time.hour < 6', { 'time.hour': 23 }, true],
    ['time.weekday == "mon"', { 'time.weekday': 'mon' }, true],
    ['length("abc") + 1', {}, 4],
    ['"it is " + string(kitchen-climate.temperature)', warm, 'it is 24.5'],
  ])('is worked out: %s', (text, known, value) => {
    const all = { 'double-switch.on@2': true, ...known };
    expect(workOut(text, all)).toEqual({ value, unknown: null });
  });

  test.each<[string, Readonly<Record<string, PropertyValue | null>>, PropertyValue | null]>([
    ['hall-lamp.on || living-lamp.on', { 'hall-lamp.on': true }, true],
    ['living-lamp.on || hall-lamp.on', { 'hall-lamp.on': true }, true],
    ['hall-lamp.on && living-lamp.on', { 'hall-lamp.on': false }, false],
    ['hall-lamp.on && living-lamp.on', { 'hall-lamp.on': true }, null],
    ['!hall-lamp.on', {}, null],
    ['hall-lamp.on ? 1 : 2', {}, null],
    ['hall-lamp.on == hall-lamp.on', {}, null],
    ['kitchen-climate.temperature > 20', {}, null],
  ])('is unknown where a value is, unless the rest decides: %s', (text, known, value) => {
    expect(workOut(text, known).value).toBe(value);
  });

  test('says what is not known, and what went wrong', () => {
    expect(workOut('kitchen-climate.temperature > 20').unknown).toBe('temperature is not known');
    expect(workOut('1 / 0').unknown).toBe('it comes to no number');
    expect(workOut('"a" + string(1 / 0) == "b"')).toEqual({ value: false, unknown: null });
  });

  test('reads names with hyphens, subtracts where a name ends, and leaves texts alone', () => {
    const parts = (text: string) => {
      const expression = read(text, null, new Map([['limit', 'number']]));
      return typeof expression === 'string'
        ? expression
        : expressionText(expression, (input) => `<${nameOf(input)}>`);
    };
    expect(parts('limit-thermostat.temperature')).toBe('<limit>-<thermostat.temperature>');
    expect(parts('limit - 2-thermostat.temperature > 3')).toBe(
      '<limit> - 2-<thermostat.temperature> > 3',
    );
    expect(parts('thermostat.mode == "hall-lamp.on"')).toContain('never "hall-lamp.on"');
    expect(parts("'hall-lamp.on' == thermostat.mode + ''")).toBe(
      "'hall-lamp.on' == <thermostat.mode> + ''",
    );
  });

  test.each([
    ['hall-lamp.onn', 'Hall lamp has no property "onn"; did you mean hall-lamp.on?'],
    ['hal-lamp.on', 'There is no device "hal-lamp"; did you mean hall-lamp?'],
    ['kitchen-climate.temperature >', 'The expression cannot be read: its end is missing'],
    [
      'kitchen-climate.temperature + hall-lamp.on',
      'The expression makes no sense: no such overload: number + true or false',
    ],
    ['thermostat.mode == "haet"', '"mode" is never "haet"; it is one of off, heat, auto'],
    [
      'bedroom-button.button == "single"',
      '"button" of Bedroom button is an event and has no value',
    ],
    ['timestamp("2026-01-01T00:00:00Z") == 1', 'There is no function "timestamp"'],
    ['"aaaa".matches("(a+)+$")', 'There is no function "matches"'],
    ['[1, 2].all(x, [1, 2].all(y, x == y))', '"all" cannot stand inside another of its kind'],
    ['[1, 2].map(x, x + 1)', 'There is no function "map"'],
    ['{"a": 1}', 'The expression cannot be read'],
    ['[1, 2]', 'An expression comes to true or false, a number or a text'],
    ['dyn(1) + "a"', 'There is no function "dyn"'],
    ['n0 > 1', '"n0" is not known here'],
    ['foo > 1', 'The expression makes no sense: Unknown variable: foo'],
    ['null == 1', 'A value of an expression is true, false, a number or a text'],
    ['time.second > 3', 'There is no time.second; there are time.hour'],
    ['', 'An expression is wanted here'],
    [`${'1 + '.repeat(200)}1`, 'An expression has at most 500 characters'],
    [
      `${'('.repeat(40)}1${')'.repeat(40)}`,
      'The expression cannot be read: brackets in brackets are at most 16',
    ],
    [
      `[${'1,'.repeat(60)}1].exists(x, x > 1)`,
      'The expression cannot be read: the items of a list are at most 50',
    ],
  ])('is refused: %s', (text, message) => {
    expect(read(text)).toContain(message);
  });

  test('comes to what is wanted', () => {
    expect(read('hall-lamp.on', 'number')).toBe(
      'The expression comes to true or false; a number is wanted here',
    );
    expect(read('kitchen-climate.temperature + 1', 'number')).toMatchObject({ type: 'number' });
  });

  test('looks at each of as many as a list may have, and at no more', () => {
    const items = Array.from({ length: EXPRESSION_LIMITS.listItems }, (_, n) => String(n)).join();
    expect(workOut(`[${items}].exists(x, x == 49)`)).toEqual({ value: true, unknown: null });
    expect(read(`[${items}, 50].exists(x, x == 50)`)).toContain(
      'the items of a list are at most 50',
    );
  });
});
