// The border to @2colors/esphome-native-api: its generated messages and its framing with the Noise handshake, loaded
// when the first device needs them, since they are large. Its own connection is not used: it gives up on any device
// with an entity that it does not know (dates, valves, events, alarm panels, updates), leaves timers and promises
// behind that nobody hears, and takes frames without a limit.
import type FrameHelper from '@2colors/esphome-native-api/lib/utils/frameHelper.js';
import type { Message, MessageClass } from '@2colors/esphome-native-api/lib/utils/messages.js';
import { HubError } from '../../../hub/model/errors.ts';
import { beginHandshake, freeStates, ofLibrary } from './encryption.ts';

/** The fields of a message by their names in camel case; lists end in `List`. */
export type Fields = Readonly<Record<string, unknown>>;

/** A message inside another one. */
export interface Part {
  readonly type: string;
  readonly fields: Fields;
}

/** A message that came; `type` is null for one that the library's description of the protocol does not have. */
export interface Received {
  readonly id: number;
  readonly type: string | null;
  readonly fields: Fields;
}

/** One connection's framing, with its socket not connected yet. */
export interface Framing {
  readonly helper: FrameHelper;
  /** Turns a message into what the helper sends. @throws for a field that the message does not have */
  message(type: string, fields: Fields): Message;
  /** What a message that the helper tells says; null for what is none. */
  received(message: unknown): Received | null;
  /** Gives back what the encryption holds; the helper is of no use afterwards. */
  free(): void;
}

/** What the library gives. */
export interface Library {
  /** @param key 32 bytes in base64: encrypted; null: plain */
  framing(ip: string, port: number, key: string | null): Framing;
}

/**
 * Messages of the protocol that the library's table lacks though it has their classes.
 * Spec: ESPHome native API, api.proto, `option (id)`.
 */
const IDS: Readonly<Record<number, string>> = {
  94: 'ListEntitiesAlarmControlPanelResponse',
  95: 'AlarmControlPanelStateResponse',
  96: 'AlarmControlPanelCommandRequest',
  100: 'ListEntitiesDateResponse',
  101: 'DateStateResponse',
  102: 'DateCommandRequest',
  103: 'ListEntitiesTimeResponse',
  104: 'TimeStateResponse',
  105: 'TimeCommandRequest',
  107: 'ListEntitiesEventResponse',
  108: 'EventResponse',
  109: 'ListEntitiesValveResponse',
  110: 'ValveStateResponse',
  111: 'ValveCommandRequest',
  112: 'ListEntitiesDateTimeResponse',
  113: 'DateTimeStateResponse',
  114: 'DateTimeCommandRequest',
  116: 'ListEntitiesUpdateResponse',
  117: 'UpdateStateResponse',
  118: 'UpdateCommandRequest',
};

/** Bytes of one message, as the protocol has it. */
export const MESSAGE_BYTES_MAX = 65_535;
/** Indicator, size and type: no number of the protocol takes more than three bytes. */
const VARINT_BYTES_MAX = 3;

let loading: Promise<Library> | undefined;

/** Loads the library once. */
export function loadLibrary(): Promise<Library> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

/** A message that is not in the library's description. */
class UnknownMessage {
  readonly id: number;
  /** Written by the helper. */
  length = 0;

  constructor(id: number) {
    this.id = id;
  }

  serializeBinary(): Uint8Array {
    return new Uint8Array();
  }

  toObject(): Record<string, unknown> {
    return {};
  }
}

async function load(): Promise<Library> {
  const [{ default: messages }, { default: PlainFrames }, { default: NoiseFrames }] =
    await Promise.all([
      import('@2colors/esphome-native-api/lib/utils/messages.js'),
      import('@2colors/esphome-native-api/lib/utils/plaintextFrameHelper.js'),
      import('@2colors/esphome-native-api/lib/utils/noiseFrameHelper.js'),
    ]);
  mendReaders();
  const classes = new Map<number, MessageClass>();
  for (const [id, type] of Object.entries<string>({ ...messages.id_to_type, ...IDS })) {
    const one = messages.pb[type];
    if (typeof one !== 'function') continue;
    // The library writes both for the messages of its own table; its helpers send by them.
    one.id = Number(id);
    one.type = type;
    classes.set(Number(id), one);
  }

  function build(id: number, bytes: Uint8Array): Message {
    const one = classes.get(id);
    return one === undefined ? new UnknownMessage(id) : one.deserializeBinary(bytes);
  }

  function message(type: string, fields: Fields): Message {
    const one = messages.pb[type];
    if (typeof one !== 'function') throw new HubError('internal', `There is no message "${type}"`);
    const made = new one();
    for (const [name, value] of Object.entries(fields)) {
      const set: unknown = Reflect.get(made, `set${name.charAt(0).toUpperCase()}${name.slice(1)}`);
      if (typeof set !== 'function') {
        throw new HubError('internal', `A message "${type}" has no field "${name}"`);
      }
      set.call(made, isParts(value) ? value.map((part) => message(part.type, part.fields)) : value);
    }
    return made;
  }

  function received(told: unknown): Received | null {
    if (typeof told !== 'object' || told === null) return null;
    if (told instanceof UnknownMessage) return { id: told.id, type: null, fields: {} };
    const { id, type } = told.constructor as unknown as Partial<MessageClass>;
    if (type === undefined) return null;
    return { id: Number(id), type, fields: (told as Message).toObject() };
  }

  return {
    framing(ip, port, key) {
      if (key !== null) {
        const helper = new NoiseFrames(ip, port, key);
        helper.buildMessage = build;
        helper.onConnect = () => beginHandshake(helper);
        return { helper, message, received, free: () => freeStates(helper) };
      }
      const helper = new PlainFrames(ip, port);
      helper.buildMessage = build;
      // A size over 31 bits turns negative in the library, and the same bytes are read again and for ever.
      const deserialize = helper.deserialize.bind(helper);
      helper.deserialize = (buffer) => {
        checkHeader(buffer);
        return deserialize(buffer);
      };
      return { helper, message, received, free: () => {} };
    },
  };
}

/** Lists of numbers in one piece, by what the library's messages call the reading of them. */
const PACKED = ['Bool', 'Enum', 'Float', 'Sint32', 'Uint32', 'Uint64'] as const;

/**
 * Gives the messages the readers that they ask for: they were generated for the google-protobuf before the one that the
 * library depends on. Devices write such lists number by number today, which is read anyway; the protocol allows both.
 */
function mendReaders(): void {
  const { BinaryReader } = ofLibrary('google-protobuf') as {
    BinaryReader: { prototype: Record<string, unknown> };
  };
  for (const kind of PACKED) {
    BinaryReader.prototype[`readPacked${kind}`] ??= function (
      this: Record<string, (into: unknown[]) => void>,
    ) {
      const values: unknown[] = [];
      this[`readPackable${kind}Into`]?.(values);
      return values;
    };
  }
}

function isParts(value: unknown): value is readonly Part[] {
  return Array.isArray(value) && value.length > 0 && typeof value[0] === 'object';
}

/** @throws for a header that no device sends; what is not whole yet is fine */
function checkHeader(buffer: Buffer): void {
  let at = 1;
  for (const what of ['size', 'type']) {
    const start = at;
    let value = 0;
    let byte = buffer[at];
    while (byte !== undefined) {
      value += (byte & 0x7f) * 128 ** (at - start);
      at += 1;
      if (byte < 0x80) break;
      if (at - start >= VARINT_BYTES_MAX) throw new Error(`The ${what} of a frame has no end`);
      byte = buffer[at];
    }
    if (byte === undefined) return;
    if (value > MESSAGE_BYTES_MAX) throw new Error(`The ${what} of a frame is ${value}`);
  }
}
