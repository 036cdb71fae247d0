// The shape of a scene file, before any name in it is looked up. Each item of `when`, `while` and `do` is known by
// one key; its shape stands under that key. The same shapes give the JSON Schema for editors and for the documents.
import { toJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { SCENE_LIMITS } from './scene.ts';
import { effectStepShapes } from './shapes/effects.ts';
import { flowStepShapes } from './shapes/flow.ts';
import { logicConditionShapes, patternTriggerShapes } from './shapes/logic.ts';
import { sceneStepShapes } from './shapes/other-scenes.ts';
import { duration, type Inner, name, text } from './shapes/parts.ts';
import { sourceConditionShapes, sourceStepShapes, sourceTriggerShapes } from './shapes/sources.ts';
import { stateConditionShapes, stateTriggerShapes } from './shapes/state.ts';
import { timeConditionShapes, timeTriggerShapes } from './shapes/time.ts';
import { usesShape } from './shapes/uses.ts';
import { variableShapes, variableStepShapes } from './shapes/variables.ts';

/** What can stand in `when`, by its key. */
const triggerShapes = (inner: Inner) => ({
  ...stateTriggerShapes,
  ...patternTriggerShapes(inner),
  ...timeTriggerShapes,
  ...sourceTriggerShapes,
});

/** What can stand in `while`, by its key. */
const conditionShapes = (inner: Inner) => ({
  ...logicConditionShapes(inner),
  ...stateConditionShapes,
  ...timeConditionShapes,
  ...sourceConditionShapes,
});

/** What can stand in `do`, by its key. */
const stepShapes = (inner: Inner) => ({
  ...effectStepShapes(inner),
  ...flowStepShapes(inner),
  ...sceneStepShapes,
  ...sourceStepShapes,
  ...variableStepShapes,
});

const AGAIN_WANTED =
  '`again` is single, restart, queue 5, parallel 3 or per device, with at most 50 runs';
export const AGAIN_PATTERN =
  /^(?:(?:single|restart)(?: per device)?|per device|queue (?:[1-9]|[1-4]\d|50)(?: drop-(?:new|oldest))?(?: per device)?|parallel (?:[1-9]|[1-4]\d|50))$/;
export const LATE_PATTERN = /^(?:run|skip|skip over \S{1,40})$/;
const LATE_WANTED = '`late` is run, skip, or skip over and a duration, as in skip over 10min';

const PRIORITY_WANTED = `a priority is a whole number from -${SCENE_LIMITS.priority} to ${SCENE_LIMITS.priority}`;
const priority = v.pipe(
  v.number(PRIORITY_WANTED),
  v.integer(PRIORITY_WANTED),
  v.minValue(-SCENE_LIMITS.priority, PRIORITY_WANTED),
  v.maxValue(SCENE_LIMITS.priority, PRIORITY_WANTED),
);
const GROUP_WANTED = '`group` is a word such as lights, or {name: lights, wins: first}';
const groupName = v.pipe(
  v.string(GROUP_WANTED),
  v.regex(/^\p{L}[\p{L}\p{N}-]{0,39}$/u, GROUP_WANTED),
);
const group = v.union(
  [
    groupName,
    v.strictObject({
      name: groupName,
      wins: v.optional(v.picklist(['highest', 'first'], '`wins` is highest (the usual) or first')),
    }),
  ],
  GROUP_WANTED,
);

const test = v.strictObject(
  {
    given: v.optional(v.record(v.string(), v.unknown(), '`given` maps what holds at the start')),
    when: v.array(v.unknown(), '`when` of a test is a list of what happens'),
    // biome-ignore lint/suspicious/noThenProperty: it is the file's own word
    then: v.array(v.unknown(), '`then` of a test is a list of what is expected'),
  },
  'a test has given, when and then',
);

/** The top level, without what stands in `when`, `while` and `do`. */
const topShapes = {
  scene: text('The name of the scene', SCENE_LIMITS.nameCharacters),
  room: v.optional(v.string('`room` is the handle of a room, such as hall')),
  description: v.optional(text('The description', SCENE_LIMITS.textCharacters)),
  uses: v.optional(usesShape),
  ...variableShapes,
  again: v.optional(v.pipe(v.string(AGAIN_WANTED), v.regex(AGAIN_PATTERN, AGAIN_WANTED))),
  yield: v.optional(duration),
  debounce: v.optional(duration),
  throttle: v.optional(duration),
  cooldown: v.optional(duration),
  priority: v.optional(priority),
  group: v.optional(group),
  recheck: v.optional(v.boolean('`recheck` is true (the usual) or false')),
  'after-outage': v.optional(
    v.strictObject(
      {
        waits: v.optional(
          v.picklist(['resume', 'restart', 'drop'], '`waits` is resume, restart or drop'),
        ),
        holds: v.optional(
          v.picklist(['assume', 'restart', 'drop'], '`holds` is assume, restart or drop'),
        ),
        late: v.optional(v.pipe(v.string(LATE_WANTED), v.regex(LATE_PATTERN, LATE_WANTED))),
      },
      '`after-outage` is written as {waits: resume, holds: assume, late: skip over 10min}',
    ),
  ),
  tests: v.optional(
    v.pipe(
      v.array(test, '`tests` is a list'),
      v.maxLength(SCENE_LIMITS.tests, `a scene has at most ${SCENE_LIMITS.tests} tests`),
    ),
  ),
};

/** The top level as it is checked first: the items of the lists are checked one by one afterwards. */
export const SCENE_SHAPE = v.strictObject({
  ...topShapes,
  when: v.optional(
    v.pipe(
      v.array(v.unknown(), '`when` is a list; begin each of its items with "- "'),
      v.maxLength(SCENE_LIMITS.triggers, `a scene has at most ${SCENE_LIMITS.triggers} triggers`),
    ),
  ),
  while: v.optional(v.unknown()),
  do: v.pipe(
    v.array(v.unknown(), '`do` is a list of steps; begin each with "- "'),
    v.minLength(1, '`do` has at least one step'),
  ),
});

const triggerFile: v.GenericSchema = v.lazy(() =>
  v.union(
    Object.values(triggerShapes(ITEMS)).map(({ entries }) =>
      v.strictObject({ ...entries, id: v.optional(name) }),
    ),
  ),
);
const conditionFile: v.GenericSchema = v.lazy(() => v.union(Object.values(conditionShapes(ITEMS))));
const stepFile: v.GenericSchema = v.lazy(() => v.union(Object.values(stepShapes(ITEMS))));
const ITEMS: Inner = { trigger: triggerFile, condition: conditionFile, step: stepFile };

/** A whole scene file as one schema. It says less in its messages than `parseScene`, and is as strict about shape. */
export const SCENE_FILE_SCHEMA = v.strictObject({
  ...topShapes,
  when: v.optional(v.array(triggerFile)),
  while: v.optional(conditionFile),
  do: v.array(stepFile),
});

/** The JSON Schema (draft 2020-12) of a scene file, for editors and the documents. */
export function sceneFileJsonSchema(): Record<string, unknown> {
  return {
    ...toJsonSchema(SCENE_FILE_SCHEMA, {
      target: 'draft-2020-12',
      definitions: { trigger: triggerFile, condition: conditionFile, step: stepFile },
      // Trimming and counting keys have no words in JSON Schema; `parseScene` checks them.
      errorMode: 'ignore',
    }),
    title: 'An Ingle scene',
  };
}
