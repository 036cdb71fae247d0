// A Hue bridge as a household meets it: its button, its lamps, sensors, switches and rooms, what happens at the bridge
// while the hub looks on, and what it answers when something does not work.
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { type NodeAddress, nodeAddress } from '../../../hub/model/identifiers.ts';
import { type PropertyValue, propertyKey } from '../../../hub/model/properties.ts';
import { runConformance } from '../../contract/conformance.ts';
import { inProcess, type ScriptedHub } from '../../contract/scripted-hub.ts';
import { createLanAdapter } from '../lan-adapter.ts';
import { hue } from './family.ts';
import { HueBridgeServer } from './testing/hue-bridge-server.ts';
import { furnished, HUE, nodeOf, pair, setUp, startHub, THINGS } from './testing/hue-home.ts';
import { idOf, lamp } from './testing/hue-things.ts';

const ON = propertyKey('on');
const BRIGHTNESS = propertyKey('brightness');
const COLOR = propertyKey('color');
const WARMTH = propertyKey('colorTemperature');

function set(
  hub: ScriptedHub,
  node: NodeAddress,
  property: string,
  value: PropertyValue,
  timeoutMs = 5_000,
) {
  const key = property as ReturnType<typeof propertyKey>;
  return hub.settle(node, { kind: 'set', property: key, value }, timeoutMs);
}

function eventsOf(hub: ScriptedHub, node: NodeAddress): string[] {
  return hub.items.flatMap((item) =>
    item.kind === 'event' && item.node === node ? [`${item.property} ${item.value}`] : [],
  );
}

function reasonOf(hub: ScriptedHub, node: NodeAddress): string | null | undefined {
  const told = hub.items.findLast((item) => item.kind === 'availability' && item.node === node);
  return told?.kind === 'availability' ? told.reason : undefined;
}

test('the Hue adapter conforms', async () => {
  const dataFolder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  await using bridge = furnished();
  await bridge.start();
  const node = nodeOf(bridge, THINGS.desk);
  try {
    const results = await runConformance({
      open: inProcess(HUE, (context) => createLanAdapter(context, hue)),
      dataFolder,
      settings: { mdnsInterface: null },
      subject: { node, property: ON, values: [true, false] },
      prepare: async (hub) => {
        expect(await pair(hub, bridge)).toBeNull();
        await hub.until('the lamp', () => hub.isOnline(node) === true);
      },
      touch: (value) => bridge.change(idOf('light', 'Desk'), { on: { on: value } }),
      reach: (isInReach) => (isInReach ? bridge.start() : bridge.unplug()),
      secrets: () => bridge.keys,
    });
    expect(results.filter(({ isMet }) => !isMet)).toEqual([]);
  } finally {
    rmSync(dataFolder, { recursive: true, force: true });
  }
}, 60_000);

test('the person is asked to press the button, and all that hangs on the bridge is there', async () => {
  await using setting = await setUp();
  const { hub, bridge, folder } = setting;
  const asked = hub.messages.flatMap((message) =>
    message.kind === 'pair' && message.progress.kind === 'asked' ? [message.progress.text] : [],
  );
  expect(asked).toEqual([
    {
      en: 'Press the button on top of the Hue bridge now.',
      zh: '现在请按一下 Hue 网桥顶部的按钮。',
    },
  ]);
  const kinds = Object.fromEntries(
    Object.entries(THINGS).map(([name, thing]) => [
      name,
      hub.description(nodeOf(bridge, thing))?.kind,
    ]),
  );
  expect(kinds).toEqual({
    ...{ desk: 'light', ceiling: 'light', stairs: 'light', shed: 'light', kettle: 'plug' },
    ...{ bloom: 'light', guest: 'light', hall: 'motion', door: 'contact' },
    ...{ dimmer: 'remote', dial: 'remote', button: 'button' },
  });
  expect(hub.values(nodeOf(bridge, THINGS.hall))).toMatchObject({
    ...{
      occupancy: false,
      temperature: 18.14,
      illuminance: 63.5,
      battery: 100,
      sensitivity: 'high',
    },
  });
  expect(hub.values(nodeOf(bridge, THINGS.door))).toMatchObject({
    ...{ open: false, tamper: false, battery: 8, batteryLow: true },
  });
  const desk = hub.description(nodeOf(bridge, THINGS.desk));
  expect(desk).toMatchObject({
    title: 'Desk',
    model: 'LCA001',
    power: 'mains',
    firmware: '1.108.7',
  });
  const warmth = desk?.properties.find(({ key }) => key === WARMTH);
  expect([warmth?.min, warmth?.max]).toEqual([2_000, 6_535]);
  // Limits that are none are not believed.
  const guest = hub.description(nodeOf(bridge, THINGS.guest));
  expect(guest?.properties.find(({ key }) => key === WARMTH)?.max).toBe(6_535);
  const bloom = hub.description(nodeOf(bridge, THINGS.bloom));
  expect(bloom?.properties.find(({ key }) => key === BRIGHTNESS)?.min).toBe(10);
  // The key is in the private file, and nowhere else.
  const file = path.join(folder, 'hue', 'devices.json');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, 'utf8')).toContain(bridge.keys[0]);
});

test('what of a device no property is made of is listed with the reason', async () => {
  await using setting = await setUp();
  const { hub, bridge } = setting;
  expect(hub.description(nodeOf(bridge, THINGS.desk))?.notShown).toEqual([
    {
      what: 'entertainment',
      parts: [],
      why: {
        en: 'light that follows games and films is sent by their own apps',
        zh: '跟随游戏和影片的灯光由它们自己的应用发送',
      },
    },
  ]);
});

test('newer firmware that waits for a device is told, and when it is installed', async () => {
  await using setting = await setUp();
  const { hub, bridge } = setting;
  const desk = nodeOf(bridge, THINGS.desk);
  const waiting = propertyKey('x_update_waiting');
  const described = hub.description(desk);
  expect(hub.values(desk)[waiting]).toBe(false);
  for (const state of ['ready_to_install', 'installing', 'no_update']) {
    bridge.change(idOf('update', 'Desk'), { state });
    await hub.until(state, () => hub.values(desk)[waiting] === (state !== 'no_update'));
  }
  expect(hub.description(desk)).toBe(described);
  // A lamp of another maker gets none from the bridge.
  expect(hub.values(nodeOf(bridge, THINGS.guest))).not.toHaveProperty(waiting);
});

test('lamps are switched, dimmed, coloured and given effects, and tell what they really show', async () => {
  await using setting = await setUp();
  const { hub, bridge } = setting;
  const desk = nodeOf(bridge, THINGS.desk);
  const light = () => bridge.resources.get(idOf('light', 'Desk'));
  for (const [property, value] of [
    ['brightness', 50],
    ['colorTemperature', 2_700],
    ['effect', 'candle'],
    ['effect', 'sunrise'],
    ['effect', 'no_effect'],
    ['powerOnBehavior', 'previous'],
    ['color', { hue: 120, saturation: 100 }],
  ] as const) {
    const { state, problem } = await set(hub, desk, property, value);
    expect([property, state, problem]).toEqual([property, 'acknowledged', null]);
    await hub.until(`${property} ${JSON.stringify(value)}`, () => {
      const now = hub.values(desk)[propertyKey(property)];
      return typeof value === 'number'
        ? Math.abs(Number(now) - value) < 25
        : JSON.stringify(now) === JSON.stringify(value);
    });
  }
  // The bridge counts brightness in 253 steps.
  expect(hub.values(desk)[BRIGHTNESS]).toBe(50.2);
  expect(light()).toMatchObject({ powerup: { preset: 'powerfail' } });
  const fade = { kind: 'set', property: BRIGHTNESS, value: 20, transitionMs: 2_500 } as const;
  await hub.settle(desk, fade);
  expect(bridge.requests.findLast(({ method }) => method === 'PUT')?.body).toEqual({
    ...{ on: { on: true }, dimming: { brightness: 20 }, dynamics: { duration: 2_500 } },
  });
  // A colour that the lamp cannot show: it shows the nearest, which is what was asked.
  const bloom = nodeOf(bridge, THINGS.bloom);
  await set(hub, bloom, 'on', true);
  await set(hub, bloom, 'color', { hue: 240, saturation: 100 });
  await hub.until('blue', () => JSON.stringify(hub.values(bloom)[COLOR])?.includes('240'));
  bridge.change(idOf('light', 'Bloom'), { color: { xy: { x: 0.6, y: 0.33 } } });
  await hub.until('red', () => {
    const now = hub.values(bloom)[COLOR];
    return typeof now === 'object' && (now.hue < 15 || now.hue > 345);
  });
  const outcome = await hub.settle(desk, { kind: 'invoke', name: 'identify', args: {} });
  expect(outcome.state).toBe('acknowledged');
});

test('sensors tell what they sense and are switched off and tuned', async () => {
  await using setting = await setUp();
  const { hub, bridge } = setting;
  const hall = nodeOf(bridge, THINGS.hall);
  const changed = new Date().toISOString();
  bridge.change(idOf('motion', 'Hall sensor'), {
    motion: { motion: true, motion_valid: true, motion_report: { changed, motion: true } },
  });
  bridge.change(idOf('light_level', 'Hall sensor'), {
    light: { light_level_report: { changed, light_level: 1 } },
  });
  await hub.until('the motion', () => hub.values(hall)[propertyKey('occupancy')] === true);
  await hub.until('the dark', () => hub.values(hall)[propertyKey('illuminance')] === 1);
  expect((await set(hub, hall, 'sensitivity', 'low')).state).toBe('acknowledged');
  expect(bridge.resources.get(idOf('motion', 'Hall sensor'))).toMatchObject({
    sensitivity: { sensitivity: 0 },
  });
  expect((await set(hub, hall, 'x_motion_enabled', false)).state).toBe('acknowledged');
  await hub.until('word', () => hub.values(hall)[propertyKey('x_motion_enabled')] === false);
  const door = nodeOf(bridge, THINGS.door);
  bridge.change(idOf('contact', 'Front door'), {
    contact_report: { changed, state: 'no_contact' },
  });
  bridge.change(idOf('tamper', 'Front door'), {
    tamper_reports: [{ changed, source: 'battery_door', state: 'tampered' }],
  });
  await hub.until('the open door', () => hub.values(door)[propertyKey('open')] === true);
  await hub.until('the tamper', () => hub.values(door)[propertyKey('tamper')] === true);
});

test('presses and turns are told once each, and those of long ago never', async () => {
  await using setting = await setUp();
  const { hub, bridge } = setting;
  const dimmer = nodeOf(bridge, THINGS.dimmer);
  const press = (control: number, event: string, at: string) =>
    bridge.press(idOf('button', 'Dimmer', control), event, at);
  press(1, 'initial_press', '2026-11-22T08:00:00.000Z');
  press(1, 'short_release', '2026-11-22T08:00:00.200Z');
  // The same report again, as bridges send it now and then.
  press(1, 'short_release', '2026-11-22T08:00:00.200Z');
  press(4, 'long_press', '2026-11-22T08:00:01.000Z');
  press(4, 'long_release', '2026-11-22T08:00:02.000Z');
  await hub.until('the presses', () => eventsOf(hub, dimmer).length >= 4);
  expect(eventsOf(hub, dimmer)).toEqual([
    ...['button@1 initial_press', 'button@1 single', 'button@4 long', 'button@4 release'],
  ]);
  const turn = (steps: number, direction: string, updated: string) =>
    bridge.change(idOf('dial', 'Dial'), {
      relative_rotary: {
        rotary_report: { updated, action: 'start', rotation: { direction, steps, duration: 400 } },
      },
    });
  turn(30, 'clock_wise', '2026-11-22T08:00:03.000Z');
  turn(250, 'counter_clock_wise', '2026-11-22T08:00:04.000Z');
  const dial = nodeOf(bridge, THINGS.dial);
  await hub.until('the turns', () => eventsOf(hub, dial).length >= 2);
  expect(eventsOf(hub, dial)).toEqual(['rotation 10.8', 'rotation -90']);
  // An older button dates nothing, and is held once it repeats.
  const button = nodeOf(bridge, THINGS.button);
  const id = idOf('button', 'Smart button', 1);
  for (const event of ['initial_press', 'repeat', 'repeat', 'long_release']) {
    bridge.change(id, { button: { last_event: event } });
  }
  await hub.until('the hold', () => eventsOf(hub, button).length >= 5);
  expect(eventsOf(hub, button)).toEqual([
    ...['button initial_press', 'button long', 'button repeat', 'button repeat', 'button release'],
  ]);
});

test('after a gap in the stream all is as the bridge has it now, and no press of before acts', async () => {
  await using setting = await setUp();
  const { hub, bridge } = setting;
  const desk = nodeOf(bridge, THINGS.desk);
  bridge.change(idOf('light', 'Desk'), { on: { on: true } });
  await hub.until('the lamp to be on', () => hub.values(desk)[ON] === true);
  bridge.dropStreams();
  await hub.until('word of the loss', () => hub.isOnline(desk) === false);
  // The bridge remembers the last events; this one it does not.
  bridge.changeSilently(idOf('light', 'Desk'), { dimming: { brightness: 7 } });
  const old = new Date(Date.now() - 60_000);
  bridge.pressAt(idOf('button', 'Dimmer', 2), 'short_release', old);
  await hub.until('the bridge again', () => hub.isOnline(desk) === true);
  expect(hub.values(desk)[BRIGHTNESS]).toBe(7);
  const resumed = bridge.requests.findLast(({ path: asked }) => asked.startsWith('/eventstream'));
  expect(resumed?.lastEventId).toMatch(/^\d+:\d+$/);
  bridge.press(idOf('button', 'Dimmer', 3), 'short_release');
  const dimmer = nodeOf(bridge, THINGS.dimmer);
  await hub.until('the press of now', () => eventsOf(hub, dimmer).length > 0);
  expect(eventsOf(hub, dimmer)).toEqual(['button@3 single']);
});

test('a device that is renamed, added or removed at the bridge is seen', async () => {
  await using setting = await setUp();
  const { hub, bridge } = setting;
  const desk = nodeOf(bridge, THINGS.desk);
  bridge.change(THINGS.desk.device, { metadata: { name: 'Writing desk' } });
  await hub.until('the new name', () => hub.description(desk)?.title === 'Writing desk');
  const porch = lamp('Porch', 'white');
  bridge.add(porch);
  await hub.until('the new lamp', () => hub.isOnline(nodeOf(bridge, porch)) === true);
  expect((await set(hub, nodeOf(bridge, porch), 'on', true)).state).toBe('acknowledged');
  bridge.take(THINGS.stairs);
  const stairs = nodeOf(bridge, THINGS.stairs);
  await hub.until('word that it left', () =>
    hub.messages.some((message) => message.kind === 'left' && message.node === stairs),
  );
  expect((await set(hub, stairs, 'on', true)).problem?.code).toBe('not-found');
});

test('what the household removes stays away, also after a restart', async () => {
  await using setting = await setUp();
  const { hub, bridge, folder } = setting;
  const shed = nodeOf(bridge, THINGS.shed);
  await hub.call({ kind: 'remove', node: shed, force: false });
  await hub.stop();
  await using next = await startHub(folder);
  const desk = nodeOf(bridge, THINGS.desk);
  await next.until('the desk', () => next.isOnline(desk) === true);
  expect(next.description(shed)).toBeNull();
  expect((await set(next, desk, 'on', true)).state).toBe('acknowledged');
  // With the last of it the bridge goes, and its key.
  const { nodes } = (await next.call({ kind: 'statistics' })) as { nodes: { node: NodeAddress }[] };
  for (const { node } of nodes) await next.call({ kind: 'remove', node, force: false });
  const kept = readFileSync(path.join(folder, 'hue', 'devices.json'), 'utf8');
  expect(kept).not.toContain(bridge.keys[0]);
  await expect.poll(() => bridge.streams).toBe(0);
});

test('a lamp without power is out of reach with the reason, and a command to it says what the bridge says', async () => {
  await using setting = await setUp();
  const { hub, bridge } = setting;
  const desk = nodeOf(bridge, THINGS.desk);
  const soft = await set(hub, desk, 'color', { hue: 10, saturation: 90 });
  expect(soft).toMatchObject({
    state: 'failed',
    problem: {
      code: 'rejected-by-device',
      message:
        'The Hue bridge says: device (light) is "soft off", command (.color) may not have effect',
      hint: 'The light is off: switch it on first.',
      zh: { hint: '灯是关着的：请先打开它。' },
    },
  });
  bridge.change(idOf('link', 'Desk'), { status: 'connectivity_issue' });
  await hub.until('word of it', () => hub.isOnline(desk) === false);
  expect(reasonOf(hub, desk)).toMatch(/^The Hue bridge has no radio contact to it/);
  expect((await set(hub, desk, 'on', true)).problem).toMatchObject({
    message: expect.stringContaining('has communication issues'),
  });
  bridge.change(idOf('link', 'Desk'), { status: 'connected' });
  await hub.until('the lamp', () => hub.isOnline(desk) === true);
});

test('a room switches all its lamps with one request a second, and recalls the scenes of the Hue app', async () => {
  await using setting = await setUp();
  const { hub, bridge } = setting;
  const study = nodeAddress(`${bridge.id}-${idOf('room', 'Study')}`);
  expect(hub.description(study)).toMatchObject({ title: 'Study (Hue room)', kind: 'other' });
  const scene = hub.description(study)?.properties.find(({ name }) => name === 'x_scene');
  expect(scene?.values).toEqual(['Relax', 'Concentrate']);
  expect((await set(hub, study, 'on', true)).state).toBe('acknowledged');
  expect((await set(hub, study, 'x_scene', 'Relax')).state).toBe('acknowledged');
  const desk = nodeOf(bridge, THINGS.desk);
  await hub.until('the desk', () => hub.values(desk)[ON] === true);
  const puts = bridge.requests.filter(({ method }) => method === 'PUT');
  expect(puts.map(({ path: asked }) => asked.split('/')[4])).toEqual(['grouped_light', 'scene']);
  expect((puts[1]?.atMs ?? 0) - (puts[0]?.atMs ?? 0)).toBeGreaterThan(800);
});

test('a bridge of 63 lamps is told ten commands a second at most, those for one lamp joined', async () => {
  const bridge = new HueBridgeServer();
  const lamps = Array.from({ length: 63 }, (_, n) => lamp(`Lamp ${n + 1}`, 'color'));
  bridge.add(...lamps);
  await using setting = await setUp(bridge);
  const { hub } = setting;
  const nodes = lamps.map((each) => nodeOf(bridge, each));
  await hub.until('all 63', () => nodes.every((node) => hub.isOnline(node) === true));
  const outcomes = await Promise.all(
    nodes.flatMap((node) => [
      set(hub, node, 'on', true, 15_000),
      set(hub, node, 'brightness', 70, 15_000),
      set(hub, node, 'color', { hue: 200, saturation: 80 }, 15_000),
    ]),
  );
  expect(outcomes.filter(({ state }) => state !== 'acknowledged')).toEqual([]);
  const puts = bridge.requests.filter(({ method }) => method === 'PUT');
  // The first leaves at once; what comes for the same lamp before its turn goes with it.
  expect(puts.length).toBeLessThanOrEqual(65);
  // 100 ms apart when they leave; how they arrive varies a little.
  for (let n = 10; n < puts.length; n += 1) {
    expect((puts[n]?.atMs ?? 0) - (puts[n - 10]?.atMs ?? 0)).toBeGreaterThan(600);
  }
  expect((puts.at(-1)?.atMs ?? 0) - (puts[0]?.atMs ?? 0)).toBeGreaterThan(6_000);
  await hub.until('all to be lit', () =>
    nodes.every(
      (node) => hub.values(node)[ON] === true && Number(hub.values(node)[BRIGHTNESS]) > 69,
    ),
  );
}, 30_000);

test('a command that comes while the bridge is busy is sent again, and ends in time when it stays so', async () => {
  await using setting = await setUp();
  const { hub, bridge } = setting;
  const desk = nodeOf(bridge, THINGS.desk);
  bridge.fault.busyTimes = 2;
  expect((await set(hub, desk, 'on', true)).state).toBe('acknowledged');
  bridge.fault.busyTimes = 1_000;
  const startedAtMs = performance.now();
  const outcome = await set(hub, desk, 'on', false, 1_500);
  expect(outcome).toMatchObject({ state: 'failed', problem: { code: 'busy' } });
  // By its own end, long before the bridge has refused it a thousand times.
  expect(performance.now() - startedAtMs).toBeLessThan(10_000);
});
