// Goal: scenes join protocols as if there were one, and their traces tell all of it. Method: the real hub with emulated
// Zigbee, Shelly and Tasmota devices and real Matter nodes (root on Linux); what a device does is read from the device.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunJson } from '../../hub/api/shapes.ts';
import { freePort } from '../virtual-home/lan/demo-lan.ts';
import { LanHome } from '../virtual-home/lan/lan-home.ts';
import { addMatter, addShelly, addTasmota } from './add-devices.ts';
import { connected, type House, nodeOf, openHouse } from './house.ts';
import { type MatterDevices, startMatterDevices, whyNoMatter } from './matter-devices.ts';
import { waitFor } from './running-hub.ts';

const why = whyNoMatter();

let matter: MatterDevices;
let lan: LanHome;
let house: House;

describe.skipIf(why !== null)(`a home of four protocols${why ? ` (skipped: ${why})` : ''}`, () => {
  beforeAll(async () => {
    matter = await startMatterDevices();
    lan = await LanHome.start({ seed: 1, speed: 1, residents: false });
    house = await openHouse({
      environment: { ...matter.environment, INGLE_MQTT_PORT: String(await freePort()) },
    });
    await house.add('Hall motion', 'Bedroom lamp');
    await connected(house, 'mqtt');
    await addShelly(house, lan, 'Coffee machine', 'coffee-machine');
    await addTasmota(house, lan, 'Bathroom panel', 'bathroom-panel');
    await connected(house, 'matter');
    await addMatter(house, matter, 'Reading lamp', 'reading-lamp');
  }, 90_000);

  afterAll(async () => {
    await house?.[Symbol.asyncDispose]();
    await lan?.stop();
    await matter?.[Symbol.asyncDispose]();
  });

  /** The scene's last run once it is over. */
  const ended = (scene: string) =>
    waitFor('the run to be over', async () => {
      const { body } = await house.hub.call<{ items: RunJson[] }>(`/api/runs?scene=${scene}`);
      return body.items.find(({ state }) => state !== 'running');
    });

  /** The trace, line by line. Each line stands in both languages, and each command names its record. */
  function told({ steps }: RunJson): string[] {
    return steps.map(({ path, kind, state, text, command }) => {
      expect(text.zh, text.en).toMatch(/\p{Script=Han}/u);
      expect(command !== undefined, text.en).toBe(kind === 'command');
      return `${path} ${kind} ${state}: ${text.en}`;
    });
  }

  it('lights a Matter lamp and a Shelly plug when a Zigbee sensor sees somebody, and tells how', async () => {
    const scene = await house.scene(
      [
        'scene: Light the reading corner',
        'when:',
        '  - becomes: {hall-motion.occupancy: true}',
        'do:',
        '  - set: {reading-lamp: {on: true, brightness: 45}}',
        '  - set: {coffee-machine: {on: true}}',
      ].join('\n'),
    );
    await matter.set('reading-lamp', 1, { onOff: { onOff: false } });
    house.home.control.move(nodeOf(house, 'Hall motion').ieee);
    await waitFor('the Matter lamp itself', () => matter.get('reading-lamp', 1, 'onOff', 'onOff'));
    const plug = lan.shelly('Coffee machine');
    await waitFor('the Shelly plug itself', () => plug.status['switch:0']?.output === true);
    const run = await ended(scene);
    expect(run).toMatchObject({ state: 'done', omitted: 0 });
    expect(told(run)).toEqual([
      'when[0] trigger true: Hall motion detects motion',
      'do[0] command ok: Turned reading-lamp on',
      "do[0] command ok: Set reading-lamp's brightness to 45 %",
      'do[1] command ok: Turned coffee-machine on',
    ]);
    const { id } = await house.device('hall-motion');
    expect(run.steps[0]?.read).toEqual([{ device: id, property: 'occupancy', value: true }]);
  }, 60_000);

  it('runs a one-tap scene from a Tasmota switch, and each of the two runs names the other', async () => {
    const oneTap = await house.scene(
      [
        'scene: All quiet',
        'do:',
        '  - set: {bedroom-lamp: {on: true, brightness: 30}}',
        '  - set: {reading-lamp: {on: false}}',
        '  - set: {coffee-machine: {on: false}}',
      ].join('\n'),
    );
    const scene = await house.scene(
      [
        'scene: Good night from the bathroom',
        'when:',
        '  - presses: {bathroom-panel.button: single}',
        'do:',
        '  - run: all-quiet',
      ].join('\n'),
    );
    lan.tasmota('Bathroom panel').press('SINGLE');
    const called = await ended(oneTap);
    expect(await matter.get('reading-lamp', 1, 'onOff', 'onOff')).toBe(false);
    expect(lan.shelly('Coffee machine').status['switch:0']?.output).toBe(false);
    expect(nodeOf(house, 'Bedroom lamp').state.on).toBe(true);
    const caller = await ended(scene);
    expect(caller).toMatchObject({ state: 'done', omitted: 0 });
    expect(told(caller)).toEqual([
      'when[0] trigger true: bathroom-panel is pressed',
      'do[0] scene ok: Started “All quiet”',
    ]);
    const { id } = await house.device('bathroom-panel');
    expect(caller.steps[0]?.read).toEqual([{ device: id, property: 'button', value: 'single' }]);
    expect(caller.steps[1]?.other).toEqual({ scene: oneTap, run: called.id });
    expect(called).toMatchObject({
      state: 'done',
      cause: { kind: 'scene', scene, run: caller.id },
    });
    expect(told(called)).toEqual([
      'when trigger true: “Good night from the bathroom” starts it',
      'do[0] command ok: Turned Bedroom lamp on',
      "do[0] command ok: Set Bedroom lamp's brightness to 30 %",
      'do[1] command ok: Turned reading-lamp off',
      'do[2] command ok: Turned coffee-machine off',
    ]);
  }, 60_000);
});
