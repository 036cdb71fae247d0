// The shapes of steps about other scenes.
import * as v from 'valibot';
import { onError } from './parts.ts';
import { named, valueOrExpression } from './variables.ts';

const scene = v.string('the handle of a scene is wanted here, such as evening-lights');

const orSelf = v.string('the handle of a scene is wanted here, or self for this one');

/** Steps that begin, end and switch other scenes, by key. */
export const sceneStepShapes = {
  run: v.strictObject({
    run: scene,
    while: v.optional(
      v.picklist(
        ['skip', 'check'],
        '`while` is skip (the usual) or check: whether its own condition must hold',
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
          with: v.optional(named(valueOrExpression, 'names with their values are wanted here')),
          into: v.optional(v.string('the name of a variable is wanted here')),
        }),
      ],
      'a call is written as {scene: blink, with: {times: 3}, into: done}',
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
        '`running` is finish (the usual) or cancel: what becomes of its runs under way',
      ),
    ),
    'on-error': onError,
  }),
};
