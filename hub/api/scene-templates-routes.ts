// The routes of scene templates.
import * as requests from './requests.ts';
import type { RouteSpec } from './routes.ts';
import * as templates from './scene-templates-shapes.ts';
import * as shapes from './shapes.ts';

export const SCENE_TEMPLATE_ROUTES = {
  'GET /api/scene-templates': {
    who: 'household',
    about:
      'All templates, those of the library first; `missing` says of what the home has nothing.',
    query: requests.listQuery,
    answer: templates.templateBriefJson,
    isList: true,
  },
  'POST /api/scene-templates': {
    who: 'household',
    about:
      "Saves a template of the household's own, or a new text of it. It is bound in homes made for it first.",
    body: templates.templateTextBody,
    takesYaml: true,
    answer: templates.templateJson,
    status: 201,
  },
  'GET /api/scene-templates/:id': {
    who: 'household',
    about:
      'A template with its slots, what of this home fits each, best first, and what is proposed; with `Accept: application/yaml` the bare file.',
    answer: templates.templateJson,
  },
  'DELETE /api/scene-templates/:id': {
    who: 'household',
    about: "Removes a template of the household's own. Scenes made of it stay.",
    status: 204,
  },
  'POST /api/scene-templates/:id/preview': {
    who: 'household',
    about:
      'The scene that these bindings make, as a sentence and as a file, or what is wrong with each slot. Saves nothing.',
    body: templates.templateBindBody,
    answer: templates.templatePreviewJson,
  },
  'POST /api/scene-templates/:id/scenes': {
    who: 'household',
    about:
      'Makes a scene of the template; with `scene` a new version of a scene that was made before.',
    body: templates.templateSceneBody,
    answer: shapes.sceneTextJson,
    status: 201,
  },
  'GET /api/scenes/:id/template': {
    who: 'household',
    about:
      'Of which template the scene was made and what is bound in it, and the file of a template made of the scene.',
    query: templates.templateOfQuery,
    answer: templates.sceneTemplateJson,
  },
} as const satisfies Record<string, RouteSpec>;
