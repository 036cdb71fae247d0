// What the API takes and answers about calls to the outside, the pushed inbox, and the buttons of messages.
import * as v from 'valibot';
import { timeJson } from './shapes.ts';

const line = (max: number) => v.pipe(v.string(), v.minLength(1), v.maxLength(max));
const problemWords = { message: v.string(), hint: v.nullable(v.string()) };
const rules = v.pipe(v.array(line(300)), v.maxLength(100));

export const outboundBody = v.strictObject({
  /** Entries to add: addresses, or `mqtt:` and a filter of topics. */
  allow: v.optional(rules),
  remove: v.optional(rules),
  /** The household's own ntfy server; null: the inbox is not pushed. Without a token the one that is there stays. */
  push: v.optional(
    v.nullable(
      v.strictObject({
        url: line(300),
        topic: line(64),
        token: v.optional(v.nullable(line(200))),
      }),
    ),
  ),
});

/** The token itself is never shown. */
export const outboundJson = v.object({
  allow: v.array(v.string()),
  push: v.nullable(v.object({ url: v.string(), topic: v.string(), hasToken: v.boolean() })),
});
export type OutboundJson = v.InferOutput<typeof outboundJson>;

/** A message of the inbox. */
export const notificationJson = v.object({
  id: v.string(),
  at: timeJson,
  text: v.string(),
  urgent: v.boolean(),
  to: v.array(v.string()),
  scene: v.nullable(v.string()),
  run: v.nullable(v.string()),
  readAt: v.nullable(timeJson),
  /** Buttons; none: it only tells something. */
  actions: v.array(v.object({ id: v.string(), text: v.string() })),
  /** After this an answer comes too late. */
  answerUntil: v.nullable(timeJson),
  answer: v.nullable(v.object({ action: v.string(), at: timeJson })),
  /** On its way to the household's own server; null: it stands in the inbox alone. */
  delivery: v.nullable(
    v.object({
      channel: v.picklist(['ntfy']),
      state: v.picklist(['sending', 'waiting', 'sent', 'failed', 'unknown']),
      attempts: v.number(),
      at: timeJson,
      problem: v.nullable(
        v.object({
          ...problemWords,
          /** The same in Chinese. */
          zh: v.optional(v.object(problemWords)),
        }),
      ),
    }),
  ),
});
export type NotificationJson = v.InferOutput<typeof notificationJson>;

/** How a message went on its way, as `POST /api/outbound/test` answers. */
export const deliveryJson = v.unwrap(notificationJson.entries.delivery);
export type DeliveryJson = v.InferOutput<typeof deliveryJson>;

export const answerBody = v.strictObject({ action: line(40) });
