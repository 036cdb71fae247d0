// What can go wrong with a Hue bridge: nobody presses its button, it is off, it forgets the hub, it is not the one it
// was, it answers nonsense, or nothing at all.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { offlineReason } from '../../../hub/model/offline-reason.ts';
import { propertyKey } from '../../../hub/model/properties.ts';
import { ScriptedHub } from '../../contract/scripted-hub.ts';
import type { HueBridgeServer } from './testing/hue-bridge-server.ts';
import { furnished, nodeOf, pair, quick, setUp, startHub, THINGS } from './testing/hue-home.ts';
import { idOf } from './testing/hue-things.ts';

const ON = propertyKey('on');

async function untilReason(hub: ScriptedHub, words: string): Promise<string> {
  return hub.until(`"${words}"`, () => {
    const told = hub.items.findLast((item) => item.kind === 'availability' && !item.online);
    return told?.kind === 'availability' && told.reason?.includes(words) ? told.reason : null;
  });
}

async function withHub(use: (hub: ScriptedHub, bridge: HueBridgeServer) => Promise<void>) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  await using bridge = furnished();
  await bridge.start();
  const hub = await startHub(folder);
  try {
    await use(hub, bridge);
  } finally {
    await hub[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  }
}

test('while nobody presses the button nothing is added, and the asking ends with the pairing', async () => {
  await withHub(async (hub, bridge) => {
    const ended = pair(hub, bridge, { presses: false });
    await hub.until('the question', () =>
      hub.messages.some((message) => message.kind === 'pair' && message.progress.kind === 'asked'),
    );
    await hub.call({ kind: 'pairStop' });
    await ended;
    const { length } = bridge.requests;
    expect(bridge.keys).toEqual([]);
    bridge.pressButton();
    expect(await pair(hub, bridge, { presses: false })).toBeNull();
    expect(bridge.requests.length).toBeGreaterThan(length);
    expect(bridge.keys).toHaveLength(1);
  });
});

test('a button that nobody presses in time is said to be what was missing', async () => {
  await withHub(async (hub, bridge) => {
    expect(await pair(hub, bridge, { presses: false, seconds: 1 })).toMatchObject({
      code: 'timed-out',
      message: 'The button of the Hue bridge was not pressed in time',
      zh: { message: '没有及时按下 Hue 网桥的按钮' },
    });
    expect(bridge.keys).toEqual([]);
  });
});

test('a bridge that is off is told offline, and comes back as it is then', async () => {
  await using setting = await setUp();
  const { hub, bridge } = setting;
  const desk = nodeOf(bridge, THINGS.desk);
  await bridge.unplug();
  const reason = await untilReason(hub, 'The connection to');
  expect(offlineReason(reason, 'zh')).toBe('和它的连接断开了。');
  expect(hub.isOnline(desk)).toBe(false);
  const body = { kind: 'set', property: ON, value: true } as const;
  expect((await hub.settle(desk, body)).problem?.code).toBe('unreachable');
  bridge.changeSilently(idOf('light', 'Desk'), { on: { on: true } });
  await bridge.start();
  await hub.until('the bridge', () => hub.isOnline(desk) === true, 15_000);
  expect(hub.values(desk)[ON]).toBe(true);
});

test('a bridge that takes connections and says nothing any more is told as silent', async () => {
  await using setting = await setUp();
  const { hub, bridge } = setting;
  const desk = nodeOf(bridge, THINGS.desk);
  bridge.fault.isHanging = true;
  await untilReason(hub, 'did not answer');
  bridge.fault.isHanging = false;
  await hub.until('the bridge', () => hub.isOnline(desk) === true, 15_000);
});

test('a bridge that has forgotten the hub says so, and takes it in again with its devices in their place', async () => {
  await using setting = await setUp();
  const { hub, bridge } = setting;
  const desk = nodeOf(bridge, THINGS.desk);
  bridge.revokeKeys();
  const reason = await untilReason(hub, 'does not know the hub any more');
  expect(reason).toContain('press its button');
  expect(offlineReason(reason, 'zh')).toBe('Hue 网桥不再认识这个中枢了。');
  expect(await pair(hub, bridge)).toBeNull();
  await hub.until('the desk', () => hub.isOnline(desk) === true);
});

test('another certificate is refused before the key is sent, and said why', async () => {
  await using setting = await setUp();
  const { hub, bridge } = setting;
  const before = bridge.requests.length;
  await bridge.unplug();
  bridge.renewCertificate();
  await bridge.start();
  const reason = await untilReason(hub, 'another certificate than the Hue bridge had');
  expect(offlineReason(reason, 'zh')).toBe('它出示的证书和以前不同，已拒绝连接。');
  expect(bridge.requests.slice(before)).toEqual([]);
  // Its owner has reset it: added again, it is the same bridge.
  expect(await pair(hub, bridge)).toBeNull();
  const desk = nodeOf(bridge, THINGS.desk);
  await hub.until('the desk', () => hub.isOnline(desk) === true);
});

test('a certificate that does not name the bridge is not accepted at the first meeting either', async () => {
  await withHub(async (hub, bridge) => {
    await bridge.unplug();
    bridge.renewCertificate('someone-else');
    await bridge.start();
    bridge.pressButton();
    expect(await pair(hub, bridge, { presses: false })).toMatchObject({
      code: 'forbidden',
      message: `The certificate at ${bridge.address} is not that of its Hue bridge`,
    });
    expect(bridge.keys).toEqual([]);
  });
});

test('nonsense, half answers, too much, slowness and silence at the address are told as such', async () => {
  await withHub(async (hub, bridge) => {
    const { fault } = bridge;
    const meet = () => pair(hub, bridge, { presses: false });
    fault.isTalkingNonsense = true;
    expect(await meet()).toMatchObject({
      code: 'rejected-by-device',
      zh: { message: `${bridge.address} 上应答的不是 Hue 网桥` },
    });
    Object.assign(fault, { isTalkingNonsense: false, isCuttingAnswers: true });
    expect(await meet()).toMatchObject({ code: 'unreachable' });
    Object.assign(fault, { isCuttingAnswers: false, hugeBytes: 20 * 1024 * 1024 });
    expect(await meet()).toMatchObject({ code: 'rejected-by-device' });
    Object.assign(fault, { hugeBytes: 0, delayMs: 200 });
    expect(await pair(hub, bridge)).toBeNull();
    fault.delayMs = 0;
    const printer = createServer((socket) => socket.resume().end('220 printer ready\r\n'));
    await new Promise<void>((resolve) => printer.listen(0, '127.0.0.1', resolve));
    const listening = printer.address();
    const port = typeof listening === 'object' && listening !== null ? listening.port : 0;
    const from = hub.messages.length;
    const address = `127.0.0.1:${port}`;
    await hub.call({ kind: 'pair', seconds: 30, via: null, installCode: null, address });
    const failure = await hub.until('the failure', () =>
      hub.messages
        .slice(from)
        .map((message) => (message.kind === 'pair' ? message.progress : null))
        .find((progress) => progress?.kind === 'failed'),
    );
    expect(failure.kind === 'failed' && failure.problem.code).toBe('rejected-by-device');
    await new Promise((resolve) => printer.close(resolve));
  });
});

test('nonsense on the stream is answered by reading all anew', async () => {
  await using setting = await setUp();
  const { hub, bridge } = setting;
  const desk = nodeOf(bridge, THINGS.desk);
  bridge.changeSilently(idOf('light', 'Desk'), { on: { on: true } });
  bridge.garble('id: 1:1\ndata: [{"creationtime":"2026-11-22T07:00:00Z","data":[{"id":\n\n');
  await hub.until('the lamp to be on', () => hub.values(desk)[ON] === true);
  // A line without an end is not waited for for ever.
  bridge.garble(`data: ${'x'.repeat(3 * 1024 * 1024)}`);
  await untilReason(hub, 'is not a Hue bridge');
  await hub.until('the bridge', () => hub.isOnline(desk) === true, 15_000);
});

test('a hub that starts while its bridge is off describes all and tells no value of before', async () => {
  await using setting = await setUp();
  const { hub, bridge, folder } = setting;
  await hub.stop();
  await bridge.unplug();
  await using next = await startHub(folder);
  const desk = nodeOf(bridge, THINGS.desk);
  await next.until('word that it is off', () => next.isOnline(desk) === false);
  expect(next.description(desk)?.title).toBe('Desk');
  expect(next.values(desk)).toEqual({});
  await bridge.start();
  await next.until('the desk', () => next.isOnline(desk) === true, 15_000);
  expect(next.values(desk)[ON]).toBe(false);
});

test('a damaged file of bridges is said to be so, and what to do', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  const own = path.join(folder, 'hue');
  mkdirSync(own);
  writeFileSync(path.join(own, 'devices.json'), '{"version":1,"devices":[{"id":"nobody"}]}');
  const hub = new ScriptedHub(quick);
  try {
    hub.start({ dataFolder: folder, settings: { mdnsInterface: null } });
    await hub.connectCore();
    const state = await hub.until('the fault', () =>
      hub.state()?.kind === 'fault' ? hub.state() : null,
    );
    expect(state).toMatchObject({ problem: { code: 'storage' } });
  } finally {
    await hub[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  }
});
