// What a device has that nothing of the home is made of: a list of bounded length on its description, each with the
// reason, so that nothing is lost without a word.
import type { NodeDescription } from '../../hub/model/device.ts';
import type { Words } from '../../hub/model/words.ts';

/** A part of a device that no property is made of, and why. */
export interface LeftOut {
  readonly what: string;
  readonly why: Words;
}

const LISTED_MAX = 100;
const TEXT_CHARACTERS_MAX = 120;

/** A description's list of what was left out; none where nothing was. */
export function notShownOf(leftOut: readonly LeftOut[]): Pick<NodeDescription, 'notShown'> {
  if (leftOut.length === 0) return {};
  const listed = leftOut.slice(0, LISTED_MAX);
  const rest = leftOut.length - listed.length;
  const all = rest === 0 ? listed : [...listed, { what: `+ ${rest}`, why: TOO_MANY }];
  return {
    notShown: all.map(({ what, why }) => ({
      what: what.slice(0, TEXT_CHARACTERS_MAX),
      parts: [],
      why,
    })),
  };
}

const TOO_MANY: Words = { en: 'too many to be listed', zh: '太多，无法一一列出' };
