import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checkPageSetting, readSettings } from './settings.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-settings-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileWith(text: string): string {
  const file = path.join(folder, `${Math.random()}.yaml`);
  writeFileSync(file, text);
  return file;
}

describe('settings', () => {
  it('take the first of flag, environment, file, page and default, and say which one it was', () => {
    const file = fileWith('port: 3\nzigbee:\n  port: tcp://127.0.0.1:3\n  channel: 20\n');
    const environment = {
      INGLE_CONFIG: file,
      INGLE_PORT: '2',
      INGLE_ZIGBEE_PORT: 'tcp://127.0.0.1:2',
    };
    const settings = readSettings(['--port', '1'], environment).withPage({
      'zigbee.port': '/dev/page',
      'zigbee.channel': '25',
      'zigbee.driver': 'ember',
    });
    const from = Object.fromEntries(
      settings.list().map((one) => [one.name, [one.value, one.from]]),
    );
    expect(from.port).toEqual(['1', 'flag']);
    expect(from['zigbee.port']).toEqual(['tcp://127.0.0.1:2', 'environment']);
    expect(from['zigbee.channel']).toEqual(['20', 'file']);
    expect(from['zigbee.driver']).toEqual(['ember', 'page']);
    expect(from.host).toEqual(['127.0.0.1', 'default']);
  });

  it('do not let the page change what only a person at the machine may', () => {
    expect(readSettings([], {}).withPage({ host: '0.0.0.0' }).get('host')).toBe('127.0.0.1');
    expect(() => checkPageSetting('host', '0.0.0.0')).toThrow(/cannot be changed in the page/);
    expect(() => checkPageSetting('zigbee.port', '/dev/ttyUSB0')).not.toThrow();
  });

  it.each([
    [['--prot', '1'], {}, /"--prot" is not a flag/],
    [['--port'], {}, /needs a value/],
    [[], { INGLE_PORT: 'http' }, /port cannot be "http" \(INGLE_PORT\)/],
    [[], { INGLE_PORT: '70000' }, /port cannot be "70000"/],
    [[], { INGLE_DEMO: 'yes' }, /demo cannot be "yes"/],
    [[], { INGLE_ZIGBEE_DRIVER: 'znp' }, /zigbee.driver cannot be "znp"/],
    [[], { INGLE_ZIGBEE_CHANNEL: '9' }, /zigbee.channel cannot be "9"/],
    [[], { INGLE_CONFIG: '/nowhere/ingle.yaml' }, /\/nowhere\/ingle.yaml/],
  ])('refuse %j %j and say why', (args, environment, message) => {
    expect(() => readSettings(args, environment)).toThrow(message);
  });

  it.each([
    ['zigbee.port', 'ttyUSB0', 'tcp://192.168.1.20:6638'],
    ['zigbee.port', 'tcp://192.168.1.20', 'tcp://host:port'],
    ['zigbee.port', 'tcp://192.168.1.20:99999', 'tcp://host:port'],
    ['zigbee.driver', 'znp', 'zstack'],
    ['zigbee.baudRate', '115200.5', '9600 to 3000000'],
    ['zigbee.channel', '27', '11 to 26'],
    ['zigbee.otaBlockDelay', '-1', 'a number'],
    ['zigbee.otaBlockDelay', '2.5', '0 to 60000'],
  ])('are not kept from the page where %s is "%s", in both languages', (name, value, takes) => {
    expect(() => checkPageSetting(name, value)).toThrow(
      expect.objectContaining({
        message: `The setting ${name} cannot be "${value}"`,
        hint: expect.stringContaining(takes),
        zh: {
          message: expect.stringContaining(`${name} 不能是“${value}”`),
          hint: expect.stringMatching(/^应为/),
        },
      }),
    );
  });

  it('let the hub start with a coordinator that cannot be: its adapter says so', () => {
    const settings = readSettings([], { INGLE_ZIGBEE_PORT: 'ttyUSB0' });
    expect(settings.get('zigbee.port')).toBe('ttyUSB0');
    expect(() => checkPageSetting('zigbee.port', '')).not.toThrow();
    expect(() => checkPageSetting('zigbee.port', 'tcp://[fe80::1]:6638')).not.toThrow();
  });

  it('name a setting of the file that does not exist', () => {
    const file = fileWith('zigbee:\n  prot: /dev/ttyUSB0\n');
    expect(() => readSettings([], { INGLE_CONFIG: file })).toThrow(/no setting "zigbee.prot"/);
  });
});
