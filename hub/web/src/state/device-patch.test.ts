// Live events as they change a device.
import { describe, expect, it } from 'vitest';
import { afterEvent } from './device-patch.ts';
import { testDevice, testProperty } from './test-device.ts';

const AT = '2026-11-21T20:00:00.000Z';
const cause = { kind: 'device', device: 'dev_1' };
const about = { seq: 7, device: 'dev_1', property: 'brightness' };

describe('a live event', () => {
  it('brings a reported value with its time', () => {
    const device = testDevice();
    const data = { ...about, at: AT, value: 80, previous: 50, cause };
    const after = afterEvent(device, { kind: 'change', data });
    expect(after.properties.brightness).toMatchObject({ value: 80, at: AT });
    expect(device.properties.brightness?.value).toBe(50);
  });

  it('brings what is wanted and takes it away again', () => {
    const wanted = afterEvent(testDevice(), { kind: 'wanted', data: { ...about, wanted: 90 } });
    expect(wanted.properties.brightness).toMatchObject({ value: 50, wanted: 90 });
    const done = afterEvent(wanted, { kind: 'wanted', data: { ...about, wanted: null } });
    expect(done.properties.brightness).not.toHaveProperty('wanted');
  });

  it('keeps the last press of a button with its time', () => {
    const device = testDevice({
      properties: { button: { access: 'event', type: 'enum', value: null } },
    });
    const data = { seq: 8, device: 'dev_1', property: 'button', value: 'double', at: AT };
    expect(afterEvent(device, { kind: 'event', data }).properties.button).toMatchObject({
      value: 'double',
      at: AT,
    });
  });

  it('tells since when and why a device is offline', () => {
    const data = { at: AT, seq: 9, device: 'dev_1', online: false, reason: 'No answer' };
    expect(afterEvent(testDevice(), { kind: 'availability', data }).availability).toEqual({
      online: false,
      since: AT,
      reason: 'No answer',
    });
  });

  it('about a property that the page does not know leaves the device as it is', () => {
    const device = testDevice({ properties: { on: testProperty() } });
    const data = { ...about, at: AT, value: 80, previous: null, cause };
    expect(afterEvent(device, { kind: 'change', data })).toBe(device);
  });
});
