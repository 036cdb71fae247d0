// The shape of a scene file, before any name in it is looked up. Each item of `when`, `while` and `do` is known by
// one key; its shape stands under that key. The same shapes give the JSON Schema for editors and for the documents.

import { toJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { mistake, wants } from './mistakes.ts';
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

const AGAIN_WANTED = wants(
  '`again` is single, restart, queue 5, parallel 3 or per device, with at most 50 runs',
  '`again` 是 single、restart、queue 5、parallel 3 或 per device，最多 50 个运行',
);
export const AGAIN_PATTERN =
  /^(?:(?:single|restart)(?: per device)?|per device|queue (?:[1-9]|[1-4]\d|50)(?: drop-(?:new|oldest))?(?: per device)?|parallel (?:[1-9]|[1-4]\d|50))$/;
export const LATE_PATTERN = /^(?:run|skip|skip over \S{1,40})$/;
const LATE_WANTED = wants(
  '`late` is run, skip, or skip over and a duration, as in skip over 10min',
  '`late` 是 run、skip，或 skip over 加时长，例如 skip over 10min',
);

const PRIORITY_WANTED = wants(
  `a priority is a whole number from -${SCENE_LIMITS.priority} to ${SCENE_LIMITS.priority}`,
  `优先级是 -${SCENE_LIMITS.priority} 到 ${SCENE_LIMITS.priority} 的整数`,
);
const priority = v.pipe(
  v.number(PRIORITY_WANTED),
  v.integer(PRIORITY_WANTED),
  v.minValue(-SCENE_LIMITS.priority, PRIORITY_WANTED),
  v.maxValue(SCENE_LIMITS.priority, PRIORITY_WANTED),
);
const GROUP_WANTED = wants(
  '`group` is a word such as lights, or {name: lights, wins: first}',
  '`group` 是一个词，例如 lights，或 {name: lights, wins: first}',
);
const groupName = v.pipe(
  v.string(GROUP_WANTED),
  v.regex(/^\p{L}[\p{L}\p{N}-]{0,39}$/u, GROUP_WANTED),
);
const group = v.union(
  [
    groupName,
    v.strictObject({
      name: groupName,
      wins: v.optional(
        v.picklist(
          ['highest', 'first'],
          wants('`wins` is highest (the usual) or first', '`wins` 是 highest（默认）或 first'),
        ),
      ),
    }),
  ],
  GROUP_WANTED,
);

const test = v.strictObject(
  {
    given: v.optional(
      v.record(
        v.string(),
        v.unknown(),
        wants('`given` maps what holds at the start', '`given` 要写开始时的情况'),
      ),
    ),
    when: v.array(
      v.unknown(),
      wants('`when` of a test is a list of what happens', '测试的 `when` 是发生的事的列表'),
    ),
    // biome-ignore lint/suspicious/noThenProperty: it is the file's own word
    then: v.array(
      v.unknown(),
      wants('`then` of a test is a list of what is expected', '测试的 `then` 是期待的结果的列表'),
    ),
  },
  wants('a test has given, when and then', '测试有 given、when 和 then'),
);

/** The top level, without what stands in `when`, `while` and `do`. */
const topShapes = {
  scene: text(mistake('The name of the scene', '场景的名称'), SCENE_LIMITS.nameCharacters),
  room: v.optional(
    v.string(
      wants('`room` is the handle of a room, such as hall', '`room` 是房间的代号，例如 hall'),
    ),
  ),
  description: v.optional(text(mistake('The description', '说明'), SCENE_LIMITS.textCharacters)),
  uses: v.optional(usesShape),
  ...variableShapes,
  again: v.optional(v.pipe(v.string(AGAIN_WANTED), v.regex(AGAIN_PATTERN, AGAIN_WANTED))),
  yield: v.optional(duration),
  debounce: v.optional(duration),
  throttle: v.optional(duration),
  cooldown: v.optional(duration),
  priority: v.optional(priority),
  group: v.optional(group),
  recheck: v.optional(
    v.boolean(wants('`recheck` is true (the usual) or false', '`recheck` 是 true（默认）或 false')),
  ),
  'after-outage': v.optional(
    v.strictObject(
      {
        waits: v.optional(
          v.picklist(
            ['resume', 'restart', 'drop'],
            wants('`waits` is resume, restart or drop', '`waits` 是 resume、restart 或 drop'),
          ),
        ),
        holds: v.optional(
          v.picklist(
            ['assume', 'restart', 'drop'],
            wants('`holds` is assume, restart or drop', '`holds` 是 assume、restart 或 drop'),
          ),
        ),
        late: v.optional(v.pipe(v.string(LATE_WANTED), v.regex(LATE_PATTERN, LATE_WANTED))),
      },
      wants(
        '`after-outage` is written as {waits: resume, holds: assume, late: skip over 10min}',
        '`after-outage` 要写成 {waits: resume, holds: assume, late: skip over 10min}',
      ),
    ),
  ),
  tests: v.optional(
    v.pipe(
      v.array(test, wants('`tests` is a list', '`tests` 是列表')),
      v.maxLength(
        SCENE_LIMITS.tests,
        wants(
          `a scene has at most ${SCENE_LIMITS.tests} tests`,
          `场景最多 ${SCENE_LIMITS.tests} 个测试`,
        ),
      ),
    ),
  ),
};

/** The top level as it is checked first: the items of the lists are checked one by one afterwards. */
export const SCENE_SHAPE = v.strictObject({
  ...topShapes,
  when: v.optional(
    v.pipe(
      v.array(
        v.unknown(),
        wants(
          '`when` is a list; begin each of its items with "- "',
          '`when` 是列表；每一项以 "- " 开头',
        ),
      ),
      v.maxLength(
        SCENE_LIMITS.triggers,
        wants(
          `a scene has at most ${SCENE_LIMITS.triggers} triggers`,
          `场景最多 ${SCENE_LIMITS.triggers} 个触发条件`,
        ),
      ),
    ),
  ),
  while: v.optional(v.unknown()),
  do: v.pipe(
    v.array(
      v.unknown(),
      wants(
        '`do` is a list of steps; begin each with "- "',
        '`do` 是步骤的列表；每一步以 "- " 开头',
      ),
    ),
    v.minLength(1, wants('`do` has at least one step', '`do` 至少要有一个步骤')),
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
