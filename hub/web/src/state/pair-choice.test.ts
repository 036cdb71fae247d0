// What is asked and what is sent when a device is added.
import { expect, test } from 'vitest';
import {
  carrierOf,
  emptyChoice,
  installCodeCheck,
  installCodeIn,
  isComplete,
  isOneDevice,
  pairRequest,
  protocolsOf,
  switchedOff,
} from './pair-choice.ts';

test('the protocols of the hub are offered, Tasmota where it speaks MQTT', () => {
  const adapters = ['mqtt', 'matter', 'zigbee', 'something'].map((id) => ({ id }));
  expect(protocolsOf(adapters)).toEqual(['zigbee', 'matter', 'tasmota']);
  expect(protocolsOf([])).toEqual([]);
  // Of those that are not, the ones that an owner can switch on are named.
  expect(switchedOff(protocolsOf(adapters))).toEqual([]);
  expect(switchedOff(['zigbee'])).toEqual(['matter', 'tasmota']);
});

test('a Matter device needs its code, and nothing of another protocol is sent with it', () => {
  const choice = { ...emptyChoice('matter'), installCode: 'from before' };
  expect(isComplete(choice)).toBe(false);
  const whole = { ...choice, code: ' 3497-011-2332 ' };
  expect(isComplete(whole)).toBe(true);
  expect(pairRequest(whole, 120)).toEqual({
    kind: 'pair',
    protocol: 'matter',
    seconds: 120,
    code: '3497-011-2332',
  });
});

test('one device is meant where its code or its address is given; else there is a search', () => {
  expect(isOneDevice(emptyChoice('matter'))).toBe(true);
  expect(isOneDevice({ ...emptyChoice('shelly'), address: '192.168.1.40' })).toBe(true);
  for (const protocol of ['zigbee', 'shelly', 'tasmota'] as const) {
    expect(isOneDevice({ ...emptyChoice(protocol), address: ' ' })).toBe(false);
  }
  expect(carrierOf('tasmota')).toBe('mqtt');
});

test('what was left empty is sent as nothing', () => {
  expect(pairRequest(emptyChoice('zigbee'), 60)).toEqual({
    kind: 'pair',
    protocol: 'zigbee',
    seconds: 60,
    via: null,
    installCode: null,
  });
});

test('an install code is checked before it is sent, and found among what was scanned', () => {
  const code = '00124B00F0000001|83FED3407A939723A5C639B26916D505C3B5';
  const wrong = code.replace('A939', 'A393');
  expect(installCodeCheck(' ')).toEqual({ kind: 'none' });
  expect(installCodeCheck(code)).toEqual({ kind: 'good', isChecked: true });
  expect(installCodeCheck(wrong)).toMatchObject({
    kind: 'wrong',
    words: { zh: { message: '安装码不对' } },
  });
  expect(isComplete({ ...emptyChoice('zigbee'), installCode: wrong })).toBe(false);
  expect(isComplete({ ...emptyChoice('zigbee'), installCode: code })).toBe(true);
  expect(installCodeIn(['https://example.com', code])).toBe(code);
  expect(installCodeIn(['https://example.com'])).toBe('https://example.com');
});
