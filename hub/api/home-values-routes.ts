// The routes of the home's own values, of what happens in it, and of calls from the network.
import * as values from './home-values-shapes.ts';
import * as requests from './requests.ts';
import type { RouteSpec } from './routes.ts';

/** Small enough that those who are not signed in cannot make the hub hold much. */
const STRANGER_BYTES_MAX = 16 * 1024;

export const HOME_VALUE_ROUTES = {
  'GET /api/home/values': {
    who: 'member',
    about:
      "The home's own values, which scenes read and set: mode, people, variables, inputs, calendars.",
    query: requests.listQuery,
    answer: values.homeValueJson,
    isList: true,
  },
  'POST /api/home/values': {
    who: 'household',
    about: 'Declares a person, variable, input, calendar or zone.',
    body: values.homeValueBody,
    answer: values.homeValueJson,
    status: 201,
  },
  'PATCH /api/home/values/:key': {
    who: 'household',
    about: 'Changes what a declared value is called and takes, and the MQTT topic that sets it.',
    body: values.homeValueChange,
    answer: values.homeValueJson,
    isVersioned: true,
  },
  'PUT /api/home/values/:key': {
    who: 'member',
    about:
      'Sets a value, such as home.mode or person.anna; null: not known. Children and guests set only where they are themselves.',
    body: values.homeValueSet,
    answer: values.homeValueJson,
  },
  'DELETE /api/home/values/:key': {
    who: 'household',
    about: 'Removes a declared value; scenes that name it cannot run until they are edited.',
    status: 204,
  },
  'POST /api/home/happenings': {
    who: 'household',
    about: 'Tells that a tag was read, or of an MQTT message, as if it had come from there.',
    body: values.happeningBody,
    status: 204,
  },
  'GET /api/webhooks': {
    who: 'household',
    about: 'The calls from the network that scenes can be set off by.',
    query: requests.listQuery,
    answer: values.webhookJson,
    isList: true,
  },
  'POST /api/webhooks': {
    who: 'household',
    about: 'Makes a call from the network; its secret path stands in this answer alone.',
    body: values.webhookBody,
    answer: values.newWebhookJson,
    status: 201,
  },
  'DELETE /api/webhooks/:name': {
    who: 'household',
    about: 'Removes a webhook; its path leads nowhere any more.',
    status: 204,
  },
  'POST /api/hooks/:key': {
    who: 'anyone',
    about: 'Calls a webhook by its secret path: at most 10 at once, then one a second.',
    body: requests.nothing,
    bodyBytesMax: STRANGER_BYTES_MAX,
    status: 204,
  },
} as const satisfies Record<string, RouteSpec>;
