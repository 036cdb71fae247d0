// Which settings are taken, and how a wrong one is named.
import { expect, test } from 'vitest';
import { readSettings } from './settings.ts';

test('a coordinator on the network needs host, port and driver', () => {
  expect(readSettings({ port: 'tcp://192.168.1.20:6638', driver: 'zstack' })).toMatchObject({
    port: 'tcp://192.168.1.20:6638',
    driver: 'zstack',
    channel: undefined,
    mainsSilenceMs: 600_000,
    batterySilenceMs: 90_000_000,
  });
  expect(() => readSettings({ port: 'tcp://192.168.1.20:6638' })).toThrow(
    'A coordinator on the network needs its driver named',
  );
  expect(() => readSettings({ port: 'tcp://192.168.1.20', driver: 'zstack' })).toThrow(
    'lacks a host or a port',
  );
});

test('a serial stick is named by its path, and its driver may be left out', () => {
  expect(readSettings({ port: '/dev/ttyUSB0' })).toMatchObject({ driver: undefined });
  expect(readSettings({ port: '/dev/ttyUSB0', baudRate: '460800', rtscts: 'true' })).toMatchObject({
    baudRate: 460_800,
    rtscts: true,
  });
});

test.each([
  [{}, '/port', 'No coordinator is set'],
  [{ port: 'COM3' }, '/port', 'neither tcp://host:port nor the path'],
  [{ port: 'mdns://slzb-06' }, '/port', 'neither tcp://host:port nor the path'],
  [{ port: '/dev/ttyUSB0', driver: 'zstak' }, '/driver', 'no coordinator driver "zstak"'],
  [{ port: '/dev/ttyUSB0', channel: 27 }, '/channel', 'channel is a number from 11 to 26, not 27'],
  [{ port: '/dev/ttyUSB0', channel: 'x' }, '/channel', 'channel is a number from 11 to 26, not x'],
  [{ port: '/dev/ttyUSB0', rtscts: 'maybe' }, '/rtscts', 'rtscts is true or false, not maybe'],
])('%j is refused at %s', (settings, path, message) => {
  expect(() => readSettings(settings)).toThrow(
    expect.objectContaining({
      code: 'invalid-input',
      message: expect.stringContaining(message),
      errors: [
        {
          path,
          message: expect.stringContaining(message),
          zh: expect.stringMatching(/\p{Script=Han}/u),
        },
      ],
      hint: expect.stringContaining('INGLE_ZIGBEE_PORT'),
      zh: {
        message: expect.stringMatching(/\p{Script=Han}/u),
        hint: expect.stringContaining('INGLE_ZIGBEE_PORT'),
      },
    }),
  );
});
