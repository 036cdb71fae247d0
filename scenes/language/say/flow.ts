// Steps that say how a run goes on, in words.
import type { Label } from '../../../hub/model/property-row.ts';
import { durationText } from '../literals.ts';
import type { FlowStep, Step, WaitFor } from '../steps.ts';
import { both, deviceWords, levelWords, listed, pressWords } from '../words.ts';
import { withOnError } from './care.ts';
import { selectionWords } from './effects.ts';
import { textWords } from './people.ts';
import type { Saying } from './saying.ts';
import { heldWords } from './state.ts';

/** A step that waits, branches or ends, as an instruction. */
export function flowStepWords(saying: Saying, step: FlowStep): Label {
  switch (step.kind) {
    case 'delay': {
      const time = durationText(step.ms);
      return both(`wait ${time.en}`, `等待 ${time.zh}`);
    }
    case 'wait':
      return waitWords(saying, step);
    case 'choose':
      return step.form === 'if' ? ifWords(saying, step) : chooseWords(saying, step);
    case 'repeat':
      return withOnError(repeatWords(saying, step), step.onError);
    case 'parallel': {
      const lists = inLists(saying, step.lists);
      const join = JOIN_WORDS[step.join];
      return both(
        `do side by side ${lists.map(({ en }) => en).join(' and ')}${join.en}`,
        `同时进行${lists.map(({ zh }) => zh).join('与')}${join.zh}`,
      );
    }
    case 'race': {
      const lists = inLists(saying, step.lists);
      return both(
        `do whichever is done first of ${lists.map(({ en }) => en).join(' or ')}, and end the rest`,
        `${lists.map(({ zh }) => zh).join('与')}同时开始，先完成者为准，其余结束`,
      );
    }
    case 'stop':
      return stopWords(saying, step);
    default:
      return step satisfies never;
  }
}

type Of<Kind extends FlowStep['kind']> = Extract<FlowStep, { kind: Kind }>;

const JOIN_WORDS = {
  all: both('', ''),
  first: both(', and go on once the first is done', '，其中之一完成即继续'),
  none: both(', and go on at once', '，不等其完成即继续'),
};

function inList(saying: Saying, steps: readonly Step[]): Label {
  const words = saying.steps(steps);
  return { en: `[${words.en}]`, zh: `[${words.zh}]` };
}

function inLists(saying: Saying, lists: readonly (readonly Step[])[]): Label[] {
  return lists.map((steps) => inList(saying, steps));
}

function ifWords(saying: Saying, { arms, otherwise }: Of<'choose'>): Label {
  const words = arms.map((arm, index) => {
    const condition = saying.condition(arm.if);
    const steps = inList(saying, arm.steps);
    return index === 0
      ? both(`if ${condition.en}, ${steps.en}`, `如果${condition.zh}，就${steps.zh}`)
      : both(
          `, or else if ${condition.en}, ${steps.en}`,
          `，否则如果${condition.zh}，就${steps.zh}`,
        );
  });
  return joined([...words, elseWords(saying, otherwise)]);
}

function chooseWords(saying: Saying, { arms, otherwise }: Of<'choose'>): Label {
  const words = arms.map((arm, index) => {
    const condition = saying.condition(arm.if);
    const steps = inList(saying, arm.steps);
    const comma = index === 0 ? both(' ', '') : both(', ', ',');
    return both(
      `${comma.en}${steps.en} where ${condition.en}`,
      `${comma.zh}${condition.zh}时${steps.zh}`,
    );
  });
  const first = both('do the first that fits:', '按首个符合的执行：');
  return joined([first, ...words, elseWords(saying, otherwise)]);
}

function elseWords(saying: Saying, otherwise: readonly Step[]): Label {
  if (otherwise.length === 0) return both('', '');
  const steps = inList(saying, otherwise);
  return both(`, or else ${steps.en}`, `，否则${steps.zh}`);
}

function joined(parts: readonly Label[]): Label {
  return both(parts.map(({ en }) => en).join(''), parts.map(({ zh }) => zh).join(''));
}

function repeatWords(saying: Saying, { by, steps, max }: Of<'repeat'>): Label {
  const list = inList(saying, steps);
  if (by.kind === 'times') {
    return by.count === 1
      ? both(`do once ${list.en}`, `做 1 次${list.zh}`)
      : both(`repeat ${by.count} times ${list.en}`, `重复 ${by.count} 次${list.zh}`);
  }
  if (by.kind === 'each') {
    const who = by.select
      ? selectionWords(saying.names, by.select)
      : listed(
          by.devices.map((device) => deviceWords(saying.names, device)),
          'and',
        );
    const most = by.select ? both(` (at most ${max} of them)`, `（最多 ${max} 个）`) : both('', '');
    return both(
      `one after another, for each of ${who.en}${most.en}, do ${list.en}`,
      `对${who.zh}${most.zh}逐一执行${list.zh}`,
    );
  }
  const condition = saying.condition(by.condition);
  return by.kind === 'while'
    ? both(
        `repeat ${list.en} as long as ${condition.en} (at most ${max} times)`,
        `只要${condition.zh}就重复${list.zh}（最多 ${max} 次）`,
      )
    : both(
        `repeat ${list.en} until ${condition.en} (at most ${max} times)`,
        `重复${list.zh}直到${condition.zh}（最多 ${max} 次）`,
      );
}

function stopWords({ names }: Saying, { as, why }: Of<'stop'>): Label {
  const end =
    as === 'done' ? both('end here', '到此结束') : both('end here as failed', '以失败结束');
  if (why === null) return end;
  const [en, zh] = [textWords(names, why.en), textWords(names, why.zh)];
  return JSON.stringify(why.en) === JSON.stringify(why.zh)
    ? both(`${end.en} (“${en.en}”)`, `${end.zh}(“${zh.zh}”)`)
    : both(
        `${end.en} (“${en.en}”, in Chinese “${zh.en}”)`,
        `${end.zh}（“${zh.zh}”，英文“${en.zh}”）`,
      );
}

/** What a wait is for, as a clause: "Hall motion sees no motion for 3 minutes". */
export function waitForWords(saying: Saying, until: WaitFor): Label {
  const { names } = saying;
  if (until.kind === 'trigger') {
    const { trigger } = until;
    if (trigger.kind !== 'so') return saying.trigger(trigger);
    const condition = saying.condition(trigger.condition);
    if (trigger.forMs === null) return condition;
    const time = durationText(trigger.forMs);
    return both(`${condition.en}, for ${time.en}`, `${condition.zh}满 ${time.zh}`);
  }
  if (until.kind === 'holds') return heldWords(names, until.of, until.forMs);
  if (until.kind === 'presses') {
    return listed(
      until.of.map((press) => pressWords(names, press)),
      'or',
    );
  }
  return listed(
    until.of.map((level) => levelWords(names, level, 'becomes')),
    'or',
  );
}

function waitWords(saying: Saying, step: Extract<FlowStep, { kind: 'wait' }>): Label {
  const what = waitForWords(saying, step.until);
  const limit = step.timeoutMs === null ? null : durationText(step.timeoutMs);
  const most = limit ? both(` (at most ${limit.en})`, `（最长 ${limit.zh}）`) : both('', '');
  const inner = step.otherwise.length === 0 ? null : saying.steps(step.otherwise);
  const otherwise = inner ? both(`, or else [${inner.en}]`, `，超时则[${inner.zh}]`) : both('', '');
  return both(
    `wait until ${what.en}${most.en}${otherwise.en}`,
    `等到${what.zh}${most.zh}${otherwise.zh}`,
  );
}
