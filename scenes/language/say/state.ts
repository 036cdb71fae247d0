// Triggers and conditions on what devices report and are told, in words.
import { DEVICE_KINDS } from '../../../hub/model/device-kind.ts';
import type { RoomId } from '../../../hub/model/identifiers.ts';
import { findProperty } from '../../../hub/model/properties.ts';
import type { Label } from '../../../hub/model/property-row.ts';
import { expressionText } from '../expression.ts';
import { durationText } from '../literals.ts';
import type {
  AlsoRules,
  CommandSeen,
  HoldAlready,
  HoldAway,
  IfUnknown,
  Move,
  Selection,
  StateCondition,
  StateTrigger,
} from '../state.ts';
import type { LevelMatch, Matcher, PropertyRef, Subject } from '../values.ts';
import {
  both,
  crossingWords,
  deviceWords,
  levelWords,
  listed,
  literalWords,
  matcherWords,
  notLevelWords,
  pressWords,
  subjectWords,
  type WordNames,
} from '../words.ts';
import type { Saying } from './saying.ts';

/** A trigger on states or events as a clause. */
export function stateTriggerWords({ names }: Saying, trigger: StateTrigger): Label {
  const any = <Part>(of: readonly Part[], words: (part: Part) => Label): Label =>
    listed(of.map(words), 'or');
  switch (trigger.kind) {
    case 'becomes': {
      const levels = any(trigger.of, (level) => levelWords(names, level, 'becomes'));
      return withAlso(
        withEdge(names, levels, trigger.of[0]?.subject, { from: trigger.from }),
        trigger,
      );
    }
    case 'changes': {
      const changes = any(trigger.of, (subject) => changeWords(names, subject));
      const { from, to, notTo, alsoReconnect } = trigger;
      const edge = withEdge(names, changes, trigger.of[0], { from, to, notTo });
      return withAlso(edge, { alsoReconnect, alsoSave: false });
    }
    case 'reports':
      return any(trigger.of, (subject) => {
        const { owned } = subjectWords(names, subject);
        return both(
          `${owned.en} is reported, changed or not`,
          `收到${owned.zh}的上报（未变化也算）`,
        );
      });
    case 'commanded':
      return any(trigger.of, (seen) => commandSeenWords(names, seen));
    case 'crosses':
      return withAlso(
        any(trigger.of, (crossing) => crossingWords(names, crossing)),
        { alsoReconnect: trigger.alsoReconnect, alsoSave: false },
      );
    case 'moves':
      return any(trigger.of, (move) => moveWords(names, move));
    case 'holds':
      return withHold(heldWords(names, trigger.of, trigger.forMs), trigger.away, trigger.already);
    case 'silent': {
      const time = durationText(trigger.forMs);
      return any(trigger.of, ({ device, property }) => {
        const { owned } = subjectWords(names, { kind: 'device', device, property });
        return both(
          `${owned.en} is not reported for ${time.en}`,
          `${owned.zh}连续 ${time.zh}没有上报`,
        );
      });
    }
    case 'presses':
      return any(trigger.of, (press) => pressWords(names, press));
    default:
      return trigger satisfies never;
  }
}

/** "Hall door's opening changes". */
export function changeWords(names: WordNames, subject: Subject): Label {
  const { owned } = subjectWords(names, subject);
  return both(`${owned.en} changes`, `${owned.zh}变化`);
}

/** What is added for `also`. */
export function withAlso(words: Label, { alsoReconnect, alsoSave }: AlsoRules): Label {
  const reconnect = alsoReconnect
    ? both(' (also found so on reconnecting)', '（重新连接时发现如此也算）')
    : both('', '');
  const save = alsoSave
    ? both(' (also when it is so already as the scene is saved)', '（保存时已经如此也算）')
    : both('', '');
  return both(words.en + reconnect.en + save.en, words.zh + reconnect.zh + save.zh);
}

function withEdge(
  names: WordNames,
  words: Label,
  subject: Subject | undefined,
  edge: {
    readonly from: Matcher | null;
    readonly to?: Matcher | null;
    readonly notTo?: Matcher | null;
  },
): Label {
  const spec = subject === undefined ? null : subjectWords(names, subject).spec;
  let { en, zh } = words;
  const add = (matcher: Matcher | null | undefined, enWord: string, zhWord: string): void => {
    if (!matcher) return;
    const what = matcherWords(spec, matcher);
    en += ` ${enWord} ${what.en}`;
    zh += `(${zhWord}${what.zh})`;
  };
  add(edge.from, 'from', '之前为');
  add(edge.to, 'to', '变为');
  add(edge.notTo, 'to anything but', '不算变为');
  return both(en, zh);
}

function commandSeenWords(names: WordNames, seen: CommandSeen): Label {
  if (seen.kind === 'invoke') {
    const device = deviceWords(names, seen.device);
    return both(`${device.en} is told “${seen.name}”`, `${device.zh}收到命令“${seen.name}”`);
  }
  const { owned, spec } = subjectWords(names, seen.subject);
  const what = matcherWords(spec, seen.matcher);
  return both(`${owned.en} is commanded to be ${what.en}`, `收到把${owned.zh}设为${what.zh}的命令`);
}

function moveWords(names: WordNames, { subject, direction, by, withinMs }: Move): Label {
  const { owned, spec } = subjectWords(names, subject);
  const amount = literalWords(spec, by);
  const time = durationText(withinMs);
  const verb = MOVES[direction];
  return both(
    `${owned.en} ${verb.en} by ${amount.en} or more within ${time.en}`,
    `${owned.zh}在 ${time.zh}内${verb.zh} ${amount.zh}或更多`,
  );
}

const MOVES = {
  up: both('rises', '上升'),
  down: both('falls', '下降'),
  either: both('moves', '变化'),
};

function withHold(words: Label, away: HoldAway, already: HoldAlready): Label {
  const more = [HOLD_AWAY[away], HOLD_ALREADY[already]].filter((one) => one !== null);
  return both(
    words.en + more.map(({ en }) => ` (${en})`).join(''),
    words.zh + more.map(({ zh }) => `(${zh})`).join(''),
  );
}

const HOLD_AWAY = {
  ignore: null,
  pause: both('the time stands still while it is out of reach', '失联期间暂停计时'),
  reset: both('starting anew where it is out of reach', '失联则重新计时'),
};
const HOLD_ALREADY = {
  now: null,
  since: both('counting what came before the scene was saved', '保存之前的时间也算'),
  next: both(
    'not counting it where it is so already as the scene is saved',
    '保存时已经如此则等下一次',
  ),
};

/** Levels that last: "Hall motion sees no motion for 3 minutes". */
export function heldWords(names: WordNames, of: readonly LevelMatch[], forMs: number): Label {
  const parts = of.map((level) => levelWords(names, level, 'is'));
  const { en } = listed(parts, 'and');
  const levels = both(en, parts.map(({ zh }) => zh).join('且'));
  if (forMs === 0) return levels;
  const time = durationText(forMs);
  return both(`${levels.en} for ${time.en}`, `${levels.zh}满 ${time.zh}`);
}

/** A condition on states as a clause. */
export function stateConditionWords({ names }: Saying, condition: StateCondition): Label {
  switch (condition.kind) {
    case 'is': {
      const { matcher } = condition;
      const words = levelWords(names, { subject: subjectOf(condition), matcher }, 'is');
      return withUnknown(words, condition.ifUnknown);
    }
    case 'compares': {
      const left = subjectWords(names, subjectOf(condition.left)).owned;
      const right = subjectWords(names, subjectOf(condition.right)).owned;
      const isAbove = condition.direction === 'above';
      return withUnknown(
        both(
          `${left.en} is ${condition.direction} ${right.en}`,
          `${left.zh}${isAbove ? '高于' : '低于'}${right.zh}`,
        ),
        condition.ifUnknown,
      );
    }
    case 'held': {
      const { matcher } = condition;
      const level = levelWords(names, { subject: subjectOf(condition), matcher }, 'is');
      const time = durationText(condition.ms);
      return both(
        `${level.en}, and has been for at least ${time.en}`,
        `${level.zh}已至少 ${time.zh}`,
      );
    }
    case 'was': {
      const { owned, spec } = subjectWords(names, subjectOf(condition));
      const what = matcherWords(spec, condition.matcher);
      const time = durationText(condition.ms);
      return both(
        `${owned.en} was ${what.en} within the last ${time.en}`,
        `${owned.zh}在最近 ${time.zh}内曾为${what.zh}`,
      );
    }
    case 'quantity':
      return quantityWords(names, condition);
    case 'reachable': {
      const devices = listed(
        condition.of.map(({ device }) => deviceWords(names, device)),
        'and',
      );
      const verb = condition.of.length === 1 ? 'is' : 'are';
      return both(`${devices.en} ${verb} within reach`, `${devices.zh}在线`);
    }
    case 'triggeredBy': {
      const ids = listed(
        condition.ids.map((id) => both(`“${id}”`, `“${id}”`)),
        'or',
      );
      return both(`${ids.en} set it off`, `由${ids.zh}触发`);
    }
    case 'expression': {
      const text = (language: 'en' | 'zh'): string =>
        expressionText(condition.expression, (input) => {
          if (input.kind === 'time') return `{time.${input.what}}`;
          if (input.kind === 'local') return `{${input.name}}`;
          return `{${subjectWords(names, subjectOf(input)).owned[language]}}`;
        }).replaceAll('”', '””');
      return both(`“${text('en')}” holds`, `“${text('zh')}”成立`);
    }
    default:
      return condition satisfies never;
  }
}

function subjectOf({ device, property }: PropertyRef): Subject {
  return { kind: 'device', device, property };
}

function quantityWords(
  names: WordNames,
  { quantity, of, property, matcher }: Extract<StateCondition, { kind: 'quantity' }>,
): Label {
  const row = findProperty(property) ?? null;
  const label = row ? both(row.label.en.toLowerCase(), row.label.zh) : both(property, property);
  const what = matcherWords(row, matcher);
  const where = selectionWords(names, of);
  const level = both(`${label.en} is ${what.en}`, `${label.zh}为${what.zh}`);
  switch (quantity.kind) {
    case 'some':
      return both(`some ${where.en} tells that ${level.en}`, `${where.zh}中有${level.zh}的`);
    case 'every':
      return both(`every ${where.en} tells that ${level.en}`, `${where.zh}全部${level.zh}`);
    case 'none':
      return both(`no ${where.en} tells that ${level.en}`, `${where.zh}中没有${level.zh}的`);
    case 'atLeast':
      return both(
        `at least ${quantity.count} devices (each a ${where.en}) tell that ${level.en}`,
        `${where.zh}中至少有 ${quantity.count} 个${level.zh}`,
      );
    default:
      return quantity satisfies never;
  }
}

/** "light in Hall with the label “christmas”". */
export function selectionWords(names: WordNames, { room, label, deviceKind }: Selection): Label {
  const kind = kindLabel(deviceKind);
  const place = room === null ? both('', '') : roomWords(names, room);
  return both(
    kind.en +
      (room === null ? '' : ` in ${place.en}`) +
      (label === null ? '' : ` labelled “${label}”`),
    (room === null ? '家里' : place.zh) +
      (label === null ? '' : `带“${label}”标签的`) +
      (room === null && label !== null ? '' : label === null ? '的' : '') +
      kind.zh,
  );
}

function kindLabel(kind: string | null): Label {
  if (kind === null) return both('device', '设备');
  const known = Object.entries(DEVICE_KINDS).find(([name]) => name === kind)?.[1];
  // "Device" is what the page calls a device of no known kind.
  if (known === undefined || kind === 'other') return both(`device (${kind})`, `设备（${kind}）`);
  return both(known.label.en.toLowerCase(), known.label.zh);
}

function roomWords(names: WordNames, id: RoomId): Label {
  const room = names.room(id);
  return room
    ? both(room.name, room.name)
    : both(`a room that is gone (${id})`, `已移除的房间（${id}）`);
}

/** The opposite of a condition on states; null where it has no words of its own. */
export function notStateWords({ names }: Saying, condition: StateCondition): Label | null {
  if (condition.kind !== 'is') return null;
  const { device, property, matcher, ifUnknown } = condition;
  const subject = { kind: 'device', device, property } as const;
  return withUnknown(notLevelWords(names, { subject, matcher }), ifUnknown);
}

function withUnknown(words: Label, ifUnknown: IfUnknown): Label {
  if (ifUnknown === 'unknown') return words;
  return ifUnknown === 'pass'
    ? both(`${words.en} (or not known)`, `${words.zh}（未知也算）`)
    : both(`${words.en} (not known counts as no)`, `${words.zh}（未知不算）`);
}
