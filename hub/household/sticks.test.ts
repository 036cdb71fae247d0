// Sticks by their names, and the words for what is wrong in a mesh.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { nodeAddress } from '../model/identifiers.ts';
import { lostRouterNotice, momentOf } from './mesh-words.ts';
import { findSticks, guessDriver } from './sticks.ts';

test.each([
  ['usb-dresden_elektronik_ingenieurtechnik_GmbH_ConBee_II_DE2132111-if00', 'deconz'],
  ['usb-ITEAD_SONOFF_Zigbee_3.0_USB_Dongle_Plus_V2_20220718172818-if00', 'ember'],
  ['usb-Silicon_Labs_Sonoff_Zigbee_3.0_USB_Dongle_Plus_0001-if00-port0', 'zstack'],
  ['usb-Texas_Instruments_TI_CC2531_USB_CDC___0X00124B0018ED3DDF-if00', 'zstack'],
  ['usb-SMLIGHT_SMLIGHT_SLZB-06M_a0d1-if00-port0', 'ember'],
  ['usb-SMLIGHT_SMLIGHT_SLZB-06_b44e-if00-port0', 'zstack'],
  ['usb-Nabu_Casa_SkyConnect_v1.0_3abe54797c91ed118fc3cad13b20a988-if00-port0', 'ember'],
  ['usb-FTDI_FT232R_USB_UART_A50285BI-if00-port0', null],
])('the name %s speaks for %s', (name, driver) => {
  expect(guessDriver(name)).toBe(driver);
});

test('sticks are listed with those first that look like coordinators; no folder is no stick', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  for (const name of ['usb-FTDI_FT232R-if00', 'usb-ConBee_II-if00']) {
    writeFileSync(path.join(folder, name), '');
  }
  expect(findSticks(folder).map(({ driver }) => driver)).toEqual(['deconz', null]);
  rmSync(folder, { recursive: true });
  expect(findSticks(folder)).toEqual([]);
});

test('a moment is told on the clocks of the house: today by the time, this week by the day, then by the date', () => {
  const now = Date.UTC(2026, 10, 22, 20);
  const zone = 'Asia/Shanghai';
  expect(momentOf(Date.UTC(2026, 10, 22, 18), now, zone)).toEqual({
    en: '02:00',
    zh: '今天 02:00',
  });
  expect(momentOf(Date.UTC(2026, 10, 17, 6, 3), now, zone)).toEqual({
    en: 'Tuesday 14:03',
    zh: '星期二 14:03',
  });
  expect(momentOf(Date.UTC(2026, 9, 1, 6), now, zone).en).toBe('1 October 14:00');
});

test('a lost router and all behind it are one notice, with names up to a limit', () => {
  const nodes = Array.from({ length: 8 }, (_, index) => nodeAddress(`0x000000000000000${index}`));
  const names = nodes.map((_, index) => `Lamp ${index}`);
  const since = { en: 'Tuesday 14:03', zh: '星期二 14:03' };
  const lost = { router: nodeAddress('0x00000000000000ff'), sinceMs: 0, nodes };
  const { en, zh } = lostRouterNotice(lost, { router: 'Hall plug', names, since });
  expect(en).toContain('Hall plug has not answered since Tuesday 14:03; it was probably unplugged');
  expect(en).toContain('8 devices reached the home through it');
  expect(en).toContain('Lamp 5 and 2 more');
  expect(zh).toContain('有 8 个设备通过它连接');
});
