// Addresses as people and browsers give them: what is of the home is read, what is not is refused with what to do.
import { expect, test } from 'vitest';
import { HubError } from '../../hub/model/errors.ts';
import { parseLanAddress } from './lan-address.ts';

test.each([
  ['192.168.1.20', '192.168.1.20', 80],
  [' 10.0.0.7:8080 ', '10.0.0.7', 8_080],
  ['http://192.168.1.20/', '192.168.1.20', 80],
  ['https://bridge.local', 'bridge.local', 80],
  ['HTTP://192.168.1.20:81', '192.168.1.20', 81],
  ['[fd00::1]:6053', 'fd00::1', 6_053],
])('%s is an address', (given, host, port) => {
  expect(parseLanAddress(given, 80)).toMatchObject({ host, port });
});

test.each([
  ...[
    '',
    'http://',
    'http://192.168.1.20/settings',
    'ftp://192.168.1.20',
    '192.168.1.300',
    '8.8.8.8',
  ],
  ...['http://8.8.8.8/', '192.168.1.20:0', '192.168.1.20:70000', 'user@192.168.1.20', '::1'],
])('%s is none, and it is said what to give', (given) => {
  const refused = () => parseLanAddress(given, 80);
  expect(refused).toThrow(HubError);
  try {
    refused();
  } catch (error) {
    expect(error).toMatchObject({
      code: 'invalid-input',
      hint: 'Give the IP address of the device on your network, such as 192.168.1.20.',
      zh: { hint: expect.stringContaining('192.168.1.20') },
    });
  }
});
