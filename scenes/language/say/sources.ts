// What is told to the home and not by a device, in words.
import { CALENDAR, PERSON } from '../../../hub/model/home-values.ts';
import type { DeviceId } from '../../../hub/model/identifiers.ts';
import type { PropertyKey } from '../../../hub/model/properties.ts';
import type { Label } from '../../../hub/model/property-row.ts';
import type { CauseMatch, SourceCondition } from '../conditions.ts';
import { durationText } from '../literals.ts';
import type { SourceStep } from '../steps.ts';
import type { SourceTrigger } from '../triggers.ts';
import { both, deviceWords, homeValueName, listed, type WordNames } from '../words.ts';
import { sceneWords } from './other-scenes.ts';
import type { Saying } from './saying.ts';

/** A trigger on what is told to the home as a clause. */
export function sourceTriggerWords(
  { names }: Pick<Saying, 'names'>,
  trigger: SourceTrigger,
): Label {
  switch (trigger.kind) {
    case 'person':
      return listed(
        trigger.of.map((one) => personWords(names, one)),
        'or',
      );
    case 'sceneEvent':
      return listed(
        trigger.of.map(({ scene, event }) => {
          const name = sceneWords({ names }, scene);
          const words = SCENE_EVENT_WORDS[event];
          return both(`${name.en} ${words.en}`, name.zh + words.zh);
        }),
        'or',
      );
    case 'deviceEvent':
      return listed(
        trigger.of.map(({ device, event }) => {
          const name =
            device === null ? both('any device', '任一设备') : deviceWords(names, device);
          const words = DEVICE_EVENT_WORDS[event];
          return both(`${name.en} ${words.en}`, name.zh + words.zh);
        }),
        'or',
      );
    case 'hub':
      return listed(
        trigger.of.map((event) => HUB_EVENT_WORDS[event]),
        'or',
      );
    case 'webhook':
      return both(
        `the call “${trigger.name}” comes from the network`,
        `网络调用“${trigger.name}”到来`,
      );
    case 'tag':
      return both(`the tag “${trigger.tag}” is read`, `读到标签“${trigger.tag}”`);
    case 'calendar':
      return listed(
        trigger.of.map(({ calendar, event }) => {
          const subject = {
            kind: 'device',
            device: CALENDAR,
            property: calendar as PropertyKey,
          } as const;
          const name = homeValueName(names, subject);
          return event === 'starts'
            ? both(`“${name.en}” starts`, `日历“${name.zh}”开始`)
            : both(`“${name.en}” ends`, `日历“${name.zh}”结束`);
        }),
        'or',
      );
    case 'mqtt': {
      const { topic, payload } = trigger;
      return payload === null
        ? both(`a message comes on “${topic}”`, `“${topic}”收到消息`)
        : both(`the message “${payload}” comes on “${topic}”`, `“${topic}”收到消息“${payload}”`);
    }
    default:
      return trigger satisfies never;
  }
}

const SCENE_EVENT_WORDS = {
  started: both('begins', '开始执行'),
  ended: both('has ended', '执行完毕'),
  failed: both('has failed', '执行失败'),
};
const DEVICE_EVENT_WORDS = {
  offline: both('goes out of reach', '离线'),
  online: both('is within reach again', '重新上线'),
  joined: both('joins the home', '加入家庭'),
  left: both('leaves the home', '被移出家庭'),
  'low-battery': both('has a low battery', '电量低'),
};
const HUB_EVENT_WORDS = {
  started: both('the hub starts', '中枢启动'),
  restarted: both('the hub is started again', '中枢重新启动'),
  'power-returned': both('the hub starts after a power cut', '停电后中枢启动'),
};

function personWords(
  names: WordNames,
  { does, who, zone }: Extract<SourceTrigger, { kind: 'person' }>['of'][number],
): Label {
  const name = whoWords(names, who);
  switch (does) {
    case 'arrives':
      return who === 'first'
        ? both('the first person comes home', '第一个人到家')
        : both(`${name.en} arrives at home`, `${name.zh}回家`);
    case 'leaves':
      return who === 'last'
        ? both('the last person leaves home', '最后一个人离家')
        : both(`${name.en} leaves home`, `${name.zh}离家`);
    case 'enters':
      return both(`${name.en} enters “${zone}”`, `${name.zh}进入“${zone}”`);
    case 'exits':
      return both(`${name.en} leaves “${zone}”`, `${name.zh}离开“${zone}”`);
    default:
      return does satisfies never;
  }
}

function whoWords(names: WordNames, who: string): Label {
  if (who === 'anyone') return both('anybody', '任何人');
  const subject = { kind: 'device', device: PERSON, property: who as PropertyKey } as const;
  return homeValueName(names, subject);
}

/** What was met of a trigger: of several the one, and of any device the one that it was. */
export function sourceHitWords(
  names: WordNames,
  trigger: SourceTrigger,
  hit: { readonly item: number; readonly device: DeviceId | null },
): Label {
  const { item, device } = hit;
  switch (trigger.kind) {
    case 'deviceEvent':
      return sourceTriggerWords(
        { names },
        { ...trigger, of: trigger.of.slice(item, item + 1).map((one) => ({ ...one, device })) },
      );
    case 'person':
      return sourceTriggerWords({ names }, { ...trigger, of: trigger.of.slice(item, item + 1) });
    case 'sceneEvent':
      return sourceTriggerWords({ names }, { ...trigger, of: trigger.of.slice(item, item + 1) });
    case 'calendar':
      return sourceTriggerWords({ names }, { ...trigger, of: trigger.of.slice(item, item + 1) });
    case 'hub':
      return sourceTriggerWords({ names }, { ...trigger, of: trigger.of.slice(item, item + 1) });
    default:
      return sourceTriggerWords({ names }, trigger);
  }
}

/** A condition on what set the scene off, or on scenes, as a clause. */
export function sourceConditionWords(
  { names }: Pick<Saying, 'names'>,
  condition: SourceCondition,
): Label {
  switch (condition.kind) {
    case 'causedBy': {
      const who = listed(
        condition.of.map((one) => causeMatchWords(names, one)),
        'or',
      );
      return both(`it was caused by ${who.en}`, `起因是${who.zh}`);
    }
    case 'lastRun': {
      const time = durationText(condition.ms);
      const name =
        condition.scene === null ? both('it', '本场景') : sceneWords({ names }, condition.scene);
      return condition.is === 'ago'
        ? both(`${name.en} last ran at least ${time.en} ago`, `距${name.zh}上次执行至少 ${time.zh}`)
        : both(`${name.en} ran within the last ${time.en}`, `${name.zh}在最近 ${time.zh} 内执行过`);
    }
    case 'active': {
      const name = sceneWords({ names }, condition.scene);
      return both(`${name.en} is under way`, `${name.zh}正在执行`);
    }
    default:
      return condition satisfies never;
  }
}

function causeMatchWords(names: WordNames, match: CauseMatch): Label {
  switch (match.kind) {
    case 'person':
      return whoWords(names, match.person);
    case 'thisDevice':
      return deviceWords(names, match.device);
    case 'thisScene':
      return sceneWords({ names }, match.scene);
    default:
      return CAUSE_WORDS[match.kind];
  }
}

const CAUSE_WORDS = {
  member: both('a member of the home', '家庭成员'),
  scene: both('a scene', '场景'),
  device: both('a device by itself', '设备自身'),
  schedule: both('a time of day', '定时'),
  webhook: both('a call from the network', '网络调用'),
  mqtt: both('an MQTT message', 'MQTT 消息'),
  tag: both('a tag', '标签'),
  hub: both('the start of the hub', '中枢启动'),
};

/** A step that tells the home something, as an instruction. */
export function sourceStepWords(step: SourceStep): Label {
  const mode = modeWords(step.mode);
  return both(`set the home to ${mode.en}`, `把家设为${mode.zh}`);
}

const MODE_WORDS: Readonly<Record<string, Label>> = {
  home: both('home', '在家模式'),
  away: both('away', '离家模式'),
  night: both('night', '夜间模式'),
  holiday: both('holiday', '度假模式'),
};

function modeWords(mode: string): Label {
  return (
    (Object.hasOwn(MODE_WORDS, mode) ? MODE_WORDS[mode] : undefined) ??
    both(`“${mode}”`, `“${mode}”`)
  );
}
