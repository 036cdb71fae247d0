// What is read of a Zigbee2MQTT folder, in every form that its files take, and what is told of one that is wrong: the
// file and the line, in both languages. And what is put in place of the adapter's own files.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { zigbeeFiles } from '../coordinator/network-file.ts';
import { readZigbee2Mqtt } from './read-source.ts';
import { ownZigbeeNetwork, takeZigbee2Mqtt } from './take-over.ts';

const KEY = '0102030405060708090a0b0c0d0e0f10';
const LAMP = '0x000b57fffe6a1001';
const PLUG = '0x000b57fffe6a1002';
const DATABASE = [
  '{"id":1,"type":"Coordinator","ieeeAddr":"0x00124b0000000001","nwkAddr":0}',
  `{"id":2,"type":"Router","ieeeAddr":"${LAMP}","nwkAddr":4711,"modelId":"TRADFRI","manufName":"IKEA","interviewCompleted":true}`,
  `{"id":3,"type":"EndDevice","ieeeAddr":"${PLUG}","nwkAddr":4712,"interviewState":"PENDING"}`,
  `{"id":4,"type":"Group","groupID":7,"members":[{"deviceIeeeAddr":"${LAMP}","endpointID":1},{"deviceIeeeAddr":"0xgone"}]}`,
].join('\n');
const BACKUP = JSON.stringify({
  metadata: { format: 'zigpy/open-coordinator-backup', version: 1 },
  stack_specific: { zstack: {} },
  coordinator_ieee: '00124b0000000001',
  pan_id: '1a62',
  extended_pan_id: '1122334455667788',
  channel: 20,
  network_key: { key: KEY },
});
const ADVANCED = `advanced:
  pan_id: 0x1a62
  ext_pan_id: [17, 34, 51, 68, 85, 102, 119, 136]
  channel: 20
  network_key: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]
`;
const WHOLE = `version: 5
serial:
  port: /dev/ttyUSB0
  adapter: ezsp
  baudrate: 230400
${ADVANCED}devices:
  '${LAMP}':
    friendly_name: kitchen_lamp
groups:
  '7':
    friendly_name: evening
`;

const files = (configuration: string, more: Record<string, string> = {}) => ({
  'configuration.yaml': configuration,
  'database.db': DATABASE,
  'coordinator_backup.json': BACKUP,
  ...more,
});
const problems = (configuration: string, more: Record<string, string> = {}) => {
  const { home, problems: told } = readZigbee2Mqtt(files(configuration, more));
  expect(home === null).toBe(told.length > 0);
  for (const { text } of told) expect(text.zh).toMatch(/\p{Script=Han}/u);
  return told.map(({ file, line, text }) => `${file}:${line} ${text.en}`);
};

describe('a folder', () => {
  test('gives its network, coordinator, devices, names and groups', () => {
    const { home } = readZigbee2Mqtt(files(WHOLE));
    expect(home).toMatchObject({
      network: {
        panId: 0x1a62,
        extendedPanId: '1122334455667788',
        channel: 20,
        coordinator: '0x00124b0000000001',
      },
      // Ember took the place of ezsp.
      port: { port: '/dev/ttyUSB0', driver: 'ember', baudRate: 230_400 },
      devices: [
        { node: LAMP, name: 'kitchen_lamp', isRouter: true, isInterviewed: true },
        { node: PLUG, name: null, isRouter: false, isInterviewed: false },
      ],
      groups: [{ id: 7, name: 'evening', members: [LAMP] }],
    });
    expect(JSON.stringify(home)).not.toContain(KEY);
  });

  test.each([
    ["'!secret network_key'", 'secret.yaml'],
    ["'!keys.yaml network_key'", 'keys.yaml'],
    ['!secret network_key', 'secret.yaml'],
  ])('may keep its key elsewhere, as %s', (value, name) => {
    const configuration = WHOLE.replace(/network_key: .*/, `network_key: ${value}`);
    const secret = `network_key: [${[...Buffer.from(KEY, 'hex')].join(', ')}]\n`;
    expect(problems(configuration, { [name]: secret })).toEqual([]);
    expect(problems(configuration)).toEqual([expect.stringContaining(`There is no file ${name}`)]);
  });

  test.each(['devices.yaml', '!include devices.yaml', '[devices.yaml, more.yaml]'])(
    'may keep its devices elsewhere, as %s',
    (value) => {
      const configuration = WHOLE.replace(/devices:\n.*\n.*\n/, `devices: ${value}\n`);
      const { home } = readZigbee2Mqtt(
        files(configuration, { 'devices.yaml': `'${LAMP}': {friendly_name: elsewhere}\n` }),
      );
      expect(home?.devices[0]?.name).toBe('elsewhere');
    },
  );

  test('that lacks the file of its names is read, and it is said that they stay behind', () => {
    const configuration = WHOLE.replace(/devices:\n.*\n.*\n/, 'devices: devices.yaml\n');
    const { home } = readZigbee2Mqtt(files(configuration));
    expect(home?.devices[0]?.name).toBeNull();
    expect(home?.leftOut[0]).toEqual({
      en: 'The configuration names devices.yaml, which is not in the folder: the names and groups in it are not taken',
      zh: '配置引用了 devices.yaml，但文件夹里没有：其中的名称和群组不会带过来',
    });
    expect(JSON.stringify(readZigbee2Mqtt(files(WHOLE)).home)).not.toContain('devices.yaml');
  });

  test('may be of Zigbee2MQTT 1.x: without a version, with its defaults and all in one file', () => {
    const old = `homeassistant: true
permit_join: true
mqtt: {base_topic: zigbee2mqtt, server: 'mqtt://localhost'}
serial: {port: 'tcp://192.168.1.7:6638/'}
advanced:
  pan_id: '0x1a62'
  channel: 20
  network_key: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]
  homeassistant_legacy_entity_attributes: false
  legacy_api: false
device_options: {legacy: false, retain: true, transition: 2}
ban: ['0x000b57fffe6a1077']
devices:
  '${LAMP.toUpperCase().replace('0X', '0x')}': {friendly_name: living room/floor lamp, retain: false}
groups:
  '7': {friendly_name: evening, retain: false, devices: [living room/floor lamp/left]}
`;
    const { home, problems: told } = readZigbee2Mqtt(files(old));
    expect(told).toEqual([]);
    expect(home).toMatchObject({
      network: { panId: 0x1a62, extendedPanId: '1122334455667788', channel: 20 },
      // The family is known by its backup.
      port: { port: 'tcp://192.168.1.7:6638', driver: 'zstack', baudRate: null },
      devices: [{ node: LAMP, name: 'living room/floor lamp' }, { node: PLUG }],
      groups: [{ id: 7, name: 'evening', members: [LAMP] }],
    });
    const words = home?.leftOut.map(({ en }) => en).join('\n');
    expect(words).toContain('(device_options) are not taken');
    expect(words).toContain('legacy, transition');
    expect(words).toContain('stood open for joining');
    expect(words).toContain('The lists of addresses');
  });

  test.each([
    ['ember', 'ember', { ezsp: { hashed_tclk: 'aa' } }],
    ['auto', 'ember', { ezsp: { hashed_tclk: 'aa' } }],
    ['deconz', 'deconz', {}],
    // Told of by the plan, which knows the drivers that there are.
    ['blz', 'blz', {}],
  ])('may have a coordinator of another family: %s', (adapter, driver, stack) => {
    const configuration = WHOLE.replace('adapter: ezsp', `adapter: ${adapter}`);
    const backup = JSON.stringify({ ...JSON.parse(BACKUP), stack_specific: stack });
    const { home } = readZigbee2Mqtt(files(configuration, { 'coordinator_backup.json': backup }));
    expect(home?.port.driver).toBe(driver);
  });

  test('whose network is still to be made is told so; what was made meanwhile stands in the backup', () => {
    const never = WHOLE.replace(/pan_id: 0x1a62/, 'pan_id: GENERATE')
      .replace(/network_key: .*/, "network_key: '!secret network_key'")
      .replace(/ext_pan_id: .*/, 'ext_pan_id: GENERATE');
    const secret = { 'secret.yaml': 'network_key: GENERATE\n' };
    const { 'coordinator_backup.json': _, ...rest } = files(never, secret);
    const told = readZigbee2Mqtt(rest).problems.map(({ line, text }) => `${line} ${text.en}`);
    expect(told).toEqual([
      expect.stringContaining('7 pan_id is still to be made'),
      expect.stringContaining('8 ext_pan_id is still'),
      expect.stringContaining('10 network_key is still'),
    ]);
    expect(problems(never, secret)).toEqual([]);
    expect(readZigbee2Mqtt(files(never, secret)).home?.network).toMatchObject({
      panId: 0x1a62,
      extendedPanId: '1122334455667788',
    });
  });

  test('without a backup runs on with its own coordinator, and says so', () => {
    const { 'coordinator_backup.json': _, ...rest } = files(WHOLE);
    const { home } = readZigbee2Mqtt(rest);
    expect(home?.network.coordinator).toBeNull();
    expect(home?.leftOut[0]?.en).toContain('There is no coordinator_backup.json');
  });

  test('says what is left out, and why', () => {
    const more = `'${LAMP}': {friendly_name: a, disabled: true, brightness_calibration: 3}
'0x000b57fffe6a1099': {friendly_name: never there}
`;
    const configuration = WHOLE.replace(/devices:\n.*\n.*\n/, 'devices: devices.yaml\n');
    const { home } = readZigbee2Mqtt(
      files(configuration, { 'devices.yaml': more, 'external_converters/own.js': '' }),
    );
    const words = home?.leftOut.map(({ en }) => en).join('\n');
    expect(words).toContain('never there');
    expect(words).toContain('a (brightness_calibration)');
    expect(words).toContain('Disabled in Zigbee2MQTT');
    expect(words).toContain('external_converters/own.js');
  });
});

describe('what is wrong is told with its file and line:', () => {
  test.each([
    [
      'a later version',
      WHOLE.replace('version: 5', 'version: 9'),
      'configuration.yaml:1 Its version',
    ],
    ['no YAML', `${WHOLE}  : {[`, 'configuration.yaml:'],
    ['another network', WHOLE.replace('0x1a62', '0x1a63'), ':7 The PAN id'],
    ['another key', WHOLE.replace('[1, 2,', '[2, 2,'), ':10 The network key'],
    ['a PAN id that is none', WHOLE.replace('0x1a62', 'many'), ':7 pan_id is not'],
    ['a group without a number', WHOLE.replace("'7'", 'seven'), ':15 "seven"'],
  ])('%s', (_, configuration, expected) => {
    expect(problems(configuration).join('\n')).toContain(expected);
  });

  test.each([
    ['a torn line', `${DATABASE}\n{"id":9,"ty`, 'database.db:5 This line is not whole'],
    [
      'an address twice',
      `${DATABASE}\n${DATABASE.split('\n')[1]?.replace('"id":2', '"id":8')}`,
      'database.db:5',
    ],
    ['half a page of nothing', `${DATABASE}\n${'\0'.repeat(64)}`, 'database.db:5 This line'],
    ['an id twice', `${DATABASE}\n${DATABASE.split('\n')[1]}`, 'database.db:5 The id 2'],
  ])('%s in the database', (_, database, expected) => {
    expect(problems(WHOLE, { 'database.db': database }).join('\n')).toContain(expected);
  });

  test.each([
    ['no JSON', '{', 'It is not whole'],
    ['of an older Zigbee2MQTT', '{"meta":{}}', 'before 1.22'],
    ['of a later format', BACKUP.replace('"version":1', '"version":2'), 'version 2'],
    ['without its key', BACKUP.replace(KEY, 'zz'), 'missing or damaged'],
  ])('a backup that is %s', (_, backup, expected) => {
    const told = problems(WHOLE, { 'coordinator_backup.json': backup }).join('\n');
    expect(told).toContain(`coordinator_backup.json:null`);
    expect(told).toContain(expected);
  });
});

describe('taking it over', () => {
  let folder = '';
  beforeEach(() => {
    folder = path.join(mkdtempSync(path.join(os.tmpdir(), 'ingle-')), 'zigbee');
  });
  afterEach(() => rmSync(path.dirname(folder), { recursive: true, force: true }));

  test('puts database, backup and network in place, and does nothing a second time', () => {
    expect(ownZigbeeNetwork(folder, files(WHOLE))).toBeNull();
    takeZigbee2Mqtt(folder, files(WHOLE));
    const own = zigbeeFiles(folder);
    expect(readFileSync(own.database, 'utf8')).toBe(DATABASE);
    expect(JSON.parse(readFileSync(own.network, 'utf8'))).toMatchObject({
      panId: 0x1a62,
      channel: 20,
    });
    expect(ownZigbeeNetwork(folder, files(WHOLE))).toEqual({ isSame: true, devices: 2 });
    writeFileSync(own.database, 'newer');
    takeZigbee2Mqtt(folder, files(WHOLE));
    expect(readFileSync(own.database, 'utf8')).toBe('newer');
  });

  test('keeps an empty network that was there, and refuses to end one with devices', () => {
    const own = zigbeeFiles(folder);
    const other = {
      panId: 1,
      extendedPanId: [1, 2, 3, 4, 5, 6, 7, 8],
      networkKey: Array(16).fill(7),
      channel: 11,
    };
    writeFileSync(own.network, JSON.stringify(other));
    writeFileSync(own.database, DATABASE);
    expect(() => takeZigbee2Mqtt(folder, files(WHOLE))).toThrow('with 2 devices');
    writeFileSync(own.database, '');
    takeZigbee2Mqtt(folder, files(WHOLE));
    expect(JSON.parse(readFileSync(`${own.network}.before-import`, 'utf8'))).toMatchObject(other);
    expect(existsSync(own.coordinatorBackup)).toBe(true);
  });
});
