// The routes of the radio network: the map of its mesh, the coordinator and its backups.
import * as radio from './radio-shapes.ts';
import * as requests from './requests.ts';
import type { RouteSpec } from './routes.ts';
import * as shapes from './shapes.ts';

/** A backup of a network of 500 nodes has about 150 kB. */
const BACKUP_BYTES_MAX = 4 * 1024 * 1024;

export const RADIO_ROUTES = {
  'GET /api/mesh': {
    who: 'member',
    about:
      'The Zigbee mesh as the last survey found it: who reaches the home through whom, how well, and how that was before.',
    answer: radio.meshJson,
  },
  'POST /api/mesh/survey': {
    who: 'installer',
    about: 'Surveys the mesh as a job; commands go on meanwhile.',
    body: requests.nothing,
    answer: shapes.jobJson,
    status: 202,
  },
  'POST /api/devices/:id/release': {
    who: 'installer',
    about: 'Lets a device go of which only the newest values are taken because it says too much.',
    body: requests.nothing,
    status: 204,
  },
  'GET /api/coordinator': {
    who: 'installer',
    about:
      'The Zigbee coordinator: where it is, how it is, its channel, and the drivers there are.',
    answer: radio.coordinatorJson,
  },
  'PUT /api/coordinator': {
    who: 'owner',
    about:
      'Keeps which coordinator the hub takes from its next start on: its port and its driver, or neither of them.',
    body: radio.coordinatorUseBody,
    answer: radio.coordinatorUseJson,
  },
  'GET /api/coordinator/sticks': {
    who: 'installer',
    about: 'Serial devices that are plugged in, each with the driver that its name speaks for.',
    query: requests.listQuery,
    answer: radio.stickJson,
    isList: true,
  },
  'POST /api/coordinator/check': {
    who: 'installer',
    about:
      'Looks at what is at a port without changing it: which driver answers, which network it carries.',
    body: radio.stickCheckBody,
    answer: radio.stickCheckJson,
  },
  'POST /api/coordinator/channel': {
    who: 'owner',
    about:
      'Moves the network to another channel as a job; devices that did not follow are listed in its result.',
    body: radio.channelBody,
    answer: shapes.jobJson,
    status: 202,
  },
  'POST /api/coordinator/move': {
    who: 'owner',
    about:
      'Goes on with the network at another coordinator, without pairing anew, as a job. A signed-in owner gives the password again.',
    body: radio.coordinatorMoveBody,
    answer: shapes.jobJson,
    status: 202,
  },
  'GET /api/coordinator/backups': {
    who: 'owner',
    about: "Generations of the coordinator's backup, newest first.",
    query: requests.listQuery,
    answer: radio.coordinatorBackupJson,
    isList: true,
  },
  'POST /api/coordinator/backups': {
    who: 'owner',
    about:
      'Reads the coordinator and keeps a backup; with `text` keeps that one, after checking it.',
    body: radio.backupAddBody,
    bodyBytesMax: BACKUP_BYTES_MAX,
    answer: radio.coordinatorBackupJson,
    status: 201,
  },
  'POST /api/coordinator/backups/:name/export': {
    who: 'owner',
    about:
      "A backup in the open coordinator format. It holds the network's key: a signed-in owner gives the password again.",
    body: radio.reauthBody,
    answer: radio.coordinatorBackupTextJson,
  },
  'POST /api/coordinator/backups/:name/restore': {
    who: 'owner',
    about:
      'Writes a backup onto the coordinator as a job. A signed-in owner gives the password again.',
    body: radio.reauthBody,
    answer: shapes.jobJson,
    status: 202,
  },
} as const satisfies Record<string, RouteSpec>;
