// Steps that say how a run goes on, in words.
import type { Label } from '../../../hub/model/property-row.ts';
import { durationText } from '../literals.ts';
import type { FlowStep, WaitFor } from '../steps.ts';
import { both, levelWords, listed, pressWords, type WordNames } from '../words.ts';
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
    case 'stop':
      return step.as === 'done'
        ? both('end here', '到此结束')
        : both('end here as failed', '以失败结束');
    default:
      return step satisfies never;
  }
}

/** What a wait is for, as a clause: "Hall motion sees no motion for 3 minutes". */
export function waitForWords(names: WordNames, until: WaitFor): Label {
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
  const what = waitForWords(saying.names, step.until);
  const limit = step.timeoutMs === null ? null : durationText(step.timeoutMs);
  const most = limit ? both(` (at most ${limit.en})`, `(最长 ${limit.zh})`) : both('', '');
  const inner = step.otherwise.length === 0 ? null : saying.steps(step.otherwise);
  const otherwise = inner ? both(`, or else [${inner.en}]`, `,超时则[${inner.zh}]`) : both('', '');
  return both(
    `wait until ${what.en}${most.en}${otherwise.en}`,
    `等到${what.zh}${most.zh}${otherwise.zh}`,
  );
}
