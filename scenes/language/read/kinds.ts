// The kinds of triggers, conditions and steps that scene files know, family by family, and the words that are still to
// come.
import { EFFECT_STEPS } from './effects.ts';
import { FLOW_STEPS } from './flow.ts';
import { LOGIC_CONDITIONS, PATTERN_TRIGGERS } from './logic.ts';
import { SCENE_STEPS } from './other-scenes.ts';
import type { Kinds } from './reading.ts';
import { SOURCE_CONDITIONS, SOURCE_STEPS, SOURCE_TRIGGERS } from './sources.ts';
import { STATE_CONDITIONS, STATE_TRIGGERS } from './state.ts';
import { TIME_CONDITIONS, TIME_TRIGGERS } from './time.ts';
import { VARIABLE_STEPS } from './variables.ts';

/** Words of `do` that the format has and this version does not do yet. */
const LATER_STEPS = ['while', 'speak'];

/** All kinds of a scene file; problems name them in this order. */
export const KINDS: Kinds = {
  triggers: {
    kinds: { ...STATE_TRIGGERS, ...PATTERN_TRIGGERS, ...TIME_TRIGGERS, ...SOURCE_TRIGGERS },
    later: [],
  },
  conditions: {
    kinds: {
      ...STATE_CONDITIONS,
      ...TIME_CONDITIONS,
      ...LOGIC_CONDITIONS,
      ...SOURCE_CONDITIONS,
    },
    later: [],
  },
  steps: {
    kinds: { ...EFFECT_STEPS, ...FLOW_STEPS, ...SCENE_STEPS, ...SOURCE_STEPS, ...VARIABLE_STEPS },
    later: LATER_STEPS,
  },
};
