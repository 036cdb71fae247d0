// What is asked and what is sent when a device is added.
import { expect, test } from 'vitest';
import { emptyChoice, isComplete, pairRequest, protocolsOf } from './pair-choice.ts';

test('the protocols of the hub are offered, Tasmota where it speaks MQTT', () => {
  const adapters = ['mqtt', 'matter', 'zigbee', 'something'].map((id) => ({ id }));
  expect(protocolsOf(adapters)).toEqual(['zigbee', 'matter', 'tasmota']);
  expect(protocolsOf([])).toEqual([]);
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

test('what was left empty is sent as nothing', () => {
  expect(pairRequest(emptyChoice('zigbee'), 60)).toEqual({
    kind: 'pair',
    protocol: 'zigbee',
    seconds: 60,
    via: null,
    installCode: null,
  });
});
