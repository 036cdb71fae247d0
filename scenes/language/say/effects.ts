// Steps that act on devices and people, in words.
import type { Role } from '../../../hub/model/home.ts';
import type { PropertyValue } from '../../../hub/model/properties.ts';
import type { Label } from '../../../hub/model/property-row.ts';
import { durationText } from '../literals.ts';
import type { EffectStep, TextPart } from '../steps.ts';
import {
  both,
  deviceWords,
  listed,
  literalWords,
  propertySpec,
  propertyWords,
  subjectWords,
  type WordNames,
} from '../words.ts';
import type { Saying } from './saying.ts';

/** A step that does something, as an instruction. */
export function effectStepWords({ names }: Saying, step: EffectStep): Label {
  switch (step.kind) {
    case 'set': {
      const over = step.overMs === null ? null : durationText(step.overMs);
      const targets = deeds(
        step.targets.map((target, index) =>
          setWords(names, target, step.targets[index - 1]?.device === target.device),
        ),
      );
      const words = over
        ? both(`${targets.en} over ${over.en}`, `用 ${over.zh}${targets.zh}`)
        : targets;
      return withOnError(words, step.onError);
    }
    case 'toggle':
      return withOnError(
        deeds(
          step.targets.map(({ device, property }) => {
            const { device: name, owned } = subjectWords(names, {
              kind: 'device',
              device,
              property,
            });
            const what = property === 'on' ? name : owned;
            return both(`toggle ${what.en}`, `切换${what.zh}`);
          }),
        ),
        step.onError,
      );
    case 'command':
      return withOnError(
        deeds(step.targets.map((target) => commandWords(names, target))),
        step.onError,
      );
    case 'notify':
      return withOnError(notifyWords(names, step), step.onError);
    default:
      return step satisfies never;
  }
}

/** Deeds of one step: "a, b and c", a、b 并 c. */
function deeds(parts: readonly Label[]): Label {
  const { en } = listed(parts, 'and');
  const zh = parts.map((part) => part.zh);
  const last = zh.at(-1) ?? '';
  return both(en, zh.length < 2 ? last : `${zh.slice(0, -1).join('、')}并${last}`);
}

/** A step with what it does when it does not succeed. */
export function withOnError(words: Label, onError: 'continue' | 'stop'): Label {
  return onError === 'continue'
    ? words
    : both(`${words.en} (or else end)`, `${words.zh}(不成则结束)`);
}

type SetTarget = Extract<EffectStep, { kind: 'set' }>['targets'][number];
type CommandTarget = Extract<EffectStep, { kind: 'command' }>['targets'][number];

/** "turn Hall lamp on", "set Hall lamp's brightness to 25 %"; "its" where the device was just named. */
export function setWords(names: WordNames, target: SetTarget, isNamed = false): Label {
  const { device, property, value } = target;
  const name = deviceWords(names, device);
  const who = isNamed ? both('it', '它') : name;
  if (property === 'on' && typeof value === 'boolean') {
    return value
      ? both(`turn ${who.en} on`, `打开${who.zh}`)
      : both(`turn ${who.en} off`, `关闭${who.zh}`);
  }
  if (property === 'locked' && typeof value === 'boolean') {
    return value
      ? both(`lock ${who.en}`, `锁上${who.zh}`)
      : both(`unlock ${who.en}`, `解锁${who.zh}`);
  }
  const spec = propertySpec(names, device, property);
  const label = propertyWords(names.device(device), spec, property);
  const what = literalWords(spec, value);
  return isNamed
    ? both(`set its ${label.en} to ${what.en}`, `把${label.zh}设为${what.zh}`)
    : both(`set ${name.en}'s ${label.en} to ${what.en}`, `把${name.zh}的${label.zh}设为${what.zh}`);
}

/** "stop Bedroom blind". */
export function commandWords(names: WordNames, { device, name, args }: CommandTarget): Label {
  const who = deviceWords(names, device);
  const given = Object.entries(args);
  if (given.length === 0 && name === 'stop') return both(`stop ${who.en}`, `停住${who.zh}`);
  if (given.length === 0 && name === 'identify') {
    return both(`have ${who.en} show itself`, `让${who.zh}示意`);
  }
  const text = given.map(([key, value]) => `${key} ${plain(value)}`).join(', ');
  return given.length === 0
    ? both(`send “${name}” to ${who.en}`, `向${who.zh}发送“${name}”`)
    : both(`send “${name}” (${text}) to ${who.en}`, `向${who.zh}发送“${name}”(${text})`);
}

function plain(value: PropertyValue): string {
  return typeof value === 'string' ? `“${value}”` : JSON.stringify(value);
}

const ROLE_WORDS: Readonly<Record<Role, Label>> = {
  owner: both('owners', '户主'),
  adult: both('adults', '大人'),
  child: both('children', '孩子'),
  elder: both('elders', '长辈'),
  guest: both('guests', '访客'),
  installer: both('installers', '安装师傅'),
};

/** Owners are adults too: together they are "adults". */
function audience(to: readonly Role[]): Label[] {
  const isAdults = to.includes('owner') && to.includes('adult');
  return to.flatMap((role) => {
    if (role === 'adult' && !isAdults) return [both('adults but not owners', '户主以外的大人')];
    return role === 'owner' && isAdults ? [] : [ROLE_WORDS[role]];
  });
}

function notifyWords(names: WordNames, step: Extract<EffectStep, { kind: 'notify' }>): Label {
  const to =
    step.to.length === 0 ? both('the household', '家人') : listed(audience(step.to), 'and');
  const en = textWords(names, step.text.en);
  const zh = textWords(names, step.text.zh);
  const isSame = JSON.stringify(step.text.en) === JSON.stringify(step.text.zh);
  const textEn = isSame ? `“${en.en}”` : `“${en.en}” (in Chinese “${zh.en}”)`;
  const textZh = isSame ? `“${zh.zh}”` : `“${zh.zh}”(英文“${en.zh}”)`;
  return step.urgent
    ? both(`tell ${to.en} urgently: ${textEn}`, `紧急通知${to.zh}:${textZh}`)
    : both(`tell ${to.en}: ${textEn}`, `通知${to.zh}:${textZh}`);
}

const BLANK_WORDS = {
  device: both('{{the device}}', '{{设备}}'),
  room: both('{{its room}}', '{{房间}}'),
  value: both('{{its value}}', '{{数值}}'),
  scene: both('{{the scene}}', '{{场景}}'),
  time: both('{{the time}}', '{{时间}}'),
};

/** A text with its blanks shown as such. */
export function textWords(names: WordNames, parts: readonly TextPart[]): Label {
  const words = parts.map((part): Label => {
    switch (part.kind) {
      case 'text': {
        const text = part.text.replaceAll('”', '””');
        return both(text, text);
      }
      case 'cause':
        return BLANK_WORDS[part.what];
      case 'scene':
      case 'time':
        return BLANK_WORDS[part.kind];
      case 'value': {
        const { device, property } = part;
        const { owned } = subjectWords(names, { kind: 'device', device, property });
        return both(`{{${owned.en}}}`, `{{${owned.zh}}}`);
      }
      default:
        return part satisfies never;
    }
  });
  return both(words.map(({ en }) => en).join(''), words.map(({ zh }) => zh).join(''));
}
