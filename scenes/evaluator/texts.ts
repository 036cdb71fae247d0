// The words of traces: what set a run off, what each step did, and the whole run in one sentence, in both languages.

import type { Problem } from '../../hub/model/errors.ts';
import type { DeviceId } from '../../hub/model/identifiers.ts';
import { problemKind } from '../../hub/model/problem-words.ts';
import type { PropertyKey, PropertyValue } from '../../hub/model/properties.ts';
import { formatValue } from '../../hub/model/property-format.ts';
import type { Label } from '../../hub/model/property-row.ts';
import type { RunState, TraceStep } from '../../hub/model/run.ts';
import type { SceneWorld } from '../../hub/model/scene-world.ts';
import { formatTime } from '../language/literals.ts';
import type { SceneNames } from '../language/names.ts';
import { commandWords, setWords } from '../language/say/effects.ts';
import { sourceHitWords } from '../language/say/sources.ts';
import { triggerWords } from '../language/sentences.ts';
import type { Step, TextPart } from '../language/steps.ts';
import { bareTime } from '../language/times.ts';
import type { Trigger } from '../language/triggers.ts';
import type { Subject } from '../language/values.ts';
import {
  both,
  crossingWords,
  levelWords,
  pressWords,
  propertySpec,
  subjectWords,
  type WordNames,
} from '../language/words.ts';
import type { CivilTime } from './civil-time.ts';
import type { RunOrigin } from './tables.ts';

/** Which part of a trigger was met, and by what. */
export interface Hit extends RunOrigin {
  readonly trigger: number;
  readonly item: number;
}

/** What set a run off: "Hall motion detects motion". Any device is named as the one that it was. */
export function hitWords(names: WordNames, trigger: Trigger, hit: Hit): Label {
  const actual = (subject: Subject): Subject =>
    subject.kind === 'any' && hit.device !== null && hit.property !== null
      ? { kind: 'device', device: hit.device, property: hit.property }
      : subject;
  switch (trigger.kind) {
    case 'becomes': {
      const level = trigger.of[hit.item];
      return level
        ? levelWords(names, { ...level, subject: actual(level.subject) }, 'becomes')
        : triggerWords(names, trigger);
    }
    case 'changes': {
      const subject = trigger.of[hit.item];
      if (subject === undefined) return triggerWords(names, trigger);
      const { owned } = subjectWords(names, actual(subject));
      return both(`${owned.en} changes`, `${owned.zh}变化`);
    }
    case 'crosses': {
      const crossing = trigger.of[hit.item];
      return crossing
        ? crossingWords(names, { ...crossing, hysteresis: 0, subject: actual(crossing.subject) })
        : triggerWords(names, trigger);
    }
    case 'presses': {
      const press = trigger.of[hit.item];
      if (press === undefined) return triggerWords(names, trigger);
      const values = typeof hit.value === 'string' ? [hit.value] : press.values;
      return pressWords(names, { subject: actual(press.subject), values });
    }
    case 'reports': {
      const subject = trigger.of[hit.item];
      return triggerWords(names, subject ? { ...trigger, of: [actual(subject)] } : trigger);
    }
    case 'commanded': {
      const seen = trigger.of[hit.item];
      if (seen === undefined) return triggerWords(names, trigger);
      const one = seen.kind === 'set' ? { ...seen, subject: actual(seen.subject) } : seen;
      return triggerWords(names, { ...trigger, of: [one] });
    }
    case 'moves': {
      const move = trigger.of[hit.item];
      const one = move && { ...move, subject: actual(move.subject) };
      return triggerWords(names, one ? { ...trigger, of: [one] } : trigger);
    }
    case 'silent': {
      const of = trigger.of[hit.item];
      return triggerWords(names, of ? { ...trigger, of: [of] } : trigger);
    }
    case 'so':
    case 'sequence':
    case 'count':
      return triggerWords(names, trigger);
    case 'holds':
      return triggerWords(names, {
        ...trigger,
        of: trigger.of.map((level) => ({ ...level, subject: actual(level.subject) })),
      });
    case 'at':
    case 'aligned':
    case 'every':
    case 'cron':
      return triggerWords(names, bareTime(trigger));
    case 'person':
    case 'sceneEvent':
    case 'deviceEvent':
    case 'hub':
    case 'webhook':
    case 'tag':
    case 'calendar':
    case 'mqtt':
      return sourceHitWords(names, trigger, hit);
    default:
      return trigger satisfies never;
  }
}

export type Act = Extract<Step, { kind: 'set' | 'command' }>['targets'][number];
/** `waits`: for a sleeping device to wake. */
export type ActState = 'started' | 'ok' | 'waits' | 'failed' | 'timedOut' | 'cancelled';

/** A command in words, as far as it has come: "Turned Hall lamp on", 已打开门厅灯. */
export function actWords(
  names: WordNames,
  act: Act,
  state: ActState,
  problem: Problem | null,
): Label {
  const base = 'value' in act ? setWords(names, act) : commandWords(names, act);
  switch (state) {
    case 'started':
      return both(`Asked to ${base.en}`, `正在${base.zh}`);
    case 'ok':
      return both(upperFirst(past(base.en)), `已${base.zh}`);
    case 'waits':
      return both(
        `Asked to ${base.en}, which waits for the device to wake`,
        `已请求${base.zh}，等待设备唤醒`,
      );
    case 'failed':
    case 'timedOut': {
      const why = problem ? problemWords(problem) : null;
      return both(
        `Could not ${base.en}${why ? `: ${why.en}` : ''}`,
        `未能${base.zh}${why ? `:${why.zh}` : ''}`,
      );
    }
    case 'cancelled':
      return both(
        `No longer asked to ${base.en}: something newer came`,
        `不再${base.zh}：已有更新的操作`,
      );
    default:
      return state satisfies never;
  }
}

const PAST: readonly (readonly [base: string, past: string])[] = [
  ['turn ', 'turned '],
  ['set ', 'set '],
  ['lock ', 'locked '],
  ['unlock ', 'unlocked '],
  ['stop ', 'stopped '],
  ['have ', 'had '],
  ['send ', 'sent '],
];

function past(text: string): string {
  const found = PAST.find(([base]) => text.startsWith(base));
  return found ? found[1] + text.slice(found[0].length) : text;
}

export function upperFirst(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** A problem in words; in Chinese by its kind where it came without them. */
export function problemWords(problem: Problem): Label {
  return both(problem.message, problem.zh?.message ?? problemKind(problem.code));
}

/** The text of a message with its blanks filled. What is not known shows as a dash. */
export function filledText(
  parts: readonly TextPart[],
  language: 'en' | 'zh',
  known: {
    readonly world: SceneWorld;
    readonly names: SceneNames;
    readonly civil: CivilTime;
    readonly scene: string;
    readonly origin: RunOrigin;
  },
): string {
  const { world, names, civil, origin } = known;
  const value = (device: DeviceId, property: PropertyKey, read: PropertyValue | null): string => {
    const spec = propertySpec(names, device, property);
    return spec ? formatValue(spec, read, language) : String(read ?? '–');
  };
  const texts = parts.map((part): string => {
    switch (part.kind) {
      case 'text':
        return part.text;
      case 'scene':
        return known.scene;
      case 'time':
        return formatTime(civil.minuteOf(world.now.wallMs));
      case 'value':
        return value(
          part.device,
          part.property,
          world.live(part.device)?.properties[part.property]?.value ?? null,
        );
      case 'cause': {
        const device = origin.device === null ? undefined : world.device(origin.device);
        if (device === undefined) return '–';
        if (part.what === 'device') return device.name;
        if (part.what === 'room') {
          return (device.room === null ? undefined : world.room(device.room)?.name) ?? '–';
        }
        return origin.property === null ? '–' : value(device.id, origin.property, origin.value);
      }
      default:
        return part satisfies never;
    }
  });
  return texts.join('').slice(0, NOTIFICATION_CHARACTERS_MAX);
}

/** A message with its blanks filled is cut at this length. */
const NOTIFICATION_CHARACTERS_MAX = 2000;
/** How many deeds the summary names. */
const SUMMARY_DEEDS_MAX = 3;

/** The whole run in one sentence. */
export function summaryWords(state: RunState, because: Label, steps: readonly TraceStep[]): Label {
  const reason = both(upperFirst(because.en), because.zh);
  if (state === 'nearMiss') {
    const why = steps.at(-1)?.text ?? both('', '');
    return both(`${reason.en}. ${why.en}`, `${reason.zh}。${why.zh}`);
  }
  const deeds = steps.filter(
    ({ kind, state: done }) =>
      (kind === 'command' || kind === 'notify' || kind === 'call' || kind === 'end') &&
      done !== 'started',
  );
  const told = deeds.slice(0, SUMMARY_DEEDS_MAX).map(({ text }) => text);
  const more = deeds.length - told.length;
  const moreWords = more > 0 ? both(`; and ${more} more`, `；还有 ${more} 项`) : both('', '');
  const ending = ENDINGS[state];
  const end = both(
    told.map(({ en }) => lowerFirst(en)).join('; ') || ending.en,
    told.map(({ zh }) => zh).join('；') || ending.zh,
  );
  return both(`${reason.en}: ${end.en}${moreWords.en}`, `${reason.zh}:${end.zh}${moreWords.zh}`);
}

const ENDINGS: Readonly<Record<Exclude<RunState, 'nearMiss'>, Label>> = {
  running: both('under way', '进行中'),
  done: both('done', '已完成'),
  failed: both('failed', '失败'),
  cancelled: both('cancelled', '已取消'),
};

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}
