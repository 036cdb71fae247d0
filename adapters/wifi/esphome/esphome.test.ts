// ESPHome devices as a household meets them: added by address, with a key or without one, switched, heard, lost and
// back, flashed anew, asleep, and with something at the address that is no ESPHome device at all.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { nodeAddress } from '../../../hub/model/identifiers.ts';
import { offlineReason } from '../../../hub/model/offline-reason.ts';
import { propertyKey } from '../../../hub/model/properties.ts';
import { runConformance } from '../../contract/conformance.ts';
import { FakeEsphome } from './testing/fake-esphome.ts';
import {
  addDevice,
  ENTITIES,
  KEY,
  OTHER_KEY,
  openEsphome,
  pair,
  setUp,
  startHub,
} from './testing/test-esphome.ts';

const ON = propertyKey('on');
const DELAY = propertyKey('x_delay');
const TEMPERATURE = propertyKey('temperature');

for (const [how, key] of [
  ['plain', null],
  ['encrypted', KEY],
] as const) {
  test(`the ESPHome adapter conforms, ${how}`, async () => {
    const dataFolder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
    await using device = await FakeEsphome.start({
      entities: ENTITIES,
      ...(key === null ? {} : { key }),
    });
    const node = nodeAddress(device.node);
    try {
      const results = await runConformance({
        open: openEsphome,
        dataFolder,
        settings: { mdnsInterface: null },
        subject: { node, property: ON, values: [true, false] },
        prepare: async (hub) => {
          expect(await pair(hub, device.address, key)).toBeNull();
          await hub.until('the device', () => hub.isOnline(node) === true);
        },
        touch: (value) => device.change('relay', { state: value === true }),
        reach: (isInReach) => (isInReach ? device.comeBack() : device.goAway()),
        secrets: () => [KEY],
      });
      expect(results.filter(({ isMet }) => !isMet)).toEqual([]);
    } finally {
      rmSync(dataFolder, { recursive: true, force: true });
    }
  }, 60_000);
}

test('a device is added by its address, described, switched and heard', async () => {
  await using setting = await setUp({
    friendlyName: 'Porch',
    info: { projectName: 'acme.relay-1', projectVersion: '1.2' },
  });
  const { hub, device, node } = setting;
  await addDevice(setting);
  expect(hub.description(node)).toMatchObject({
    title: 'Porch',
    manufacturer: 'acme',
    model: 'relay-1',
    firmware: '1.2 (ESPHome 2025.9.1)',
    kind: 'switch',
    power: 'mains',
    support: 'generated',
  });
  expect(hub.description(node)?.properties.map(({ key }) => String(key))).toEqual([
    ...['on', 'temperature', 'button', 'x_delay'],
  ]);
  await hub.until('its states', () => hub.values(node)[TEMPERATURE] === 21.5);
  const outcome = await hub.settle(node, { kind: 'set', property: ON, value: true });
  expect(outcome.state).toBe('acknowledged');
  expect(device.stateOf('relay')).toEqual({ state: true });
  await hub.until('it to be on', () => hub.values(node)[ON] === true);
  device.change('room', { state: 22.25 });
  await hub.until('the new temperature', () => hub.values(node)[TEMPERATURE] === 22.25);
  device.happen('button', 'double_press');
  await hub.until('the press', () =>
    hub.items.some((item) => item.kind === 'event' && item.value === 'double'),
  );
  // Acknowledged means that the device has taken it; what it is then, it tells itself.
  const states = hub.items.flatMap((item) =>
    item.kind === 'report' && item.values[ON] !== undefined ? [item.values[ON]] : [],
  );
  expect(states).toEqual([false, true]);
});

test('an encrypted device asks for its key, refuses another, and takes its own', async () => {
  await using setting = await setUp({ key: KEY });
  const { hub, device, node, folder } = setting;
  expect(await pair(hub, device.address)).toMatchObject({
    code: 'forbidden',
    message: `${device.address} asks for its encryption key`,
    zh: { message: `${device.address} 需要加密密钥` },
  });
  expect(await pair(hub, device.address, OTHER_KEY)).toMatchObject({
    code: 'forbidden',
    message: `${device.address} does not take the encryption key`,
    zh: { message: `${device.address} 不接受这个加密密钥` },
  });
  expect(await pair(hub, device.address, KEY.slice(2))).toMatchObject({
    code: 'invalid-input',
    message: expect.stringContaining('42 characters'),
  });
  expect(await pair(hub, device.address, KEY)).toBeNull();
  await hub.until('it to be online', () => hub.isOnline(node) === true);
  const file = path.join(folder, 'esphome', 'devices.json');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(JSON.stringify([hub.messages, hub.items])).not.toContain(KEY.slice(0, 20));
  expect(JSON.stringify(await hub.call({ kind: 'statistics' }))).not.toContain(KEY.slice(0, 20));
});

test('a key that its configuration has changed is told as such, and the new one mends it', async () => {
  await using setting = await setUp({ key: KEY });
  const { hub, device, node } = setting;
  await addDevice(setting, KEY);
  device.flash({ key: OTHER_KEY });
  const reason = await hub.until('word of it', () =>
    hub.items.find(
      (item) =>
        item.kind === 'availability' && item.reason?.includes('does not take the encryption key'),
    ),
  );
  const said = reason.kind === 'availability' ? (reason.reason ?? '') : '';
  expect(offlineReason(said, 'zh')).toBe('加密密钥不对。');
  await addDevice(setting, OTHER_KEY);
  const outcome = await hub.settle(node, { kind: 'set', property: ON, value: true });
  expect(outcome.state).toBe('acknowledged');
});

test('nothing is sent in the clear to a device that a key was given for', async () => {
  await using setting = await setUp();
  const { hub, device } = setting;
  expect(await pair(hub, device.address, KEY)).toMatchObject({
    code: 'forbidden',
    message: `${device.address} does not encrypt, so its encryption key is not asked for`,
  });
});

test('a password of older devices is asked for, tried, and missed when it is another', async () => {
  await using setting = await setUp({ password: 'candlelight', apiMinor: 9 });
  const { hub, device } = setting;
  expect(await pair(hub, device.address)).toMatchObject({
    code: 'forbidden',
    message: `${device.address} asks for a password`,
  });
  expect(await pair(hub, device.address, 'candlelite')).toMatchObject({
    code: 'forbidden',
    message: `${device.address} does not take the password`,
    zh: { message: `${device.address} 不接受这个密码` },
  });
  await addDevice(setting, 'candlelight');
  expect(JSON.stringify([hub.messages, hub.items])).not.toContain('candlelight');
});

test('a device with an ESPHome that is too old, or newer than the protocol, says so', async () => {
  await using old = await setUp({ apiMinor: 3 });
  expect(await pair(old.hub, old.device.address)).toMatchObject({
    code: 'unsupported',
    message: expect.stringContaining('is too old: it speaks version 1.3'),
    hint: expect.stringContaining('2021.8'),
  });
  old.device.flash({ apiMajor: 2, apiMinor: 0 });
  expect(await pair(old.hub, old.device.address)).toMatchObject({
    code: 'unsupported',
    hint: 'Update Ingle.',
  });
});

test('something else at the address, silence there, and nobody there are told as such', async () => {
  await using setting = await setUp();
  const { hub } = setting;
  const answering = async (greeting: string | null) => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      if (greeting === null) socket.destroy();
      else socket.resume().end(greeting);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const listening = server.address();
    const port = typeof listening === 'object' && listening !== null ? listening.port : 0;
    const problems = [
      await pair(hub, `127.0.0.1:${port}`),
      await pair(hub, `127.0.0.1:${port}`, KEY),
    ];
    await new Promise((resolve) => server.close(resolve));
    problems.push(await pair(hub, `127.0.0.1:${port}`));
    return problems.map((problem) => problem?.code);
  };
  expect(await answering('220 printer ready\r\n')).toEqual([
    ...['rejected-by-device', 'rejected-by-device', 'unreachable'],
  ]);
  expect(await answering(null)).toEqual([
    ...['rejected-by-device', 'rejected-by-device', 'unreachable'],
  ]);
  const codes = ['8.8.8.8', '[2001:db8::1]:6053', 'http://127.0.0.1/settings'].map((address) =>
    hub
      .call({ kind: 'pair', seconds: 10, via: null, installCode: null, address })
      .catch((error: { code: string }) => error.code),
  );
  expect(await Promise.all(codes)).toEqual(['invalid-input', 'invalid-input', 'invalid-input']);
});

test('what takes a connection and says nothing is told as silent when the time is over', async () => {
  await using setting = await setUp();
  const { hub, device } = setting;
  device.fault.isSilent = true;
  for (const secret of [null, KEY]) {
    expect(await pair(hub, device.address, secret, 1)).toMatchObject({
      code: 'timed-out',
      message: `${device.address} did not answer`,
    });
  }
});

test('a device that is gone is told offline, fails what is asked of it, and is found when it is back', async () => {
  await using setting = await setUp({ key: KEY });
  const { hub, device, node } = setting;
  await addDevice(setting, KEY);
  await hub.until('its states', () => hub.values(node)[ON] === false);
  await device.goAway();
  await hub.until('word that it is offline', () => hub.isOnline(node) === false);
  const before = hub.items.length;
  const outcome = await hub.settle(node, { kind: 'set', property: ON, value: true });
  expect(outcome).toMatchObject({ state: 'failed', problem: { code: 'unreachable' } });
  // What it was last is not told again as if it were so now.
  expect(hub.items.slice(before).filter(({ kind }) => kind === 'report')).toEqual([]);
  device.change('relay', { state: true });
  await device.comeBack();
  await hub.until('it to be back', () => hub.isOnline(node) === true, 15_000);
  await hub.until('what it is now', () => hub.values(node)[ON] === true);
  const reports = hub.items.slice(before).filter((item) => item.kind === 'report');
  expect(reports.every(({ reason }) => reason === 'reconnect')).toBe(true);
}, 30_000);

test('a device that takes commands and says nothing any more is not believed', async () => {
  await using setting = await setUp();
  const { hub, device, node } = setting;
  await addDevice(setting);
  device.fault.isSilent = true;
  const outcome = await hub.settle(node, { kind: 'set', property: ON, value: true }, 1_000);
  expect(outcome).toMatchObject({ state: 'timedOut', problem: { code: 'timed-out' } });
  await hub.until('word that it is offline', () => hub.isOnline(node) === false, 15_000);
}, 30_000);

test('a slow device is waited for within the time of a command', async () => {
  await using setting = await setUp({ key: KEY });
  const { hub, device, node } = setting;
  await addDevice(setting, KEY);
  device.fault.answerAfterMs = 400;
  const outcome = await hub.settle(node, { kind: 'set', property: ON, value: true });
  expect(outcome.state).toBe('acknowledged');
});

test('after a restart the hub knows its devices at once, and finds them again', async () => {
  await using setting = await setUp({ key: KEY });
  const { hub, folder, node } = setting;
  await addDevice(setting, KEY);
  await hub.stop();
  await using next = await startHub(folder);
  expect(next.description(node)?.properties.length).toBe(4);
  await next.until('the device', () => next.isOnline(node) === true);
  const outcome = await next.settle(node, { kind: 'set', property: ON, value: true });
  expect(outcome.state).toBe('acknowledged');
});

test('a device that is renamed and flashed with other entities is described anew', async () => {
  await using setting = await setUp({ friendlyName: 'Porch' });
  const { hub, device, node } = setting;
  await addDevice(setting);
  device.flash({
    name: 'garden',
    friendlyName: 'Garden',
    entities: [
      ...ENTITIES,
      { kind: 'Switch', fields: { objectId: 'pump', name: 'Pump' }, state: { state: true } },
    ],
  });
  await hub.until('the new description', () => hub.description(node)?.title === 'Garden', 15_000);
  const keys = hub.description(node)?.properties.map(({ key }) => String(key)) ?? [];
  expect(keys).toEqual(['on', 'temperature', 'button', 'x_delay', 'on@1']);
  await hub.until('the pump', () => hub.values(node)[propertyKey('on', 1)] === true);
}, 30_000);

test('another device at the address is not taken for the one that was added', async () => {
  await using setting = await setUp({ key: KEY });
  const { hub, device } = setting;
  await addDevice(setting, KEY);
  device.flash({ mac: '02:00:00:00:00:09', key: OTHER_KEY });
  await hub.until(
    'word of it',
    () =>
      hub.items.some(
        (item) => item.kind === 'availability' && item.reason?.startsWith('Another device answers'),
      ),
    15_000,
  );
}, 30_000);

test('the parts of a device are devices of the home, each with its own', async () => {
  const part = (number: number, name: string) => ({
    type: 'DeviceInfo',
    fields: { deviceId: number, name },
  });
  await using setting = await setUp({
    info: { devicesList: [part(11, 'Shed'), part(12, 'Barn')] },
    entities: [
      ...ENTITIES,
      {
        kind: 'Switch',
        fields: { objectId: 'lamp', name: 'Lamp', deviceId: 11 },
        state: { state: true },
      },
      {
        kind: 'Switch',
        fields: { objectId: 'lamp', name: 'Lamp', deviceId: 12, key: 99 },
        state: { state: false },
      },
    ],
  });
  const { hub, device, node } = setting;
  await addDevice(setting);
  const [shed, barn] = [nodeAddress(`${node}/11`), nodeAddress(`${node}/12`)];
  expect(hub.description(shed)).toMatchObject({ title: 'Shed', properties: [{ key: 'on' }] });
  await hub.until('both', () => hub.values(shed)[ON] === true && hub.values(barn)[ON] === false);
  await hub.settle(barn, { kind: 'set', property: ON, value: true });
  await hub.until('the barn', () => hub.values(barn)[ON] === true);
  expect(device.commands.at(-1)?.fields).toMatchObject({ key: 99, deviceId: 12 });
  await hub.call({ kind: 'remove', node: shed, force: false });
  await expect(hub.call({ kind: 'refresh', node: shed })).rejects.toMatchObject({
    code: 'not-found',
  });
  await hub.call({ kind: 'refresh', node: barn });
});

test('a setting for a device that sleeps waits until it wakes; an act does not', async () => {
  await using setting = await setUp({ info: { hasDeepSleep: true } });
  const { hub, device, node, folder } = setting;
  await addDevice(setting);
  expect(hub.description(node)?.power).toBe('battery');
  await device.sleep();
  await hub.until('it to sleep', () => hub.isOnline(node) === false);
  const told = hub.items.findLast((item) => item.kind === 'availability');
  const reason = told?.kind === 'availability' ? (told.reason ?? '') : '';
  expect(reason).toBe('It sleeps to save its battery, and is asked when it wakes');
  expect(offlineReason(reason, 'zh')).toBe('它在休眠以节省电量，唤醒时会再联系它。');

  const act = await hub.settle(node, { kind: 'set', property: ON, value: true });
  expect(act).toMatchObject({ state: 'failed', problem: { code: 'unreachable' } });
  const first = hub.send(node, { kind: 'set', property: DELAY, value: 20 });
  const second = hub.send(node, { kind: 'set', property: DELAY, value: 30 });
  await hub.until('it to wait', () => hub.waiting().has(second));
  expect(hub.outcomes(first)).toMatchObject([{ state: 'failed', problem: { code: 'cancelled' } }]);

  // It waits over a restart of the hub as well.
  await hub.stop();
  await using next = await startHub(folder, 'cmd_again');
  await next.until('it to wait still', () => next.waiting().has(second));
  await device.comeBack();
  await next.until('it to be set', () => next.values(node)[DELAY] === 30, 15_000);
  await next.until('its end', () =>
    next.outcomes(second).some(({ state }) => state === 'acknowledged'),
  );
  expect(next.waiting().size).toBe(0);
}, 40_000);

test('what waits for a device to wake can be taken back', async () => {
  await using setting = await setUp({ info: { hasDeepSleep: true } });
  const { hub, device, node } = setting;
  await addDevice(setting);
  await device.sleep();
  await hub.until('it to sleep', () => hub.isOnline(node) === false);
  const command = hub.send(node, { kind: 'set', property: DELAY, value: 20 });
  await hub.until('it to wait', () => hub.waiting().has(command));
  hub.cancel(command);
  await hub.until('its end', () =>
    hub.outcomes(command).some(({ problem }) => problem?.code === 'cancelled'),
  );
  await device.comeBack();
  await hub.until('it to be awake', () => hub.isOnline(node) === true, 15_000);
  expect(device.commands).toEqual([]);
}, 30_000);

test('a cover of an older device can be stopped, though it does not say so', async () => {
  const cover = { kind: 'Cover', fields: { objectId: 'blind', name: 'Blind' }, state: {} };
  await using setting = await setUp({ apiMinor: 7, entities: [cover] });
  const { hub, device, node } = setting;
  await addDevice(setting);
  const outcome = await hub.settle(node, { kind: 'invoke', name: 'stop', args: {} });
  expect(outcome.state).toBe('acknowledged');
  expect(device.commands.at(-1)?.fields).toMatchObject({ stop: true });
});

test('a device with more entities than the hub takes is taken in part, and that is said', async () => {
  const entities = Array.from({ length: 700 }, (_, at) => ({
    kind: 'BinarySensor',
    fields: { objectId: `b${at}`, name: `B ${at}` },
    state: { state: true },
  }));
  await using setting = await setUp({ entities, key: KEY });
  const { hub, node } = setting;
  await addDevice(setting, KEY);
  expect(hub.description(node)?.properties.length).toBe(400);
  const notes = hub.messages.flatMap((message) =>
    message.kind === 'pair' && message.progress.kind === 'note' ? [message.progress.text.en] : [],
  );
  expect(notes[0]).toBe(
    'A rest of 188 entities is left out: of a kind that is newer than this hub, or too many.',
  );
  const listed = hub.description(node)?.notShown?.map(({ what }) => what) ?? [];
  expect(listed[0]).toBe('A rest of 188 entities');
  // A hundred of them, and how many more there are.
  expect([listed.length, listed.at(-1)]).toEqual([101, '+ 13']);
  await hub.until('the last one', () => hub.values(node)[propertyKey('x_b399')] === true);
});

test('what of a device has no place is said when it is added', async () => {
  await using setting = await setUp({
    entities: [...ENTITIES, { kind: 'Camera', fields: { objectId: 'cam', name: 'Door camera' } }],
  });
  await addDevice(setting);
  const notes = setting.hub.messages.flatMap((message) =>
    message.kind === 'pair' && message.progress.kind === 'note' ? [message.progress.text.en] : [],
  );
  expect(notes).toEqual([
    'Camera "Door camera" is left out: the table of properties has no place for it.',
  ]);
  expect(setting.hub.description(setting.node)?.notShown).toEqual([
    {
      what: 'Camera "Door camera"',
      parts: [],
      why: { en: 'the table of properties has no place for it', zh: '属性表里没有它的位置' },
    },
  ]);
});

test('the device is told the time when it asks', async () => {
  await using setting = await setUp();
  const { hub, device, node } = setting;
  await addDevice(setting);
  device.say({ type: 'GetTimeRequest', fields: {} });
  device.say({ type: 'PingRequest', fields: {} });
  await hub.settle(node, { kind: 'set', property: ON, value: true });
  const asked = device.heard.map(({ type }) => type);
  expect(asked).toContain('GetTimeResponse');
  expect(asked).toContain('PingResponse');
});
