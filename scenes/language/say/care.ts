// What a step says about its success, in words: how many targets, what is expected, how it is tried again, and what
// follows where it came to nothing.
import type { Label } from '../../../hub/model/property-row.ts';
import type { Care } from '../effect-steps.ts';
import { durationText } from '../literals.ts';
import type { OnError } from '../steps.ts';
import { both, levelWords } from '../words.ts';
import type { Saying } from './saying.ts';

/** A step with what it does when it does not succeed. */
export function withOnError(words: Label, onError: OnError): Label {
  return onError === 'continue'
    ? words
    : both(`${words.en} (or else end)`, `${words.zh}（不成则结束）`);
}

/** A step with all that is said of its success. */
export function withCare(
  saying: Saying,
  words: Label,
  step: { readonly care?: Care; readonly onError: OnError },
): Label {
  const { care } = step;
  if (care === undefined) return withOnError(words, step.onError);
  const parts = [words, okWords(care), expectWords(saying, care), retryWords(care)];
  const whole = withOnError(
    both(parts.map(({ en }) => en).join(''), parts.map(({ zh }) => zh).join('')),
    step.onError,
  );
  const { otherwise = [] } = care;
  if (otherwise.length === 0) return whole;
  const inner = saying.steps(otherwise);
  return both(`${whole.en}, or else [${inner.en}]`, `${whole.zh}，不成则[${inner.zh}]`);
}

function okWords({ okIf }: Care): Label {
  if (okIf === undefined) return both('', '');
  return okIf === 'any'
    ? both(' (one of them is enough)', '（有一个成功即可）')
    : both(` (${okIf} of them are enough)`, `（有 ${okIf} 个成功即可）`);
}

function expectWords({ names }: Saying, { expect }: Care): Label {
  if (expect === undefined) return both('', '');
  const levels = expect.of.map((level) => levelWords(names, level, 'is'));
  const time = durationText(expect.withinMs);
  return both(
    `, and see within ${time.en} that ${levels.map(({ en }) => en).join(' and ')}`,
    `，并在 ${time.zh}内看到${levels.map(({ zh }) => zh).join('且')}`,
  );
}

function retryWords({ retry }: Care): Label {
  if (retry === undefined) return both('', '');
  const every = durationText(retry.everyMs);
  const within = durationText(retry.withinMs);
  return both(
    `, trying again up to ${retry.times} times from ${every.en} on, for at most ${within.en}`,
    `，失败则从 ${every.zh}后起重试最多 ${retry.times} 次，最长 ${within.zh}`,
  );
}
