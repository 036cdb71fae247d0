// Variables of scenes: those that a scene keeps from run to run, what it takes when it is called, what it gives back.
import type { Expression } from './expression.ts';

/** A value of a variable. It keeps the type of its first one. */
export type VariableValue = boolean | number | string;
export type VariableType = 'boolean' | 'number' | 'text';

/** What a scene takes from the one that calls it. */
export interface Parameter {
  readonly name: string;
  readonly type: VariableType;
  /** Null: the caller must give it. */
  readonly initial: VariableValue | null;
}

/** A variable that a scene keeps from run to run. */
export interface SceneVariable {
  readonly name: string;
  readonly initial: VariableValue;
}

/** A value for a variable, as a step writes it. */
export interface Assignment {
  readonly name: string;
  readonly value: Expression;
}

/** The type of a value. */
export function variableType(value: VariableValue): VariableType {
  return typeof value === 'string' ? 'text' : typeof value === 'number' ? 'number' : 'boolean';
}
