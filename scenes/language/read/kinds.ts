// The kinds of triggers, conditions and steps that scene files know, family by family, and the words that are still to
// come.
import { EFFECT_STEPS } from './effects.ts';
import { FLOW_STEPS } from './flow.ts';
import { LOGIC_CONDITIONS } from './logic.ts';
import { SCENE_STEPS } from './other-scenes.ts';
import type { Kinds } from './reading.ts';
import { STATE_CONDITIONS, STATE_TRIGGERS } from './state.ts';
import { TIME_CONDITIONS, TIME_TRIGGERS } from './time.ts';
import { VARIABLE_STEPS } from './variables.ts';

/** Words of `when` that the format has and this version does not do yet. */
const LATER_TRIGGERS = [
  'reports',
  'command',
  'all',
  'sequence',
  'mode',
  'presence',
  'enters',
  'leaves',
  'offline',
  'online',
  'starts',
  'started',
  'ended',
  'webhook',
  'mqtt',
  'calendar',
  'expression',
  'count',
  'rises',
  'falls',
  'tag',
];
/** Words of `while` that the format has and this version does not do yet. */
const LATER_CONDITIONS = [
  'mode',
  'was',
  'home',
  'caused-by',
  'trigger',
  'reachable',
  'active',
  'expression',
  'variable',
  'presence',
  'none',
  'count',
  'held',
  'last-run',
];

/** Words of `do` that the format has and this version does not do yet. */
const LATER_STEPS = [
  'restore',
  'snapshot',
  'for-each',
  'while',
  'mode',
  'variable',
  'http',
  'mqtt',
  'ask',
  'undo',
  'speak',
];

/** All kinds of a scene file; problems name them in this order. */
export const KINDS: Kinds = {
  triggers: { kinds: { ...STATE_TRIGGERS, ...TIME_TRIGGERS }, later: LATER_TRIGGERS },
  conditions: {
    kinds: { ...STATE_CONDITIONS, ...TIME_CONDITIONS, ...LOGIC_CONDITIONS },
    later: LATER_CONDITIONS,
  },
  steps: {
    kinds: { ...EFFECT_STEPS, ...FLOW_STEPS, ...SCENE_STEPS, ...VARIABLE_STEPS },
    later: LATER_STEPS,
  },
};
