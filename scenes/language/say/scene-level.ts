// What a scene says of itself beside its triggers and steps, in words: run modes and outages.
import type { Label } from '../../../hub/model/property-row.ts';
import { durationText } from '../literals.ts';
import type { AfterOutage, Again } from '../scene.ts';
import { both } from '../words.ts';

/** What happens when it is triggered while it runs; null where that is the usual. */
export function againWords(again: Again): Label | null {
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

/** What it does with what was open when the hub stopped, as far as that is not the usual. */
export function outageWords({ waits, holds, late }: AfterOutage): Label[] {
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
