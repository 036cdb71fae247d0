// Reads variables, and steps that keep values.

import type * as v from 'valibot';
import type { Path } from '../document.ts';
import type { Expression } from '../expression.ts';
import { mistake } from '../mistakes.ts';
import { SCENE_LIMITS } from '../scene.ts';
import { type variableShapes, variableStepShapes } from '../shapes/variables.ts';
import type { VariableStep } from '../steps.ts';
import {
  type Assignment,
  type Parameter,
  type SceneVariable,
  type VariableType,
  variableType,
} from '../variables.ts';
import { expressionType, readExpressionAt } from './expressions.ts';
import { isComplete, type Reading, shapedKind } from './reading.ts';

const SHAPES = variableStepShapes;
const NAME = /^\p{L}[\p{L}\p{N}_]{0,31}$/u;
/** Words that mean something else in an expression. */
const TAKEN = ['true', 'false', 'null', 'in', 'time', 'self', 'home', 'person', 'var', 'calendar'];

/** Steps that keep values, by key. */
export const VARIABLE_STEPS = {
  let: shapedKind(SHAPES.let, [], (reading, shaped, path): VariableStep | null => {
    const of = Object.entries(shaped.let).map(([name, asked]): Assignment | null => {
      const at = [...path, 'let', name];
      const known = reading.variables.get(name);
      if (known?.scope === 'scene') {
        return reading.context.refuse(
          at,
          mistake(
            `"${name}" is a variable of the scene; use remember`,
            `“${name}”是场景的变量；请用 remember`,
          ),
          'key',
        );
      }
      const value = readValue(reading, asked, at, known?.type ?? null);
      if (value === null || !isGoodName(reading, name, at)) return null;
      if (known === undefined) declare(reading, name, typeOf(value), 'run', at);
      return { name, value };
    });
    if (!isComplete(of)) return null;
    return { kind: 'let', of, onError: shaped['on-error'] ?? 'continue' };
  }),
  remember: shapedKind(SHAPES.remember, [], (reading, shaped, path): VariableStep | null => {
    const of = Object.entries(shaped.remember).map(([name, asked]): Assignment | null => {
      const at = [...path, 'remember', name];
      if (name.startsWith('var.')) return readHomeVariable(reading, name, asked, at);
      const known = reading.variables.get(name);
      if (known?.scope !== 'scene') {
        return reading.context.refuse(
          at,
          mistake(
            `"${name.slice(0, 40)}" is no variable of the scene; name it under vars: with its first value, or write var.NAME for one of the home`,
            `“${name.slice(0, 40)}”不是场景的变量；请在 vars: 下写明它和初值，家的变量则写 var.名称`,
          ),
          'key',
        );
      }
      const value = readValue(reading, asked, at, known.type);
      return value && { name, value };
    });
    if (!isComplete(of)) return null;
    return { kind: 'remember', of, onError: shaped['on-error'] ?? 'continue' };
  }),
};

/** A variable of the home. */
function readHomeVariable(
  reading: Reading,
  name: string,
  asked: boolean | number | string,
  path: Path,
): Assignment | null {
  const found = reading.context.property(name, path, 'key');
  if (found === null) return null;
  const type = expressionType(found.spec);
  const value = readValue(reading, asked, path, type === 'color' ? null : type);
  return value && { name, value };
}

/** The value of a variable: a literal, or an expression over what the place knows. */
export function readValue(
  reading: Reading,
  asked: boolean | number | string,
  path: Path,
  wanted: VariableType | null,
): Expression | null {
  const read = readExpressionAt(reading.context, String(asked), path, wanted, reading.locals());
  if (read?.type !== 'color') return read;
  const words = mistake(
    'A variable is a number, a text, or true or false',
    '变量是数字、文字，或 true、false',
  );
  return reading.context.refuse(path, words);
}

function typeOf({ type }: Expression): VariableType {
  return type === 'color' ? 'text' : type;
}

function isGoodName(reading: Reading, name: string, path: Path): boolean {
  if (NAME.test(name) && !TAKEN.includes(name)) return true;
  reading.context.refuse(
    path,
    TAKEN.includes(name)
      ? mistake(
          `"${name}" means something else in an expression; choose another name`,
          `“${name}”在表达式里另有含义；请换一个名称`,
        )
      : mistake(
          'A variable is called by letters, digits and _, at most 32 of them, a letter first',
          '变量名由字母、数字和 _ 组成，最多 32 个，以字母开头',
        ),
    'key',
  );
  return false;
}

function declare(
  reading: Reading,
  name: string,
  type: VariableType,
  scope: 'run' | 'scene',
  path: Path,
): void {
  if (reading.variables.size >= SCENE_LIMITS.variables) {
    const most = SCENE_LIMITS.variables;
    const words = mistake(`A scene has at most ${most} variables`, `场景最多 ${most} 个变量`);
    reading.context.refuse(path, words, 'key');
  }
  reading.variables.set(name, { type, scope });
}

type Shaped<Key extends keyof typeof variableShapes> = v.InferOutput<(typeof variableShapes)[Key]>;

/** The variables that a scene keeps; what stands behind them in the file may use them. */
export function readVars(reading: Reading, vars: Shaped<'vars'>): SceneVariable[] {
  return Object.entries(vars ?? {}).flatMap(([name, initial]) => {
    if (!isGoodName(reading, name, ['vars', name])) return [];
    declare(reading, name, variableType(initial), 'scene', ['vars', name]);
    return [{ name, initial }];
  });
}

/** What a scene takes when it is called. */
export function readTakes(reading: Reading, takes: Shaped<'takes'>): Parameter[] {
  return Object.entries(takes ?? {}).flatMap(([name, asked]): Parameter[] => {
    const at = ['takes', name];
    if (!isGoodName(reading, name, at)) return [];
    if (reading.variables.has(name)) {
      const words = mistake(
        `"${name}" is a variable of the scene already`,
        `“${name}”已经是场景的变量`,
      );
      reading.context.refuse(at, words, 'key');
      return [];
    }
    const initial = typeof asked === 'string' ? null : asked.default;
    const type = typeof asked === 'string' ? asked : variableType(asked.default);
    declare(reading, name, type, 'run', at);
    return [{ name, type, initial }];
  });
}
