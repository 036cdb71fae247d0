// The routes of scenes: their files, versions and runs by hand.
import * as requests from './requests.ts';
import type { RouteSpec } from './routes.ts';
import { sceneDiffJson, sceneVersionJson } from './scene-diff-shapes.ts';
import * as shapes from './shapes.ts';

export const SCENE_ROUTES = {
  'GET /api/scenes': {
    who: 'member',
    about: 'All scenes, by name.',
    query: requests.listQuery,
    answer: shapes.sceneJson,
    isList: true,
  },
  'POST /api/scenes': {
    who: 'household',
    about: 'Saves a new scene.',
    body: requests.sceneBody,
    takesYaml: true,
    answer: shapes.sceneTextJson,
    status: 201,
  },
  'POST /api/scenes/validate': {
    who: 'household',
    about:
      'Says all that is wrong with a scene file, or the sentence that it makes. Saves nothing.',
    body: requests.sceneCheckBody,
    takesYaml: true,
    answer: shapes.sceneCheckJson,
  },
  'POST /api/scenes/batch': {
    who: 'household',
    about:
      'Saves several scenes and removes others: all of it or nothing, and no event comes in between. `version` guards each like If-Match.',
    body: requests.scenesBody,
    answer: shapes.sceneTextJson,
    isList: true,
  },
  'GET /api/scenes/:id/diff': {
    who: 'household',
    about:
      'What differs between two versions, in plain words; without `to` the present one, without `from` the one before it.',
    query: requests.sceneDiffQuery,
    answer: sceneDiffJson,
  },
  'POST /api/scenes/:id/rollback': {
    who: 'household',
    about: 'Saves an earlier version anew, as the newest. `If-Match` guards it.',
    body: requests.sceneRollbackBody,
    answer: shapes.sceneTextJson,
    isVersioned: true,
  },
  'GET /api/scenes/:id': {
    who: 'member',
    about: 'One scene with its file; with `Accept: application/yaml` the bare file.',
    answer: shapes.sceneTextJson,
    isVersioned: true,
  },
  'PUT /api/scenes/:id': {
    who: 'household',
    about: 'Saves a new version. `If-Match` is needed; `*` overwrites whatever is there.',
    body: requests.sceneBody,
    takesYaml: true,
    answer: shapes.sceneTextJson,
    isVersioned: true,
  },
  'PATCH /api/scenes/:id': {
    who: 'household',
    about:
      'Switches a scene on or off, or into the shadow: there its runs are shown and act on nothing.',
    body: requests.sceneChange,
    answer: shapes.sceneTextJson,
    isVersioned: true,
  },
  'DELETE /api/scenes/:id': { who: 'household', about: 'Removes a scene.', status: 204 },
  'POST /api/scenes/:id/run': {
    who: 'member',
    about:
      'Starts a run, whatever its `while` says unless `checkWhile` is true. With `dryRun` nothing is sent, and the trace shows what would be done.',
    body: requests.sceneRunBody,
    answer: shapes.runJson,
    status: 202,
  },
  'GET /api/scenes/:id/versions': {
    who: 'household',
    about: 'All versions, newest first.',
    query: requests.listQuery,
    answer: sceneVersionJson,
    isList: true,
  },
} as const satisfies Record<string, RouteSpec>;
