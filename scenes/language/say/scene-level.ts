// What a scene says of itself beside its triggers and steps, in words: run modes and outages.
import type { Label } from '../../../hub/model/property-row.ts';
import { durationText } from '../literals.ts';
import type { AfterOutage, Again, Scene } from '../scene.ts';
import { both } from '../words.ts';

/** What happens when it is triggered while it runs; null where that is the usual. */
export function againWords(again: Again): Label | null {
  switch (again.kind) {
    case 'single':
      return again.per === undefined
        ? null
        : both(
            'Each device that triggers it has a run of its own, and only one.',
            '每个触发的设备各自进行，且同时只有一个。',
          );
    case 'restart':
      return both('Triggered again meanwhile, it starts anew.', '期间再次触发则重新开始。');
    case 'queue':
      return queueWords(again);
    case 'parallel':
      return both(`Up to ${again.max} runs go on at once.`, `最多 ${again.max} 个同时进行。`);
    case 'perDevice':
      return both('Each device that triggers it has a run of its own.', '每个触发的设备各自进行。');
    default:
      return again satisfies never;
  }
}

function queueWords({ max, overflow, per }: Extract<Again, { kind: 'queue' }>): Label {
  const whose = per === undefined ? both('', '') : both(' for each device', '（按设备）');
  const oldest =
    overflow === undefined
      ? both('', '')
      : both('; when there are more, the oldest gives way', '，超出时放弃最早的');
  return both(
    `Triggered again meanwhile, up to ${max} runs wait their turn${whose.en}${oldest.en}.`,
    `期间再次触发则排队${whose.zh}，最多 ${max} 个${oldest.zh}。`,
  );
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

/** What it does with what was open when the hub stopped, as far as that is not the usual. */
export function outageWords({ waits, holds, late }: AfterOutage): Label[] {
  const words = [WAITS_WORDS[waits], HOLDS_WORDS[holds], lateWords(late)];
  return words.filter((one) => one !== null);
}

/** How long a device is left to a person who has changed it; null where it is not. */
export function yieldWords({ yieldMs }: Pick<Scene, 'yieldMs'>): Label | null {
  if (yieldMs === undefined) return null;
  const time = durationText(yieldMs);
  return both(
    `It leaves alone for ${time.en} what a person has changed.`,
    `有人更改过的设备，${time.zh}内不再动它。`,
  );
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
