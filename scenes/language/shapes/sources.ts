// The shapes of what is told to the home and not by a device: people, modes, scenes, the hub, calls and messages.
import * as v from 'valibot';
import { DURATION_PATTERN } from '../literals.ts';
import { duration, list, text } from './parts.ts';

const handle = (wanted: string) =>
  v.pipe(v.string(wanted), v.minLength(1, wanted), v.maxLength(64, wanted));
const mapOf = <Schema extends v.GenericSchema>(what: Schema, wanted: string) =>
  v.pipe(
    v.record(handle(wanted), what, wanted),
    v.check((map) => Object.keys(map).length > 0, wanted),
    v.check((map) => Object.keys(map).length <= 20, 'at most 20 stand here'),
  );

/** Things that a scene does and another may listen for. */
export const SCENE_EVENTS = ['started', 'ended', 'failed'] as const;
/** What can be told of a device as a whole. */
export const DEVICE_EVENTS = ['offline', 'online', 'joined', 'left', 'low-battery'] as const;
/** How the hub came to run. */
export const HUB_EVENTS = ['started', 'restarted', 'power-returned'] as const;
const HUB_WANTED = '`hub` is started, restarted or power-returned';
const SCENE_WANTED = '`scene` is written as {scene-handle: ended}; also started or failed';
const DEVICE_WANTED =
  '`device` is written as {hall-lamp: offline} or {any: low-battery}; also online, joined or left';
const ZONE_WANTED = 'a person and a zone are wanted here, such as {anna: work} or {anyone: work}';
const MQTT_WANTED =
  '`mqtt` is written as {topic: tele/bell/ring} or with a payload: {topic: …, payload: ON}';

/** An MQTT topic: `+` stands for one level, `#` at the end for all below. */
export const topic = v.pipe(
  v.string('a topic is wanted here, such as tele/bell/ring'),
  v.minLength(1, 'a topic is not empty'),
  v.maxLength(200, 'a topic has at most 200 characters'),
  v.check(
    (given) => isTopicFilter(given),
    'in a topic + is a whole level, and # only the last one',
  ),
);

function isTopicFilter(given: string): boolean {
  const levels = given.split('/');
  return levels.every(
    (level, at) =>
      level === '+' || (level === '#' && at === levels.length - 1) || !/[+#\0]/.test(level),
  );
}

/** Triggers on what is told to the home, by key. */
export const sourceTriggerShapes = {
  arrives: v.strictObject({ arrives: handle('`arrives` is anyone, first, or a person') }),
  leaves: v.strictObject({ leaves: handle('`leaves` is anyone, last, or a person') }),
  enters: v.strictObject({ enters: mapOf(handle(ZONE_WANTED), ZONE_WANTED) }),
  exits: v.strictObject({ exits: mapOf(handle(ZONE_WANTED), ZONE_WANTED) }),
  scene: v.strictObject({ scene: mapOf(v.picklist(SCENE_EVENTS, SCENE_WANTED), SCENE_WANTED) }),
  device: v.strictObject({
    device: mapOf(v.picklist(DEVICE_EVENTS, DEVICE_WANTED), DEVICE_WANTED),
  }),
  hub: v.strictObject({
    hub: v.union(
      [v.picklist(HUB_EVENTS, HUB_WANTED), list(v.picklist(HUB_EVENTS, HUB_WANTED), HUB_WANTED)],
      HUB_WANTED,
    ),
  }),
  webhook: v.strictObject({
    webhook: v.pipe(
      v.string('`webhook` is the name of a call from the network, such as doorbell'),
      v.regex(
        /^[a-z0-9][a-z0-9-]{0,47}$/,
        'a webhook is named by small letters, digits and hyphens',
      ),
    ),
  }),
  mqtt: v.strictObject({
    mqtt: v.strictObject({ topic, payload: v.optional(text('The payload', 200)) }, MQTT_WANTED),
  }),
  tag: v.strictObject({ tag: text('The tag', 64) }),
  calendar: v.strictObject({
    calendar: mapOf(
      v.picklist(['starts', 'ends'], 'a calendar entry starts or ends'),
      '`calendar` is written as {school: starts}',
    ),
  }),
};

const AGO_WANTED = '`last-run` is written as {ago: 10min} or {within: 10min}';
const sceneName = handle('the handle of a scene is wanted here, such as evening-lights');

/** Conditions on what set the scene off and on scenes, by key. */
export const sourceConditionShapes = {
  'caused-by': v.strictObject({
    'caused-by': v.union(
      [
        handle('`caused-by` is member, scene, device, schedule, webhook, mqtt, or a name'),
        list(v.string(), '`caused-by` takes names'),
      ],
      '`caused-by` is member, scene, device, schedule, webhook, mqtt, or a name',
    ),
  }),
  'last-run': v.strictObject({
    'last-run': v.strictObject(
      {
        ago: v.optional(v.pipe(v.string(AGO_WANTED), v.regex(DURATION_PATTERN, AGO_WANTED))),
        within: v.optional(duration),
        of: v.optional(sceneName),
      },
      AGO_WANTED,
    ),
  }),
  active: v.strictObject({ active: sceneName }),
};

/** Steps that tell the home something, by key. */
export const sourceStepShapes = {
  mode: v.strictObject({ mode: handle('`mode` is one of the home’s modes, such as night') }),
};
