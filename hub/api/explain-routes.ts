// The routes of explanations: why, why not, what would have been, and a scene's own tests.
import { replayJson, testReportJson, whyJson, whyNotJson } from './explain-shapes.ts';
import * as requests from './requests.ts';
import type { RouteSpec } from './routes.ts';

export const EXPLAIN_ROUTES = {
  'GET /api/why': {
    who: 'member',
    about:
      'Why a property of a device is, or at `at` was, as it is: the changes, runs and causes behind it, to the root.',
    query: requests.whyQuery,
    answer: whyJson,
  },
  'GET /api/why-not': {
    who: 'member',
    about: 'Why a scene did not run at an instant; `ran` where it did.',
    query: requests.whyNotQuery,
    answer: whyNotJson,
  },
  'POST /api/scenes/replay': {
    who: 'household',
    about:
      'When a scene that is not saved would have run in recorded history: by default its last 7 days.',
    body: requests.draftReplayBody,
    answer: replayJson,
  },
  'POST /api/scenes/:id/replay': {
    who: 'household',
    about:
      'When the scene, or `text` in its place, would have run in recorded history, and how that differs from the versions that lived.',
    body: requests.replayBody,
    answer: replayJson,
  },
  'POST /api/scenes/test': {
    who: 'household',
    about:
      'Runs the tests of a scene file that is not saved, with a simulated clock. Nothing is sent.',
    body: requests.sceneCheckBody,
    takesYaml: true,
    answer: testReportJson,
  },
  'POST /api/scenes/:id/test': {
    who: 'household',
    about: "Runs the scene's own tests, or those of `text` in its place, with a simulated clock.",
    body: requests.sceneTestBody,
    answer: testReportJson,
  },
} as const satisfies Record<string, RouteSpec>;
