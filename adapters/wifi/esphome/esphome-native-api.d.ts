// What is used of @2colors/esphome-native-api, of which only the whole client is typed: its generated messages and the
// framing with its Noise handshake.
declare module '@2colors/esphome-native-api/lib/utils/messages.js' {
  export interface Message {
    serializeBinary(): Uint8Array;
    toObject(): Record<string, unknown>;
  }
  export interface MessageClass {
    new (): Message;
    deserializeBinary(bytes: Uint8Array): Message;
    /** Written by the library for the messages of its own table. */
    id?: number | string;
    type?: string;
  }
  const messages: {
    readonly pb: Readonly<Record<string, MessageClass | Readonly<Record<string, number>>>>;
    readonly id_to_type: Record<string, string>;
  };
  export default messages;
}

declare module '@2colors/esphome-native-api/lib/utils/frameHelper.js' {
  import type { EventEmitter } from 'node:events';
  import type { Socket } from 'node:net';
  import type { Message } from '@2colors/esphome-native-api/lib/utils/messages.js';

  export default class FrameHelper extends EventEmitter {
    constructor(host: string, port: number);
    readonly socket: Socket;
    buffer: Buffer;
    connect(): void;
    end(): void;
    destroy(): void;
    onData(data: Buffer): void;
    onConnect(): void | Promise<void>;
    buildMessage(messageId: number, bytes: Uint8Array): Message | undefined;
    sendMessage(message: Message): void;
  }
}

declare module '@2colors/esphome-native-api/lib/utils/plaintextFrameHelper.js' {
  import type FrameHelper from '@2colors/esphome-native-api/lib/utils/frameHelper.js';
  import type { Message } from '@2colors/esphome-native-api/lib/utils/messages.js';

  export default class PlaintextFrameHelper extends FrameHelper {
    deserialize(buffer: Buffer): Message | null;
  }
}

declare module '@2colors/esphome-native-api/lib/utils/noiseFrameHelper.js' {
  import type FrameHelper from '@2colors/esphome-native-api/lib/utils/frameHelper.js';

  /** A state of a handshake or of a cipher, in the memory of WebAssembly. */
  export interface NoiseState {
    Initialize(
      prologue: Uint8Array,
      localKey: null,
      remoteKey: null,
      preSharedKey: Uint8Array,
    ): void;
    /** @throws when it was freed before */
    free(): void;
  }

  /** An instance of @richardhopton/noise-c.wasm, the library's own dependency. */
  export interface Noise {
    readonly constants: Readonly<Record<string, number>>;
    HandshakeState(protocol: string, role: number | undefined): NoiseState;
  }

  export type CreateNoise = (made: (noise: Noise) => void) => void;

  export default class NoiseFrameHelper extends FrameHelper {
    constructor(host: string, port: number, encryptionKey: string, expectedServerName?: string);
    readonly encryptionKey: string;
    handshakeState: number;
    client?: NoiseState;
    encryptor?: NoiseState;
    decryptor?: NoiseState;
    handleHello(serverHello: Buffer): void;
    write(frame: Uint8Array | readonly number[]): void;
  }
}
