// Triggers and conditions on clock, calendar and sun, in words.
import type { Label } from '../../../hub/model/property-row.ts';
import { daysText, durationText, formatTime } from '../literals.ts';
import {
  AT_INTERVALS,
  closesNextDay,
  HORIZON_DEGREES,
  type LateRule,
  type NoSun,
  ONCE_A_DAY,
  type ScheduleRules,
  type Season,
  type SunEvent,
  type TimeCondition,
  type TimePoint,
  type TimeTrigger,
} from '../times.ts';
import { both, listed, subjectWords, type WordNames } from '../words.ts';
import { cronWords, datesWords, filterWords } from './calendar.ts';
import type { Saying } from './saying.ts';

const NOTHING = both('', '');

/** A trigger at times as a clause. */
export function timeTriggerWords({ names }: Pick<Saying, 'names'>, trigger: TimeTrigger): Label {
  switch (trigger.kind) {
    case 'at': {
      const when = atWords(names, trigger.time);
      const days = filterWords(trigger.on);
      return joinWords(
        when,
        days,
        noSunWords(trigger.noSun, 'skip'),
        rulesWords(trigger, ONCE_A_DAY),
      );
    }
    case 'aligned': {
      const time = durationText(trigger.ms);
      const words = both(`the clock reaches another full ${time.en}`, `时钟每到整 ${time.zh}`);
      return joinWords(words, filterWords(trigger.on), rulesWords(trigger, AT_INTERVALS));
    }
    case 'every': {
      const time = durationText(trigger.ms);
      const words = both(
        `another ${time.en} have passed since it was switched on`,
        `自启用起每过 ${time.zh}`,
      );
      const one = /^1 \S+$/.test(time.en)
        ? both(words.en.replace(' have ', ' has '), words.zh)
        : words;
      return joinWords(one, lateWords(trigger.late));
    }
    case 'cron': {
      const usual = trigger.plan.isTimeOfDay ? ONCE_A_DAY : AT_INTERVALS;
      return joinWords(
        cronWords(trigger.pattern, trigger.plan),
        filterWords(trigger.on),
        rulesWords(trigger, usual),
      );
    }
    default:
      return trigger satisfies never;
  }
}

function joinWords(...parts: readonly Label[]): Label {
  return both(parts.map(({ en }) => en).join(''), parts.map(({ zh }) => zh).join(''));
}

const SUN_WORDS: Readonly<Record<SunEvent, Label>> = {
  sunrise: both('sunrise', '日出'),
  sunset: both('sunset', '日落'),
  dawn: both('dawn', '黎明'),
  dusk: both('dusk', '黄昏'),
  noon: both('solar noon', '正午'),
};

/** A moment as a clause: "it is 30 minutes before sunset", "the sun sinks below -4°". */
function atWords(names: WordNames, time: TimePoint): Label {
  const moment = momentWords(names, time);
  if (time.kind === 'elevation' && time.offsetMs === 0) return moment;
  return both(`it is ${moment.en}`, `到${moment.zh}`);
}

/** A moment as a noun: "07:00", "30 minutes before sunset". */
function momentWords(names: WordNames, time: TimePoint): Label {
  switch (time.kind) {
    case 'clock': {
      const text = formatTime(time.minute);
      return both(text, text);
    }
    case 'sun':
      return offsetWords(SUN_WORDS[time.event], time.offsetMs);
    case 'elevation': {
      const degrees = `${time.degrees}°`;
      const words =
        time.direction === 'above'
          ? both(`the sun rises above ${degrees}`, `太阳升到 ${degrees} 以上`)
          : both(`the sun sinks below ${degrees}`, `太阳降到 ${degrees} 以下`);
      return offsetWords(words, time.offsetMs);
    }
    case 'value': {
      const { device, property } = time;
      const { owned } = subjectWords(names, { kind: 'device', device, property });
      return offsetWords(
        both(`the time that ${owned.en} says`, `${owned.zh}所示时间`),
        time.offsetMs,
      );
    }
    default:
      return time satisfies never;
  }
}

function offsetWords(words: Label, offsetMs: number): Label {
  if (offsetMs === 0) return words;
  const time = durationText(Math.abs(offsetMs));
  return offsetMs < 0
    ? both(`${time.en} before ${words.en}`, `${words.zh}前 ${time.zh}`)
    : both(`${time.en} after ${words.en}`, `${words.zh}后 ${time.zh}`);
}

function noSunWords(noSun: NoSun, usual: NoSun['kind']): Label {
  if (noSun.kind === usual) return NOTHING;
  switch (noSun.kind) {
    case 'skip':
      return both(' (not on days without it)', '（当天没有则不算）');
    case 'nearest':
      return both(
        ' (when the sun is closest to it on days without it)',
        '（当天没有则取太阳最接近时）',
      );
    case 'at': {
      const time = formatTime(noSun.minute);
      return both(` (at ${time} on days without it)`, `（当天没有则取 ${time}）`);
    }
    default:
      return noSun satisfies never;
  }
}

const GAP_WORDS = {
  after: both(' (right after the hour that the clock skips)', '（时钟跳过时，随后立即执行）'),
  shift: both(' (as much later as the clock skips)', '（时钟跳过时顺延）'),
  skip: both(' (not where the clock skips it)', '（时钟跳过时不执行）'),
};
const OVERLAP_WORDS = {
  first: both(' (the first time where it comes twice)', '（时钟回拨时只算第一次）'),
  second: both(' (the second time where it comes twice)', '（时钟回拨时只算第二次）'),
  both: both(' (both times where it comes twice)', '（时钟回拨时两次都算）'),
};

function rulesWords({ gap, overlap, late }: ScheduleRules, usual: ScheduleRules): Label {
  return joinWords(
    gap === usual.gap ? NOTHING : GAP_WORDS[gap],
    overlap === usual.overlap ? NOTHING : OVERLAP_WORDS[overlap],
    lateWords(late),
  );
}

function lateWords(late: LateRule | null): Label {
  switch (late?.kind) {
    case undefined:
      return NOTHING;
    case 'never':
      return both(' (never late)', '（过时不补）');
    case 'once':
      return both(' (however late)', '（再迟也补）');
    case 'within': {
      const time = durationText(late.ms);
      return both(` (up to ${time.en} late)`, `（最迟 ${time.zh}内补）`);
    }
    default:
      return late satisfies never;
  }
}

const SEASON_WORDS: Readonly<Record<Season, Label>> = {
  spring: both('spring', '春季'),
  summer: both('summer', '夏季'),
  autumn: both('autumn', '秋季'),
  winter: both('winter', '冬季'),
};

/** A condition on the time as a clause. */
export function timeConditionWords(
  { names }: Pick<Saying, 'names'>,
  condition: TimeCondition,
): Label {
  switch (condition.kind) {
    case 'between': {
      const from = momentWords(names, condition.from);
      const to = momentWords(names, condition.to);
      const isByValue = condition.from.kind === 'value' || condition.to.kind === 'value';
      const next = !isByValue && closesNextDay(condition) ? '次日' : '';
      const words = both(
        `it is between ${from.en} and ${to.en}`,
        `在${from.zh}到${next}${to.zh}之间`,
      );
      return joinWords(words, filterWords(condition.on), noSunWords(condition.noSun, 'nearest'));
    }
    case 'date': {
      const { days, dates } = condition.on;
      const named = days ? daysText(days) : datesWords(dates ?? []);
      return days
        ? both(`it is one of the ${named.en}`, `当天是${named.zh}`)
        : both(`the date is ${named.en}`, `日期是${named.zh}`);
    }
    case 'season': {
      const words = listed(
        condition.of.map((one) => SEASON_WORDS[one]),
        'or',
      );
      return both(`it is ${words.en}`, `当前是${words.zh}`);
    }
    case 'sun':
      return sunWords(condition);
    default:
      return condition satisfies never;
  }
}

function sunWords({ above, below }: Extract<TimeCondition, { kind: 'sun' }>): Label {
  if (above === HORIZON_DEGREES && below === null) return both('the sun is up', '太阳在地平线上');
  if (below === HORIZON_DEGREES && above === null) return both('the sun is down', '太阳在地平线下');
  const parts = [
    ...(above === null ? [] : [both(`above ${above}°`, `高于 ${above}°`)]),
    ...(below === null ? [] : [both(`below ${below}°`, `低于 ${below}°`)]),
  ];
  return both(
    `the sun is ${parts.map(({ en }) => en).join(' and ')}`,
    `太阳${parts.map(({ zh }) => zh).join('且')}`,
  );
}
