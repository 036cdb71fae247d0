// A scene as one English and one Chinese sentence. Scenes that do different things read differently; the scene's
// own name, room, description and tests are not part of it.
import type { Role } from '../../hub/model/home.ts';
import type { PropertyValue } from '../../hub/model/properties.ts';
import type { Label } from '../../hub/model/property-row.ts';
import { daysText, durationText, formatTime } from './literals.ts';
import type {
  AfterOutage,
  Again,
  Condition,
  Scene,
  Step,
  TextPart,
  Trigger,
  WaitFor,
  Weekday,
} from './scene.ts';
import {
  both,
  crossingWords,
  deviceWords,
  levelWords,
  listed,
  literalWords,
  notLevelWords,
  pressWords,
  propertySpec,
  propertyWords,
  subjectWords,
  type WordNames,
} from './words.ts';

/** The whole scene in words. */
export function sceneSentence(scene: Scene, names: WordNames): Label {
  const triggers = scene.when.map((trigger) => triggerWords(names, trigger));
  const when =
    triggers.length === 0
      ? both('When it is started by hand', '手动启动时')
      : both(
          `When ${triggers.map(({ en }) => en).join(', or when ')}`,
          `当${triggers.map(({ zh }) => zh).join(',或当')}时`,
        );
  const condition = scene.while ? conditionWords(names, scene.while) : null;
  const level = condition ? both(`, while ${condition.en}`, `,且${condition.zh}`) : both('', '');
  const steps = stepsWords(names, scene.do);
  const more = [againWords(scene.again), ...outageWords(scene.afterOutage)].filter(
    (one) => one !== null,
  );
  return both(
    [
      `${when.en}${level.en}: ${steps.en}${isClosed(steps.en) ? '' : '.'}`,
      ...more.map(({ en }) => en),
    ].join(' '),
    [
      `${when.zh}${level.zh},就${steps.zh}${isClosed(steps.zh) ? '' : '。'}`,
      ...more.map(({ zh }) => zh),
    ].join(''),
  );
}

/** Whether the text ends with a quotation that brings its own full stop. */
function isClosed(text: string): boolean {
  return /[.!?\u3002\uff01\uff1f]”$/.test(text);
}

/** A trigger in words: "Hall motion detects motion". */
export function triggerWords(names: WordNames, trigger: Trigger): Label {
  switch (trigger.kind) {
    case 'becomes':
      return withReconnect(
        listed(
          trigger.of.map((level) => levelWords(names, level, 'becomes')),
          'or',
        ),
        trigger.alsoReconnect,
      );
    case 'changes':
      return withReconnect(
        listed(
          trigger.of.map((subject) => {
            const { owned } = subjectWords(names, subject);
            return both(`${owned.en} changes`, `${owned.zh}变化`);
          }),
          'or',
        ),
        trigger.alsoReconnect,
      );
    case 'crosses':
      return withReconnect(
        listed(
          trigger.of.map((crossing) => crossingWords(names, crossing)),
          'or',
        ),
        trigger.alsoReconnect,
      );
    case 'holds':
      return heldWords(names, trigger.of, trigger.forMs);
    case 'presses':
      return listed(
        trigger.of.map((press) => pressWords(names, press)),
        'or',
      );
    case 'at': {
      const time = formatTime(trigger.minute);
      const days = onDays(trigger.days);
      return both(`it is ${time}${days.en}`, `到 ${time}${days.zh}`);
    }
    default:
      return trigger satisfies never;
  }
}

function withReconnect(words: Label, alsoReconnect: boolean): Label {
  return alsoReconnect
    ? both(`${words.en} (also found so on reconnecting)`, `${words.zh}(重新连接时发现如此也算)`)
    : words;
}

function onDays(days: readonly Weekday[] | null): Label {
  if (days === null) return both('', '');
  const words = daysText(days);
  return both(` on ${words.en}`, `(${words.zh})`);
}

function heldWords(
  names: WordNames,
  of: Extract<WaitFor, { kind: 'holds' }>['of'],
  forMs: number,
): Label {
  const parts = of.map((level) => levelWords(names, level, 'is'));
  const { en } = listed(parts, 'and');
  const levels = both(en, parts.map(({ zh }) => zh).join('且'));
  if (forMs === 0) return levels;
  const time = durationText(forMs);
  return both(`${levels.en} for ${time.en}`, `${levels.zh}满 ${time.zh}`);
}

/** A condition in words: "it is between 22:00 and 07:00". */
export function conditionWords(names: WordNames, condition: Condition): Label {
  switch (condition.kind) {
    case 'all':
    case 'any': {
      const isAll = condition.kind === 'all';
      const parts = condition.of.map((inner) => inBrackets(inner, conditionWords(names, inner)));
      return both(
        parts.map(({ en }) => en).join(isAll ? ' and ' : ' or '),
        parts.map(({ zh }) => zh).join(isAll ? '且' : '或'),
      );
    }
    case 'not': {
      const { of } = condition;
      if (of.kind === 'is') {
        const { device, property } = of;
        const words = notLevelWords(names, {
          subject: { kind: 'device', device, property },
          matcher: of.matcher,
        });
        return withUnknown(words, of.ifUnknown);
      }
      const inner = conditionWords(names, of);
      return both(`it is not so that (${inner.en})`, `并非(${inner.zh})`);
    }
    case 'is': {
      const { device, property, matcher } = condition;
      const words = levelWords(
        names,
        { subject: { kind: 'device', device, property }, matcher },
        'is',
      );
      return withUnknown(words, condition.ifUnknown);
    }
    case 'between': {
      const from = formatTime(condition.from);
      const to = formatTime(condition.to);
      const isOvernight = condition.to < condition.from;
      const days = onDays(condition.days);
      return both(
        `it is between ${from} and ${to}${days.en}`,
        `在 ${from} 到${isOvernight ? '次日' : ''} ${to} 之间${days.zh}`,
      );
    }
    default:
      return condition satisfies never;
  }
}

function inBrackets(condition: Condition, words: Label): Label {
  return condition.kind === 'all' || condition.kind === 'any'
    ? both(`(${words.en})`, `(${words.zh})`)
    : words;
}

function withUnknown(words: Label, ifUnknown: 'unknown' | 'pass' | 'fail'): Label {
  if (ifUnknown === 'unknown') return words;
  return ifUnknown === 'pass'
    ? both(`${words.en} (or not known)`, `${words.zh}(未知也算)`)
    : both(`${words.en} (not known counts as no)`, `${words.zh}(未知不算)`);
}

function stepsWords(names: WordNames, steps: readonly Step[]): Label {
  const words = steps.map((step) => stepWords(names, step));
  return both(words.map(({ en }) => en).join('; '), words.map(({ zh }) => zh).join(';'));
}

/** A step in words, as an instruction: "turn Hall lamp on". */
export function stepWords(names: WordNames, step: Step): Label {
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
    case 'delay': {
      const time = durationText(step.ms);
      return both(`wait ${time.en}`, `等待 ${time.zh}`);
    }
    case 'wait':
      return waitWords(names, step);
    case 'notify':
      return withOnError(notifyWords(names, step), step.onError);
    case 'stop':
      return step.as === 'done'
        ? both('end here', '到此结束')
        : both('end here as failed', '以失败结束');
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

function withOnError(words: Label, onError: 'continue' | 'stop'): Label {
  return onError === 'continue'
    ? words
    : both(`${words.en} (or else end)`, `${words.zh}(不成则结束)`);
}

type SetTarget = Extract<Step, { kind: 'set' }>['targets'][number];
type CommandTarget = Extract<Step, { kind: 'command' }>['targets'][number];

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

/** What a wait is for, as a clause: "Hall motion sees no motion for 3 minutes". */
export function waitForWords(names: WordNames, until: WaitFor): Label {
  if (until.kind === 'holds') return heldWords(names, until.of, until.forMs);
  return triggerWords(names, until.kind === 'becomes' ? { ...until, alsoReconnect: false } : until);
}

function waitWords(names: WordNames, step: Extract<Step, { kind: 'wait' }>): Label {
  const what = waitForWords(names, step.until);
  const limit = step.timeoutMs === null ? null : durationText(step.timeoutMs);
  const most = limit ? both(` (at most ${limit.en})`, `(最长 ${limit.zh})`) : both('', '');
  const inner = step.otherwise.length === 0 ? null : stepsWords(names, step.otherwise);
  const otherwise = inner ? both(`, or else [${inner.en}]`, `,超时则[${inner.zh}]`) : both('', '');
  return both(
    `wait until ${what.en}${most.en}${otherwise.en}`,
    `等到${what.zh}${most.zh}${otherwise.zh}`,
  );
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

function notifyWords(names: WordNames, step: Extract<Step, { kind: 'notify' }>): Label {
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

function textWords(names: WordNames, parts: readonly TextPart[]): Label {
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

function againWords(again: Again): Label | null {
  switch (again.kind) {
    case 'single':
      return null;
    case 'restart':
      return both('Triggered again meanwhile, it starts anew.', '期间再次触发则重新开始。');
    case 'queue':
      return both(
        `Triggered again meanwhile, up to ${again.max} runs wait their turn.`,
        `期间再次触发则排队,最多 ${again.max} 个。`,
      );
    case 'parallel':
      return both(`Up to ${again.max} runs go on at once.`, `最多 ${again.max} 个同时进行。`);
    case 'perDevice':
      return both('Each device that triggers it has a run of its own.', '每个触发的设备各自进行。');
    default:
      return again satisfies never;
  }
}

const WAITS_WORDS = {
  resume: null,
  restart: both('After an outage its waits start anew.', '停电后等待重新计时。'),
  drop: both('After an outage what was waiting is ended.', '停电后结束正在等待的执行。'),
};
const HOLDS_WORDS = {
  assume: null,
  restart: both('After an outage its holds start anew.', '停电后持续时间重新计。'),
  drop: both('After an outage its holds wait for the next time.', '停电后持续时间作废。'),
};

function outageWords({ waits, holds, late }: AfterOutage): Label[] {
  const words = [WAITS_WORDS[waits], HOLDS_WORDS[holds], lateWords(late)];
  return words.filter((one) => one !== null);
}

function lateWords(late: AfterOutage['late']): Label | null {
  if (late.kind === 'default') return null;
  if (late.kind === 'run') return both('What came due meanwhile is done late.', '错过的会补做。');
  if (late.overMs === 0) return both('What came due meanwhile is left out.', '错过的不补做。');
  const time = durationText(late.overMs);
  return both(
    `What came due more than ${time.en} before is left out.`,
    `错过${time.zh}以上的不补做。`,
  );
}
