// The rows of the table of routes that are about replacing a dead device.
import * as replacement from './replacement-shapes.ts';
import { deviceJson } from './shapes.ts';

export const REPLACEMENT_ROUTES = {
  'GET /api/devices/:id/replacement': {
    who: 'installer',
    about:
      'What would change if the node of the device `from` took the place of this one: what scenes would miss, what goes, what comes. Changes nothing.',
    query: replacement.replacementQuery,
    answer: replacement.replacementJson,
  },
  'POST /api/devices/:id/replace': {
    who: 'installer',
    about:
      'Puts the node of another, newly paired device in the place of a dead one; scenes, history, name, room, labels and rights stay. 409 with the list where scenes use what it lacks, unless `acceptGaps`.',
    body: replacement.replaceBody,
    answer: deviceJson,
  },
  'POST /api/devices/:id/replace/undo': {
    who: 'installer',
    about:
      'Puts the old node back, within 7 days; the new one becomes a device of its own again. 409 says why it cannot be.',
    answer: deviceJson,
  },
} as const;
