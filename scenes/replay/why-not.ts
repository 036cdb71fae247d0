// Why a scene did not run at an instant: it was not saved yet or switched off, the hub was off, it was triggered and
// held back, or nothing set it off, and then what came nearest.
import type { History, NearestTrigger, WhyNot, WhyNotReason } from '../../hub/model/explain.ts';
import type { SceneRecord } from '../../hub/model/home.ts';
import type { SceneId } from '../../hub/model/identifiers.ts';
import type { Label } from '../../hub/model/property-row.ts';
import type { RunTrace } from '../../hub/model/run.ts';
import type { SceneNames } from '../language/names.ts';
import { parseScene } from '../language/parse.ts';
import { both } from '../language/words.ts';
import { momentWords } from './moments.ts';
import { nearestTriggers } from './nearest.ts';
import { namesOf } from './why.ts';

/** People name a minute; what happened within it, or within one beside it, is what they mean. */
const AROUND_MS = 60_000;
/** Traces around the instant that are looked at. */
const TRACES_MAX = 50;
/** A scene that ran away rests for so long. */
const RESTS_MS = 60_000;
/** What was missed while the hub was off is caught up, or told to be too late, this soon after. */
const CAUGHT_UP_MS = 10 * 60_000;

/** Null: there is no such scene. */
export function whyNot(
  history: History,
  { scene: id, atMs }: { scene: SceneId; atMs: number },
): WhyNot | null {
  const versions = history.sceneVersions(id);
  const newest = versions[0];
  if (newest === undefined) return null;
  const names = namesOf(history.home);
  const moment = momentWords(history.home.home.zone, atMs);
  const at = moment(atMs);
  const answer = (
    reason: WhyNotReason,
    sentence: Label,
    more: Partial<Pick<WhyNot, 'run' | 'nearest'>> = {},
  ): WhyNot => ({ scene: id, atMs, reason, run: null, nearest: [], ...more, sentence });

  const around = tracesAround(history, id, atMs);
  const ran = nearestOf(
    around.filter(({ state }) => state !== 'nearMiss'),
    atMs,
  );
  if (ran !== null) {
    const when = moment(ran.startedAtMs);
    const words = ran.summary;
    const shadow = ran.shadow ? SHADOW : both('', '');
    return answer(
      'ran',
      both(
        `It did run at ${when.en}: ${words.en}.${shadow.en}`,
        `它在 ${when.zh} 执行了：${words.zh}。${shadow.zh}`,
      ),
      { run: ran },
    );
  }
  const version = versionAt(versions, atMs);
  if (version === null) {
    const saved = moment(versions.at(-1)?.updatedAtMs ?? newest.updatedAtMs);
    return answer(
      'not-saved',
      both(
        `It was not there yet at ${at.en}: it was first saved at ${saved.en}.`,
        `${at.zh} 时它还不存在：最早保存于 ${saved.zh}。`,
      ),
    );
  }
  if (!version.enabled) {
    const since = moment(version.updatedAtMs);
    return answer(
      'disabled',
      both(
        `It was switched off at ${at.en}, since ${since.en} at the latest.`,
        `${at.zh} 时它已停用（最迟自 ${since.zh} 起）。`,
      ),
    );
  }
  const gap = history.gapAt(atMs);
  if (gap !== null) {
    const after = history.runAfter(id, gap.toMs - 1)?.trace ?? null;
    const run = after !== null && after.startedAtMs <= gap.toMs + CAUGHT_UP_MS ? after : null;
    const [from, to] = [moment(gap.fromMs), moment(gap.toMs)];
    const then = run
      ? both(` Afterwards: ${run.summary.en}.`, `之后：${run.summary.zh}。`)
      : both('', '');
    const words =
      gap.what === 'off'
        ? both(
            `The hub was off from ${from.en} to ${to.en}.`,
            `中枢从 ${from.zh} 到 ${to.zh} 停机。`,
          )
        : both(
            `The hub's clock was not right: it was set from ${from.en} to ${to.en}, so it never was ${at.en} for it.`,
            `中枢的时钟不准：从 ${from.zh} 调到了 ${to.zh}，没有经过 ${at.zh}。`,
          );
    const reason = gap.what === 'off' ? 'hub-off' : 'clock';
    return answer(reason, both(words.en + then.en, words.zh + then.zh), { run });
  }
  const miss = nearestOf(around, atMs);
  if (miss !== null) {
    const when = moment(miss.startedAtMs);
    const words = miss.summary;
    const values = readWords(miss);
    return answer(
      miss.held ?? 'condition',
      both(`At ${when.en}: ${words.en}${values.en}.`, `${when.zh}:${words.zh}${values.zh}。`),
      { run: miss },
    );
  }
  const before = history.runBefore(id, atMs);
  if (before?.held === 'rests' && atMs - before.startedAtMs <= RESTS_MS) {
    const when = moment(before.startedAtMs);
    const words = before.summary;
    return answer(
      'rests',
      both(`It rested since ${when.en}: ${words.en}.`, `它自 ${when.zh} 起暂停：${words.zh}。`),
      { run: before },
    );
  }
  return untriggered(history, names, version, atMs, answer);
}

const SHADOW = both(
  ' It runs in the shadow, so nothing acted.',
  '该场景处于影子模式，没有任何动作。',
);

function untriggered(
  history: History,
  names: SceneNames,
  version: SceneRecord,
  atMs: number,
  answer: (reason: WhyNotReason, sentence: Label, more?: Partial<WhyNot>) => WhyNot,
): WhyNot {
  const moment = momentWords(history.home.home.zone, atMs);
  const at = moment(atMs);
  const { scene, errors } = parseScene(version.source, names);
  if (!scene) {
    const first = errors[0]?.message ?? '';
    return answer(
      'broken',
      both(
        `As it was saved then it cannot run any more: ${first}.`,
        `按当时保存的内容，它已无法执行：${first}。`,
      ),
    );
  }
  if (scene.when.length === 0) {
    return answer(
      'by-hand',
      both(
        `Nobody started it at ${at.en}, and it has no trigger of its own.`,
        `${at.zh} 时没有人启动它，它本身没有触发条件。`,
      ),
    );
  }
  const nearest = nearestTriggers(history, names, scene, atMs);
  const [en, zh] = [nearest.map(nearWords('en', moment)), nearest.map(nearWords('zh', moment))];
  return answer(
    'no-trigger',
    both(
      `Nothing set it off at ${at.en}.${en.length > 0 ? ` Nearest: ${en.join('; ')}.` : ''}`,
      `${at.zh} 时没有触发。${zh.length > 0 ? `最接近的：${zh.join('；')}。` : ''}`,
    ),
    { nearest },
  );
}

function nearWords(
  language: 'en' | 'zh',
  moment: (atMs: number) => Label,
): (near: NearestTrigger) => string {
  return ({ atMs, text }) =>
    language === 'en' ? `${text.en}, at ${moment(atMs).en}` : `${moment(atMs).zh} ${text.zh}`;
}

/** Traces of the scene within a minute of the instant; of folded ones the newest, where one of them may be meant. */
function tracesAround(history: History, id: SceneId, atMs: number): RunTrace[] {
  const found: RunTrace[] = [];
  let fromMs = atMs - AROUND_MS - 1;
  while (found.length < TRACES_MAX) {
    const next = history.runAfter(id, fromMs);
    if (next === null || next.sinceMs > atMs + AROUND_MS) break;
    found.push(next.trace);
    fromMs = next.trace.startedAtMs;
  }
  // A run that was still under way is what its trigger ran into, not what the trigger began.
  return found;
}

function nearestOf(traces: readonly RunTrace[], atMs: number): RunTrace | null {
  const [first, ...others] = traces;
  if (first === undefined) return null;
  const far = (trace: RunTrace) => Math.abs(trace.startedAtMs - atMs);
  return others.reduce((best, one) => (far(one) < far(best) ? one : best), first);
}

function versionAt(versions: readonly SceneRecord[], atMs: number): SceneRecord | null {
  const found = versions.find(({ updatedAtMs }) => updatedAtMs <= atMs);
  if (found) return found;
  const oldest = versions.at(-1);
  // Of a scene that was saved very often the first versions are not kept.
  return oldest !== undefined && oldest.version > 1 ? oldest : null;
}

/** The lines of the conditions that did not hold. */
function readWords({ steps }: RunTrace): Label {
  const lines = steps.filter(
    ({ kind, state, read }) =>
      kind === 'condition' && state !== 'true' && read !== undefined && read.length > 0,
  );
  if (lines.length === 0) return both('', '');
  return both(
    ` (${lines.map(({ text }) => text.en).join('; ')})`,
    `(${lines.map(({ text }) => text.zh).join(';')})`,
  );
}
