// Reads steps about other scenes.
import type { SceneId } from '../../../hub/model/identifiers.ts';
import { nearestName } from '../../../hub/model/nearest-name.ts';
import type { ReadContext } from '../context.ts';
import type { Path } from '../document.ts';
import { sceneStepShapes } from '../shapes/other-scenes.ts';
import type { SceneStep } from '../steps.ts';
import { shapedKind } from './reading.ts';

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
};

/** The scene that is called so. */
export function readScene(context: ReadContext, handle: string, path: Path): SceneId | null {
  const scene = context.names.scene(handle);
  if (scene === undefined) {
    const nearest = nearestName(handle, context.names.sceneHandles());
    const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
    return context.refuse(path, `There is no scene "${handle.slice(0, 64)}"${hint}`);
  }
  context.remember(path, 'value', { text: handle, name: handle, id: scene.id });
  return scene.id;
}
