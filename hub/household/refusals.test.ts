// Refusals that a household meets in the page, in the language of its reader.
import { describe, expect, it } from 'vitest';
import { HubError } from '../model/errors.ts';
import { checkModes, checkName, checkPlace, checkVersion, checkZone } from './checks.ts';
import { changeOutbound } from './outbound/settings.ts';
import { checkPassword } from './passwords.ts';

const OUTBOUND = { allow: [], push: null };

/** What somebody does in the page that cannot be, each with the value that is told back. */
const REFUSED: readonly (readonly [what: string, act: () => unknown])[] = [
  ['an edit of an old version', () => checkVersion('Hall', 1, 2)],
  ['a room without a name', () => checkName('room', ' ')],
  ['a name that is too long', () => checkName('device', 'ü'.repeat(200))],
  ['no time zone', () => checkZone('999')],
  ['a place beyond the pole', () => checkPlace({ latitude: 91, longitude: 0 })],
  ['a mode that is no handle', () => checkModes(['?'])],
  ['a short password', () => checkPassword('1234')],
  ['a password that repeats itself', () => checkPassword('1212121212121212')],
  ['an entry that is no address', () => changeOutbound(OUTBOUND, { allow: ['42'] }, 0)],
  ['an entry that is not there', () => changeOutbound(OUTBOUND, { remove: ['mqtt:1/2'] }, 0)],
];

describe('what the household refuses', () => {
  it.each(REFUSED)('is told to a Chinese reader in Chinese: %s', (_what, act) => {
    let problem: unknown = null;
    try {
      act();
    } catch (thrown) {
      problem = thrown;
    }
    if (!(problem instanceof HubError)) throw new Error('nothing was refused');
    const { message, hint } = problem.zh ?? { message: '', hint: null };
    expect(message).toMatch(/\p{Script=Han}/u);
    // Figures and what was typed stand in it; no English word does.
    expect(message.replace(/mqtt/, '')).not.toMatch(/[a-z]{2}/i);
    if (hint !== null) expect(hint).toMatch(/\p{Script=Han}/u);
  });
});
