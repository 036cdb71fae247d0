// Goal: a coordinator at a USB port works, and what a USB port brings (it is pulled, its driver hangs or aborts, noise
// is on the line) stays in the Zigbee child. Method: a pty stands in for the stick, socat joins it to the emulated
// coordinator; the child is found as a process of the hub's, and killed or stopped.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HealthJson } from '../../hub/api/shapes.ts';
import { misbehaving } from '../bench/bad-adapters.ts';
import { connected, type House, nodeOf, openHouse } from './house.ts';
import { waitFor } from './running-hub.ts';

const BACK_WITHIN_MS = 20_000;

let folder = '';
let stick: ChildProcess;
let house: House;

const device = () => path.join(folder, 'ttyUSB0');

function plugIn(zigbeePort: number): string {
  stick = spawn('socat', [`pty,raw,echo=0,link=${device()}`, `tcp:127.0.0.1:${zigbeePort}`], {
    stdio: 'ignore',
  });
  return device();
}

async function unplug(): Promise<void> {
  const gone = once(stick, 'exit');
  stick.kill('SIGKILL');
  await gone;
  rmSync(device(), { force: true });
}

/** Processes whose parent this is, by the kernel's own list. */
function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parent;
      } catch {
        return false;
      }
    });
}

function zigbeeChild(): number {
  const [pid, ...more] = childrenOf(house.hub.pid);
  if (pid === undefined || more.length > 0) {
    throw new Error(`the hub has ${more.length + (pid ? 1 : 0)} children, one is expected`);
  }
  return pid;
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-e2e-'));
  house = await openHouse({ zigbee: ({ zigbeePort }) => plugIn(zigbeePort) });
  await house.add('Hall lamp');
}, 120_000);

afterAll(async () => {
  await house?.[Symbol.asyncDispose]();
  stick?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const health = async () => (await house.hub.call<HealthJson>('/api/health')).body;

async function switchLamp(on: boolean): Promise<string | undefined> {
  const { id } = await house.device('hall-lamp');
  const { body } = await house.hub.call<{ state?: string }>(
    `/api/devices/${id}/commands?wait=observed`,
    { body: { property: 'on', value: on } },
  );
  return body.state;
}

/** The notice that names the fault, in both languages, while the rest of the hub answers. */
async function expectNamed(en: RegExp, zh: RegExp, withinMs: number): Promise<void> {
  const notice = await waitFor(
    'the notice',
    async () => (await health()).notices.find(({ about }) => about === 'zigbee'),
    withinMs,
  );
  expect(notice.severity).toBe('fault');
  expect(notice.text.en).toMatch(en);
  expect(notice.text.zh).toMatch(zh);
  expect((await house.hub.call('/readyz')).status).toBe(200);
  expect((await house.hub.call('/api/devices')).status).toBe(200);
}

/** Zigbee works again, and nothing is said of it any more. */
async function expectBack(sinceMs: number): Promise<void> {
  const left = () => Math.max(1, sinceMs + BACK_WITHIN_MS - performance.now());
  await waitFor(
    'Zigbee to be back',
    async () => {
      const { adapters, notices } = await health();
      const isQuiet = !notices.some(({ about }) => about === 'zigbee');
      return adapters[0]?.state === 'connected' && isQuiet;
    },
    left(),
  );
  const on = nodeOf(house, 'Hall lamp').state.on !== true;
  expect(await switchLamp(on)).toBe('observed');
  expect(nodeOf(house, 'Hall lamp').state.on).toBe(on);
}

describe('a coordinator at a USB port', () => {
  // A container may keep real time from its root too.
  it.runIf(spawnSync('chrt', ['--rr', '1', 'true']).status === 0)(
    'has its child go ahead of adapters of others, and stand back when there are none',
    async () => {
      const child = zigbeeChild();
      const is = (policy: string) =>
        `${spawnSync('chrt', ['--pid', `${child}`]).stdout}`.includes(policy);
      expect(is('SCHED_OTHER')).toBe(true);
      await house.hub.call('/api/adapters', { body: { files: misbehaving('quiet', {}) } });
      await waitFor('the child to go ahead', () => is('SCHED_RR'));
      await house.hub.call('/api/adapters/quiet', { method: 'DELETE' });
      await waitFor('the child to stand back', () => is('SCHED_OTHER'));
    },
  );

  it('runs in a child process of its own, and commands work', async () => {
    await connected(house);
    const command = readFileSync(`/proc/${zigbeeChild()}/cmdline`, 'utf8');
    expect(command).toContain('zigbee');
    expect(await switchLamp(true)).toBe('observed');
    expect(nodeOf(house, 'Hall lamp').state.on).toBe(true);
  });

  it('is named when it is pulled, and works when it is plugged in again', async () => {
    const hub = house.hub.pid;
    await unplug();
    await expectNamed(
      /^The Zigbee coordinator \(.*ttyUSB0\) cannot be reached\. Check that it is plugged in/,
      /^连不上 Zigbee 网关.*ttyUSB0/,
      15_000,
    );
    plugIn(house.home.zigbeePort);
    const sinceMs = performance.now();
    await waitFor('the pty', () => existsSync(device()));
    await expectBack(sinceMs);
    expect(house.hub.pid).toBe(hub);
    expect(house.hub.process.exitCode).toBeNull();
  }, 60_000);

  it('is back within 20 s when its process is killed', async () => {
    const killed = zigbeeChild();
    const sinceMs = performance.now();
    process.kill(killed, 'SIGKILL');
    await expectNamed(/Zigbee/, /Zigbee/, 5_000);
    await expectBack(sinceMs);
    expect(zigbeeChild()).not.toBe(killed);
  }, 60_000);

  it('is back within 20 s when its process hangs', async () => {
    const hung = zigbeeChild();
    const sinceMs = performance.now();
    process.kill(hung, 'SIGSTOP');
    await expectNamed(/Zigbee/, /Zigbee/, 16_000);
    await expectBack(sinceMs);
    expect(zigbeeChild()).not.toBe(hung);
  }, 60_000);

  it('goes on after noise on the line, again and again', async () => {
    const hub = house.hub.pid;
    for (const bytes of [1, 64, 4_000]) {
      const sinceMs = performance.now();
      house.home.control.fault({ kind: 'garbage', bytes });
      await expectBack(sinceMs);
    }
    expect(house.hub.pid).toBe(hub);
    expect(house.hub.process.exitCode).toBeNull();
  }, 90_000);
});
