// The answers to questions about the past, each from history as it is at one instant.
import { HubError, NotFoundError, ValidationError } from '../../hub/model/errors.ts';
import type { ExplainCalls, History, OrMistakes } from '../../hub/model/explain.ts';
import type { SceneRecord } from '../../hub/model/home.ts';
import type { SceneId } from '../../hub/model/identifiers.ts';
import type { SceneNames } from '../language/names.ts';
import { parseScene } from '../language/parse.ts';
import { toStored } from '../language/stored.ts';
import { replay } from './replay.ts';
import { testScene } from './scene-tests.ts';
import { namesOf, why } from './why.ts';
import { whyNot } from './why-not.ts';

/** A replay goes no further than history is kept. */
export const REPLAY_DAYS_MAX = 31;
const DAY_MS = 86_400_000;
/** Stands for a scene that is not saved yet. */
const DRAFT = 'scene_draft' as SceneId;

/** @param look gives history as it is for the while of one question */
export function createExplain(
  look: <Result>(ask: (history: History) => Result) => Result,
): ExplainCalls {
  return {
    why: (query) => look((history) => why(history, query)),
    whyNot: (query) => look((history) => whyNot(history, query)),
    replayScene: ({ scene, text, fromMs, toMs }) =>
      look((history) => {
        if (!(fromMs < toMs) || toMs - fromMs > REPLAY_DAYS_MAX * DAY_MS) {
          throw new ValidationError(`A replay goes over ${REPLAY_DAYS_MAX} days at the most`, {
            zh: { message: `回放最多 ${REPLAY_DAYS_MAX} 天`, hint: null },
            errors: [
              { path: '/from', message: `must be before to, by at most ${REPLAY_DAYS_MAX} days` },
            ],
          });
        }
        const names = namesOf(history.home);
        return tried(history, names, { scene, text }, (record) => {
          const versions = scene === null ? [] : history.sceneVersions(scene).toReversed();
          const id = scene ?? DRAFT;
          return replay(history, { scene: id, versions, tried: record, fromMs, toMs });
        });
      }),
    testScene: (query) =>
      look((history) => {
        const names = namesOf(history.home);
        return tried(history, names, query, (record) => {
          const { scene } = parseScene(record.source, names);
          if (!scene) {
            throw new HubError('internal', 'The scene cannot be read any more', {
              zh: { message: '这个场景已经无法读取', hint: null },
            });
          }
          return testScene(history, record, scene);
        });
      }),
  };
}

/** Works with what is to be tried: the text, or else the scene as it is saved. */
function tried<Result>(
  history: History,
  names: SceneNames,
  { scene: id, text }: { readonly scene: SceneId | null; readonly text: string | null },
  work: (record: SceneRecord) => Result,
): OrMistakes<Result> {
  const saved = history.home.scenes.find((one) => one.id === id) ?? null;
  if (id !== null && saved === null) throw new NotFoundError('scene', id);
  const source = text ?? saved?.source;
  if (source === undefined) throw new ValidationError('There is no scene to try');
  const read = toStored(source, names);
  if (read.errors !== undefined) return { errors: read.errors, result: null };
  const base: SceneRecord = saved ?? {
    ...{ id: DRAFT, name: read.scene.name, enabled: true, source, author: null },
    ...{ version: 0, updatedAtMs: 0 },
  };
  const version = text === null ? base.version : base.version + 1;
  const { shadow: _, ...record } = { ...base, name: read.scene.name, source: read.stored, version };
  return { errors: null, result: work(record) };
}
