// Reads steps about other scenes.

import type * as v from 'valibot';
import type { SceneId } from '../../../hub/model/identifiers.ts';
import { nearestName } from '../../../hub/model/nearest-name.ts';
import type { Words } from '../../../hub/model/words.ts';
import type { ReadContext } from '../context.ts';
import type { Path } from '../document.ts';
import { mistake, withHint } from '../mistakes.ts';
import { sceneStepShapes } from '../shapes/other-scenes.ts';
import type { SceneStep } from '../steps.ts';
import { isComplete, type Reading, shapedKind } from './reading.ts';
import { readValue } from './variables.ts';

const SHAPES = sceneStepShapes;

/** Steps that begin, end and switch other scenes, by key. */
export const SCENE_STEPS = {
  run: shapedKind(SHAPES.run, [], ({ context }, shaped, path): SceneStep | null => {
    const scene = readScene(context, shaped.run, [...path, 'run']);
    if (scene === null) return null;
    return {
      kind: 'run',
      scene,
      checkWhile: shaped.while === 'check',
      onError: shaped['on-error'] ?? 'continue',
    };
  }),
  call: shapedKind(SHAPES.call, [], readCall),
  cancel: shapedKind(SHAPES.cancel, [], ({ context }, { cancel }, path): SceneStep | null => {
    const meant = readOrSelf(context, cancel, [...path, 'cancel']);
    return meant && { kind: 'cancel', ...meant };
  }),
  undo: shapedKind(SHAPES.undo, [], ({ context }, { undo }, path): SceneStep | null => {
    const meant = readOrSelf(context, undo, [...path, 'undo']);
    return meant && { kind: 'undo', ...meant };
  }),
  enable: shapedKind(SHAPES.enable, [], ({ context }, shaped, path): SceneStep | null => {
    const meant = readOrSelf(context, shaped.enable, [...path, 'enable']);
    const onError = shaped['on-error'] ?? 'continue';
    return meant && { kind: 'switch', ...meant, enabled: true, running: 'finish', onError };
  }),
  disable: shapedKind(SHAPES.disable, [], ({ context }, shaped, path): SceneStep | null => {
    const meant = readOrSelf(context, shaped.disable, [...path, 'disable']);
    const running = shaped.running ?? 'finish';
    const onError = shaped['on-error'] ?? 'continue';
    return meant && { kind: 'switch', ...meant, enabled: false, running, onError };
  }),
};

function readCall(
  reading: Reading,
  shaped: v.InferOutput<typeof SHAPES.call>,
  path: Path,
): SceneStep | null {
  const at = [...path, 'call'];
  const isShort = typeof shaped.call === 'string';
  const asked = typeof shaped.call === 'string' ? { scene: shaped.call } : shaped.call;
  const scene = readScene(reading.context, asked.scene, isShort ? at : [...at, 'scene']);
  const args = Object.entries(asked.with ?? {}).map(([name, given]) => {
    const value = readValue(reading, given, [...at, 'with', name], null);
    return value && { name, value };
  });
  const into = asked.into ?? null;
  if (into !== null && reading.variables.get(into)?.scope !== 'run') {
    return reading.context.refuse(
      [...at, 'into'],
      mistake(
        `"${into.slice(0, 40)}" is no variable of the run yet; write let: {${into.slice(0, 40)}: 0} before, which says its type`,
        `“${into.slice(0, 40)}”还不是这次运行的变量；请先写 let: {${into.slice(0, 40)}: 0}，以说明它的类型`,
      ),
    );
  }
  if (scene === null || !isComplete(args)) return null;
  return { kind: 'call', scene, args, into, onError: shaped['on-error'] ?? 'continue' };
}

/** The scene that is called so; null for `self`, the scene in which it stands. */
function readOrSelf(
  context: ReadContext,
  handle: string,
  path: Path,
): { readonly scene: SceneId | null } | null {
  if (handle === 'self') return { scene: null };
  const scene = readScene(context, handle, path);
  return scene && { scene };
}

/** Says that no scene is called so. */
export function noScene(context: ReadContext, handle: string): Words {
  const shown = handle.slice(0, 64);
  return withHint(
    mistake(`There is no scene "${shown}"`, `没有场景“${shown}”`),
    nearestName(handle, context.names.sceneHandles()),
  );
}

/** The scene that is called so. */
export function readScene(context: ReadContext, handle: string, path: Path): SceneId | null {
  const scene = context.names.scene(handle);
  if (scene === undefined) {
    return context.refuse(path, noScene(context, handle));
  }
  context.remember(path, 'value', { text: handle, name: handle, id: scene.id });
  return scene.id;
}
