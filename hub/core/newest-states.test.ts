import { describe, expect, it } from 'vitest';
import type { OutEvent } from '../model/core-port.ts';
import { deviceId } from '../model/identifiers.ts';
import { parsePropertyKey } from '../model/properties.ts';
import { newestStates } from './newest-states.ts';

const device = deviceId('dev_lamp');
const { key: property } = parsePropertyKey('on');

describe('what live clients hear of a few milliseconds', () => {
  it('is every change, and of a wish only what it came to', () => {
    const change = (seq: number, value: boolean): OutEvent => ({
      kind: 'change',
      seq,
      atMs: seq,
      device,
      property,
      value,
      previous: !value,
      cause: { kind: 'device', device },
    });
    const wanted = (seq: number, value: boolean | null): OutEvent => ({
      kind: 'wanted',
      seq,
      device,
      property,
      wanted: value,
    });
    const events = [wanted(1, true), change(2, true), wanted(3, null), change(4, false)];
    expect(newestStates(events)).toEqual([change(2, true), wanted(3, null), change(4, false)]);
  });
});
