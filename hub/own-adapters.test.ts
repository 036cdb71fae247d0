// Matter and MQTT switched while the hub runs: what is written, when they begin anew, and what is refused with what to
// do. The settings are the real table, the networks this machine's own; the adapters are a list of what was begun.
import { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import type { Actor } from './model/hub-port.ts';
import { notConfigured } from './model/own-adapter.ts';
import { createOwnAdapters } from './own-adapters.ts';
import { checkPageSetting, readSettings } from './settings.ts';

const OWNER: Actor = { member: null, cause: { kind: 'local' } };
const networks = Object.entries(networkInterfaces()).filter(([, addresses]) =>
  addresses?.some(({ family }) => family === 'IPv6'),
);
const NETWORK = networks[0]?.[0] ?? '';

function setUp(environment: Record<string, string> = {}, isDemo = false) {
  const kept: Record<string, string> = {};
  const done: string[] = [];
  const asked = readSettings([], environment);
  const own = createOwnAdapters({
    isDemo,
    settings: () => asked.withPage(kept),
    health: () => null,
    async putSetting(name, value) {
      checkPageSetting(name, value);
      if (value === null) delete kept[name];
      else kept[name] = value;
    },
    async swap(id, work) {
      await work();
      done.push(`${id} begins anew`);
    },
    switchedOff: (id, reason) => done.push(`${id} off: ${reason}`),
    changed: () => {},
  });
  const view = (id: string) => own.list().find((one) => one.id === id);
  return { own, kept, done, view };
}

describe.skipIf(NETWORK === '')('Matter', () => {
  it('is switched on at a network and off again; the network is kept', async () => {
    const { own, kept, done, view } = setUp();
    expect(view('matter')).toMatchObject({ isOn: false, fixedBy: null });
    expect(view('matter')?.settings[0]?.choices).toContain(NETWORK);
    await own.change('matter', { enabled: true, values: { interface: NETWORK } }, OWNER);
    expect(kept).toEqual({ 'mdns.interface': NETWORK, 'matter.enabled': '1' });
    await own.change('matter', { enabled: false }, OWNER);
    expect(view('matter')).toMatchObject({ isOn: false, settings: [{ value: NETWORK }] });
    expect(done).toEqual([
      'matter begins anew',
      'matter begins anew',
      'matter off: Matter is switched off',
    ]);
    await own.change('matter', { enabled: true }, OWNER);
    expect(view('matter')?.isOn).toBe(true);
  });

  it('goes on as it is where nothing changes', async () => {
    const { own, done } = setUp({ INGLE_MATTER: '1', INGLE_MDNS_INTERFACE: NETWORK });
    await own.change('matter', { enabled: true, values: { interface: NETWORK } }, OWNER);
    expect(done).toEqual([]);
  });

  it('refuses a network that is not there, naming those that are, and keeps nothing', async () => {
    const { own, kept, done } = setUp();
    const wish = { enabled: true, values: { interface: 'nowhere0' } };
    await expect(own.change('matter', wish, OWNER)).rejects.toMatchObject({
      code: 'invalid-input',
      message: 'There is no network "nowhere0" with IPv6 on this machine',
      hint: expect.stringContaining(NETWORK),
      zh: { message: expect.stringContaining('nowhere0') },
    });
    await expect(own.change('matter', { values: { colour: 'red' } }, OWNER)).rejects.toMatchObject({
      hint: 'It has interface.',
    });
    expect(kept).toEqual({});
    expect(done).toEqual([]);
  });

  it('that the environment has switched on says so, and is not switched here', async () => {
    const { own, kept, view } = setUp({ INGLE_MATTER: '1', INGLE_MDNS_INTERFACE: NETWORK });
    expect(view('matter')).toMatchObject({ isOn: true, fixedBy: 'environment' });
    await expect(own.change('matter', { enabled: false }, OWNER)).rejects.toMatchObject({
      code: 'unsupported',
      hint: expect.stringContaining('INGLE_MATTER'),
      zh: { hint: expect.stringContaining('INGLE_MATTER') },
    });
    expect(kept).toEqual({});
  });

  it('is the demo home’s own business there', async () => {
    const { own, view } = setUp({}, true);
    expect(view('matter')?.fixedBy).toBe('demo');
    const wish = { enabled: true, values: { interface: NETWORK } };
    await expect(own.change('matter', wish, OWNER)).rejects.toMatchObject({ code: 'unsupported' });
  });
});

describe('MQTT', () => {
  it('is switched on at the usual port, moved to another, and off', async () => {
    const { own, kept, view } = setUp();
    await own.change('mqtt', { enabled: true }, OWNER);
    expect(kept).toEqual({ 'mqtt.port': '1883' });
    await own.change('mqtt', { values: { port: 2883 } }, OWNER);
    expect(view('mqtt')).toMatchObject({ isOn: true, settings: [{ name: 'port', value: 2883 }] });
    for (const port of [0, 70_000, 1.5, 'many']) {
      await expect(own.change('mqtt', { values: { port } }, OWNER)).rejects.toMatchObject({
        code: 'invalid-input',
      });
    }
    await own.change('mqtt', { enabled: false }, OWNER);
    expect(kept).toEqual({});
  });

  it('that uses a broker of elsewhere is not switched here', async () => {
    const { own, view } = setUp({ INGLE_MQTT_URL: 'mqtt://127.0.0.1' });
    expect(view('mqtt')).toMatchObject({ isOn: true, fixedBy: 'environment' });
    await expect(own.change('mqtt', { enabled: false }, OWNER)).rejects.toMatchObject({
      code: 'unsupported',
    });
  });
});

describe('an adapter that the hub does not run', () => {
  it('is told with how it is switched on, in both languages', () => {
    expect(notConfigured('matter')).toMatchObject({
      code: 'unsupported',
      hint: 'Switch it on first: ingle matter on, or House › Adapters.',
      zh: { message: '这个中枢没有打开 Matter' },
    });
    expect(notConfigured('mqtt').hint).toContain('ingle adapter enable mqtt');
    expect(notConfigured('zigbee').hint).toContain('ingle coordinator use PORT');
    expect(notConfigured('zigbee').zh?.hint).toMatch(/网关/);
  });
});
