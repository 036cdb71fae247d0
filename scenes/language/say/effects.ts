// Steps that act on devices, people, and what lies outside, in words.
import { DEVICE_KINDS } from '../../../hub/model/device-kind.ts';
import {
  findProperty,
  type PropertyKey,
  type PropertyValue,
} from '../../../hub/model/properties.ts';
import type { Label } from '../../../hub/model/property-row.ts';
import type {
  AdjustStep,
  CommandTarget,
  EffectStep,
  HttpStep,
  RampStep,
  RestoreStep,
  Selection,
  SetStep,
  SetTarget,
  SnapshotStep,
  ToggleStep,
} from '../effect-steps.ts';
import { durationText } from '../literals.ts';
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
import { withCare, withOnError } from './care.ts';
import { confirmWords, notifyWords, textWords } from './people.ts';
import type { Saying } from './saying.ts';

/** A step that does something, as an instruction. */
export function effectStepWords(saying: Saying, step: EffectStep): Label {
  const { names } = saying;
  switch (step.kind) {
    case 'set':
      return withCare(saying, setStepWords(names, step), step);
    case 'toggle':
      return withCare(saying, toggleWords(names, step), step);
    case 'adjust':
      return withCare(saying, adjustWords(names, step), step);
    case 'command': {
      const { group } = step;
      const words = group
        ? commandTo(selectionWords(names, group.select), group.command)
        : deeds(step.targets.map((target) => commandWords(names, target)));
      return withCare(saying, words, step);
    }
    case 'snapshot': {
      const what = whichWords(names, step);
      return both(`remember how ${what.en} is`, `记住${what.zh}的状态`);
    }
    case 'restore':
      return withOnError(restoreWords(names, step), step.onError);
    case 'ramp':
      return withOnError(rampWords(names, step), step.onError);
    case 'notify':
      return withOnError(notifyWords(saying, step), step.onError);
    case 'confirm':
      return confirmWords(saying, step);
    case 'http':
      return withCare(saying, httpWords(names, step), step);
    case 'mqtt': {
      const payload = textWords(names, step.payload);
      const kept = step.retain ? both(' to be kept', '（保留）') : both('', '');
      const words = both(
        `send “${payload.en}” to the MQTT topic “${step.topic}”${kept.en}`,
        `向 MQTT 主题“${step.topic}”发送“${payload.zh}”${kept.zh}`,
      );
      return withCare(saying, words, step);
    }
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

function withOver(words: Label, overMs: number | null): Label {
  if (overMs === null) return words;
  const over = durationText(overMs);
  return both(`${words.en} over ${over.en}`, `用 ${over.zh}${words.zh}`);
}

/** All devices of a room, a label, a kind: "all lights of “Hall”". */
export function selectionWords(names: WordNames, select: Selection): Label {
  const { room, label, kind, except } = select;
  const what = kind === undefined ? both('devices', '设备') : kindWords(kind);
  const roomName = room === undefined ? null : (names.room(room)?.name ?? room);
  const of = roomName === null ? both('', '') : both(` of “${roomName}”`, `“${roomName}”的`);
  const marked =
    label === undefined ? both('', '') : both(` labelled “${label}”`, `标签“${label}”的`);
  const left = except.map((device) => deviceWords(names, device));
  const but =
    left.length === 0
      ? both('', '')
      : both(` except ${listed(left, 'and').en}`, `（${listed(left, 'and').zh}除外）`);
  return both(
    `all ${what.en}${of.en}${marked.en}${but.en}`,
    `${of.zh}${marked.zh}所有${what.zh}${but.zh}`,
  );
}

const PLURALS: Readonly<Record<string, string>> = {
  switch: 'switches',
  contact: 'door and window sensors',
  smoke: 'smoke and gas alarms',
  other: 'other devices',
  remote: 'remote controls',
};

function kindWords(kind: NonNullable<Selection['kind']>): Label {
  const { label } = DEVICE_KINDS[kind];
  return both(
    PLURALS[kind] ?? `${label.en.toLowerCase()}s`,
    kind === 'other' ? '其他设备' : label.zh,
  );
}

/** The devices of a list, or of a selection. */
function whichWords(
  names: WordNames,
  { devices, select }: Pick<SnapshotStep, 'devices' | 'select'>,
): Label {
  if (select) return selectionWords(names, select);
  return listed(
    devices.map((device) => deviceWords(names, device)),
    'and',
  );
}

function setStepWords(names: WordNames, step: SetStep): Label {
  const { targets, group, forMs } = step;
  const words = group
    ? deeds(
        group.values.map(({ property, value }, index) =>
          setTo(
            index === 0 ? selectionWords(names, group.select) : both('them', '它们'),
            findProperty(property) ?? null,
            { property, value },
          ),
        ),
      )
    : deeds(
        targets.map((target, index) =>
          setWords(names, target, targets[index - 1]?.device === target.device),
        ),
      );
  const over = withOver(words, step.overMs);
  if (forMs === undefined) return over;
  const time = durationText(forMs);
  return both(
    `${over.en} for ${time.en}, then put back what nobody else has changed`,
    `${over.zh}，${time.zh}后恢复未被他人更改的部分`,
  );
}

function toggleWords(names: WordNames, { targets, group }: ToggleStep): Label {
  if (group) {
    const who = selectionWords(names, group.select);
    const label = propertyWords(undefined, findProperty(group.property) ?? null, group.property);
    return group.property === 'on'
      ? both(`toggle ${who.en} together`, `一起切换${who.zh}`)
      : both(`toggle the ${label.en} of ${who.en} together`, `一起切换${who.zh}的${label.zh}`);
  }
  return deeds(
    targets.map(({ device, property }) => {
      const { device: name, owned } = subjectWords(names, { kind: 'device', device, property });
      const what = property === 'on' ? name : owned;
      return both(`toggle ${what.en}`, `切换${what.zh}`);
    }),
  );
}

function adjustWords(names: WordNames, { targets, group, overMs }: AdjustStep): Label {
  const change = (owned: Label, amount: Label, by: number): Label =>
    by < 0
      ? both(`lower ${owned.en} by ${amount.en}`, `把${owned.zh}降低 ${amount.zh}`)
      : both(`raise ${owned.en} by ${amount.en}`, `把${owned.zh}提高 ${amount.zh}`);
  const parts = group
    ? group.by.map(({ property, by }) => {
        const who = selectionWords(names, group.select);
        const spec = findProperty(property) ?? null;
        const label = propertyWords(undefined, spec, property);
        const owned = both(`the ${label.en} of ${who.en}`, `${who.zh}的${label.zh}`);
        return change(owned, literalWords(spec, Math.abs(by)), by);
      })
    : targets.map(({ device, property, by }) => {
        const { owned, spec } = subjectWords(names, { kind: 'device', device, property });
        return change(owned, literalWords(spec, Math.abs(by)), by);
      });
  return withOver(deeds(parts), overMs);
}

function restoreWords(names: WordNames, step: RestoreStep): Label {
  const isAll = step.devices.length === 0 && step.select === undefined;
  const what = isAll ? both('everything', '所有改动') : whichWords(names, step);
  const isMany = step.devices.length > 1 || step.select !== undefined;
  return withOver(
    both(
      `put ${what.en} back as ${isMany ? 'they were' : 'it was'}, except what somebody else has changed`,
      `把${what.zh}恢复原状（他人更改过的除外）`,
    ),
    step.overMs,
  );
}

function rampWords(names: WordNames, { targets, overMs }: RampStep): Label {
  const time = durationText(overMs);
  const parts = targets.map(({ device, property, from, to }) => {
    const { owned, spec } = subjectWords(names, { kind: 'device', device, property });
    const end = literalWords(spec, to);
    const begin = from === null ? null : literalWords(spec, from);
    return both(
      `${owned.en}${begin ? ` from ${begin.en}` : ''} to ${end.en}`,
      `${owned.zh}${begin ? `从 ${begin.zh} ` : ''}变到 ${end.zh}`,
    );
  });
  const { en, zh } = listed(parts, 'and');
  return both(`bring ${en} little by little over ${time.en}`, `用 ${time.zh}把${zh}`);
}

function httpWords(names: WordNames, step: HttpStep): Label {
  const { method, url, headers, body, timeoutMs } = step;
  const time = durationText(timeoutMs);
  const text = body === null ? null : textWords(names, body);
  const given = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const head = given.length === 0 ? '' : `“${given.join('; ').replaceAll('”', '””')}”`;
  return both(
    `call “${url}” (${method}, at most ${time.en})${head === '' ? '' : ` with the headers ${head}`}${text ? ` with “${text.en}”` : ''}`,
    `调用“${url}”（${method}，最长 ${time.zh}）${head === '' ? '' : `，请求头${head}`}${text ? `，内容“${text.zh}”` : ''}`,
  );
}

/** "turn Hall lamp on", "set Hall lamp's brightness to 25 %"; "its" where the device was just named. */
export function setWords(names: WordNames, target: SetTarget, isNamed = false): Label {
  const { device, property } = target;
  const spec = propertySpec(names, device, property);
  const label = propertyWords(names.device(device), spec, property);
  const special = specialSet(isNamed ? both('it', '它') : deviceWords(names, device), target);
  if (special) return special;
  const what = literalWords(spec, target.value);
  const name = deviceWords(names, device);
  return isNamed
    ? both(`set its ${label.en} to ${what.en}`, `把${label.zh}设为${what.zh}`)
    : both(`set ${name.en}'s ${label.en} to ${what.en}`, `把${name.zh}的${label.zh}设为${what.zh}`);
}

function setTo(
  who: Label,
  spec: ReturnType<typeof propertySpec>,
  { property, value }: { readonly property: PropertyKey; readonly value: PropertyValue },
): Label {
  const special = specialSet(who, { property, value });
  if (special) return special;
  const label = propertyWords(undefined, spec, property);
  const what = literalWords(spec, value);
  return both(
    `set the ${label.en} of ${who.en} to ${what.en}`,
    `把${who.zh}的${label.zh}设为${what.zh}`,
  );
}

/** What has words of its own: on and off, locked and not. */
function specialSet(
  who: Label,
  { property, value }: { readonly property: PropertyKey; readonly value: PropertyValue },
): Label | null {
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
  return null;
}

/** "stop Bedroom blind". */
export function commandWords(names: WordNames, { device, ...command }: CommandTarget): Label {
  return commandTo(deviceWords(names, device), command);
}

function commandTo(who: Label, { name, args }: Omit<CommandTarget, 'device'>): Label {
  const given = Object.entries(args);
  if (given.length === 0 && name === 'stop') return both(`stop ${who.en}`, `停住${who.zh}`);
  if (given.length === 0 && name === 'identify') {
    return both(`have ${who.en} show itself`, `让${who.zh}示意`);
  }
  const text = given.map(([key, value]) => `${key} ${plain(value)}`).join(', ');
  return given.length === 0
    ? both(`send “${name}” to ${who.en}`, `向${who.zh}发送“${name}”`)
    : both(`send “${name}” (${text}) to ${who.en}`, `向${who.zh}发送“${name}”（${text}）`);
}

function plain(value: PropertyValue): string {
  return typeof value === 'string' ? `“${value}”` : JSON.stringify(value);
}
