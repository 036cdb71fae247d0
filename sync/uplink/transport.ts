// The one way out of the house for sync: HTTPS to the receiver, no redirects, with a deadline and a bounded answer.
import { ENVELOPE_HEADER, SIGNATURE_HEADER } from '../protocol/envelope.ts';
import type { RawReply } from '../protocol/reply.ts';
import type { StoredBatch } from './store-outbox.ts';

const TIMEOUT_MS = 30_000;
const ANSWER_BYTES_MAX = 64 * 1024;

/** Both reject when there is no answer: refused, cut, too late, too long. */
export interface Transport {
  batch(hub: string, batch: StoredBatch, signal: AbortSignal): Promise<RawReply>;
  register(text: string, signal: AbortSignal): Promise<RawReply>;
}

export function createTransport(address: string, timeoutMs = TIMEOUT_MS): Transport {
  const base = address.replace(/\/+$/, '');

  async function post(
    path: string,
    body: Uint8Array<ArrayBuffer> | string,
    headers: Record<string, string>,
    signal: AbortSignal,
  ): Promise<RawReply> {
    const response = await fetch(base + path, {
      method: 'POST',
      headers,
      body,
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    return {
      status: response.status,
      retryAfter: response.headers.get('retry-after'),
      body: await boundedText(response),
    };
  }

  return {
    batch: (hub, { stream, envelope, signature, body }, signal) =>
      post(
        `/v1/hubs/${hub}/streams/${stream}`,
        new Uint8Array(body ?? []),
        {
          'content-type': 'application/octet-stream',
          [ENVELOPE_HEADER]: envelope,
          [SIGNATURE_HEADER]: signature,
        },
        signal,
      ),
    register: (text, signal) =>
      post('/v1/hubs', text, { 'content-type': 'application/json' }, signal),
  };
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MAX) throw new Error('the answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
