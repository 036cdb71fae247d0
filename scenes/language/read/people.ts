// Reads steps that tell people something, and ask them.

import type * as v from 'valibot';
import type { Role } from '../../../hub/model/home.ts';
import { nearestName } from '../../../hub/model/nearest-name.ts';
import type { ReadContext } from '../context.ts';
import type { Path } from '../document.ts';
import type { EffectStep, NotifyStep } from '../effect-steps.ts';
import { mistake, withHint } from '../mistakes.ts';
import { effectStepShapes } from '../shapes/effects.ts';
import { UNREAD } from '../shapes/parts.ts';
import { isComplete, type Reading, shapedKind } from './reading.ts';
import { readTexts } from './texts.ts';

const SHAPES = effectStepShapes(UNREAD);
/** How long an answer is waited for, how far apart a message is repeated, and how often, where the file does not say. */
const WAIT_MS = 600_000;
const REPEAT = { everyMs: 300_000, times: 6 };

/** Steps about people, by key. */
export const PEOPLE_STEPS = {
  notify: shapedKind(SHAPES.notify, [], readNotify),
  confirm: shapedKind(SHAPES.confirm, [], readConfirm),
};

/** Who is meant by a word of `to`. Owners are adults of the home too. */
const AUDIENCES: Readonly<Record<string, readonly Role[]>> = {
  everyone: ['owner', 'adult', 'child', 'elder', 'guest', 'installer'],
  owner: ['owner'],
  owners: ['owner'],
  adult: ['owner', 'adult'],
  adults: ['owner', 'adult'],
  child: ['child'],
  children: ['child'],
  elder: ['elder'],
  elders: ['elder'],
  guest: ['guest'],
  guests: ['guest'],
  installer: ['installer'],
  installers: ['installer'],
};
const ROLE_ORDER: readonly Role[] = ['owner', 'adult', 'elder', 'child', 'guest', 'installer'];

function readNotify(
  reading: Reading,
  shaped: v.InferOutput<typeof SHAPES.notify>,
  path: Path,
): EffectStep | null {
  const { context } = reading;
  const { to, text, urgent = false, actions, wait } = shaped.notify;
  const at = [...path, 'notify'];
  const roles = to === undefined ? [] : readAudience(context, to, [...at, 'to']);
  const words = readTexts(context, text, [...at, 'text']);
  const repeat = readRepeat(context, shaped, at);
  const buttons = actions === undefined ? undefined : readActions(reading, shaped, path);
  const otherwise =
    shaped.else === undefined ? undefined : reading.steps(shaped.else, [...path, 'else']);
  const waitMs = wait === undefined ? WAIT_MS : context.duration(wait, [...at, 'wait']);
  const isAsked = actions !== undefined || shaped.notify.until !== undefined;
  if (actions !== undefined && shaped.notify.until !== undefined) {
    return context.refuse(
      [...at, 'until'],
      mistake(
        'A message has buttons of its own, or is repeated until it is seen',
        '消息要么自带按钮，要么反复发送到有人看到为止',
      ),
      'key',
    );
  }
  if (!isAsked && (shaped.else ?? wait) !== undefined) {
    const key = shaped.else === undefined ? [...at, 'wait'] : [...path, 'else'];
    return context.refuse(
      key,
      mistake(
        'Nobody is asked anything here: give it `actions`, or `until: acknowledged`',
        '这里没有问任何人：请写 `actions`，或 `until: acknowledged`',
      ),
      'key',
    );
  }
  if (actions === undefined && shaped.answers !== undefined) {
    return context.refuse(
      [...path, 'answers'],
      mistake(
        '`answers` go with the `actions` of the message',
        '`answers` 要和消息的 `actions` 一起用',
      ),
      'key',
    );
  }
  if (roles === null || words === null || repeat === null || buttons === null || waitMs === null) {
    return null;
  }
  return {
    ...{ kind: 'notify', to: roles, text: words, urgent },
    ...(buttons === undefined ? {} : { actions: buttons, waitMs }),
    ...(repeat === undefined ? {} : { repeat }),
    ...(otherwise === undefined ? {} : { otherwise }),
    onError: shaped['on-error'] ?? 'continue',
  };
}

function readRepeat(
  context: ReadContext,
  { notify }: v.InferOutput<typeof SHAPES.notify>,
  at: Path,
): NotifyStep['repeat'] | null {
  const { until, every, times } = notify;
  if (until === undefined) {
    if ((every ?? times) === undefined) return undefined;
    const key = every === undefined ? 'times' : 'every';
    const words = mistake(
      `\`${key}\` goes with \`until: acknowledged\``,
      `\`${key}\` 要和 \`until: acknowledged\` 一起用`,
    );
    return context.refuse([...at, key], words, 'key');
  }
  const everyMs = every === undefined ? REPEAT.everyMs : context.duration(every, [...at, 'every']);
  if (everyMs === null) return null;
  if (everyMs < 10_000) {
    const words = mistake('At least 10s lie between two messages', '两条消息之间至少隔 10s');
    return context.refuse([...at, 'every'], words);
  }
  return { everyMs, times: times ?? REPEAT.times };
}

function readActions(
  reading: Reading,
  shaped: v.InferOutput<typeof SHAPES.notify>,
  path: Path,
): NonNullable<NotifyStep['actions']> | null {
  const { context } = reading;
  const { actions = {} } = shaped.notify;
  const { answers = {} } = shaped;
  for (const id of Object.keys(answers)) {
    if (Object.hasOwn(actions, id)) continue;
    const shown = id.slice(0, 40);
    const words = mistake(`There is no button "${shown}"`, `没有按钮“${shown}”`);
    const nearest = nearestName(id, Object.keys(actions));
    context.refuse([...path, 'answers', id], withHint(words, nearest), 'key');
  }
  const read = Object.entries(actions).map(([id, text]) => {
    const words = readTexts(context, text, [...path, 'notify', 'actions', id]);
    const steps = Object.hasOwn(answers, id)
      ? reading.steps(answers[id] ?? [], [...path, 'answers', id])
      : [];
    return words && { id, text: words, steps };
  });
  return isComplete(read) ? read : null;
}

function readConfirm(
  reading: Reading,
  shaped: v.InferOutput<typeof SHAPES.confirm>,
  path: Path,
): EffectStep | null {
  const { context } = reading;
  const { ask, of, timeout } = shaped.confirm;
  const at = [...path, 'confirm'];
  const to = of === undefined ? [] : readAudience(context, of, [...at, 'of']);
  const text = readTexts(context, ask, [...at, 'ask']);
  const timeoutMs = timeout === undefined ? WAIT_MS : context.duration(timeout, [...at, 'timeout']);
  const otherwise = reading.steps(shaped.else ?? [], [...path, 'else']);
  if (to === null || text === null || timeoutMs === null) return null;
  return { kind: 'confirm', to, text, timeoutMs, otherwise };
}

function readAudience(
  context: ReadContext,
  to: string | readonly string[],
  path: Path,
): Role[] | null {
  const words = typeof to === 'string' ? [to] : to;
  const roles = new Set<Role>();
  for (const [index, word] of words.entries()) {
    const meant = Object.hasOwn(AUDIENCES, word) ? AUDIENCES[word] : undefined;
    if (meant === undefined) {
      const known = ['everyone', 'owners', 'adults', 'elders', 'children', 'guests', 'installers'];
      const at = typeof to === 'string' ? path : [...path, index];
      const words = mistake(
        `"${word.slice(0, 40)}" is nobody of this home`,
        `家里没有“${word.slice(0, 40)}”这类人`,
      );
      const all = mistake(`write ${known.join(', ')}`, `请写 ${known.join('、')}`);
      return context.refuse(at, withHint(words, nearestName(word, known), all));
    }
    for (const role of meant) roles.add(role);
  }
  return ROLE_ORDER.filter((role) => roles.has(role));
}
