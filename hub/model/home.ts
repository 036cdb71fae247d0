// What the household sets about itself: the home, its rooms, members, scenes and inbox.
import type { Cause } from './cause.ts';
import type { Problem } from './errors.ts';
import type { MemberId, NotificationId, RoomId, RunId, SceneId, TokenId } from './identifiers.ts';

export type Language = 'en' | 'zh';
export const LANGUAGES: readonly Language[] = ['en', 'zh'];

/** The home as a whole; one row of home.db. */
export interface HomeRecord {
  readonly name: string;
  /** The language of texts that no member's own setting decides, such as notifications. */
  readonly language: Language;
  /** IANA zone, such as `Europe/Berlin`. */
  readonly zone: string;
  readonly place: { readonly latitude: number; readonly longitude: number } | null;
  /** Holidays, as `2026-12-24`, or `12-24` for every year; sorted; absent: none are kept. */
  readonly holidays?: readonly string[];
  /** home, away, night, holiday, or the household's own: the one that holds until the core has been told another. */
  readonly mode: string;
  /** The household's own modes; absent: none. */
  readonly modes?: readonly string[];
  /**
   * The mode that this version's edit asked for besides, which the core keeps: it is told at the next start where a
   * stop came in between, that is where the mode is still the one of `insteadOfMs`.
   */
  readonly askedMode?: {
    readonly mode: string;
    readonly insteadOfMs: number | null;
    readonly cause: Cause;
  };
  readonly version: number;
}

export interface RoomRecord {
  readonly id: RoomId;
  readonly name: string;
  readonly icon: string | null;
  /** Rooms are shown by ascending order. */
  readonly order: number;
  readonly version: number;
}

export type Role = 'owner' | 'adult' | 'child' | 'elder' | 'guest' | 'installer';

export interface MemberRecord {
  readonly id: MemberId;
  readonly name: string;
  readonly role: Role;
  readonly language: Language;
  readonly version: number;
  readonly createdAtMs: number;
}

/** A member's sign-in: the password's hash stands apart so that a MemberRecord can be shown. */
export interface CredentialRecord {
  readonly member: MemberId;
  /** Encoded argon2id string. */
  readonly passwordHash: string;
}

/** A signed-in page or a program's token; only the hash of the secret is kept. */
export interface TokenRecord {
  readonly id: TokenId;
  readonly kind: 'session' | 'token';
  readonly member: MemberId;
  readonly label: string;
  /** SHA-256 of the secret, hex. */
  readonly secretHash: string;
  readonly createdAtMs: number;
  readonly lastUsedAtMs: number;
  readonly expiresAtMs: number | null;
}

/** A scene as it is stored; `source` names devices by id, so that a rename breaks nothing. */
export interface SceneRecord {
  readonly id: SceneId;
  readonly name: string;
  readonly enabled: boolean;
  /** YAML text with comments kept, devices and rooms by id. */
  readonly source: string;
  readonly author: MemberId | null;
  /** Its runs are shown and act on nothing; absent: they act. */
  readonly shadow?: boolean;
  readonly version: number;
  readonly updatedAtMs: number;
}

/** A button of a message; its answer goes to the run that asked. */
export interface NotificationAction {
  readonly id: string;
  readonly text: string;
}

/** How far a message has come on the way out of the house, to the channel that the owner has set. */
export interface NotificationDelivery {
  readonly channel: 'ntfy';
  /** `waiting`: an attempt failed and another comes; `unknown`: the hub stopped before it heard. */
  readonly state: 'sending' | 'waiting' | 'sent' | 'failed' | 'unknown';
  readonly attempts: number;
  readonly atMs: number;
  readonly problem: Problem | null;
}

/** What somebody answered, and when. */
export interface NotificationAnswer {
  readonly action: string;
  /** Null: root on the hub itself. */
  readonly by: MemberId | null;
  readonly atMs: number;
}

/** A message in the page's inbox. */
export interface NotificationRecord {
  readonly id: NotificationId;
  readonly atMs: number;
  readonly text: string;
  readonly urgent: boolean;
  /** Roles that see it; empty: everybody but children and guests. */
  readonly to: readonly Role[];
  readonly scene: SceneId | null;
  readonly run: RunId | null;
  readonly readAtMs: number | null;
  /** Buttons, until one is pressed or the question's time is over. */
  readonly actions?: readonly NotificationAction[];
  /** Wall time after which an answer comes too late; absent: whenever the run still waits. */
  readonly answerUntilMs?: number;
  readonly answer?: NotificationAnswer;
  readonly delivery?: NotificationDelivery;
}
