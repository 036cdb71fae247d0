// The bridge's stream of events, read as it comes: whole messages go to the bridge with how old each is, and whatever
// ends the stream is told once.
// Spec: CLIP API v2, "Events"; HTML Living Standard § 9.2 Server-sent events.
import type { IncomingMessage } from 'node:http';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { HubError } from '../../../hub/model/errors.ts';
import type { Json } from '../known-devices.ts';
import { lost, notOne } from '../lan-problems.ts';
import { HUE, type HueConnection } from './connection.ts';
import { isJson } from './resources.ts';

/** One message: what was added, changed or deleted. */
export interface HueMessage {
  readonly kind: 'add' | 'update' | 'delete' | 'other';
  readonly resources: readonly Json[];
  /** How long ago, by the bridge's own clock; null where it does not say. */
  readonly ageMs: number | null;
}

export interface StreamListener {
  heard(messages: readonly HueMessage[]): void;
  /** Something came that is no message: what it was is not known. */
  garbled(): void;
  /** Once, whatever ends the stream but `close()`. */
  ended(error: HubError): void;
}

const OPEN_WITHIN_MS = 8_000;
const MESSAGE_CHARACTERS_MAX = 2 * 1024 * 1024;
const EVENTS_MAX = 1_000;
const RESOURCES_MAX = 2_000;

export class EventStream {
  readonly #response: IncomingMessage;
  readonly #listener: StreamListener;
  readonly #address: string;
  /** What the bridge's clock said, and our own at that moment. */
  readonly #openedAt: { readonly bridgeMs: number; readonly ownMs: number };
  #lastEventId: string | null;
  #isOver = false;

  private constructor(
    response: IncomingMessage,
    address: string,
    lastEventId: string | null,
    listener: StreamListener,
  ) {
    this.#response = response;
    this.#address = address;
    this.#lastEventId = lastEventId;
    this.#listener = listener;
    const bridgeMs = Date.parse(response.headers.date ?? '');
    this.#openedAt = { bridgeMs, ownMs: performance.now() };
  }

  /** @throws HubError when it cannot be opened */
  static async open(
    connection: HueConnection,
    lastEventId: string | null,
    listener: StreamListener,
  ): Promise<EventStream> {
    const response = await connection.stream(lastEventId, OPEN_WITHIN_MS);
    const stream = new EventStream(response, connection.address.text, lastEventId, listener);
    stream.#read();
    return stream;
  }

  /** Of the last message; null before the first that had one. */
  get lastEventId(): string | null {
    return this.#lastEventId;
  }

  /** Ends it without a word to `ended`. */
  close(): void {
    this.#isOver = true;
    this.#response.destroy();
  }

  #read(): void {
    const parser = createParser({
      maxBufferSize: MESSAGE_CHARACTERS_MAX,
      onEvent: (event) => this.#received(event),
      onId: (id) => {
        // It goes back as a header.
        if (/^[\x21-\x7e]{1,100}$/.test(id)) this.#lastEventId = id;
      },
      onError: ({ type }) => {
        if (type === 'max-buffer-size-exceeded') this.#end(notOne(this.#address, HUE.en, HUE.zh));
      },
    });
    const response = this.#response;
    response.setEncoding('utf8');
    response.on('data', (text: string) => {
      if (!this.#isOver) parser.feed(text);
    });
    response.on('error', () => this.#end(lost(this.#address)));
    response.on('close', () => this.#end(lost(this.#address)));
  }

  #received({ data }: EventSourceMessage): void {
    if (this.#isOver) return;
    const messages = parseMessages(data, (time) => this.#ageOf(time));
    if (messages === null) this.#listener.garbled();
    else this.#listener.heard(messages);
  }

  #ageOf(time: unknown): number | null {
    if (typeof time !== 'string') return null;
    const { bridgeMs, ownMs } = this.#openedAt;
    const ageMs = bridgeMs + (performance.now() - ownMs) - Date.parse(time);
    return Number.isFinite(ageMs) ? ageMs : null;
  }

  #end(error: HubError): void {
    if (this.#isOver) return;
    this.close();
    this.#listener.ended(error);
  }
}

/** The messages of one event; null for what is none. */
export function parseMessages(
  data: string,
  ageOf: (time: unknown) => number | null,
): HueMessage[] | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(data);
  } catch {
    return null;
  }
  if (!Array.isArray(parsed)) return null;
  const messages: HueMessage[] = [];
  for (const each of parsed.slice(0, EVENTS_MAX)) {
    if (!isJson(each) || !Array.isArray(each.data)) return null;
    const { type, data: resources, creationtime } = each;
    const isKnown = type === 'add' || type === 'update' || type === 'delete';
    messages.push({
      kind: isKnown ? type : 'other',
      resources: resources.slice(0, RESOURCES_MAX).filter(isJson),
      ageMs: ageOf(creationtime),
    });
  }
  return messages;
}
