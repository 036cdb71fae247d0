// The one table of routes: who may call each, what it takes, what it answers. What is not in it does not
// exist; app.ts mounts exactly these, and the OpenAPI text is made from them.

import type { GenericSchema } from 'valibot';
import { ADAPTER_ROUTES } from './adapters-routes.ts';
import { BACKUP_ROUTES } from './backups-routes.ts';
import { EXPLAIN_ROUTES } from './explain-routes.ts';
import { firmwareCheckJson, firmwareImportJson, listedImageJson } from './firmware-shapes.ts';
import { HOME_VALUE_ROUTES } from './home-values-routes.ts';
import { LINK_ROUTES } from './links-routes.ts';
import { MATTER_BRIDGE_ROUTES } from './matter-bridge-routes.ts';
import { MATTER_NODE_ROUTES } from './matter-nodes-routes.ts';
import { MOVING_IN_ROUTES } from './moving-in-routes.ts';
import { MQTT_ROUTES } from './mqtt-routes.ts';
import { OPEN_ROUTES } from './open-routes.ts';
import * as outbound from './outbound-shapes.ts';
import { provisioningPlanJson } from './provisioning-shapes.ts';
import { RADIO_ROUTES } from './radio-routes.ts';
import { REPLACEMENT_ROUTES } from './replacement-routes.ts';
import * as requests from './requests.ts';
import { SCENE_TEMPLATE_ROUTES } from './scene-templates-routes.ts';
import { SCENE_ROUTES } from './scenes-routes.ts';
import * as shapes from './shapes.ts';
import * as sync from './sync-shapes.ts';

/**
 * - `anyone`: without a session.
 * - `member`: whoever is signed in, with a session or a token.
 * - `installer`: owners, adults, and installers.
 * - `household`: owners and adults.
 * - `owner`: owners.
 * - `local`: only root on the hub itself, with the token of `INGLE_DATA/cli.token`.
 * - `vendor`: a vendor's program with its token, which the route itself asks for.
 * - `nearby`: any program on the hub itself; from elsewhere owners.
 *
 * Local root may do all of it. Which member may do what to which device is decided in the core, not here.
 */
export type Who =
  | 'vendor'
  | 'anyone'
  | 'member'
  | 'installer'
  | 'household'
  | 'owner'
  | 'local'
  | 'nearby';

export interface RouteSpec {
  readonly who: Who;
  readonly about: string;
  readonly query?: GenericSchema;
  readonly body?: GenericSchema;
  /** The body may also be the bare text of a scene file. */
  readonly takesYaml?: true;
  /** The shape is told to readers alone: whoever takes the body judges it, and tells all that is wrong at once. */
  readonly isJudgedLater?: true;
  /** Bytes of the body; 1 MB where nothing is said. */
  readonly bodyBytesMax?: number;
  readonly answer?: GenericSchema;
  /** The answer is a list of `answer`. */
  readonly isList?: true;
  readonly status?: 200 | 201 | 202 | 204;
  /** Reads `If-Match`, gives `ETag`. */
  readonly isVersioned?: true;
}

/** Small enough that those who are not signed in cannot make the hub hold much. */
const STRANGER_BYTES_MAX = 16 * 1024;

export const ROUTES = {
  ...ADAPTER_ROUTES,
  ...BACKUP_ROUTES,
  ...HOME_VALUE_ROUTES,
  ...MATTER_BRIDGE_ROUTES,
  ...MATTER_NODE_ROUTES,
  ...MQTT_ROUTES,
  ...OPEN_ROUTES,
  ...SCENE_ROUTES,
  ...SCENE_TEMPLATE_ROUTES,
  ...EXPLAIN_ROUTES,
  ...RADIO_ROUTES,
  ...LINK_ROUTES,
  ...MOVING_IN_ROUTES,
  'GET /healthz': { who: 'anyone', about: 'The process answers.' },
  'GET /readyz': {
    who: 'anyone',
    about:
      '200 once the home is loaded and scenes run, 503 before; the body says what is waited for.',
    answer: shapes.readyJson,
  },
  'GET /metrics': { who: 'nearby', about: 'Metrics in the text format of Prometheus.' },
  'GET /api/openapi.json': { who: 'anyone', about: 'This document.' },
  'GET /api/health': {
    who: 'member',
    about: 'Threads, adapters, and the faults that a person should see.',
    answer: shapes.healthJson,
  },

  'GET /api/claim': {
    who: 'anyone',
    about: 'Whether the hub has an owner, and whether it can be claimed now.',
    answer: shapes.claimJson,
  },
  'POST /api/claim': {
    who: 'anyone',
    about: 'Makes the first owner, who is signed in by the answer.',
    body: requests.claimBody,
    bodyBytesMax: STRANGER_BYTES_MAX,
    answer: shapes.sessionJson,
    status: 201,
  },
  'POST /api/claim/code': {
    who: 'local',
    about: 'Opens the claim again for 15 minutes, with a new code.',
    body: requests.nothing,
    answer: shapes.claimCodeJson,
  },
  'GET /api/session': {
    who: 'anyone',
    about: 'Who is signed in, and the value of the X-Ingle-Token header.',
    answer: shapes.sessionJson,
  },
  'POST /api/session': {
    who: 'anyone',
    about: 'Signs in; the answer sets the cookie.',
    body: requests.sessionBody,
    bodyBytesMax: STRANGER_BYTES_MAX,
    answer: shapes.sessionJson,
    status: 201,
  },
  'DELETE /api/session': { who: 'member', about: 'Signs out.', status: 204 },

  'GET /api/home': {
    who: 'member',
    about: 'The home and the clock.',
    answer: shapes.homeJson,
    isVersioned: true,
  },
  'PATCH /api/home': {
    who: 'household',
    about: 'Changes name, language, zone, place, holidays, mode, or which modes there are.',
    body: requests.homeChange,
    answer: shapes.homeJson,
    isVersioned: true,
  },
  'POST /api/clock': {
    who: 'household',
    about: "Holds the hub's clock to the browser's while nothing better has set it.",
    body: requests.clockBody,
    answer: shapes.homeJson,
  },
  'POST /api/faults': {
    who: 'local',
    about:
      'Breaks a part of the hub on purpose. Only in a hub started with INGLE_FAULTS=1, for tests.',
    body: requests.faultBody,
    status: 204,
  },
  'GET /api/properties': {
    who: 'member',
    about: 'The table of properties with labels, icons, units and the words of values.',
    query: requests.listQuery,
    answer: shapes.propertyInfoJson,
    isList: true,
  },

  'GET /api/devices': {
    who: 'member',
    about: 'All devices with their state.',
    query: requests.devicesQuery,
    answer: shapes.deviceJson,
    isList: true,
  },
  'GET /api/devices/:id': {
    who: 'member',
    about: 'One device.',
    answer: shapes.deviceJson,
    isVersioned: true,
  },
  'PATCH /api/devices/:id': {
    who: 'installer',
    about: 'Changes name, handle or room.',
    body: requests.deviceChange,
    answer: shapes.deviceJson,
    isVersioned: true,
  },
  'DELETE /api/devices/:id': {
    who: 'installer',
    about:
      'Makes the device leave its network and forgets it; with force also when it does not answer.',
    query: requests.deviceRemoveQuery,
    status: 204,
  },
  ...REPLACEMENT_ROUTES,
  'POST /api/devices/:id/commands': {
    who: 'member',
    about:
      'Sets a property or runs a command. 202 while it is under way, 200 once it is where `wait` asked. `timeoutMs` bounds both the command and the wait for it; a setting for a sleeping device goes on waiting, and says until when in `waitsUntil`.',
    query: requests.commandQuery,
    body: requests.commandBody,
    answer: shapes.commandJson,
  },
  'GET /api/commands': {
    who: 'member',
    about: 'The settings that wait for their sleeping device to wake, oldest first.',
    query: requests.listQuery,
    answer: shapes.commandJson,
    isList: true,
  },
  'POST /api/commands': {
    who: 'member',
    about:
      'Sets a property of many devices at one moment; lamps of one radio are then told together where they can be. Of each the answer has its command, or why there is none.',
    body: requests.commandsBody,
    answer: shapes.commandsJson,
    status: 202,
  },
  'DELETE /api/commands/:id': {
    who: 'member',
    about: 'Takes back a setting that waits for its sleeping device to wake.',
    answer: shapes.commandJson,
  },
  'GET /api/commands/:id': {
    who: 'member',
    about: 'How far a command of the last minutes has come.',
    answer: shapes.commandJson,
  },

  'GET /api/rooms': {
    who: 'member',
    about: 'All rooms in their order.',
    query: requests.listQuery,
    answer: shapes.roomJson,
    isList: true,
  },
  'POST /api/rooms': {
    who: 'household',
    about: 'Adds a room.',
    body: requests.roomBody,
    answer: shapes.roomJson,
    status: 201,
  },
  'GET /api/rooms/:id': {
    who: 'member',
    about: 'One room.',
    answer: shapes.roomJson,
    isVersioned: true,
  },
  'PATCH /api/rooms/:id': {
    who: 'household',
    about: 'Changes name, icon or order.',
    body: requests.roomChange,
    answer: shapes.roomJson,
    isVersioned: true,
  },
  'DELETE /api/rooms/:id': {
    who: 'household',
    about: 'Removes a room; its devices stay, without a room.',
    status: 204,
  },

  'GET /api/runs': {
    who: 'household',
    about:
      'Runs and near misses, newest first. The first part may hold some more that are not on disk yet.',
    query: requests.runsQuery,
    answer: shapes.runJson,
    isList: true,
  },
  'GET /api/runs/:id': {
    who: 'household',
    about: 'One run with its trace.',
    answer: shapes.runJson,
  },
  'POST /api/runs/:id/undo': {
    who: 'household',
    about:
      "Puts back what a scene's last run changed, except what somebody else has changed since; says what was done as the answer's trace.",
    body: requests.nothing,
    answer: shapes.runJson,
  },
  'DELETE /api/runs/:id': { who: 'household', about: 'Cancels a run.', answer: shapes.runJson },
  'GET /api/history': {
    who: 'household',
    about:
      'A series reduced to `points` intervals, of the last 24 hours where no time is given: [time, min, max, mean, last]. `resolution` is in milliseconds.',
    query: requests.historyQuery,
    answer: shapes.historyJson,
  },

  'GET /api/jobs': {
    who: 'installer',
    about: 'Long work, newest first.',
    query: requests.listQuery,
    answer: shapes.jobJson,
    isList: true,
  },
  'POST /api/jobs': {
    who: 'installer',
    about:
      'Starts long work: pairing, replacing a dead device by one that is paired, interviewing a device anew, updating its firmware, rolling firmware out to many devices, setting up a home from a file, or moving in from Zigbee2MQTT.',
    body: requests.jobBody,
    answer: shapes.jobJson,
    status: 202,
  },
  'GET /api/jobs/:id': {
    who: 'installer',
    about: 'One job with its steps and log.',
    answer: shapes.jobJson,
  },
  'DELETE /api/jobs/:id': { who: 'installer', about: 'Cancels a job.', answer: shapes.jobJson },

  'GET /api/firmware': {
    who: 'installer',
    about: "The images of the hub's own catalogue.",
    query: requests.listQuery,
    answer: listedImageJson,
    isList: true,
  },
  'POST /api/firmware': {
    who: 'local',
    about:
      'Takes an image, a folder of images, or those of an index, of this machine into the catalogue: signed by a trusted key, or unsigned by its name.',
    body: requests.firmwareImportBody,
    answer: firmwareImportJson,
    status: 201,
  },
  'GET /api/devices/:id/firmware': {
    who: 'installer',
    about: 'Asks the device what it runs, and says which image of the catalogue is newer.',
    answer: firmwareCheckJson,
  },

  'POST /api/provisioning/plan': {
    who: 'installer',
    about:
      'Says what a provisioning file would do, or all that is wrong with it. Changes nothing; a job of the kind provision does it.',
    body: requests.provisioningPlanBody,
    takesYaml: true,
    answer: provisioningPlanJson,
  },
  'GET /api/provisioning': {
    who: 'installer',
    about: 'The home as a provisioning file (YAML), without passwords and codes.',
  },
  'GET /api/provisioning.schema.json': {
    who: 'anyone',
    about: 'The JSON Schema of provisioning files.',
  },

  'GET /api/sync': {
    who: 'household',
    about:
      'What leaves the house: address, consent, what waits, and when the receiver last answered.',
    answer: sync.syncJson,
  },
  'PUT /api/sync/consent': {
    who: 'household',
    about:
      'Allows a category of records to leave the house, or takes that back: what waits is then removed, and the receiver told to delete.',
    body: sync.syncConsentBody,
    answer: sync.syncJson,
  },
  'GET /api/sync/records': {
    who: 'household',
    about:
      'Every record that left the house, newest first, with its purpose and whose consent it went by.',
    query: requests.inboxQuery,
    answer: sync.sentRecordJson,
    isList: true,
  },

  'GET /api/members': {
    who: 'household',
    about: 'All members.',
    query: requests.listQuery,
    answer: shapes.memberJson,
    isList: true,
  },
  'GET /api/members/self': {
    who: 'member',
    about: 'Who is signed in.',
    answer: shapes.memberJson,
    isVersioned: true,
  },
  'PATCH /api/members/self': {
    who: 'member',
    about: "Changes one's own name or language.",
    body: requests.memberChange,
    answer: shapes.memberJson,
    isVersioned: true,
  },
  'POST /api/members/self/password': {
    who: 'member',
    about: "Sets one's own password; all other sessions and tokens of the member end.",
    body: requests.ownPasswordBody,
    status: 204,
  },
  'POST /api/members/:id/password': {
    who: 'local',
    about: "Sets a member's password; all sessions and tokens of the member end.",
    body: requests.passwordBody,
    status: 204,
  },
  'GET /api/tokens': {
    who: 'member',
    about: "One's own signed-in pages and tokens; for local root everybody's.",
    query: requests.listQuery,
    answer: shapes.tokenJson,
    isList: true,
  },
  'POST /api/tokens': {
    who: 'member',
    about: 'Makes a token for a program; its secret stands in this answer alone.',
    body: requests.tokenBody,
    answer: shapes.tokenJson,
    status: 201,
  },
  'DELETE /api/tokens/:id': {
    who: 'member',
    about: 'Ends a session or token at once; its open streams close.',
    status: 204,
  },

  'GET /api/notifications': {
    who: 'member',
    about: 'The inbox, newest first.',
    query: requests.inboxQuery,
    answer: outbound.notificationJson,
    isList: true,
  },
  'POST /api/notifications/:id/read': {
    who: 'member',
    about: 'Marks a notification as read.',
    body: requests.nothing,
    status: 204,
  },
  'POST /api/notifications/:id/answer': {
    who: 'member',
    about: 'Presses a button of a message: the run that asked goes on with the answer.',
    body: outbound.answerBody,
    answer: outbound.notificationJson,
  },
  'GET /api/outbound': {
    who: 'household',
    about: 'What scenes may call outside the house, and where the inbox is pushed.',
    answer: outbound.outboundJson,
  },
  'PATCH /api/outbound': {
    who: 'owner',
    about:
      'Adds and removes entries of what scenes may call (https://…, http://…, mqtt:topic/#), and sets the ntfy server of the inbox; `push: null` takes it away.',
    body: outbound.outboundBody,
    answer: outbound.outboundJson,
  },
  'POST /api/outbound/test': {
    who: 'owner',
    about: 'Pushes a test message to the ntfy server, once, and says whether it arrived.',
    body: requests.nothing,
    answer: outbound.deliveryJson,
  },
  'GET /api/settings': {
    who: 'owner',
    about: 'Every setting with its value and where that came from.',
    query: requests.listQuery,
    answer: shapes.settingJson,
    isList: true,
  },
  'PUT /api/settings/:name': {
    who: 'owner',
    about: 'Sets what a person may change in the page; null gives it back to file and default.',
    body: requests.settingBody,
    answer: shapes.settingJson,
  },
  'GET /api/logs': {
    who: 'owner',
    about: 'The last log lines, oldest first.',
    query: requests.logsQuery,
    answer: shapes.logLineJson,
    isList: true,
  },
  'GET /api/events': {
    who: 'member',
    about:
      'Server-sent events; `Last-Event-ID` (or `lastEventId`) resumes, and `event: snapshot` comes first where that is absent or too old.',
    query: requests.eventsQuery,
  },
} as const satisfies Record<string, RouteSpec>;

/** A method and a path with its parameters, such as `GET /api/devices/:id`. */
export type RouteName = keyof typeof ROUTES;

/** The routes with the common type of their specifications. */
export const ROUTE_SPECS: Readonly<Record<RouteName, RouteSpec>> = ROUTES;
