import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COLUMNAR_JSON_GZIP, packRows, type Row } from '../protocol/codec.ts';
import {
  ENVELOPE_HEADER,
  type Envelope,
  type HubKey,
  hubKeyFrom,
  newPrivateKey,
  registrationText,
  SIGNATURE_HEADER,
  sealBatch,
  sha256Hex,
} from '../protocol/envelope.ts';
import { BODY_BYTES_MAX, INFLATED_BYTES_MAX, ROWS_MAX } from '../protocol/limits.ts';
import { type Receiver, type ReceiverOptions, startReceiver } from './receiver.ts';
import type { ReceiverStore } from './receiver-store.ts';
import { openReceiverStore } from './store-sqlite.ts';

const NOW_MS = Date.UTC(2026, 10, 21);
const OPERATOR = 'operators-token-of-the-test';

let folder: string;
let store: ReceiverStore;
let receiver: Receiver;

async function start(options: Partial<ReceiverOptions> = {}): Promise<void> {
  receiver = await startReceiver({
    ...{ store, host: '127.0.0.1', port: 0, operatorToken: OPERATOR, provisioningToken: null },
    nowMs: () => NOW_MS,
    log: () => {},
    ...options,
  });
}

beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  store = openReceiverStore(folder);
  await start();
});
afterEach(async () => {
  await receiver.stop();
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const usageRow = (count: number): Row => ({
  ...{ from: NOW_MS, to: NOW_MS + 1, trigger: 'device', result: 'done', count },
});

interface Batch {
  readonly key: HubKey;
  readonly rows?: readonly Row[];
  readonly body?: Uint8Array;
  readonly envelope?: Partial<Envelope>;
  readonly signedBy?: HubKey;
  readonly path?: string;
  readonly sent?: Uint8Array<ArrayBuffer>;
}

interface Sent {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly body: Record<string, unknown>;
}

async function send(batch: Batch): Promise<Sent> {
  const { key } = batch;
  const rows = batch.rows ?? [usageRow(1)];
  const body = batch.body ?? packRows(rows);
  const envelope: Envelope = {
    ...{ v: 1, hub: key.hub, stream: 1, epoch: '00000000000000aa', from: 1, to: rows.length },
    ...{ schema: 2, consent_rev: 1, codec: COLUMNAR_JSON_GZIP, sha256: sha256Hex(body) },
    ...{ boot_id: 'boot', sent_mono: 1, clock_state: 'synced' },
    ...batch.envelope,
  };
  const sealed = sealBatch(envelope, body, (batch.signedBy ?? key).privateKey);
  const response = await fetch(
    receiver.url + (batch.path ?? `/v1/hubs/${envelope.hub}/streams/${envelope.stream}`),
    {
      method: 'POST',
      headers: { [ENVELOPE_HEADER]: sealed.envelope, [SIGNATURE_HEADER]: sealed.signature },
      body: batch.sent ?? new Uint8Array(body),
    },
  );
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after'),
    body: (await response.json()) as Record<string, unknown>,
  };
}

async function register(key: HubKey, token: string | null = null): Promise<number> {
  const response = await fetch(`${receiver.url}/v1/hubs`, {
    method: 'POST',
    body: registrationText(key, token),
  });
  return response.status;
}

async function registered(): Promise<HubKey> {
  const key = hubKeyFrom(newPrivateKey());
  expect(await register(key)).toBe(200);
  return key;
}

describe('the receiver', () => {
  it('takes a batch once, acknowledges copies of it, and keeps order', async () => {
    const key = await registered();
    const copies = await Promise.all(Array.from({ length: 8 }, () => send({ key })));
    expect(copies.every(({ status, body }) => status === 200 && body.acked === 1)).toBe(true);
    expect(store.bodies(key.hub, 1)).toHaveLength(1);
    expect(await send({ key, envelope: { from: 3, to: 3 } })).toMatchObject({
      status: 409,
      body: { code: 'gap', expected: 2 },
    });
    const two = [usageRow(2), usageRow(3)];
    expect(await send({ key, rows: two, envelope: { from: 2, to: 3 } })).toMatchObject({
      status: 200,
      body: { acked: 3 },
    });
    // Half of it is there already.
    expect(await send({ key, rows: two, envelope: { from: 3, to: 4 } })).toMatchObject({
      status: 409,
      body: { expected: 4 },
    });
    expect(await send({ key, rows: [usageRow(9)] })).toMatchObject({
      status: 409,
      body: { code: 'diverged' },
    });
    expect(store.bodies(key.hub, 1)).toHaveLength(2);
  });

  it('refuses whom it does not know, a signature that is not the hub’s, and a hub that was revoked', async () => {
    const key = await registered();
    const stranger = hubKeyFrom(newPrivateKey());
    expect(await send({ key: stranger })).toMatchObject({
      status: 403,
      body: { code: 'unknown-hub' },
    });
    expect((await send({ key, signedBy: stranger })).status).toBe(401);
    expect(await register(stranger)).toBe(200);
    expect((await send({ key, signedBy: stranger })).status).toBe(401);
    const revoke = (token: string) =>
      fetch(`${receiver.url}/v1/operators/hubs/${key.hub}/revoke`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}` },
      });
    expect((await revoke('a guess')).status).toBe(401);
    expect((await revoke(OPERATOR)).status).toBe(200);
    expect(await send({ key })).toMatchObject({ status: 403, body: { code: 'revoked' } });
    expect(await register(key)).toBe(403);
    expect(store.bodies(key.hub, 1)).toEqual([]);
  });

  it('refuses a good batch at another address than its own', async () => {
    const key = await registered();
    const other = await registered();
    for (const wrong of [
      `/v1/hubs/${key.hub}/streams/2`,
      `/v1/hubs/${other.hub}/streams/1`,
      '/v1/hubs',
      `/v1/hubs/${key.hub}/streams/7`,
    ]) {
      expect((await send({ key, path: wrong })).status, wrong).toBeGreaterThanOrEqual(400);
    }
    expect(store.counts().batches).toBe(0);
  });

  it('takes so much of one hub at a time, says when there is more, and lets the others be', async () => {
    await receiver.stop();
    let monoMs = 0;
    await start({ monoMs: () => monoMs, limits: { requests: 4, requestsPerSecond: 0.1 } });
    const key = await registered();
    const other = await registered();
    const at = (from: number) => send({ key, envelope: { from, to: from } });
    expect((await at(1)).body.credit).toMatchObject({ requests: 2, after_ms: 0 });
    await at(2);
    expect((await at(3)).body.credit).toMatchObject({ requests: 0, after_ms: 10_000 });
    monoMs = 1_500;
    const refusedOnce = await at(4);
    expect(refusedOnce).toMatchObject({ status: 429, body: { code: 'busy', after_ms: 8_500 } });
    expect(refusedOnce.retryAfter).toBe('9');
    expect((await send({ key: other })).status).toBe(200);
    expect(store.last(key.hub, '00000000000000aa', 1)).toBe(3);
    monoMs = 10_000;
    expect((await at(4)).body).toMatchObject({ acked: 4 });
  });

  it('counts bytes as well, and those of a stranger who uses its name to nobody', async () => {
    await receiver.stop();
    await start({ monoMs: () => 0, limits: { bytes: 300, bytesPerSecond: 1 } });
    const key = await registered();
    const stranger = hubKeyFrom(newPrivateKey());
    for (let times = 0; times < 5; times += 1) {
      expect((await send({ key, signedBy: stranger })).status).toBe(401);
    }
    expect((await send({ key })).status).toBe(200);
    const more = await send({ key, rows: Array.from({ length: 50 }, (_, at) => usageRow(at)) });
    expect(more.status).toBe(429);
    expect(Number(more.retryAfter)).toBeGreaterThan(0);
  });

  it('asks for its provisioning token where it has one', async () => {
    await receiver.stop();
    await start({ provisioningToken: 'printed-on-the-box' });
    const key = hubKeyFrom(newPrivateKey());
    expect(await register(key)).toBe(403);
    expect(await register(key, 'printed-on-the-bag')).toBe(403);
    expect(await register(key, 'printed-on-the-box')).toBe(200);
    expect((await send({ key })).status).toBe(200);
  });

  it('reads no more than its limits, whatever the body claims or is', async () => {
    const key = await registered();
    const bomb = gzipSync(Buffer.alloc(INFLATED_BYTES_MAX * 8, 0x20));
    expect(bomb.length).toBeLessThan(BODY_BYTES_MAX);
    expect((await send({ key, body: bomb })).status).toBe(422);
    const many = gzipSync(`{"rows":${ROWS_MAX + 1},"columns":{}}`);
    expect((await send({ key, body: many, envelope: { to: ROWS_MAX + 1 } })).status).toBe(422);
    const big = new Uint8Array(BODY_BYTES_MAX + 1);
    expect((await send({ key, body: big })).status).toBe(413);
    expect((await send({ key, sent: new Uint8Array(10) })).status).toBe(400);
    expect(store.counts().batches).toBe(0);
  });

  it('stops reading a body without a length at its limit', async () => {
    const key = await registered();
    const rows = [usageRow(1)];
    const body = packRows(rows);
    const { envelope, signature } = sealBatch(
      {
        ...{ v: 1, hub: key.hub, stream: 1, epoch: '00000000000000aa', from: 1, to: 1, schema: 2 },
        ...{ consent_rev: 1, codec: COLUMNAR_JSON_GZIP, sha256: sha256Hex(body), boot_id: 'b' },
        ...{ sent_mono: 1, clock_state: 'synced' },
      },
      body,
      key.privateKey,
    );
    const { port } = new URL(receiver.url);
    const socket = net.connect(Number(port), '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('utf8');
    });
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => {});
    socket.write(
      `POST /v1/hubs/${key.hub}/streams/1 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n` +
        `${ENVELOPE_HEADER}: ${envelope}\r\n${SIGNATURE_HEADER}: ${signature}\r\n\r\n`,
    );
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    for (let sent = 0; sent < 6; sent += 1) socket.write(chunk);
    await closed;
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('refuses what it cannot read: unknown schema, codec, stream, wrong rows, wrong count', async () => {
    const key = await registered();
    const bad: Omit<Batch, 'key'>[] = [
      { envelope: { schema: 99 } },
      { envelope: { codec: 'brotli' } },
      { envelope: { stream: 2 } },
      { envelope: { to: 2 } },
      { rows: [{ ...usageRow(1), count: -1 }] },
      { rows: [{ ...usageRow(1), trigger: 7 }] },
      { body: new Uint8Array([1, 2, 3]) },
    ];
    for (const each of bad) {
      expect((await send({ key, ...each })).status, JSON.stringify(each)).toBe(422);
    }
    const odd = await fetch(`${receiver.url}/v1/hubs/${key.hub}/streams/1`, { method: 'POST' });
    expect(odd.status).toBe(422);
    expect(store.counts().batches).toBe(0);
  });

  it('passes over fields that it does not know, and a clock that is ten years ahead', async () => {
    const key = await registered();
    const TEN_YEARS = 10 * 365 * 86_400_000;
    const row = { ...usageRow(1), from: NOW_MS + TEN_YEARS, to: NOW_MS + TEN_YEARS, more: true };
    expect((await send({ key, rows: [row], envelope: { clock_state: 'unset' } })).status).toBe(200);
  });

  it('flags two epochs that take turns: a card that was copied', async () => {
    const key = await registered();
    const from = (epoch: string, at: number) =>
      send({ key, rows: [usageRow(at)], envelope: { epoch, from: at, to: at } });
    expect((await from('00000000000000aa', 1)).status).toBe(200);
    expect((await from('00000000000000bb', 1)).status).toBe(200);
    expect(store.counts().suspectedClones).toBe(0);
    expect((await from('00000000000000aa', 2)).status).toBe(200);
    expect(store.counts().suspectedClones).toBe(1);
  });

  it('deletes what a household takes back, and takes no more of it until it is allowed again', async () => {
    const key = await registered();
    const say = (at: number, granted: boolean, rev: number) =>
      send({
        key,
        rows: [{ at: NOW_MS, category: 'usage', granted, rev }],
        envelope: { stream: 0, schema: 1, from: at, to: at, consent_rev: rev },
      });
    expect((await say(1, true, 1)).status).toBe(200);
    expect((await send({ key })).status).toBe(200);
    expect((await say(2, false, 2)).status).toBe(200);
    expect(store.bodies(key.hub, 1)).toEqual([]);
    const next = { from: 2, to: 2 };
    expect(await send({ key, envelope: { ...next, consent_rev: 1 } })).toMatchObject({
      status: 422,
      body: { code: 'consent' },
    });
    const gap = { reason: 'withdrawn', category: 'usage', rows: 1, at: NOW_MS };
    expect((await send({ key, rows: [gap], envelope: { ...next, schema: 0 } })).status).toBe(200);
    expect((await say(3, true, 3)).status).toBe(200);
    const later = { from: 3, to: 3 };
    expect((await send({ key, envelope: { ...later, consent_rev: 2 } })).status).toBe(422);
    expect((await send({ key, envelope: { ...later, consent_rev: 3 } })).status).toBe(200);
  });

  it('tells operators counts, for their token alone, and anybody that it is alive', async () => {
    const key = await registered();
    await send({ key });
    expect((await fetch(`${receiver.url}/healthz`)).status).toBe(200);
    const counts = (token: string) =>
      fetch(`${receiver.url}/v1/operators/counts`, {
        headers: { Authorization: `Bearer ${token}` },
      });
    expect((await counts('')).status).toBe(401);
    const answer = await counts(OPERATOR);
    const text = await answer.text();
    expect(JSON.parse(text)).toMatchObject({ hubs: 1, batches: 1, rows: { usage: 1 } });
    expect(text).not.toContain(key.hub);
  });

  it('keeps what it acknowledged when it is opened again', async () => {
    const key = await registered();
    await send({ key });
    await receiver.stop();
    store.close();
    store = openReceiverStore(folder);
    await start();
    expect(store.last(key.hub, '00000000000000aa', 1)).toBe(1);
    expect((await send({ key })).body).toMatchObject({ acked: 1 });
    expect(readFileSync(path.join(folder, 'receiver.db')).length).toBeGreaterThan(0);
  });
});
