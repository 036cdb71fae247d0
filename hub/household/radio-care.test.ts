// What the adapter says is wrong in its mesh, as the household reads it.
import { expect, test } from 'vitest';
import type { DeviceRecord } from '../model/device.ts';
import { adapterId, deviceId, nodeAddress } from '../model/identifiers.ts';
import { NO_CARE } from '../model/mesh.ts';
import { checkPageSetting } from '../settings.ts';
import { createRadioCare } from './radio-care.ts';

const ZIGBEE = adapterId('zigbee');
const [DIAL, LAMP] = [nodeAddress('0x01'), nodeAddress('0x02')];
const NOW = Date.UTC(2026, 10, 19, 12);

function device(id: string, name: string, node: typeof DIAL): DeviceRecord {
  return {
    ...{ id: deviceId(id), name, handle: id.replace('_', '-'), room: null },
    ...{ version: 1, createdAtMs: 0 },
    description: {
      ...{ adapter: ZIGBEE, node, manufacturer: 'IKEA', model: name, title: name },
      ...{ kind: 'light', power: 'mains', tier: 'preferred', support: 'exact', firmware: null },
      ...{ properties: [], commands: [] },
    },
  };
}

function care(portFrom = 'page', put: (name: string, value: string | null) => void = () => {}) {
  return createRadioCare({
    nowMs: () => NOW,
    zone: () => 'Europe/Berlin',
    devices: () => [device('dev_dial', 'Hall dial', DIAL), device('dev_lamp', 'Hall lamp', LAMP)],
    callAdapter: async () => null,
    adapterState: () => null,
    openJob: () => {
      throw new Error('no job is begun');
    },
    setting: (name) => ({
      value: name === 'zigbee.port' ? 'tcp://192.168.1.40:6638' : 'zstack',
      from: portFrom,
    }),
    checkSetting: checkPageSetting,
    putSetting: async (name, value) => put(name, value),
    changed: () => {},
  });
}

test('a router that is gone is told with its weekday, and who hung on it', () => {
  const told = care();
  // The Tuesday before, in Berlin.
  const sinceMs = Date.UTC(2026, 10, 17, 13, 3);
  told.told({ ...NO_CARE, lostRouters: [{ router: LAMP, sinceMs, nodes: [DIAL] }] });
  const [notice] = told.notices();
  expect(notice).toMatchObject({ severity: 'fault', about: ZIGBEE });
  expect(notice?.text.en).toContain('Hall lamp has not answered since Tuesday 14:03');
  expect(notice?.text.en).toContain('Hall dial');
  expect(notice?.text.zh).toContain('星期二');
});

test.each([
  [
    'a remote that sleeps',
    DIAL,
    'Hall dial still has to be told 2 direct links',
    'Hall lamp 已换成新设备',
  ],
  [
    'the new device itself',
    LAMP,
    'Hall lamp was replaced, and 2 direct links',
    'Hall lamp 已被替换',
  ],
])(
  '%s that has still to be told of a replaced device’s links is named, with what to do',
  (_, node, en, zh) => {
    const told = care();
    told.told({ ...NO_CARE, links: [{ node, of: LAMP, count: 2, sinceMs: NOW }] });
    const [notice, ...others] = told.notices();
    expect(others).toEqual([]);
    expect(notice?.text.en).toContain(en);
    expect(notice?.text.en).toMatch(/press|Press/);
    expect(notice?.text.zh).toContain(zh);
    told.told(NO_CARE);
    expect(told.notices()).toEqual([]);
  },
);

test('a coordinator that the environment fixes is not moved, and the way to do it with one restart is told', async () => {
  const wish = {
    ...{ port: 'tcp://192.168.1.41:6638', driver: 'zstack', baudRate: null, overwrite: false },
  };
  const actor = { member: null, cause: { kind: 'local' } } as const;
  await expect(care('environment').move(wish, actor)).rejects.toMatchObject({
    code: 'conflict',
    hint: expect.stringContaining('ingle coordinator use tcp://192.168.1.40:6638 --driver zstack'),
    zh: { hint: expect.stringContaining('环境变量') },
  });
});

test('which coordinator is taken is kept with its driver, and nothing of it where one of them cannot be', async () => {
  const kept: [string, string | null][] = [];
  const told = care('page', (name, value) => kept.push([name, value]));
  const actor = { member: null, cause: { kind: 'local' } } as const;
  await expect(told.use({ port: 'kitchen shelf', driver: 'ember' }, actor)).rejects.toMatchObject({
    code: 'invalid-input',
    message: expect.stringContaining('kitchen shelf'),
  });
  const port = 'tcp://192.168.1.41:6638';
  await expect(told.use({ port, driver: 'embre' }, actor)).rejects.toMatchObject({
    code: 'invalid-input',
    message: expect.stringContaining('embre'),
  });
  expect(kept).toEqual([]);
  expect(await told.use({ port, driver: 'ember' }, actor)).toEqual({ port, driver: 'ember' });
  expect(await told.use({ port, driver: null }, actor)).toEqual({ port, driver: 'zstack' });
  expect(new Map(kept)).toEqual(
    new Map([
      ['zigbee.driver', 'zstack'],
      ['zigbee.port', port],
    ]),
  );
});
