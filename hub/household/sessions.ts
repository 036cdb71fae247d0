// Signed-in pages and programs' tokens: opaque 256-bit secrets of which only the SHA-256 is kept. Ends at once
// when revoked: whoever holds a stream open for a session is told. Expiry runs on monotonic time within one
// life of the hub, so neither a clock set back prolongs a session nor a clock set right ends a fresh one.
import { createHash } from 'node:crypto';
import type { Instant } from '../model/clock.ts';
import { NotFoundError } from '../model/errors.ts';
import type { MemberRecord, TokenRecord } from '../model/home.ts';
import type { Actor, Household } from '../model/hub-port.ts';
import { type MemberId, type TokenId, tokenId } from '../model/identifiers.ts';
import { isSameSecret, randomSecret, randomSuffix, secretHash } from './secrets.ts';

const DAY_MS = 86_400_000;
/** A page stays signed in this long after it was last used. */
export const SESSION_MS = 30 * DAY_MS;
/** How often use is written down: home.db is not written for every request. */
const TOUCH_MS = DAY_MS;
/** Sessions and tokens of one member; beyond it the one that was not used for longest ends. */
export const TOKENS_PER_MEMBER_MAX = 50;
const LABEL_CHARACTERS_MAX = 80;

/** A secret that was found to be good, and whose it is. */
export interface Found {
  readonly token: TokenRecord;
  readonly member: MemberRecord;
}

export interface Minted {
  readonly record: TokenRecord;
  /** Given out once and not kept. */
  readonly secret: string;
}

export interface Sessions {
  /** A new secret, not stored yet. `lifetimeMs` null: until revoked. */
  mint(
    member: MemberId,
    kind: TokenRecord['kind'],
    label: string,
    lifetimeMs: number | null,
  ): Minted;
  /** Mints and stores; ends the member's least used ones beyond the limit. */
  open(
    member: MemberId,
    kind: TokenRecord['kind'],
    label: string,
    lifetimeMs: number | null,
    actor: Actor,
  ): Promise<Minted>;
  /** Whose the secret is; null when it is unknown, of the other kind, revoked or expired. */
  find(secret: string, kind: TokenRecord['kind']): Found | null;
  /** Whether a session found earlier is still good, with the role that it had. */
  isStillGood(found: Found): boolean;
  /**
   * Notes its use, at most once a day; a session then lasts anew, and its cookie must be given again. Null when
   * there is nothing to note; else what is being written, which no request needs to wait for.
   */
  touch(found: Found): Promise<void> | null;
  /** @throws NotFoundError */
  end(id: TokenId, actor: Actor): Promise<void>;
  /** Ends all sessions and tokens of a member but one. */
  endAll(member: MemberId, except: TokenId | null, actor: Actor): Promise<void>;
  /** Calls back when the session ends; returns the way to stop listening. */
  onEnd(id: TokenId, listener: () => void): () => void;
}

/** The value of `X-Ingle-Token` that belongs to a session's secret: known to the page, not to another site's form. */
export function pageTokenOf(secret: string): string {
  return createHash('sha256').update(`ingle page token\n${secret}`).digest('base64url');
}

/** Whether the header's value belongs to the secret. */
export function isPageTokenOf(secret: string, pageToken: string): boolean {
  return isSameSecret(pageTokenOf(secret), pageToken);
}

type Port = Pick<Household, 'contents' | 'putToken' | 'removeToken'>;

export function createSessions(household: Port, now: () => Instant): Sessions {
  /** When each expires, by monotonic time of this life. */
  const expiries = new Map<TokenId, number>();
  const listeners = new Map<TokenId, Set<() => void>>();
  const beingWritten = new Set<TokenId>();
  for (const token of household.contents().tokens) noteExpiry(token);

  function noteExpiry(token: TokenRecord): number {
    if (token.expiresAtMs === null) return Infinity;
    const known = expiries.get(token.id);
    if (known !== undefined) return known;
    const { wallMs, monoMs } = now();
    const leftMs = Math.min(token.expiresAtMs - wallMs, token.expiresAtMs - token.createdAtMs);
    expiries.set(token.id, monoMs + leftMs);
    return monoMs + leftMs;
  }

  function ended(id: TokenId): void {
    expiries.delete(id);
    const told = listeners.get(id);
    listeners.delete(id);
    for (const listener of told ?? []) listener();
  }

  function current(id: TokenId): Found | null {
    const { tokens, members } = household.contents();
    const token = tokens.find((each) => each.id === id);
    const member = members.find((each) => each.id === token?.member);
    if (token === undefined || member === undefined) return null;
    return noteExpiry(token) > now().monoMs ? { token, member } : null;
  }

  const sessions: Sessions = {
    mint(member, kind, label, lifetimeMs) {
      const secret = randomSecret();
      const { wallMs, monoMs } = now();
      const record: TokenRecord = {
        id: tokenId(`tok_${randomSuffix()}`),
        kind,
        member,
        label: label.replaceAll(/\p{C}/gu, '').slice(0, LABEL_CHARACTERS_MAX),
        secretHash: secretHash(secret),
        createdAtMs: wallMs,
        lastUsedAtMs: wallMs,
        expiresAtMs: lifetimeMs === null ? null : wallMs + lifetimeMs,
      };
      if (lifetimeMs !== null) expiries.set(record.id, monoMs + lifetimeMs);
      return { record, secret };
    },
    async open(member, kind, label, lifetimeMs, actor) {
      const minted = sessions.mint(member, kind, label, lifetimeMs);
      const own = household
        .contents()
        .tokens.filter((token) => token.member === member)
        .sort((a, b) => a.lastUsedAtMs - b.lastUsedAtMs);
      const surplus = own.slice(0, Math.max(0, own.length + 1 - TOKENS_PER_MEMBER_MAX));
      for (const token of surplus) await sessions.end(token.id, actor);
      await household.putToken(minted.record);
      return minted;
    },
    find(secret, kind) {
      const wanted = secretHash(secret);
      const token = household
        .contents()
        .tokens.find((each) => each.secretHash === wanted && each.kind === kind);
      return token === undefined ? null : current(token.id);
    },
    isStillGood(found) {
      const present = current(found.token.id);
      return present !== null && present.member.role === found.member.role;
    },
    touch({ token }) {
      const { wallMs, monoMs } = now();
      const isNoted = Math.abs(wallMs - token.lastUsedAtMs) < TOUCH_MS;
      if (isNoted || beingWritten.has(token.id)) return null;
      const isSession = token.kind === 'session';
      const expiresAtMs = isSession ? wallMs + SESSION_MS : token.expiresAtMs;
      if (isSession) expiries.set(token.id, monoMs + SESSION_MS);
      beingWritten.add(token.id);
      return household
        .putToken({ ...token, lastUsedAtMs: wallMs, expiresAtMs })
        .finally(() => beingWritten.delete(token.id));
    },
    async end(id, actor) {
      if (!household.contents().tokens.some((token) => token.id === id)) {
        throw new NotFoundError('token', id);
      }
      await household.removeToken(id, actor);
      ended(id);
    },
    async endAll(member, except, actor) {
      const all = household.contents().tokens.filter((token) => token.member === member);
      for (const { id } of all) {
        if (id !== except) await sessions.end(id, actor);
      }
    },
    onEnd(id, listener) {
      const told = listeners.get(id) ?? new Set();
      listeners.set(id, told.add(listener));
      return () => {
        told.delete(listener);
        if (told.size === 0 && listeners.get(id) === told) listeners.delete(id);
      };
    },
  };
  return sessions;
}
