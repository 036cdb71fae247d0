// A coordinator at a serial device, played by a pty in front of the emulated one: always in a child process, whose
// death leaves the hub alive.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { nodeAddress } from '../../../hub/model/identifiers.ts';
import { propertyKey } from '../../../hub/model/properties.ts';
import { startVirtualHome, type VirtualHome } from '../../../scripts/virtual-home/home.ts';
import { inChild, inWorker, ScriptedHub } from '../../contract/scripted-hub.ts';

const CHILD = inChild(new URL('../zigbee.child.ts', import.meta.url));
const WORKER = inWorker(new URL('../zigbee.worker.ts', import.meta.url));
const ON = propertyKey('on');

let home: VirtualHome;
let folder = '';
let pty: ChildProcess;

/** socat is in every Debian; the link is there once it listens. */
async function plugIn(): Promise<string> {
  const link = path.join(folder, 'ttyUSB0');
  pty = spawn('socat', [`pty,raw,echo=0,link=${link}`, `tcp:127.0.0.1:${home.zigbeePort}`], {
    stdio: 'ignore',
  });
  await vi.waitFor(() => expect(existsSync(link)).toBe(true), 5_000);
  return link;
}

beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  home = await startVirtualHome({
    residents: false,
    latency: { minMs: 1, maxMs: 3 },
    autoJoin: false,
  });
});

afterEach(async () => {
  pty?.kill();
  await home.stop();
  rmSync(folder, { recursive: true, force: true });
});

function newHub(port: string, open = CHILD): ScriptedHub {
  const hub = new ScriptedHub(open);
  hub.start({ dataFolder: folder, settings: { port, driver: 'zstack' } });
  return hub;
}

test('a stick works in a child, is unplugged and plugged in again, and killing the child harms nobody', async () => {
  const port = await plugIn();
  const lamp = nodeAddress('0x000b57fffe6a1001');
  {
    await using hub = newHub(port);
    await hub.connectCore();
    await hub.until('the connection', () => hub.state()?.kind === 'connected', 25_000);
    await hub.call({ kind: 'pair', seconds: 60, via: null, installCode: null });
    home.control.join(lamp);
    await hub.until('the lamp', () => hub.isOnline(lamp) === true && hub.description(lamp));
    await hub.call({ kind: 'pairStop' });
    expect(await hub.settle(lamp, { kind: 'set', property: ON, value: true })).toMatchObject({
      state: 'acknowledged',
    });
    await hub.until('the report', () => hub.values(lamp)[ON] === true);

    pty.kill();
    await hub.until('the fault', () => hub.state()?.kind === 'fault', 15_000);
    await plugIn();
    await hub.until('the connection', () => hub.state()?.kind === 'connected', 30_000);
    await hub.until('the lamp again', () => hub.isOnline(lamp) === true);

    process.kill(hub.line.pid ?? 0, 'SIGKILL');
    await hub.until('its end', () => hub.exitCode !== undefined);
    // A command in the meantime must not throw here: the socket is gone.
    hub.send(lamp, { kind: 'set', property: ON, value: false });
  }
  await using next = newHub(port);
  await next.connectCore();
  await next.until('the connection', () => next.state()?.kind === 'connected', 25_000);
  await next.until('the lamp', () => next.values(lamp)[ON] === true);
  expect(await next.settle(lamp, { kind: 'set', property: ON, value: false })).toMatchObject({
    state: 'acknowledged',
  });
}, 120_000);

test('a stick that restarts without a word, and one that falls silent, are noticed, said and set up again', async () => {
  const port = await plugIn();
  const lamp = nodeAddress('0x000b57fffe6a1001');
  await using hub = newHub(port);
  await hub.connectCore();
  const connected = (): boolean => hub.state()?.kind === 'connected';
  await hub.until('the connection', connected, 25_000);
  await hub.call({ kind: 'pair', seconds: 60, via: null, installCode: null });
  home.control.join(lamp);
  await hub.until('the lamp', () => hub.isOnline(lamp) === true && hub.description(lamp));
  const fault = () => {
    const state = hub.state();
    return state?.kind === 'fault' && state.problem;
  };

  // It answers and even sends, but its endpoints are gone: only asking it brings that to light.
  home.control.fault({ kind: 'reset', silently: true });
  expect(await hub.until('the fault', fault, 15_000)).toMatchObject({
    message: expect.stringContaining('restarted by itself'),
    zh: { message: expect.stringContaining('自己重启了') },
  });
  await hub.until('the connection', connected, 30_000);
  await hub.until('the lamp again', () => hub.isOnline(lamp) === true);
  expect(await hub.settle(lamp, { kind: 'set', property: ON, value: true })).toMatchObject({
    state: 'acknowledged',
  });

  home.control.fault({ kind: 'mute', ms: 15_000 });
  expect(await hub.until('the fault', fault, 15_000)).toMatchObject({
    code: 'timed-out',
    message: expect.stringContaining('does not answer'),
    zh: { message: expect.stringContaining('没有应答') },
  });
  await hub.until('the connection', connected, 40_000);
  await hub.until('the report', () => hub.values(lamp)[ON] === true);
}, 120_000);

test('a serial path in a worker is refused, and this process lives on', async () => {
  const port = await plugIn();
  await using hub = newHub(port, WORKER);
  await hub.until('the refusal', () => hub.state()?.kind === 'fault', 15_000);
  expect(hub.state()).toMatchObject({
    problem: { code: 'unsupported', message: expect.stringContaining('child process') },
  });
});

test('a path that does not exist is said, with what to do', async () => {
  await using hub = newHub(path.join(folder, 'ttyUSB7'));
  await hub.until('the fault', () => hub.state()?.kind === 'fault', 20_000);
  expect(hub.state()).toMatchObject({
    problem: {
      message: expect.stringContaining('no device'),
      hint: expect.stringContaining('Plug'),
    },
    retryAtMs: expect.any(Number),
  });
});

test('a port where nobody listens is said at once, tried again, and found soon after it is back', async () => {
  await home.stop();
  await using hub = newHub(`tcp://127.0.0.1:${home.zigbeePort}`, WORKER);
  await hub.until('the fault', () => hub.state()?.kind === 'fault', 10_000);
  expect(hub.state()).toMatchObject({
    problem: { message: expect.stringContaining('ECONNREFUSED') },
  });
  const faults = (): number =>
    hub.messages.filter((message) => message.kind === 'state' && message.state.kind === 'fault')
      .length;
  await hub.until('a second attempt', () => faults() >= 2, 10_000);

  // By now the pauses are long; the port is looked for in between.
  await hub.until('more attempts', () => faults() >= 4, 40_000);
  await using again = await startVirtualHome({ residents: false, port: home.zigbeePort });
  expect(again.zigbeePort).toBe(home.zigbeePort);
  await hub.until('the connection', () => hub.state()?.kind === 'connected', 15_000);
}, 90_000);
