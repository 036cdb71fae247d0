// What leaves the house because a scene or the inbox says so: HTTP calls, MQTT messages, pushed notifications. The core
// only asks for it; main has it done in a thread of its own, by the list that the owner keeps.
import type { Problem } from './errors.ts';
import type { NotificationDelivery } from './home.ts';
import type { OutboundId } from './identifiers.ts';

export const HTTP_METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
export type HttpMethod = (typeof HTTP_METHODS)[number];

/** What a scene asks for, with all blanks filled. */
export type OutboundCall =
  | {
      readonly kind: 'http';
      readonly method: HttpMethod;
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string | null;
      /** From the first byte to the last. */
      readonly timeoutMs: number;
    }
  | {
      readonly kind: 'mqtt';
      readonly topic: string;
      readonly payload: string;
      readonly retain: boolean;
    };

/** A call whose intent is on disk; it is done once. */
export interface OutboundRequest {
  readonly id: OutboundId;
  readonly call: OutboundCall;
}

/** What became of a call. Without a problem it was done; `status` is HTTP's. */
export interface OutboundResult {
  readonly status: number | null;
  readonly problem: Problem | null;
}

export const OUTBOUND_LIMITS = {
  /** Bytes of a call's body, and of a message over MQTT. */
  bodyBytes: 64 * 1024,
  /** Bytes of an answer; of a longer one the connection is closed and the call has failed. */
  answerBytes: 256 * 1024,
  urlCharacters: 2_000,
  topicBytes: 256,
  headers: 20,
  headerCharacters: 1_000,
  timeoutMsMin: 1_000,
  timeoutMsMax: 30_000,
  timeoutMsDefault: 10_000,
  redirects: 3,
  /** Entries of the owner's list. */
  rules: 100,
  /** Calls waiting for their turn; one more is refused as busy. */
  waiting: 200,
  /** Calls under way at once. */
  atOnce: 8,
} as const;

/** A self-hosted ntfy server to which the inbox is pushed as well. */
export interface PushChannel {
  /** Base address such as `https://ntfy.example`. */
  readonly url: string;
  readonly topic: string;
  /** An access token of the server; never shown again. */
  readonly token: string | null;
  /** Messages from before are not pushed. */
  readonly sinceMs: number;
}

/** What the owner has set about what leaves: one record in home.db. */
export interface OutboundSettings {
  /** Addresses and topics, such as `https://example.org/hooks/` or `mqtt:ingle/#`. Empty: nothing leaves. */
  readonly allow: readonly string[];
  readonly push: PushChannel | null;
}

/** A change of it: entries to add and to remove, and the channel, null for none. An absent `token` stays as it is. */
export interface OutboundChange {
  readonly allow?: readonly string[] | undefined;
  readonly remove?: readonly string[] | undefined;
  readonly push?:
    | { readonly url: string; readonly topic: string; readonly token?: string | null | undefined }
    | null
    | undefined;
}

export const NO_OUTBOUND: OutboundSettings = { allow: [], push: null };

/** A message as it is pushed. */
export interface PushMessage {
  readonly title: string;
  readonly text: string;
  readonly urgent: boolean;
}

/** What the outbound thread is asked. */
export interface OutboundCalls {
  http(call: Extract<OutboundCall, { kind: 'http' }>, allow: readonly string[]): OutboundResult;
  /** One attempt; `mayRetry` where another later could succeed and this one surely did nothing. */
  push(
    message: PushMessage,
    channel: PushChannel,
  ): { readonly problem: Problem | null; readonly mayRetry: boolean };
}

/** The port of what leaves, for the front doors. */
export interface Outbound {
  /** Sends a message to the channel that is set, once. Without a problem it arrived. */
  testPush(): Promise<NotificationDelivery>;
}
