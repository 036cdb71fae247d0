// Limits on guessing passwords: for each account and for the hub as a whole, never by address alone (an
// attacker has many, a household behind a router has one). Waits run on monotonic time, so no step of the
// clock shortens them, and they are kept in the settings, so no restart does. Signed-in pages never notice.
import { createHash } from 'node:crypto';
import type { Instant } from '../model/clock.ts';
import { HubError } from '../model/errors.ts';

/** Where the counts are kept between restarts. */
export const ATTEMPTS_SETTING = 'security.attempts';

const FREE_FAILURES = 5;
/** Short enough that nobody can keep an owner out for long, long enough that 10,000 guesses take a month. */
const WAIT_MS_MAX = 300_000;
const FORGET_MS = 3_600_000;
/** For all accounts together: a burst of 60, then one each 10 s. */
const GLOBAL_BURST = 60;
const GLOBAL_REFILL_MS = 10_000;
const ACCOUNTS_MAX = 1_000;

/** Guessing is paused; `retryAfterSeconds` says for how long. */
export class TooManyAttemptsError extends HubError {
  readonly retryAfterSeconds: number;

  constructor(waitMs: number) {
    const seconds = Math.max(1, Math.ceil(waitMs / 1000));
    super(
      'too-many-attempts',
      `Too many wrong passwords; the next try is possible in ${seconds} s`,
      {
        hint: 'A page that is signed in goes on working. On the hub itself, `ingle reset-password` sets a new password.',
      },
    );
    this.retryAfterSeconds = seconds;
  }
}

export interface Attempts {
  /** Counts a failure, before the password is looked at so that guesses in parallel count too. @throws TooManyAttemptsError */
  begin(account: string): void;
  /** The password was right: takes the failure back and forgets the account's earlier ones. */
  succeeded(account: string): void;
}

export interface AttemptsOptions {
  now(): Instant;
  /** What `save` was last given in an earlier life; null at the first start. */
  readonly saved: string | null;
  /** Keeps the counts. Never rejects: a failure to keep them is the giver's to report. */
  save(text: string): Promise<void>;
}

interface Account {
  failures: number;
  lastMonoMs: number;
  blockedUntilMonoMs: number;
}

/** Accounts are named by a hash, so that what is kept does not list who tried to sign in. */
function keyOf(account: string): string {
  const name = account.normalize('NFKC').trim().toLowerCase();
  return createHash('sha256').update(name).digest('base64url').slice(0, 22);
}

export function createAttempts(options: AttemptsOptions): Attempts {
  const accounts = new Map<string, Account>();
  let tokens = GLOBAL_BURST;
  let refilledMonoMs = options.now().monoMs;
  let isSaving = false;
  let isDirty = false;
  restore();

  function restore(): void {
    const saved = parseSaved(options.saved);
    const { monoMs } = options.now();
    tokens = saved.tokens;
    for (const [key, failures, waitMs] of saved.accounts) {
      accounts.set(key, { failures, lastMonoMs: monoMs, blockedUntilMonoMs: monoMs + waitMs });
    }
  }

  function save(): void {
    isDirty = true;
    if (isSaving) return;
    isSaving = true;
    void (async () => {
      while (isDirty) {
        isDirty = false;
        await options.save(serialize());
      }
      isSaving = false;
    })();
  }

  function serialize(): string {
    const { monoMs } = options.now();
    const rows = [...accounts].map(([key, account]) => [
      key,
      account.failures,
      Math.max(0, Math.round(account.blockedUntilMonoMs - monoMs)),
    ]);
    return JSON.stringify({ tokens: Math.floor(tokens), accounts: rows });
  }

  function refill(monoMs: number): void {
    const gained = Math.floor((monoMs - refilledMonoMs) / GLOBAL_REFILL_MS);
    if (gained <= 0) return;
    tokens = Math.min(GLOBAL_BURST, tokens + gained);
    refilledMonoMs += gained * GLOBAL_REFILL_MS;
  }

  function makeRoom(): void {
    if (accounts.size < ACCOUNTS_MAX) return;
    // The fewest failures go first: an account under attack is never the one that is forgotten.
    let least: string | null = null;
    let fewest = Infinity;
    for (const [key, account] of accounts) {
      if (account.failures < fewest) [least, fewest] = [key, account.failures];
    }
    if (least !== null) accounts.delete(least);
  }

  return {
    begin(account) {
      const { monoMs } = options.now();
      refill(monoMs);
      const key = keyOf(account);
      let entry = accounts.get(key);
      if (entry !== undefined && monoMs - entry.lastMonoMs > FORGET_MS) entry = undefined;
      if (entry !== undefined && entry.blockedUntilMonoMs > monoMs) {
        throw new TooManyAttemptsError(entry.blockedUntilMonoMs - monoMs);
      }
      if (tokens < 1) {
        throw new TooManyAttemptsError(refilledMonoMs + GLOBAL_REFILL_MS - monoMs);
      }
      tokens -= 1;
      if (entry === undefined) {
        makeRoom();
        entry = { failures: 0, lastMonoMs: monoMs, blockedUntilMonoMs: 0 };
        accounts.set(key, entry);
      }
      entry.failures += 1;
      entry.lastMonoMs = monoMs;
      const over = entry.failures - FREE_FAILURES;
      if (over >= 0) {
        entry.blockedUntilMonoMs = monoMs + Math.min(WAIT_MS_MAX, 1000 * 2 ** Math.min(over, 20));
      }
      save();
    },
    succeeded(account) {
      const key = keyOf(account);
      if (!accounts.delete(key)) return;
      tokens = Math.min(GLOBAL_BURST, tokens + 1);
      save();
    },
  };
}

interface Saved {
  readonly tokens: number;
  readonly accounts: readonly (readonly [key: string, failures: number, waitMs: number])[];
}

/** What an earlier life kept; anything unreadable counts as an exhausted hub, never as a clean slate. */
function parseSaved(text: string | null): Saved {
  if (text === null) return { tokens: GLOBAL_BURST, accounts: [] };
  try {
    const read: unknown = JSON.parse(text);
    if (typeof read !== 'object' || read === null) return { tokens: 0, accounts: [] };
    const tokens = 'tokens' in read && typeof read.tokens === 'number' ? read.tokens : 0;
    const rows = 'accounts' in read && Array.isArray(read.accounts) ? read.accounts : [];
    const accounts = rows.slice(0, ACCOUNTS_MAX).flatMap((row: unknown) => {
      if (!Array.isArray(row)) return [];
      const [key, failures, waitMs]: unknown[] = row;
      const isWhole =
        typeof key === 'string' && typeof failures === 'number' && typeof waitMs === 'number';
      return isWhole ? [[key, failures, Math.min(waitMs, WAIT_MS_MAX)] as const] : [];
    });
    return { tokens: Math.max(0, Math.min(GLOBAL_BURST, tokens)), accounts };
  } catch {
    return { tokens: 0, accounts: [] };
  }
}
