// The shapes of what is told to the home and not by a device: people, modes, scenes, the hub, calls and messages.

import * as v from 'valibot';
import { DURATION_PATTERN } from '../literals.ts';
import { mistake, type ShapeMessage, wants } from '../mistakes.ts';
import { duration, list, text } from './parts.ts';

const handle = (wanted: ShapeMessage) =>
  v.pipe(v.string(wanted), v.minLength(1, wanted), v.maxLength(64, wanted));
const mapOf = <Schema extends v.GenericSchema>(what: Schema, wanted: ShapeMessage) =>
  v.pipe(
    v.record(handle(wanted), what, wanted),
    v.check((map) => Object.keys(map).length > 0, wanted),
    v.check(
      (map) => Object.keys(map).length <= 20,
      wants('at most 20 stand here', '这里最多写 20 个'),
    ),
  );

/** Things that a scene does and another may listen for. */
export const SCENE_EVENTS = ['started', 'ended', 'failed'] as const;
/** What can be told of a device as a whole. */
export const DEVICE_EVENTS = ['offline', 'online', 'joined', 'left', 'low-battery'] as const;
/** How the hub came to run. */
export const HUB_EVENTS = ['started', 'restarted', 'power-returned'] as const;
const HUB_WANTED = wants(
  '`hub` is started, restarted or power-returned',
  '`hub` 是 started、restarted 或 power-returned',
);
const SCENE_WANTED = wants(
  '`scene` is written as {scene-handle: ended}; also started or failed',
  '`scene` 要写成 {场景代号: ended}，也可以是 started 或 failed',
);
const DEVICE_WANTED = wants(
  '`device` is written as {hall-lamp: offline} or {any: low-battery}; also online, joined or left',
  '`device` 要写成 {hall-lamp: offline} 或 {any: low-battery}，也可以是 online、joined 或 left',
);
const ZONE_WANTED = wants(
  'a person and a zone are wanted here, such as {anna: work} or {anyone: work}',
  '这里要写成员和区域，例如 {anna: work} 或 {anyone: work}',
);
const MQTT_WANTED = wants(
  '`mqtt` is written as {topic: tele/bell/ring} or with a payload: {topic: …, payload: ON}',
  '`mqtt` 要写成 {topic: tele/bell/ring}，或带内容：{topic: …, payload: ON}',
);

/** An MQTT topic: `+` stands for one level, `#` at the end for all below. */
export const topic = v.pipe(
  v.string(
    wants('a topic is wanted here, such as tele/bell/ring', '这里要写主题，例如 tele/bell/ring'),
  ),
  v.minLength(1, wants('a topic is not empty', '主题不能为空')),
  v.maxLength(200, wants('a topic has at most 200 characters', '主题最多 200 个字符')),
  v.check(
    (given) => isTopicFilter(given),
    wants(
      'in a topic + is a whole level, and # only the last one',
      '主题里 + 代表整整一级，# 只能在最后一级',
    ),
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
  arrives: v.strictObject({
    arrives: handle(
      wants('`arrives` is anyone, first, or a person', '`arrives` 是 anyone、first 或某位成员'),
    ),
  }),
  leaves: v.strictObject({
    leaves: handle(
      wants('`leaves` is anyone, last, or a person', '`leaves` 是 anyone、last 或某位成员'),
    ),
  }),
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
      v.string(
        wants(
          '`webhook` is the name of a call from the network, such as doorbell',
          '`webhook` 是网络调用的名称，例如 doorbell',
        ),
      ),
      v.regex(
        /^[a-z0-9][a-z0-9-]{0,47}$/,
        wants(
          'a webhook is named by small letters, digits and hyphens',
          'webhook 的名称由小写字母、数字和连字符组成',
        ),
      ),
    ),
  }),
  mqtt: v.strictObject({
    mqtt: v.strictObject(
      { topic, payload: v.optional(text(mistake('The payload', '内容'), 200)) },
      MQTT_WANTED,
    ),
  }),
  tag: v.strictObject({ tag: text(mistake('The tag', '标签'), 64) }),
  calendar: v.strictObject({
    calendar: mapOf(
      v.picklist(
        ['starts', 'ends'],
        wants('a calendar entry starts or ends', '日历日程只有 starts 和 ends'),
      ),
      wants('`calendar` is written as {school: starts}', '`calendar` 要写成 {school: starts}'),
    ),
  }),
};

const AGO_WANTED = wants(
  '`last-run` is written as {ago: 10min} or {within: 10min}',
  '`last-run` 要写成 {ago: 10min} 或 {within: 10min}',
);
const sceneName = handle(
  wants(
    'the handle of a scene is wanted here, such as evening-lights',
    '这里要写场景的代号，例如 evening-lights',
  ),
);

/** Conditions on what set the scene off and on scenes, by key. */
export const sourceConditionShapes = {
  'caused-by': v.strictObject({
    'caused-by': v.union(
      [
        handle(
          wants(
            '`caused-by` is member, scene, device, schedule, webhook, mqtt, or a name',
            '`caused-by` 是 member、scene、device、schedule、webhook、mqtt，或一个名称',
          ),
        ),
        list(v.string(), wants('`caused-by` takes names', '`caused-by` 里要写名称')),
      ],
      wants(
        '`caused-by` is member, scene, device, schedule, webhook, mqtt, or a name',
        '`caused-by` 是 member、scene、device、schedule、webhook、mqtt，或一个名称',
      ),
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
  mode: v.strictObject({
    mode: handle(
      wants(
        '`mode` is one of the home’s modes, such as night',
        '`mode` 是家的一种模式，例如 night',
      ),
    ),
  }),
};
