// WLED strips as a household meets them: added by address, coloured, heard, lost and back, with presets and segments,
// and with something at the address that is no WLED at all.
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { adapterId, nodeAddress } from '../../../hub/model/identifiers.ts';
import { propertyKey } from '../../../hub/model/properties.ts';
import { runConformance } from '../../contract/conformance.ts';
import { inProcess, ScriptedHub } from '../../contract/scripted-hub.ts';
import { createLanAdapter } from '../lan-adapter.ts';
import { WLED_TIMINGS } from './device.ts';
import { wled, wledFamily } from './family.ts';
import { WledServer, type WledServerOptions } from './testing/wled-server.ts';

const ID = adapterId('wled');
const SHELF = nodeAddress('wled-8813bf0455f0');
const ON = propertyKey('on');
const BRIGHTNESS = propertyKey('brightness');
const COLOR = propertyKey('color');
const EFFECT = propertyKey('effect');
const PRESETS = {
  '0': {},
  '1': { n: 'Evening', on: true, bri: 40 },
  '2': { n: 'Party', on: true, bri: 255 },
  '3': { n: 'Round', playlist: { ps: [1, 2], dur: [300, 300], transition: [7, 7], repeat: 0 } },
};
/** Seconds become tenths of them. */
const QUICK = { ...WLED_TIMINGS, pulseEveryMs: 150, pollEveryMs: 100, answerWithinMs: 1_500 };
const open = inProcess(ID, (context) => createLanAdapter(context, wledFamily(QUICK)));

async function startHub(dataFolder: string): Promise<ScriptedHub> {
  const hub = new ScriptedHub(open);
  hub.start({ dataFolder, settings: { mdnsInterface: null } });
  await hub.connectCore();
  await hub.until('the adapter', () => hub.state()?.kind === 'connected');
  return hub;
}

async function setUp(options: WledServerOptions = {}) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  const strip = new WledServer(options);
  await strip.start();
  const hub = await startHub(folder);
  return {
    ...{ folder, strip, hub },
    async [Symbol.asyncDispose]() {
      await hub[Symbol.asyncDispose]();
      await strip.unplug();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Adds a device and gives the problem that the pairing ended with, if any. */
async function pair(hub: ScriptedHub, address: string) {
  const from = hub.messages.length;
  await hub.call({ kind: 'pair', seconds: 30, via: null, installCode: null, address });
  const since = () => hub.messages.slice(from).filter((message) => message.kind === 'pair');
  await hub.until('the pairing to close', () =>
    since().some(({ progress }) => progress.kind === 'closed'),
  );
  const failed = since().map(({ progress }) => progress);
  return failed.find((progress) => progress.kind === 'failed')?.problem ?? null;
}

async function added(hub: ScriptedHub, strip: WledServer): Promise<void> {
  expect(await pair(hub, strip.address)).toBeNull();
  await hub.until('it to be online', () => hub.isOnline(SHELF) === true);
}

test('the WLED adapter conforms', async () => {
  const dataFolder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  await using strip = new WledServer();
  await strip.start();
  try {
    const results = await runConformance({
      open: inProcess(ID, (context) => createLanAdapter(context, wled)),
      dataFolder,
      settings: { mdnsInterface: null },
      subject: { node: SHELF, property: ON, values: [true, false] },
      prepare: async (hub) => added(hub, strip),
      touch: (value) => strip.set({ on: value }),
      reach: (isInReach) => (isInReach ? strip.start() : strip.unplug()),
    });
    expect(results.filter(({ isMet }) => !isMet)).toEqual([]);
  } finally {
    rmSync(dataFolder, { recursive: true, force: true });
  }
}, 60_000);

test('a strip is added by its address, coloured and dimmed, and tells what others do to it', async () => {
  await using setting = await setUp({ presets: PRESETS });
  const { hub, strip } = setting;
  await added(hub, strip);
  const description = hub.description(SHELF);
  expect(description).toMatchObject({
    ...{ manufacturer: 'WLED', model: 'ESP32', title: 'Shelf', kind: 'light', firmware: '16.0.0' },
  });
  const effect = description?.properties.find(({ key }) => key === EFFECT);
  // Names that stand for nothing are left out, and one that stands twice can still be chosen.
  expect(effect?.values).toEqual([
    ...['Solid', 'Blink', 'Breathe', 'Wipe', 'Rainbow', 'Fire 2012', 'Solid (8)'],
  ]);
  expect(hub.values(SHELF)).toMatchObject({
    ...{ on: true, brightness: 50.2, effect: 'Solid', x_palette: 'Default', current: 0.499 },
    color: { hue: 37.6, saturation: 100 },
    ...{ x_preset: 'none', x_playlist: 'none', x_live: false, x_nightlight: false },
  });
  for (const [property, value] of [
    [BRIGHTNESS, 80],
    [COLOR, { hue: 240, saturation: 100 }],
    [EFFECT, 'Fire 2012'],
    [propertyKey('x_palette'), 'Custom 1'],
    [propertyKey('x_effect_speed'), 100],
  ] as const) {
    const outcome = await hub.settle(SHELF, { kind: 'set', property, value });
    expect(`${property} ${outcome.state}`).toBe(`${property} acknowledged`);
  }
  expect(strip.state.bri).toBe(204);
  expect(strip.segment(0)).toMatchObject({ fx: 7, pal: 200, sx: 255 });
  expect((strip.segment(0).col as number[][])[0]).toEqual([0, 0, 255]);
  await hub.until('the colour', () => JSON.stringify(hub.values(SHELF)[COLOR]).includes('240'));
  strip.set({ on: false });
  await hub.until('word that it is off', () => hub.values(SHELF)[ON] === false);
});

test('presets and playlists are chosen by their names, and new ones are seen', async () => {
  await using setting = await setUp({ presets: PRESETS });
  const { hub, strip } = setting;
  await added(hub, strip);
  const preset = propertyKey('x_preset');
  const set = (property: typeof preset, value: string) =>
    hub.settle(SHELF, { kind: 'set', property, value });
  expect((await set(preset, 'Party')).state).toBe('acknowledged');
  await hub.until('the preset', () => hub.values(SHELF)[preset] === 'Party');
  expect((await set(propertyKey('x_playlist'), 'Round')).state).toBe('acknowledged');
  await hub.until('the playlist', () => hub.values(SHELF)[propertyKey('x_playlist')] === 'Round');
  expect((await set(preset, 'none')).problem).toMatchObject({ code: 'unsupported' });
  // Two changes close together: the second is not missed while the first is read.
  strip.info.fs = { u: 13, t: 983, pmt: 1_718_890_000 };
  strip.push();
  strip.presets = { ...PRESETS, '4': { n: 'Reading', on: true, bri: 90 } };
  strip.info.fs = { u: 13, t: 983, pmt: 1_718_900_000 };
  strip.push();
  await hub.until('the new preset', () =>
    hub
      .description(SHELF)
      ?.properties.find(({ key }) => key === preset)
      ?.values?.includes('Reading'),
  );
  expect((await set(preset, 'Reading')).state).toBe('acknowledged');
});

test('each further segment has an endpoint of its own with what it can', async () => {
  await using setting = await setUp({ segments: [3, 1, 7] });
  const { hub, strip } = setting;
  await added(hub, strip);
  const keys = hub.description(SHELF)?.properties.map(({ key }) => String(key)) ?? [];
  expect(keys).toEqual(expect.arrayContaining(['on', 'on@1', 'on@2', 'on@3', 'color', 'color@2']));
  expect(keys).toContain('x_white');
  expect(keys).not.toContain('x_white@2');
  // Its owner names a segment on its own page.
  strip.segment(1).n = 'Left';
  strip.push();
  const labelOf = (key: string) =>
    hub.description(SHELF)?.properties.find((one) => one.key === key)?.label;
  await hub.until('the name', () => labelOf('on@2') !== undefined);
  expect(labelOf('on@2')).toEqual({ en: 'Left', zh: 'Left' });
  expect(labelOf('effect@2')).toEqual({ en: 'Left effect', zh: 'Left 灯效' });
  expect([labelOf('on'), labelOf('on@3')]).toEqual([undefined, undefined]);
  expect(keys.filter((key) => key.startsWith('colorTemperature'))).toEqual(['colorTemperature@3']);
  const warm = propertyKey('colorTemperature', 3);
  await hub.settle(SHELF, { kind: 'set', property: warm, value: 2_700 });
  expect(strip.segment(2).cct).toBe(25);
  await hub.until('2700 K', () => hub.values(SHELF)[warm] === 2_700);
  await hub.settle(SHELF, { kind: 'set', property: propertyKey('on', 2), value: false });
  expect([strip.state.on, strip.segment(0).on, strip.segment(1).on]).toEqual([true, true, false]);
  // White is shown by the white lamps where there are some.
  await hub.settle(SHELF, { kind: 'set', property: COLOR, value: { hue: 0, saturation: 0 } });
  expect((strip.segment(0).col as number[][])[0]).toEqual([0, 0, 0, 255]);
  await hub.until('white', () => hub.values(SHELF)[propertyKey('x_white')] === 100);
  // A segment is taken away on its own page.
  (strip.state.seg as unknown[]).pop();
  strip.push();
  await hub.until('two segments', () =>
    hub.description(SHELF)?.properties.every(({ endpoint }) => endpoint !== 3),
  );
});

test('nightlight, sync and a live stream that takes the strip over are told and set', async () => {
  await using setting = await setUp();
  const { hub, strip } = setting;
  await added(hub, strip);
  const set = (name: `x_${string}`, value: string | number | boolean) =>
    hub.settle(SHELF, { kind: 'set', property: propertyKey(name), value });
  await set('x_nightlight_minutes', 20);
  await set('x_nightlight_mode', 'sunrise');
  await set('x_nightlight', true);
  expect(strip.state.nl).toMatchObject({ on: true, dur: 20, mode: 3 });
  Object.assign(strip.info, { live: true, lm: 'E1.31', lip: '192.168.1.9' });
  strip.push();
  const source = propertyKey('x_live_source');
  await hub.until('the stream', () => hub.values(SHELF)[source] === 'E1.31 192.168.1.9');
  expect(hub.values(SHELF)[propertyKey('x_live')]).toBe(true);
  await set('x_live_override', 'until_restart');
  expect(strip.state.lor).toBe(2);
  await set('x_sync_send', true);
  expect(strip.state.udpn).toMatchObject({ send: true, recv: true });
  const restart = await hub.settle(SHELF, { kind: 'invoke', name: 'restart', args: {} });
  expect([restart.state, strip.posts.at(-1)?.rb]).toEqual(['acknowledged', true]);
});

test('a transition goes with its change alone', async () => {
  await using setting = await setUp();
  const { hub, strip } = setting;
  await added(hub, strip);
  await hub.settle(SHELF, { kind: 'set', property: BRIGHTNESS, value: 20, transitionMs: 2_500 });
  expect(strip.posts.at(-1)).toEqual({ on: true, bri: 51, tt: 25, v: true });
});

test('many commands at once are joined, and one that comes while it is busy is sent again', async () => {
  await using setting = await setUp();
  const { hub, strip } = setting;
  await added(hub, strip);
  strip.fault.busyTimes = 2;
  const from = strip.posts.length;
  const outcomes = await Promise.all(
    Array.from({ length: 50 }, (_, n) =>
      hub.settle(SHELF, { kind: 'set', property: BRIGHTNESS, value: n + 1 }),
    ),
  );
  expect(new Set(outcomes.map(({ state }) => state))).toEqual(new Set(['acknowledged']));
  expect(strip.state.bri).toBe(128);
  expect(strip.posts.length - from).toBeLessThan(10);
});

test('older software without capabilities, and a build that does not push, are spoken to as well', async () => {
  await using setting = await setUp({ version: '0.13.3', isOld: true, hasSocket: false });
  const { hub, strip } = setting;
  await added(hub, strip);
  expect(hub.description(SHELF)?.properties.map(({ key }) => String(key))).toContain('color');
  const outcome = await hub.settle(SHELF, { kind: 'set', property: BRIGHTNESS, value: 20 });
  expect(outcome.state).toBe('acknowledged');
  await hub.until('20 %', () => hub.values(SHELF)[BRIGHTNESS] === 20);
  strip.set({ on: false });
  await hub.until('word that it is off', () => hub.values(SHELF)[ON] === false);
});

test('it is told offline with the reason when it goes, and comes back as it is then', async () => {
  await using setting = await setUp();
  const { hub, strip, folder } = setting;
  await added(hub, strip);
  await strip.unplug();
  await hub.until('word of it', () => hub.isOnline(SHELF) === false);
  const failed = await hub.settle(SHELF, { kind: 'set', property: ON, value: false });
  expect(failed).toMatchObject({ state: 'failed', problem: { code: 'unreachable' } });
  Object.assign(strip.state, { on: false });
  Object.assign(strip.info, { ver: '16.0.1', name: 'Shelf light' });
  await strip.start();
  await hub.until('it to be back', () => hub.isOnline(SHELF) === true, 15_000);
  expect(hub.values(SHELF)[ON]).toBe(false);
  // Its software and its name are others now.
  expect(hub.description(SHELF)).toMatchObject({ firmware: '16.0.1', title: 'Shelf light' });
  const file = path.join(folder, 'wled', 'devices.json');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, 'utf8')).toContain('16.0.1');
});

test('one that takes connections and says nothing any more is told as silent', async () => {
  await using setting = await setUp();
  const { hub, strip } = setting;
  await added(hub, strip);
  strip.fault.isHanging = true;
  const command = { kind: 'set', property: ON, value: false } as const;
  const outcome = await hub.settle(SHELF, command, 2_000);
  expect(outcome.state).toBe('timedOut');
  await hub.until('word of it', () => hub.isOnline(SHELF) === false);
  strip.fault.isHanging = false;
  await hub.until('it to be back', () => hub.isOnline(SHELF) === true, 15_000);
});

test('after a restart the hub finds its strip again, and describes it while it is off', async () => {
  await using setting = await setUp();
  const { hub, strip, folder } = setting;
  await added(hub, strip);
  await hub.stop();
  await strip.unplug();
  await using next = await startHub(folder);
  await next.until('word that it is off', () => next.isOnline(SHELF) === false);
  expect(next.description(SHELF)?.title).toBe('Shelf');
  expect(next.values(SHELF)).toEqual({});
  await strip.start();
  await next.until('the strip', () => next.isOnline(SHELF) === true, 15_000);
  expect(next.values(SHELF)[ON]).toBe(true);
});

test('what answers nonsense, half answers, too much, nothing or as another device is told as such', async () => {
  await using setting = await setUp();
  const { hub, strip } = setting;
  const { fault } = strip;
  fault.isTalkingNonsense = true;
  expect(await pair(hub, strip.address)).toMatchObject({
    code: 'rejected-by-device',
    message: `What answers at ${strip.address} is not a WLED`,
  });
  Object.assign(fault, { isTalkingNonsense: false, isCuttingAnswers: true });
  expect(await pair(hub, strip.address)).toMatchObject({ code: 'unreachable' });
  Object.assign(fault, { isCuttingAnswers: false, hugeBytes: 2 * 1024 * 1024 });
  expect(await pair(hub, strip.address)).toMatchObject({ code: 'rejected-by-device' });
  Object.assign(fault, { hugeBytes: 0, isHanging: true });
  expect(await pair(hub, strip.address)).toMatchObject({ code: 'timed-out' });
  Object.assign(fault, { isHanging: false, delayMs: 300 });
  await added(hub, strip);
  fault.delayMs = 0;
  await strip.unplug();
  expect(await pair(hub, strip.address)).toMatchObject({ code: 'unreachable' });
  strip.info.mac = 'ffffffffffff';
  await strip.start();
  await hub.until('word of the other', () =>
    hub.items.some(
      (item) => item.kind === 'availability' && item.reason?.includes('Another device answers'),
    ),
  );
});
