// Code that means harm, in a real vendor's process, writes past its own host straight onto the line to the hub, as fast
// and as much as it can. This thread stands for the hub's main thread: what it takes of it, and how long it is held up.
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AdapterToMain } from '../../hub/model/adapter-port.ts';
import { faultReason, VENDOR_LIMITS } from '../../hub/model/vendor-adapter.ts';
import { waitFor } from '../../scripts/e2e/running-hub.ts';
import { vendorGate } from './vendor-gate.ts';
import { startVendor } from './vendor-line.ts';
import { vendorProcess } from './vendor-process.ts';

const ENTRY = new URL('./vendor.child.ts', import.meta.url);
const MEGABYTE = 1024 * 1024;
/** Far above what it takes on a quiet machine, far below what a flood that is read whole takes. */
const HELD_UP_MS_MAX = 1_000;
const GROWTH_MAX = 60 * MEGABYTE;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Seen {
  readonly messages: AdapterToMain[];
  readonly dropped: number[];
  readonly broken: string[];
  readonly heldUpMs: number;
  readonly grewBytes: number;
  readonly isAlive: boolean;
}

/** Runs a package whose code has `put(text)`, which writes on the line below all that is ours; until it is ended. */
async function flood(code: string, until: 'its end' | 'a drop'): Promise<Seen> {
  const packageFolder = path.join(folder, 'package');
  const dataFolder = path.join(folder, 'floods');
  for (const one of [packageFolder, dataFolder]) mkdirSync(one, { recursive: true });
  writeFileSync(path.join(packageFolder, 'package.json'), '{"type": "module"}');
  writeFileSync(
    path.join(packageFolder, 'main.js'),
    `import fs from 'node:fs';
     const write = (fd, bytes) => {
       try { fs.writeSync(fd, bytes); } catch (error) { if (error.code !== 'EAGAIN') throw error; }
     };
     const put = (given) => write(3, typeof given === 'string' ? given : JSON.stringify(given) + '\\n');
     const often = (work) => setInterval(() => { for (let n = 0; n < 5_000; n += 1) work(n); }, 1);
     export const createAdapter = () => ({
       async start() { ${code} }, async stop() {}, send() {}, async call() { return null; },
     });`,
  );
  const how = vendorProcess(ENTRY, {
    ...{ id: 'floods', packageFolder, main: 'main.js', hosts: [], dataFolder },
  });
  const messages: AdapterToMain[] = [];
  const dropped: number[] = [];
  const broken: string[] = [];
  const before = process.memoryUsage.rss();
  let most = before;
  const looks = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 20);
  const delay = monitorEventLoopDelay({ resolution: 5 });
  const { child, post } = startVendor(how, {
    message: (message) => void messages.push(message),
    dropped: (count) => void dropped.push(count),
    broken(reason) {
      broken.push(reason);
      child.kill('SIGKILL');
    },
    wrote: () => {},
  });
  delay.enable();
  const gone = once(child, 'exit');
  try {
    post({ kind: 'start', dataFolder: folder, settings: {}, names: {} });
    await waitFor('the start', () => messages.some(({ kind }) => kind === 'state'));
    if (until === 'its end') await gone;
    else await waitFor('a drop', () => dropped.length > 0);
    const isAlive = child.exitCode === null && child.signalCode === null;
    if (isAlive) {
      post({ kind: 'ping', number: 7 });
      await waitFor('its answer', () => messages.some(({ kind }) => kind === 'pong'));
    }
    const [heldUpMs, grewBytes] = [delay.max / 1e6, most - before];
    process.stdout.write(
      `held up ${heldUpMs.toFixed(0)} ms at most, grew ${(grewBytes / MEGABYTE).toFixed(0)} MB, ${messages.length} messages: ${broken[0] ?? 'lives'}\n`,
    );
    return { messages, dropped, broken, heldUpMs, grewBytes, isAlive };
  } finally {
    clearInterval(looks);
    delay.disable();
    child.kill('SIGKILL');
    await gone;
  }
}

describe('a vendor’s process that writes past its own host', () => {
  it.each([
    [
      'floods with right messages',
      "often((n) => put({ kind: 'state', state: { kind: n % 2 ? 'connected' : 'connecting', detail: 'n' + n } }));",
      /^it sent more than 500 messages a second$/,
      /消息太多/,
    ],
    [
      'floods with what is no message',
      "often((n) => put(n % 2 ? '{]\\n' : { cmd: 'NODE_HANDLE', type: 'n' + n }));",
      /^it sent more than 500 messages a second$/,
      /消息太多/,
    ],
    [
      'floods with long messages',
      "const text = 'x'.repeat(200_000); often(() => put({ kind: 'log', level: 'info', text }));",
      // The pipe is full at times, which leaves halves of lines.
      /^it sent (?:more than 512 KB a second|a message of more than 256 KB)$/,
      /(?:数据太多|一条消息超过)/,
    ],
    [
      'sends a message without an end',
      "const text = 'x'.repeat(1_000_000); often(() => put(text));",
      /^it sent a message of more than 256 KB$/,
      /一条消息超过 256 KB/,
    ],
    [
      'floods its standard error',
      "const text = 'x'.repeat(60_000); often(() => write(2, text));",
      /^it wrote more than 16 KB a second to its standard error$/,
      /标准错误输出/,
    ],
    [
      'closes its line',
      'setTimeout(() => fs.closeSync(3), 50); setInterval(() => {}, 1_000);',
      /^it closed its line to the hub$/,
      /关闭了与中枢的连接/,
    ],
  ])(
    'and %s is ended with the reason in both languages, and holds nobody up',
    async (_, code, reason, zh) => {
      const seen = await flood(code, 'its end');
      expect(seen.broken).toEqual([expect.stringMatching(reason)]);
      expect(faultReason('floods', `floods stopped: ${seen.broken[0]}`)).toEqual({
        en: seen.broken[0],
        zh: expect.stringMatching(zh),
      });
      expect(seen.messages.length).toBeLessThan(VENDOR_LIMITS.line.messages.atOnce * 2);
      expect(seen.heldUpMs).toBeLessThan(HELD_UP_MS_MAX);
      expect(seen.grewBytes).toBeLessThan(GROWTH_MAX);
    },
    30_000,
  );

  it.each([
    ['of the channel between two Node processes', "{ cmd: 'NODE_HANDLE_ACK' }"],
    ['of another part of the hub', "{ kind: 'pair', progress: { kind: 'found', node: 'other' } }"],
    ['of the bridge', "{ kind: 'bridge', said: { kind: 'unpaired' } }"],
    ['that is no JSON', "'}{\\n'"],
    ['that is null', "'null\\n'"],
    ['that names a state that is none', "{ kind: 'state', state: null }"],
  ])(
    'and says a word %s lives on, and the word is dropped and counted',
    async (_, word) => {
      const seen = await flood(`put(${word});`, 'a drop');
      expect(seen.dropped).toEqual([1]);
      expect([seen.isAlive, seen.broken]).toEqual([true, []]);
      expect(new Set(seen.messages.map(({ kind }) => kind))).toEqual(new Set(['state', 'pong']));
    },
    30_000,
  );
});

describe('what main takes of a vendor’s process', () => {
  it('is bounded within what its line may carry: states, logs, and nodes', () => {
    const gate = vendorGate(() => 0);
    const taken = (times: number, of: (n: number) => unknown) =>
      Array.from({ length: times }, (_, n) => gate(of(n))).filter((one) => one !== null).length;
    const { rates } = VENDOR_LIMITS;
    const log = { kind: 'log', level: 'info', text: 'x'.repeat(10_000) };
    expect(gate(log)).toMatchObject({ text: 'x'.repeat(2_000) });
    expect(taken(5_000, () => log)).toBe(rates.logs.atOnce - 1);
    const lamp = {
      ...{ adapter: 'acme', manufacturer: 'Acme', model: 'L1', title: 'Lamp', kind: 'light' },
      ...{ power: 'mains', tier: 'core', support: 'exact', firmware: null },
      ...{ properties: [], commands: [] },
    };
    const described = (node: string, more = {}) => ({
      kind: 'described',
      description: { ...lamp, node, ...more },
    });
    expect(gate(described('big', { note: 'x'.repeat(40_000) }))).toBeNull();
    expect(taken(800, (n) => described(`lamp-${n}`))).toBe(VENDOR_LIMITS.nodes);
    expect(taken(5_000, () => ({ kind: 'state', state: { kind: 'connecting' } }))).toBeLessThan(
      rates.descriptions.atOnce,
    );
    // What answers the hub's own questions is not counted among these.
    expect(gate({ kind: 'pong', number: 1, rssBytes: 'much' })).toEqual({
      ...{ kind: 'pong', number: 1, rssBytes: null },
    });
    expect(gate({ kind: 'answer', call: 3, result: 1, problem: { code: 'no' } })).toMatchObject({
      problem: { code: 'internal' },
    });
  });
});
