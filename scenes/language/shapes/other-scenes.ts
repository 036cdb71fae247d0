// The shapes of steps about other scenes.

import * as v from 'valibot';
import { wants } from '../mistakes.ts';
import { onError } from './parts.ts';
import { named, valueOrExpression } from './variables.ts';

const scene = v.string(
  wants(
    'the handle of a scene is wanted here, such as evening-lights',
    '这里要写场景的代号，例如 evening-lights',
  ),
);

const orSelf = v.string(
  wants(
    'the handle of a scene is wanted here, or self for this one',
    '这里要写场景的代号，本场景写 self',
  ),
);

/** Steps that begin, end and switch other scenes, by key. */
export const sceneStepShapes = {
  run: v.strictObject({
    run: scene,
    while: v.optional(
      v.picklist(
        ['skip', 'check'],
        wants(
          '`while` is skip (the usual) or check: whether its own condition must hold',
          '`while` 是 skip（默认）或 check：是否要满足它自己的条件',
        ),
      ),
    ),
    'on-error': onError,
  }),
  call: v.strictObject({
    call: v.union(
      [
        scene,
        v.strictObject({
          scene,
          with: v.optional(
            named(
              valueOrExpression,
              wants('names with their values are wanted here', '这里要写名称和值'),
            ),
          ),
          into: v.optional(
            v.string(wants('the name of a variable is wanted here', '这里要写变量的名称')),
          ),
        }),
      ],
      wants(
        'a call is written as {scene: blink, with: {times: 3}, into: done}',
        '调用要写成 {scene: blink, with: {times: 3}, into: done}',
      ),
    ),
    'on-error': onError,
  }),
  cancel: v.strictObject({ cancel: orSelf }),
  undo: v.strictObject({ undo: orSelf }),
  enable: v.strictObject({ enable: orSelf, 'on-error': onError }),
  disable: v.strictObject({
    disable: orSelf,
    running: v.optional(
      v.picklist(
        ['finish', 'cancel'],
        wants(
          '`running` is finish (the usual) or cancel: what becomes of its runs under way',
          '`running` 是 finish（默认）或 cancel：正在运行的怎么办',
        ),
      ),
    ),
    'on-error': onError,
  }),
};
