// What a device looks like and does on a tile, and where each property stands on its sheet.
import { describe, expect, it } from 'vitest';
import {
  alarmsOf,
  firstReadings,
  glowOfDevice,
  isBatteryLow,
  isLightOn,
  isRunning,
  keysNamed,
  lightEnds,
  sheetParts,
  signalOf,
  tileAction,
} from './device-face.ts';
import { rgbOfKelvin } from './lamp-color.ts';
import { testDevice, testProperty } from './test-device.ts';

const offline = { online: false, since: '2026-11-21T19:00:00.000Z', reason: 'No answer' };

describe('a tap on a tile', () => {
  it('switches what can be switched', () => {
    expect(tileAction(testDevice())).toEqual({ kind: 'switch', key: 'on' });
    const double = testDevice({
      kind: 'switch',
      properties: { 'on@1': testProperty(), 'on@2': testProperty() },
    });
    expect(tileAction(double)).toEqual({ kind: 'switch', key: 'on@1' });
  });

  it('moves a blind', () => {
    const blind = testDevice({ kind: 'cover', properties: { position: testProperty() } });
    expect(tileAction(blind)).toEqual({ kind: 'cover', key: 'position' });
  });

  it('never turns a lock, and never switches what only reports', () => {
    const lock = testDevice({ kind: 'lock', properties: { locked: testProperty() } });
    expect(tileAction(lock)).toEqual({ kind: 'sheet' });
    const reported = testDevice({ properties: { on: testProperty({ access: 'r' }) } });
    expect(tileAction(reported)).toEqual({ kind: 'sheet' });
  });
});

describe('the lamps of a device', () => {
  it('are one without an endpoint, and each of several has its own', () => {
    const properties = (...keys: string[]) =>
      testDevice({ properties: Object.fromEntries(keys.map((key) => [key, testProperty()])) });
    expect(lightEnds(properties('on', 'brightness', 'color'))).toEqual(['']);
    expect(lightEnds(properties('on', 'brightness@10', 'color@2', 'brightness@2'))).toEqual([
      ...['@2', '@10'],
    ]);
    expect(lightEnds(properties('on@1', 'position'))).toEqual([]);
  });
});

describe('the face of a device', () => {
  it('counts a lamp as lit only while it can be reached', () => {
    expect(isLightOn(testDevice())).toBe(true);
    expect(isLightOn(testDevice({ availability: offline }))).toBe(false);
    expect(glowOfDevice(testDevice({ availability: offline }))).toBeNull();
  });

  it('lets a plug run without giving light', () => {
    const plug = testDevice({ kind: 'plug' });
    expect(isRunning(plug)).toBe(true);
    expect(glowOfDevice(plug)).toBeNull();
  });

  it('glows in white when the tone was reported after the colour', () => {
    const properties = {
      on: testProperty({ value: true }),
      color: testProperty({ value: { hue: 240, saturation: 100 }, at: '2026-11-21T19:00:00.000Z' }),
      colorTemperature: testProperty({ value: 4000, at: '2026-11-21T19:00:01.000Z' }),
    };
    expect(glowOfDevice(testDevice({ properties }))?.color).toEqual(rgbOfKelvin(4000));
  });

  it('names its alarms', () => {
    const leak = testDevice({
      kind: 'leak',
      properties: {
        waterLeak: testProperty({ value: true }),
        tamper: testProperty({ value: true }),
      },
    });
    expect(alarmsOf(leak)).toEqual(['waterLeak']);
  });

  it('shows two readings, those of its kind first, and never its battery', () => {
    const climate = testDevice({
      kind: 'climate',
      properties: {
        battery: testProperty({ access: 'r' }),
        humidity: testProperty({ access: 'r' }),
        temperature: testProperty({ access: 'r' }),
        pressure: testProperty({ access: 'r' }),
      },
    });
    expect(firstReadings(climate)).toEqual(['temperature', 'humidity']);
    const meter = testDevice({
      kind: 'sensor',
      properties: {
        linkQuality: testProperty({ access: 'r' }),
        vibration: testProperty({ access: 'r' }),
      },
    });
    expect(firstReadings(meter)).toEqual(['vibration']);
  });

  it('knows an empty battery by its level or by its word', () => {
    const withBattery = (value: number) =>
      testDevice({ properties: { battery: testProperty({ value, type: 'number' }) } });
    expect(isBatteryLow(withBattery(15))).toBe(true);
    expect(isBatteryLow(withBattery(16))).toBe(false);
    expect(
      isBatteryLow(testDevice({ properties: { batteryLow: testProperty({ value: true }) } })),
    ).toBe(true);
  });

  it('calls a signal good, fair or weak', () => {
    expect([200, 80, 20].map(signalOf)).toEqual(['good', 'fair', 'weak']);
  });
});

describe('the sheet of a device', () => {
  it('has every property in exactly one place', () => {
    const device = testDevice({
      properties: {
        on: testProperty(),
        brightness: testProperty(),
        power: testProperty({ access: 'r' }),
        powerOnBehavior: testProperty({ type: 'enum' }),
        button: testProperty({ access: 'event' }),
        linkQuality: testProperty({ access: 'r' }),
        x_led: testProperty(),
        x_age: testProperty({ access: 'r' }),
      },
    });
    expect(sheetParts(device)).toEqual({
      switches: ['on'],
      readings: ['power'],
      buttons: ['button'],
      settings: ['powerOnBehavior'],
      about: ['linkQuality'],
      vendor: { readings: ['x_age'], settings: ['x_led'] },
    });
    expect(keysNamed(device, 'brightness')).toEqual(['brightness']);
  });
});
