// What a device has that nothing of the home is made of: a list of bounded length on its description, each with the
// reason, so that nothing is lost without a word.
import type { NodeDescription, NotShown } from '../../hub/model/device.ts';
import type { Words } from '../../hub/model/words.ts';

/** A part of a device that no property is made of, and why. */
export interface LeftOut {
  readonly what: string;
  readonly why: Words;
}

const LISTED_MAX = 100;
const TEXT_CHARACTERS_MAX = 120;

/** What was left out, as a description lists it. */
export function notShownOf(leftOut: readonly LeftOut[]): Pick<NodeDescription, 'notShown'> {
  return notShown(leftOut.map(({ what, why }) => ({ what, parts: [], why })));
}

/** A description's list; none where nothing was left out. */
export function notShown(list: readonly NotShown[]): Pick<NodeDescription, 'notShown'> {
  if (list.length === 0) return {};
  const listed = list.slice(0, LISTED_MAX).map(({ what, ...more }) => ({
    what: what.slice(0, TEXT_CHARACTERS_MAX),
    ...more,
  }));
  const rest = list.length - listed.length;
  if (rest === 0) return { notShown: listed };
  const why = { en: 'too many to be listed', zh: '太多，无法一一列出' };
  return { notShown: [...listed, { what: `+ ${rest}`, parts: [], why }] };
}
