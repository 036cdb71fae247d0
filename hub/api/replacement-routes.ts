// The rows of the table of routes that are about replacing a dead device.
import * as replacement from './replacement-shapes.ts';
import { deviceJson } from './shapes.ts';

export const REPLACEMENT_ROUTES = {
  'GET /api/devices/:id/replacement': {
    who: 'installer',
    about:
      'What would change if the node of the device `from` took the place of this one: what scenes, home apps, MQTT and bound devices would miss, what goes, what comes, which bindings and groups are made again. Changes nothing.',
    query: replacement.replacementQuery,
    answer: replacement.replacementJson,
  },
  'POST /api/devices/:id/replace': {
    who: 'installer',
    about:
      'Puts the node of another, newly paired device in the place of a dead one; scenes, history, name, room, labels and rights stay. Zigbee bindings and groups are made again. 409 with the list where something is used that it lacks, unless `acceptGaps`.',
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
