// Goal: whatever a broken node or a broken coordinator sends by itself, the adapter goes on: nothing is thrown that
// nobody catches, no frame keeps it for over 50 ms, it does not grow, and a lamp still answers. Method: real frames
// with seeded mutations, put on the line of the emulated coordinator, first its own messages, then those of nodes.
// INGLE_COUNT rounds of 25 frames for each; INGLE_SEED repeats a run.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type NodeAddress, nodeAddress } from '../../hub/model/identifiers.ts';
import { propertyKey } from '../../hub/model/properties.ts';
import type { NodeView } from '../../scripts/virtual-home/control/control.ts';
import { startVirtualHome, type VirtualHome } from '../../scripts/virtual-home/home.ts';
import { createRandom } from '../../scripts/virtual-home/random.ts';
import {
  coordinatorFrame,
  nodeFrame,
  reportOf,
} from '../../scripts/virtual-home/znp/mutated-frames.ts';
import { encodeMtFrame } from '../../scripts/virtual-home/znp/unpi.ts';
import { inWorker, ScriptedHub } from '../contract/scripted-hub.ts';

const FRAMES_A_ROUND = 25;
const FRAMES = FRAMES_A_ROUND * Number(process.env.INGLE_COUNT ?? 200);
const SEED = Number(process.env.INGLE_SEED ?? Date.now() % 1_000_000);
const WARM_FRAMES = 1_000;
/** Processor time of the adapter's thread that one frame may take. */
const FRAME_LIMIT_MS = 50;
const GROWTH_MAX_BYTES = 20e6;
const SETTLE_WITHIN_MS = 30_000;
const ANSWER_WITHIN_MS = 20_000;
const CONNECT_WITHIN_MS = 60_000;
const LIMIT_MS = 120_000 + FRAMES * 10;

let worker: Worker;
let home: VirtualHome;
let hub: ScriptedHub;
let dataFolder = '';
let lamp: NodeAddress;
let victims: NodeView[] = [];

/** With the thread at hand: its processor time and its heap are what is measured. */
const inOwnWorker = inWorker(new URL('./zigbee.worker.ts', import.meta.url), (opened) => {
  worker = opened;
});

beforeAll(async () => {
  dataFolder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  home = await startVirtualHome({
    residents: false,
    latency: { minMs: 0, maxMs: 0 },
    joinStaggerMs: 20,
  });
  hub = new ScriptedHub(inOwnWorker);
  const port = `tcp://127.0.0.1:${home.zigbeePort}`;
  hub.start({ dataFolder, settings: { port, driver: 'zstack' } });
  await hub.connectCore();
  await hub.until('the connection', () => hub.state()?.kind === 'connected', 20_000);
  await hub.call({ kind: 'pair', seconds: 120, via: null, installCode: null });
  const nodes = home.control.nodes();
  await hub.until(
    'all nodes',
    () => nodes.every(({ ieee }) => hub.description(nodeAddress(ieee)) !== null),
    40_000,
  );
  await hub.call({ kind: 'pairStop' });
  const joined = home.control.nodes();
  lamp = nodeAddress(joined.find(({ name }) => name === 'Hall lamp')?.ieee ?? '');
  // What is said in the lamp's name may well change how it is reached.
  victims = joined.filter(({ ieee }) => ieee !== lamp);
}, 90_000);

afterAll(async () => {
  await hub?.[Symbol.asyncDispose]();
  await home?.stop();
  rmSync(dataFolder, { recursive: true, force: true });
});

let lastPing = 0;

/** Puts frames on the line, which somebody hears, and waits until the adapter has turned to something else. */
async function send(frames: readonly Buffer[]): Promise<void> {
  await hub.until('the connection', () => hub.state()?.kind === 'connected', CONNECT_WITHIN_MS);
  home.control.fault({ kind: 'garbage', hex: Buffer.concat(frames).toString('hex') });
  for (let turn = 0; turn < 2; turn++) {
    const number = ++lastPing;
    hub.line.toHost({ kind: 'ping', number });
    await hub.until(
      'the adapter to go on',
      () => {
        const last = hub.messages.findLast(({ kind }) => kind === 'pong');
        return last?.kind === 'pong' && last.number >= number;
      },
      20_000,
    );
  }
}

async function processorMs(): Promise<number> {
  const { user, system } = await worker.cpuUsage();
  return (user + system) / 1_000;
}

/** Bytes in use once what can go is gone: a heap snapshot collects all garbage first. */
async function heapBytes(): Promise<number> {
  const snapshot = await worker.getHeapSnapshot();
  snapshot.destroy();
  const { used_heap_size: used } = await worker.getHeapStatistics();
  return used;
}

/** By how much it has grown for good: what waits for its turn on the air is given the time for it. */
async function settledBytes(before: number): Promise<number> {
  const endMs = performance.now() + SETTLE_WITHIN_MS;
  for (;;) {
    const grown = (await heapBytes()) - before;
    if (grown < GROWTH_MAX_BYTES || performance.now() > endMs) return grown;
    await send([]);
  }
}

async function fuzz(make: (index: number) => Buffer): Promise<void> {
  const from = hub.messages.length;
  for (let sent = 0; sent < WARM_FRAMES; sent += FRAMES_A_ROUND) {
    await send(Array.from({ length: FRAMES_A_ROUND }, (_, index) => make(sent + index)));
  }
  const before = await heapBytes();
  const slow: string[] = [];
  for (let sent = 0; sent < FRAMES; sent += FRAMES_A_ROUND) {
    const frames = Array.from({ length: FRAMES_A_ROUND }, (_, index) => make(sent + index));
    const startMs = await processorMs();
    await send(frames);
    if ((await processorMs()) - startMs < FRAME_LIMIT_MS) continue;
    // Together they took long, or something else did meanwhile: each alone shows which.
    for (const frame of frames) {
      const aloneMs = await processorMs();
      await send([frame]);
      const tookMs = (await processorMs()) - aloneMs;
      if (tookMs > FRAME_LIMIT_MS) slow.push(`${tookMs.toFixed(0)} ms: ${frame.toString('hex')}`);
    }
  }
  const grown = await settledBytes(before);
  const logs = hub.messages
    .slice(from)
    .flatMap((message) => (message.kind === 'log' ? [message.text] : []));
  expect(logs.filter((text) => /not caught|started anew/.test(text))).toEqual([]);
  expect(hub.exitCode).toBeUndefined();
  expect(slow).toEqual([]);
  expect(grown).toBeLessThan(GROWTH_MAX_BYTES);
  await stillAnswers();
}

/** An answer that a broken frame has cut in two is waited for by the driver, at most 6 s; then the next one comes. */
async function stillAnswers(): Promise<void> {
  await hub.until('the connection', () => hub.state()?.kind === 'connected', 60_000);
  const endMs = performance.now() + ANSWER_WITHIN_MS;
  for (const value of [true, false]) {
    let state = '';
    while (state !== 'acknowledged') {
      expect(performance.now(), `the lamp: ${state}`).toBeLessThan(endMs);
      const body = { kind: 'set', property: propertyKey('on'), value } as const;
      state = (await hub.settle(lamp, body)).state;
    }
  }
}

test('a node that reports a number as its name is heard as before', async () => {
  const node = victims.find(({ name }) => name === 'Living room climate');
  if (node?.networkAddress === undefined) throw new Error('it is not in the home');
  const name = encodeMtFrame(reportOf(node.networkAddress, 0x0000, '18010a04002005'));
  // More of them than the adapter lives with when nobody catches what they throw.
  await send(Array.from({ length: 60 }, () => name));
  const temperature = encodeMtFrame(reportOf(node.networkAddress, 0x0402, '18020a000029a10f'));
  await send([temperature]);
  await hub.until(
    'its temperature',
    () => Number(hub.values(nodeAddress(node.ieee))[propertyKey('temperature')]) > 39.9,
  );
  expect(hub.exitCode).toBeUndefined();
}, 30_000);

test(
  `${FRAMES} broken messages of the coordinator itself cost nothing but themselves (seed ${SEED})`,
  async () => {
    const random = createRandom(SEED);
    const addresses = victims.map(({ ieee, networkAddress }) => ({ ieee, networkAddress }));
    await fuzz(() => coordinatorFrame(random, addresses));
  },
  LIMIT_MS,
);

test(
  `${FRAMES} broken messages of nodes cost nothing but themselves (seed ${SEED})`,
  async () => {
    const random = createRandom(SEED + 1);
    const addresses = victims.map(({ ieee, networkAddress }) => ({ ieee, networkAddress }));
    await fuzz(() => encodeMtFrame(nodeFrame(random, addresses)));
  },
  LIMIT_MS,
);
