// Moving in from Zigbee2MQTT: its route, what it takes and answers. A job of kind zigbee2mqtt does what a plan says.
import * as v from 'valibot';
import { labelJson } from './shapes.ts';

/** A database of 1,000 devices has some 2 MB. */
const FILES_BYTES_MAX = 4 * 1024 * 1024;
const FILES_MAX = 100;

const fileName = v.pipe(
  v.string(),
  v.maxLength(200),
  v.check(
    (text) => !text.startsWith('/') && !text.split('/').includes('..'),
    'must be a path inside the data folder',
  ),
);
const filesBody = v.pipe(
  v.record(fileName, v.string()),
  v.check((files) => Object.keys(files).length <= FILES_MAX, `may be ${FILES_MAX} files`),
);

const movePlanBody = v.strictObject({
  /** Texts by file name: configuration.yaml, database.db, coordinator_backup.json, and the YAML files they name. */
  files: filesBody,
  port: v.optional(v.nullable(v.pipe(v.string(), v.trim(), v.maxLength(260))), null),
  driver: v.optional(v.nullable(v.pipe(v.string(), v.trim(), v.maxLength(32))), null),
});

/** What moving in would do; with problems nothing would be done. */
export const movePlanJson = v.object({
  /** Given to the job that does it; good for 30 minutes and until the next plan. */
  id: v.nullable(v.string()),
  problems: v.array(
    v.object({ file: v.nullable(v.string()), line: v.nullable(v.number()), text: labelJson }),
  ),
  lines: v.array(
    v.object({
      action: v.picklist(['add', 'change', 'keep', 'leave']),
      what: v.picklist(['network', 'room', 'device', 'group', 'note']),
      name: v.nullable(v.string()),
      text: labelJson,
    }),
  ),
  /** Another program holds the coordinator: it has to be stopped before. */
  warning: v.nullable(labelJson),
});
export type MovePlanJson = v.InferOutput<typeof movePlanJson>;

export const MOVING_IN_ROUTES = {
  'POST /api/zigbee2mqtt/plan': {
    who: 'installer',
    about:
      'Says what moving in from the data folder of a Zigbee2MQTT would do, or all that is wrong. Changes nothing; a job of the kind zigbee2mqtt does it.',
    body: movePlanBody,
    bodyBytesMax: FILES_BYTES_MAX,
    answer: movePlanJson,
  },
} as const;
