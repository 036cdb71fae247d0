// Goal: what a household agreed to reaches the receiver once and whole, and what it did not agree to never leaves.
// Method: the real hub and the real receiver, each a process; the receiver is killed and the line cut at random
// instants; a listening socket in the receiver's place counts whatever comes.
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SyncConsent } from '../../hub/model/sync-port.ts';
import { openReceiverStore } from '../../sync/receiver/store-sqlite.ts';
import { openKey } from '../../sync/uplink/key-file.ts';
import { openOutbox } from '../../sync/uplink/store-outbox.ts';
import {
  countingSource,
  gapsAt,
  rowsAt,
  seeded,
  testClock,
} from '../../sync/uplink/test-channel.ts';
import { createTransport } from '../../sync/uplink/transport.ts';
import { createUplink } from '../../sync/uplink/uplink.ts';
import { startReceiverProcess } from './receiver-process.ts';
import { makeFolder, startHub, waitFor } from './running-hub.ts';

const HOUR_MS = 3_600_000;

/** A line to the receiver that a test can cut, and that may break in the middle of what it carries. */
async function startLine(target: () => number) {
  const sockets = new Set<net.Socket>();
  let isCut = false;
  let connections = 0;
  let bytes = 0;
  const server = net.createServer((inside) => {
    connections += 1;
    if (isCut) {
      inside.destroy();
      return;
    }
    const outside = net.connect(target(), '127.0.0.1');
    for (const [from, to] of [
      [inside, outside],
      [outside, inside],
    ] as const) {
      sockets.add(from);
      from.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        to.write(chunk);
      });
      from.on('error', () => {});
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  return {
    port,
    counts: () => ({ connections, bytes }),
    break() {
      for (const socket of sockets) socket.destroy();
    },
    cut(is: boolean) {
      isCut = is;
      if (is) for (const socket of sockets) socket.destroy();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

const AGREED: SyncConsent = {
  rev: 1,
  categories: {
    telemetry: { granted: true, by: null, atMs: 0, rev: 1 },
    usage: { granted: true, by: null, atMs: 0, rev: 1 },
  },
};

describe('sync', () => {
  it('brings 1,000 records over a line that is cut to a receiver that is killed, at random: rows are equal', async () => {
    const seed = Number(process.env.INGLE_SEED ?? 4_711);
    const random = seeded(seed);
    const folder = makeFolder();
    const receiverData = path.join(folder, 'receiver');
    let receiver = await startReceiverProcess(receiverData);
    const line = await startLine(() => receiver.port);
    const source = countingSource(6);
    const clock = testClock();
    const key = openKey(folder);
    let opened = openOutbox(folder);
    const open = () =>
      createUplink({
        ...{ opened, key, clock, source, token: null, everyMs: HOUR_MS, random },
        transport: createTransport(`http://127.0.0.1:${line.port}`, 2_000),
        log: () => {},
      });
    let uplink = open();
    uplink.setConsent(AGREED);
    const made = () => source.made.usage.length + source.made.telemetry.length;
    let kills = 0;
    let cuts = 0;
    try {
      while (made() < 1_000) {
        const stepping = uplink.step();
        const fault = random();
        if (fault < 0.12) {
          await new Promise((resolve) => setTimeout(resolve, random() * 10));
          kills += 1;
          await receiver.kill();
          await stepping;
          receiver = await startReceiverProcess(receiverData);
        } else if (fault < 0.4) {
          await new Promise((resolve) => setTimeout(resolve, random() * 10));
          cuts += 1;
          line.break();
        } else if (fault < 0.45) {
          await stepping;
          uplink.stop();
          opened.outbox.close();
          opened = openOutbox(folder);
          uplink = open();
        }
        await stepping;
        clock.advance(HOUR_MS / 2);
      }
      // Nobody breaks anything any more, and time passes.
      await waitFor(`all to arrive (seed ${seed})`, async () => {
        await uplink.step();
        clock.advance(60_000);
        return uplink.status().queue.batches === 0;
      });
    } finally {
      uplink.stop();
      opened.outbox.close();
      await line.close();
      await receiver.kill();
    }
    const store = openReceiverStore(receiverData);
    expect(rowsAt(store, key.hub, 1), `seed ${seed}`).toEqual(source.made.usage);
    expect(rowsAt(store, key.hub, 2), `seed ${seed}`).toEqual(source.made.telemetry);
    expect(gapsAt(store, key.hub, 1), `seed ${seed}`).toEqual([]);
    expect(store.counts()).toMatchObject({ hubs: 1, missingRows: 0, suspectedClones: 0 });
    store.close();
    rmSync(folder, { recursive: true, force: true });
    expect(kills).toBeGreaterThan(5);
    expect(cuts).toBeGreaterThan(15);
  }, 90_000);

  it('sends no byte before a member agrees, what was agreed to afterwards, and none once it was taken back', async () => {
    const folder = makeFolder();
    const receiverData = path.join(folder, 'receiver');
    const receiver = await startReceiverProcess(receiverData);
    const line = await startLine(() => receiver.port);
    const hub = await startHub({
      data: path.join(folder, 'hub'),
      environment: {
        INGLE_SYNC_URL: `http://127.0.0.1:${line.port}`,
        INGLE_SYNC_MINUTES: '0.01',
      },
    });
    try {
      const { body: opened } = await hub.call<{ code: string }>('/api/claim/code', { body: {} });
      const claimed = await hub.call('/api/claim', {
        body: {
          code: opened.code,
          name: 'Wilhelmina',
          password: 'lanterns over quiet water',
        },
      });
      expect(claimed.status).toBe(201);
      // Sixteen times its pace.
      await new Promise((resolve) => setTimeout(resolve, 1_600));
      expect(line.counts()).toEqual({ connections: 0, bytes: 0 });
      expect((await hub.call('/api/sync')).body).toMatchObject({ state: 'off', hub: null });

      const put = (granted: boolean) =>
        hub.call('/api/sync/consent', { method: 'PUT', body: { category: 'usage', granted } });
      const { status, body: scene } = await hub.call<{ id: string }>('/api/scenes', {
        body: 'scene: Wilhelmina goes to bed\ndo:\n  - notify: {to: adults, text: Good night}\n',
        headers: { 'Content-Type': 'application/yaml' },
      });
      expect(status).toBe(201);
      expect((await put(true)).status).toBe(200);
      await hub.call(`/api/scenes/${scene.id}/run`, { body: {} });
      type List = { items: { kind: string; content: Record<string, unknown>; ackedAt: unknown }[] };
      const runs = await waitFor('the run to be counted at the receiver', async () => {
        const { body } = await hub.call<List>('/api/sync/records');
        return body.items.find(({ kind, ackedAt }) => kind === 'scene-runs' && ackedAt !== null);
      });
      expect(runs.content).toMatchObject({ trigger: 'local', count: 1 });

      expect((await put(false)).body).toMatchObject({ consents: [{}, { granted: false }] });
      await waitFor('the receiver to know', async () => {
        const { body } = await hub.call('/api/sync');
        return body.state === 'off';
      });
      const before = line.counts();
      await hub.call(`/api/scenes/${scene.id}/run`, { body: {} });
      await new Promise((resolve) => setTimeout(resolve, 1_600));
      expect(line.counts()).toEqual(before);

      const counts = await fetch(`http://127.0.0.1:${receiver.port}/v1/operators/counts`, {
        headers: {
          Authorization: `Bearer ${readFileSync(path.join(receiverData, 'operator.token'), 'utf8').trim()}`,
        },
      });
      expect(await counts.json()).toMatchObject({ hubs: 1, rows: { telemetry: 0, control: 2 } });
    } finally {
      await hub[Symbol.asyncDispose]();
      await line.close();
      await receiver.kill();
    }
    const store = openReceiverStore(receiverData);
    const { hub: id } = openKey(path.join(folder, 'hub'));
    // Deleted there as well.
    expect(rowsAt(store, id, 1)).toEqual([]);
    store.close();
    const raw = readFileSync(path.join(receiverData, 'receiver.db'));
    expect(raw.includes('Wilhelmina')).toBe(false);
    rmSync(folder, { recursive: true, force: true });
  }, 90_000);
});
