// Scenes: their files, their versions, checking a file, and running one by hand.
import { HubError, NotFoundError } from '../model/errors.ts';
import type { SceneRecord } from '../model/home.ts';
import type { HubPort, SceneView } from '../model/hub-port.ts';
import { type SceneId, sceneId } from '../model/identifiers.ts';
import {
  type ApiParts,
  actorOf,
  checkVersion,
  type Handlers,
  inputId,
  listPart,
  pathId,
  versioned,
} from './context.ts';
import { HttpError } from './errors.ts';
import { present, runView, sceneTextView, sceneVersionView, sceneView } from './views.ts';

function sceneOf(hub: HubPort, id: SceneId): SceneView {
  const scene = hub.household.scenes().find(({ record }) => record.id === id);
  if (scene === undefined) {
    throw new NotFoundError('scene', id, { hint: 'GET /api/scenes lists all scenes.' });
  }
  return scene;
}

function versionOf(versions: readonly SceneRecord[], version: number, name: string): SceneRecord {
  const found = versions.find((one) => one.version === version);
  if (found) return found;
  const kept = versions.map((one) => one.version);
  throw new NotFoundError('version', `${version} of "${name}"`, {
    hint: `There are versions ${Math.min(...kept)} to ${Math.max(...kept)}.`,
  });
}

export function sceneRoutes({ hub }: ApiParts) {
  return {
    'GET /api/scenes': (c, { query }) => {
      const scenes = [...hub.household.scenes()].sort((a, b) =>
        a.record.name.localeCompare(b.record.name),
      );
      const { items, next } = listPart(scenes, query);
      return c.json({ items: items.map(sceneView), next });
    },
    'POST /api/scenes': async (c, { body }) => {
      const { text, enabled } = body;
      const options = { version: null, ...(enabled === undefined ? {} : { enabled }) };
      const scene = await hub.household.saveScene(null, text, options, actorOf(c));
      c.header('Location', `/api/scenes/${scene.record.id}`);
      c.status(201);
      return versioned(c, sceneTextView(scene));
    },
    'POST /api/scenes/validate': (c, { body }) => c.json(hub.household.checkScene(body.text)),
    'GET /api/scenes/:id': (c) => {
      const scene = sceneOf(hub, pathId(c, sceneId, 'scene'));
      c.header('Vary', 'Accept');
      if (!/\b(application|text)\/yaml\b/.test(c.req.header('Accept') ?? '')) {
        return versioned(c, sceneTextView(scene));
      }
      c.header('ETag', `"${scene.record.version}"`);
      c.header('Content-Type', 'application/yaml; charset=utf-8');
      return c.body(scene.text);
    },
    'PUT /api/scenes/:id': async (c, { body }) => {
      const { record } = sceneOf(hub, pathId(c, sceneId, 'scene'));
      if (c.req.header('If-Match') === undefined) {
        throw new HttpError(
          428,
          'invalid-input',
          'Saving a scene needs If-Match with the version it was read at',
          {
            hint: `It is at version ${record.version} now; If-Match: * overwrites whatever is there.`,
          },
        );
      }
      const version = checkVersion(c, record.version, `The scene "${record.name}"`);
      const { text, enabled } = body;
      const options = { version, ...(enabled === undefined ? {} : { enabled }) };
      const saved = await hub.household.saveScene(record.id, text, options, actorOf(c));
      return versioned(c, sceneTextView(saved));
    },
    'PATCH /api/scenes/:id': async (c, { body }) => {
      const { record, text } = sceneOf(hub, pathId(c, sceneId, 'scene'));
      const version = checkVersion(c, record.version, `The scene "${record.name}"`);
      const saved = await hub.household.saveScene(
        record.id,
        text,
        { version, ...present(body) },
        actorOf(c),
      );
      return versioned(c, sceneTextView(saved));
    },
    'DELETE /api/scenes/:id': async (c) => {
      const { record } = sceneOf(hub, pathId(c, sceneId, 'scene'));
      checkVersion(c, record.version, `The scene "${record.name}"`);
      await hub.household.removeScene(record.id, actorOf(c));
      return c.body(null, 204);
    },
    'POST /api/scenes/:id/run': async (c, { body }) => {
      const { record } = sceneOf(hub, pathId(c, sceneId, 'scene'));
      const run = await hub.runScene(
        record.id,
        { checkWhile: body.checkWhile, isDry: body.dryRun },
        actorOf(c),
      );
      if (!body.dryRun) c.header('Location', `/api/runs/${run.id}`);
      return c.json(runView(run), 202);
    },
    'POST /api/scenes/batch': async (c, { body }) => {
      const wishes = body.scenes.map(({ id, text, enabled, version }, index) => ({
        id: id === undefined ? null : inputId(id, sceneId, `/scenes/${index}/id`),
        text,
        version: version ?? null,
        ...(enabled === undefined ? {} : { enabled }),
      }));
      const removed = body.remove.map((id, index) => inputId(id, sceneId, `/remove/${index}`));
      const saved = await hub.household.saveScenes(wishes, removed, actorOf(c));
      return c.json({ items: saved.map(sceneTextView), next: null });
    },
    'GET /api/scenes/:id/diff': async (c, { query }) => {
      const { record } = sceneOf(hub, pathId(c, sceneId, 'scene'));
      const versions = await hub.store.sceneVersions(record.id);
      const to = query.to ?? record.version;
      const from = query.from ?? Math.max(1, to - 1);
      const [before, after] = [from, to].map((version) =>
        versionOf(versions, version, record.name),
      );
      const differences = before && after ? hub.household.sceneDifferences(before, after) : null;
      if (differences === null) {
        throw new HubError('conflict', 'One of the versions cannot be read any more', {
          hint: 'It names a device or a value that is gone; GET /api/scenes/{id}/versions shows the files.',
          zh: {
            message: '其中一个版本已经无法读取',
            hint: '它提到的设备或值已不存在；GET /api/scenes/{id}/versions 可以查看原文件。',
          },
        });
      }
      return c.json({ from, to, differences: [...differences] });
    },
    'POST /api/scenes/:id/rollback': async (c, { body }) => {
      const { record } = sceneOf(hub, pathId(c, sceneId, 'scene'));
      const version = checkVersion(c, record.version, `The scene "${record.name}"`);
      const versions = await hub.store.sceneVersions(record.id);
      const old = versionOf(versions, body.version, record.name);
      const options = { version: version ?? record.version, enabled: record.enabled };
      // The stored text names devices by id, so that it goes where they went.
      const saved = await hub.household.saveScene(record.id, old.source, options, actorOf(c));
      return versioned(c, sceneTextView(saved));
    },
    'GET /api/scenes/:id/versions': async (c, { query }) => {
      const { record } = sceneOf(hub, pathId(c, sceneId, 'scene'));
      const versions = await hub.store.sceneVersions(record.id);
      const { items, next } = listPart(versions, query);
      return c.json({
        items: items.map((one) => sceneVersionView(one, hub.household.showScene(one.source))),
        next,
      });
    },
  } satisfies Partial<Handlers>;
}
