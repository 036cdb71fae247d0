// The encryption of the library as connections share it: where it comes from, the begin of a handshake, and what of it
// is given back.
import { createRequire } from 'node:module';
import type NoiseFrameHelper from '@2colors/esphome-native-api/lib/utils/noiseFrameHelper.js';
import type { CreateNoise, Noise } from '@2colors/esphome-native-api/lib/utils/noiseFrameHelper.js';

/** Spec: ESPHome native API, Noise encryption. */
const PROTOCOL = 'Noise_NNpsk0_25519_ChaChaPoly_SHA256';
/** With the size of our hello, which is empty. */
const PROLOGUE = Buffer.from('NoiseAPIInit\0\0', 'latin1');
/** The library's word for waiting for the other side's hello. */
const HANDSHAKE_HELLO = 1;

/** Each handshake leaves some bytes behind in the instance, so that it gives way to a fresh one after so many. */
const HANDSHAKES_MAX = 500;

let noise: Promise<Noise> | undefined;
let handshakes = 0;

/**
 * The instance of the encryption for a new connection. The library makes one for each, whose memory of 16 MB takes some
 * gigabytes of addresses with its guards: some dozen devices would be too much for a small board.
 */
function sharedNoise(): Promise<Noise> {
  if (handshakes >= HANDSHAKES_MAX) noise = undefined;
  if (noise === undefined) {
    handshakes = 0;
    noise = new Promise<Noise>((made) => {
      const create = ofLibrary('@richardhopton/noise-c.wasm') as CreateNoise;
      create(made);
    });
  }
  handshakes += 1;
  return noise;
}

/** A package that the library depends on, the very copy that it uses. */
export function ofLibrary(name: string): unknown {
  const ours = createRequire(import.meta.url);
  return createRequire(ours.resolve('@2colors/esphome-native-api/package.json'))(name);
}

/** Begins the handshake as the library does, with the shared instance, and rejects to nobody. */
export async function beginHandshake(helper: NoiseFrameHelper): Promise<void> {
  try {
    const { HandshakeState, constants } = await sharedNoise();
    if (helper.socket.destroyed) return;
    const client = HandshakeState(PROTOCOL, constants.NOISE_ROLE_INITIATOR);
    helper.client = client;
    client.Initialize(PROLOGUE, null, null, Buffer.from(helper.encryptionKey, 'base64'));
    helper.handshakeState = HANDSHAKE_HELLO;
    helper.write([]);
  } catch (error) {
    // An instance that has trapped is of no more use.
    if (error instanceof Error && error.name === 'RuntimeError') noise = undefined;
    helper.emit('error', error);
  }
}

/** Gives back what a connection holds in the memory of the encryption. */
export function freeStates(helper: NoiseFrameHelper): void {
  const { client, encryptor, decryptor } = helper;
  for (const state of [client, encryptor, decryptor]) {
    try {
      state?.free();
    } catch {
      // A handshake frees its own state at its end and after an error.
    }
  }
}
