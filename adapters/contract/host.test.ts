// The host's promises, kept in this thread, in a worker and in a child process alike.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { adapterId, nodeAddress } from '../../hub/model/identifiers.ts';
import { propertyKey } from '../../hub/model/properties.ts';
import { inChild, inProcess, inWorker, ScriptedHub } from './scripted-hub.ts';
import { createLampAdapter, LAMP } from './testing/lamp-adapter.ts';

const ON = propertyKey('on');
const SHELLS = {
  'in this thread': inProcess(adapterId('lamp'), createLampAdapter),
  'in a worker': inWorker(new URL('./testing/lamp.worker.ts', import.meta.url)),
  'in a child process': inChild(new URL('./testing/lamp.child.ts', import.meta.url)),
};

let dataFolder = '';
beforeEach(() => {
  dataFolder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
});
afterEach(() => rmSync(dataFolder, { recursive: true, force: true }));

describe.each(Object.entries(SHELLS))('an adapter %s', (_, open) => {
  test('starts, reports, acts on a command, answers a call and a ping, and stops', async () => {
    await using hub = new ScriptedHub(open);
    hub.start({ dataFolder, settings: {} });
    await hub.connectCore();
    await hub.until('the description', () => hub.description(LAMP));
    await hub.until('the first report', () => hub.values(LAMP)[ON] === false);
    expect(await hub.settle(LAMP, { kind: 'set', property: ON, value: true })).toMatchObject({
      state: 'acknowledged',
    });
    await hub.until('the report', () => hub.values(LAMP)[ON] === true);
    expect(await hub.call({ kind: 'statistics' })).toEqual({ nodes: 1 });
    hub.line.toHost({ kind: 'ping', number: 7 });
    await hub.until('the pong', () =>
      hub.messages.some((message) => message.kind === 'pong' && message.number === 7),
    );
    await hub.stop();
    expect(hub.exitCode).toBe(0);
    expect(hub.messages.some(({ kind }) => kind === 'stopped')).toBe(true);
  });

  test('turns what the adapter throws into a failed command or a problem of the call', async () => {
    await using hub = new ScriptedHub(open);
    hub.start({ dataFolder, settings: {} });
    await hub.connectCore();
    await hub.until('the description', () => hub.description(LAMP));
    const nobody = nodeAddress('lamp-2');
    expect(await hub.settle(nobody, { kind: 'set', property: ON, value: true })).toMatchObject({
      state: 'failed',
      problem: { code: 'not-found' },
    });
    expect(await hub.settle(LAMP, { kind: 'set', property: ON, value: 3 })).toMatchObject({
      state: 'failed',
      problem: { code: 'invalid-input', message: 'on cannot be 3' },
    });
    await expect(hub.call({ kind: 'refresh', node: nobody })).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  test('sends again to a new core what the old one did not acknowledge', async () => {
    await using hub = new ScriptedHub(open);
    hub.acknowledges = false;
    hub.start({ dataFolder, settings: {} });
    await hub.connectCore();
    await hub.until('the first report', () => hub.values(LAMP)[ON] === false);
    const before = hub.batches.length;
    hub.loseCore();
    await hub.call({ kind: 'refresh', node: LAMP });
    hub.acknowledges = true;
    await hub.connectCore();
    const expected = hub.batches.slice(0, before).map(({ number }) => number);
    await hub.until('all batches again', () => hub.batches.length > 2 * before);
    expect(hub.batches.slice(before, 2 * before).map(({ number }) => number)).toEqual(expected);
    expect(hub.items.filter(({ kind }) => kind === 'report')).toHaveLength(2);
  });

  test('says what hinders its start, and answers calls before it as busy', async () => {
    await using hub = new ScriptedHub(open);
    await expect(hub.call({ kind: 'statistics' })).rejects.toMatchObject({ code: 'busy' });
    hub.start({ dataFolder, settings: { misbehave: 'throw-at-start' } });
    await hub.until('the fault', () => hub.state()?.kind === 'fault');
    expect(hub.state()).toMatchObject({ problem: { message: 'No such port' } });
  });
});

describe.each(Object.entries(SHELLS).slice(1))('a host %s', (_, open) => {
  test('that throws out of the blue ends with its reason in the log', async () => {
    await using hub = new ScriptedHub(open);
    hub.start({ dataFolder, settings: { misbehave: 'throw-later' } });
    await hub.connectCore();
    await hub.until('the description', () => hub.description(LAMP));
    hub.send(LAMP, { kind: 'set', property: ON, value: true });
    await hub.until('the end', () => hub.exitCode !== undefined);
    expect(hub.exitCode).toBe(1);
    expect(hub.messages).toContainEqual(
      expect.objectContaining({ kind: 'log', text: expect.stringContaining('out of the blue') }),
    );
  });
});

test('a host ends within its limit although the adapter hangs when stopped', async () => {
  await using hub = new ScriptedHub(SHELLS['in a child process']);
  hub.start({ dataFolder, settings: { misbehave: 'hang-at-stop' } });
  await hub.until('the description', () => hub.description(LAMP));
  await hub.stop(7_000);
  expect(hub.exitCode).toBe(0);
});

test('a child whose parent is killed ends by itself', async () => {
  const script = `
    const { fork } = require('node:child_process');
    const child = fork(${JSON.stringify(path.join(import.meta.dirname, 'testing/lamp.child.ts'))});
    child.send({ kind: 'start', dataFolder: ${JSON.stringify(dataFolder)}, settings: {}, names: {} });
    child.on('message', (message) => {
      if (message.kind !== 'described') return;
      process.stdout.write(String(child.pid), () => process.kill(process.pid, 'SIGKILL'));
    });`;
  let pid = 0;
  try {
    execFileSync(process.execPath, ['-e', script], { stdio: 'pipe' });
  } catch (error) {
    pid = Number((error as { stdout: Buffer }).stdout.toString());
  }
  expect(pid).toBeGreaterThan(0);
  const deadline = Date.now() + 7_000;
  while (isAlive(pid) && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(isAlive(pid)).toBe(false);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
