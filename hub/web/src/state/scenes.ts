// What can be asked of a scene from any screen.
import type { RunJson, SceneJson, SceneTextJson } from '../../../api/shapes.ts';
import { request } from './api.ts';
import { home, readAgain, takeRun, takeScenes } from './home.svelte.ts';
import { t } from './language.svelte.ts';
import { say } from './toasts.svelte.ts';

/** Puts a scene, as the hub has just told it, into the list. */
export function takeScene(scene: SceneTextJson): void {
  const { text: _text, ...brief } = scene;
  takeScenes([...home.scenes.filter(({ id }) => id !== scene.id), brief]);
}

/** Enables or pauses a scene. @throws ApiError */
export async function enableScene(scene: SceneJson, isEnabled: boolean): Promise<void> {
  const options = { version: scene.version };
  takeScene(await request('PATCH', `/scenes/${scene.id}`, { enabled: isEnabled }, options));
}

/** Lets a scene run without acting, or act again. @throws ApiError */
export async function shadowScene(scene: SceneJson, isShadow: boolean): Promise<void> {
  const options = { version: scene.version };
  takeScene(await request('PATCH', `/scenes/${scene.id}`, { shadow: isShadow }, options));
  say(isShadow ? t().rehearsal.nowShadow(scene.name) : t().rehearsal.nowActs(scene.name));
}

/** Runs a scene now; with `checkWhile` only where its `while` holds. @throws ApiError */
export async function runScene(scene: SceneJson, checkWhile = false): Promise<RunJson> {
  const run: RunJson = await request('POST', `/scenes/${scene.id}/run`, { checkWhile });
  takeRun(run);
  if (run.state !== 'nearMiss') say(t().scenes.started(scene.name));
  return run;
}

/** Whether the run did nothing but take another one back. */
export function isUndo({ steps }: Pick<RunJson, 'steps'>): boolean {
  return steps.length > 0 && steps.every(({ path }) => path === 'undo');
}

/** What a scene would do now, told as a run that sent nothing. @throws ApiError */
export function dryRunScene(scene: SceneJson): Promise<RunJson> {
  return request('POST', `/scenes/${scene.id}/run`, { checkWhile: true, dryRun: true });
}

/** Removes a scene. @throws ApiError */
export async function removeScene(scene: SceneJson): Promise<void> {
  await request('DELETE', `/scenes/${scene.id}`, undefined, { version: scene.version });
  say(t().scenes.removed(scene.name));
  await readAgain('scenes');
}
