// The adapter in its worker, with the real zigbee-herdsman, against the virtual home's emulated coordinator and
// nodes: what a household does, and what it is told when a node or the coordinator fails. The tests share one
// paired home and build on one another in order.
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { AdapterItem, PairProgress } from '../../hub/model/adapter-port.ts';
import { type NodeAddress, nodeAddress } from '../../hub/model/identifiers.ts';
import { type PropertyName, type PropertyValue, propertyKey } from '../../hub/model/properties.ts';
import type { NodeView } from '../../scripts/virtual-home/control/control.ts';
import { startVirtualHome, type VirtualHome } from '../../scripts/virtual-home/home.ts';
import { inWorker, ScriptedHub } from '../contract/scripted-hub.ts';

const WORKER = inWorker(new URL('./zigbee.worker.ts', import.meta.url));

let home: VirtualHome;
let hub: ScriptedHub;
let dataFolder = '';
let nodes: NodeView[] = [];

function address(name: string): NodeAddress {
  const view = nodes.find((node) => node.name === name);
  if (view === undefined) throw new Error(`Nobody is called ${name}`);
  return nodeAddress(view.ieee);
}

function value(name: string, property: PropertyName): PropertyValue | undefined {
  return hub.values(address(name))[propertyKey(property)];
}

function set(name: string, property: PropertyName, wanted: PropertyValue, timeoutMs = 5_000) {
  return hub.settle(
    address(name),
    { kind: 'set', property: propertyKey(property), value: wanted },
    timeoutMs,
  );
}

function progressOf(node: NodeAddress): PairProgress[] {
  return hub.messages
    .filter((message) => message.kind === 'pair')
    .map(({ progress }) => progress)
    .filter((progress) => 'node' in progress && progress.node === node);
}

function settings(): { port: string; driver: string } {
  return { port: `tcp://127.0.0.1:${home.zigbeePort}`, driver: 'zstack' };
}

async function startHub(): Promise<ScriptedHub> {
  const started = new ScriptedHub(WORKER);
  started.start({ dataFolder, settings: settings() });
  await started.connectCore();
  return started;
}

async function untilConnected(limitMs = 20_000): Promise<void> {
  await hub.until('the connection', () => hub.state()?.kind === 'connected', limitMs);
}

beforeAll(async () => {
  dataFolder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  home = await startVirtualHome({ residents: false, latency: { minMs: 2, maxMs: 8 } });
  nodes = home.control.nodes();
  hub = await startHub();
  await untilConnected();
  await hub.call({ kind: 'pair', seconds: 254, via: null, installCode: null });
  await hub.until(
    'all nodes to be described',
    () => nodes.every(({ ieee }) => progressOf(nodeAddress(ieee)).at(-1)?.kind === 'described'),
    60_000,
  );
}, 90_000);

afterAll(async () => {
  await hub?.[Symbol.asyncDispose]();
  await home?.stop();
  rmSync(dataFolder, { recursive: true, force: true });
});

describe('pairing', () => {
  test('describes every node of the home exactly, with kind, power and commands', () => {
    for (const { ieee, name, vendor, model } of nodes) {
      const description = hub.description(nodeAddress(ieee));
      expect(description, name).toMatchObject({ adapter: 'zigbee', support: 'exact' });
      expect(description?.manufacturer.toLowerCase(), name).toBe(vendor.toLowerCase());
      expect(description?.model, name).toBe(model);
      expect(description?.commands, name).toContain('identify');
    }
    expect(hub.description(address('Hall lamp'))).toMatchObject({ kind: 'light', power: 'mains' });
    expect(hub.description(address('Front door lock'))?.kind).toBe('lock');
    expect(hub.description(address('Bedroom blind'))).toMatchObject({
      kind: 'cover',
      power: 'battery',
      commands: expect.arrayContaining(['open', 'close', 'stop', 'step']),
    });
  });

  test('tells each step in order', () => {
    const steps = progressOf(address('Hall lamp'));
    const kinds = steps.map(({ kind }) => kind);
    expect([...new Set(kinds)]).toEqual(['found', 'interviewing', 'configuring', 'described']);
    const indexes = steps.flatMap((step) => (step.kind === 'interviewing' ? [step.index] : []));
    expect(indexes).toEqual(indexes.toSorted((a, b) => a - b));
    expect(indexes.length).toBeGreaterThan(2);
  });

  test('closes on request, and a stranger is then refused', async () => {
    await hub.call({ kind: 'pairStop' });
    expect(
      hub.messages.some((each) => each.kind === 'pair' && each.progress.kind === 'closed'),
    ).toBe(true);
    expect(() => home.control.join('all')).toThrow('closed');
  });

  test('finds mains-powered nodes online with their values', async () => {
    await hub.until('the lamp', () => hub.isOnline(address('Hall lamp')) === true);
    await hub.until('its value', () => value('Hall lamp', 'on') !== undefined);
  });

  test.each([0, 3_601, 1.5])('is not opened for %d s', async (seconds) => {
    await expect(
      hub.call({ kind: 'pair', seconds, via: null, installCode: null }),
    ).rejects.toMatchObject({ code: 'invalid-input' });
  });

  test('refuses a wrong install code without repeating it', async () => {
    const installCode = '83FED3407A939723A5C639B26916D505FFFF';
    const failure = await hub
      .call({ kind: 'pair', seconds: 10, via: null, installCode })
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'invalid-input' });
    expect(JSON.stringify([failure, hub.messages])).not.toContain(installCode);
  });
});

describe('reports', () => {
  test('a measured temperature moves the value', async () => {
    home.control.set(address('Outdoor climate'), { temperature: 23.4 });
    await hub.until('23.4', () => value('Outdoor climate', 'temperature') === 23.4);
  });

  test('an opened door and motion are told', async () => {
    home.control.set(address('Front door'), { open: true });
    await hub.until('the door', () => value('Front door', 'open') === true);
    home.control.move(address('Hall motion'), 300);
    await hub.until('motion', () => value('Hall motion', 'occupancy') === true);
    await hub.until('no motion', () => value('Hall motion', 'occupancy') === false);
  });

  test('a press of the button is an event and no state', async () => {
    home.control.press(address('Bedside button'));
    const event = await hub.until('the press', () =>
      hub.items.find((item) => item.kind === 'event' && item.node === address('Bedside button')),
    );
    expect(event).toMatchObject({ property: 'button', value: 'single' });
    expect(value('Bedside button', 'button')).toBeUndefined();
  });
});

describe('commands', () => {
  test('a lamp goes on: sent, acknowledged, and seen by its own report', async () => {
    const id = hub.send(address('Hall lamp'), {
      kind: 'set',
      property: propertyKey('on'),
      value: true,
    });
    await hub.until('the report', () => value('Hall lamp', 'on') === true);
    expect(hub.outcomes(id).map(({ state }) => state)).toEqual(['sent', 'acknowledged']);
    expect(home.control.node(address('Hall lamp')).state.on).toBe(true);
  });

  test('brightness, colour temperature and colour come back as they were set', async () => {
    await set('Living room lamp', 'on', true);
    expect(await set('Living room lamp', 'brightness', 40)).toMatchObject({
      state: 'acknowledged',
    });
    await hub.until('40 %', () => value('Living room lamp', 'brightness') === 40);
    await set('Living room lamp', 'colorTemperature', 2700);
    await hub.until('2700 K', () => value('Living room lamp', 'colorTemperature') === 2703);
    await set('Living room lamp', 'color', { hue: 120, saturation: 100 });
    const color = await hub.until('green', () => {
      const now = value('Living room lamp', 'color');
      return typeof now === 'object' && Math.abs(now.hue - 120) < 8 && now;
    });
    expect(color).toMatchObject({ saturation: expect.any(Number) });
  });

  test('a transition is over before the value is asked for', async () => {
    await hub.settle(address('Hall lamp'), {
      kind: 'set',
      property: propertyKey('brightness'),
      value: 20,
      transitionMs: 600,
    });
    await hub.until('20 %', () => value('Hall lamp', 'brightness') === 20);
  });

  test('a node that refuses fails the command, and its value stays what it is', async () => {
    const before = value('Washing machine plug', 'on');
    home.control.fault({ kind: 'reject', ieee: address('Washing machine plug') });
    expect(await set('Washing machine plug', 'on', !before)).toMatchObject({
      state: 'failed',
      problem: {
        code: 'rejected-by-device',
        message: expect.stringMatching(/^The device refused/),
      },
    });
    home.control.fault({ kind: 'clear' });
    await hub.call({ kind: 'refresh', node: address('Washing machine plug') });
    expect(value('Washing machine plug', 'on')).toBe(before);
    expect(await set('Washing machine plug', 'on', !before)).toMatchObject({
      state: 'acknowledged',
    });
  });

  test('a lamp without power fails within 3 s, is told offline, and is found when it is back', async () => {
    const lamp = address('Kitchen lamp');
    home.control.fault({ kind: 'offline', ieee: lamp });
    const startedAtMs = performance.now();
    const outcome = await set('Kitchen lamp', 'on', true);
    expect(performance.now() - startedAtMs).toBeLessThan(3_000);
    expect(['failed', 'timedOut']).toContain(outcome.state);
    expect(outcome.problem?.hint).toContain('power');
    await hub.until('offline', () => hub.isOnline(lamp) === false);
    const told = hub.items.findLast((item) => item.kind === 'availability' && item.node === lamp);
    expect(told).toMatchObject({ reason: expect.stringContaining('does not answer') });
    home.control.fault({ kind: 'clear' });
    home.control.announce(lamp);
    await hub.until('online', () => hub.isOnline(lamp) === true);
    expect(await set('Kitchen lamp', 'on', true)).toMatchObject({ state: 'acknowledged' });
  });

  test('of a flood the newest wins, the others are cancelled, and few frames are sent', async () => {
    const lamp = address('Bedroom lamp');
    await set('Bedroom lamp', 'on', true);
    const since = home.control.log({ limit: 1 }).next;
    const property = propertyKey('brightness');
    const ids = Array.from({ length: 60 }, (_, index) =>
      hub.send(lamp, { kind: 'set', property, value: 20 + index }),
    );
    await hub.until('79 %', () => value('Bedroom lamp', 'brightness') === 79);
    const ends = ids.map((id) => hub.outcomes(id).at(-1));
    expect(ends.at(-1)).toMatchObject({ state: 'acknowledged' });
    const cancelled = ends.filter((end) => end?.problem?.code === 'cancelled');
    expect(cancelled.length).toBeGreaterThan(50);
    expect(cancelled[0]?.problem?.message).toBe('superseded');
    const { records } = home.control.log({ since, ieee: lamp, kind: 'received', limit: 1_000 });
    const levels = records.filter(({ cluster, scope }) => cluster === 8 && scope === 'specific');
    expect(levels.length).toBeLessThan(10);
  });

  test('a blind that sleeps takes its command when it wakes, and reports where it is', async () => {
    const id = hub.send(
      address('Bedroom blind'),
      { kind: 'set', property: propertyKey('position'), value: 70 },
      30_000,
    );
    await hub.until(
      'taken',
      () => hub.outcomes(id).some(({ state }) => state === 'acknowledged'),
      30_000,
    );
    expect(hub.outcomes(id).map(({ state }) => state)).toEqual(['sent', 'acknowledged']);
    await hub.until('70 %', () => value('Bedroom blind', 'position') === 70, 30_000);
  }, 60_000);

  test('a sleeping lock that stays away times out with what to do, and is not unlocked later', async () => {
    const lock = address('Front door lock');
    home.control.fault({ kind: 'offline', ieee: lock });
    const since = home.control.log({ limit: 1 }).next;
    const outcome = await set('Front door lock', 'locked', false, 2_000);
    expect(outcome).toMatchObject({
      state: 'timedOut',
      problem: { message: expect.stringContaining('wake'), hint: expect.stringContaining('Press') },
    });
    expect(hub.outcomes(outcome.command).map(({ state }) => state)).toEqual(['timedOut']);
    expect(hub.waiting().size).toBe(0);
    home.control.fault({ kind: 'clear' });
    home.control.announce(lock);
    await hub.until('its voice', () => hub.isOnline(lock) === true);
    const { records } = home.control.log({ since, ieee: lock, kind: 'received', limit: 1_000 });
    expect(
      records.filter(({ cluster, scope }) => cluster === 0x0101 && scope === 'specific'),
    ).toEqual([]);
  });

  test('a door is locked, a blind stopped, a lamp stepped and made to blink', async () => {
    await set('Front door lock', 'locked', false, 20_000);
    await hub.until('unlocked', () => value('Front door lock', 'locked') === false, 20_000);
    const lamp = address('Hall lamp');
    const invoke = (name: string, args = {}) => hub.settle(lamp, { kind: 'invoke', name, args });
    expect(await invoke('identify')).toMatchObject({ state: 'acknowledged' });
    expect(await invoke('step', { by: 30 })).toMatchObject({ state: 'acknowledged' });
    await hub.until('50 %', () => {
      const level = value('Hall lamp', 'brightness');
      return typeof level === 'number' && Math.abs(level - 50) <= 1;
    });
    expect(await invoke('dance')).toMatchObject({
      state: 'failed',
      problem: { code: 'unsupported' },
    });
    const stop = await hub.settle(
      address('Bedroom blind'),
      { kind: 'invoke', name: 'stop', args: {} },
      20_000,
    );
    expect(stop).toMatchObject({ state: 'acknowledged' });
  }, 60_000);

  test.each([
    ['brightness', 140, 'invalid-input', 'brightness'],
    ['on', 'maybe', 'invalid-input', 'on'],
    ['temperature', 20, 'unsupported', 'temperature'],
    ['linkQuality', 20, 'unsupported', 'linkQuality'],
  ] as const)('%s cannot be %s', async (property, wanted, code, word) => {
    expect(await set('Hall lamp', property, wanted)).toMatchObject({
      state: 'failed',
      problem: { code, message: expect.stringContaining(word) },
    });
  });
});

describe('calls', () => {
  test('a node is asked about itself again', async () => {
    const before = hub.messages.length;
    await hub.call({ kind: 'interview', node: address('Hall lamp') }, 60_000);
    const told = hub.messages.slice(before);
    expect(told.some((message) => message.kind === 'described')).toBe(true);
  }, 70_000);

  test('statistics name each node with its signal and when it was heard', async () => {
    const statistics = await hub.call({ kind: 'statistics' });
    expect(statistics).toMatchObject({
      network: { channel: 15, isOpen: false },
      nodes: expect.arrayContaining([
        expect.objectContaining({ node: address('Hall lamp'), isRouter: true, isOnline: true }),
      ]),
    });
  });

  test('what is unknown is not found, for each call about a node', async () => {
    const node = nodeAddress('0x00158d00ffffffff');
    for (const body of [
      { kind: 'remove', node, force: false },
      { kind: 'interview', node },
      { kind: 'refresh', node },
      { kind: 'pair', seconds: 10, via: node, installCode: null },
    ] as const) {
      await expect(hub.call(body), body.kind).rejects.toMatchObject({ code: 'not-found' });
    }
  });

  test('a removed node leaves, and one without power only by force', async () => {
    const plug = address('Washing machine plug');
    await hub.call({ kind: 'remove', node: plug, force: false });
    await hub.until('word of it', () =>
      hub.messages.some((message) => message.kind === 'left' && message.node === plug),
    );
    await vi.waitFor(() => expect(home.control.node(plug).joined).toBe(false));
    const lamp = address('Bathroom lamp');
    home.control.fault({ kind: 'offline', ieee: lamp });
    await expect(
      hub.call({ kind: 'remove', node: lamp, force: false }, 30_000),
    ).rejects.toMatchObject({
      message: expect.stringContaining('did not answer, so it was not removed'),
      zh: { message: expect.stringMatching(/没有应答，因此没有移除$/) },
    });
    await hub.call({ kind: 'remove', node: lamp, force: true }, 30_000);
    expect(hub.messages.some((message) => message.kind === 'left' && message.node === lamp)).toBe(
      true,
    );
    home.control.fault({ kind: 'clear' });
  }, 60_000);
});

describe('a coordinator in trouble', () => {
  async function worksAgain(): Promise<void> {
    await hub.until('the lamp', () => hub.isOnline(address('Hall lamp')) === true, 20_000);
    const wanted = value('Hall lamp', 'on') !== true;
    expect(await set('Hall lamp', 'on', wanted)).toMatchObject({ state: 'acknowledged' });
    home.control.set(address('Outdoor climate'), { temperature: wanted ? 11 : 12 });
    await hub.until(
      'a report',
      () => value('Outdoor climate', 'temperature') === (wanted ? 11 : 12),
    );
  }

  function faultSince(index: number) {
    return hub.messages
      .slice(index)
      .filter((message) => message.kind === 'state')
      .map(({ state }) => state)
      .find((state) => state.kind === 'fault');
  }

  test('that sends garbage goes on', async () => {
    for (let i = 0; i < 20; i++) home.control.fault({ kind: 'garbage', bytes: 500 });
    home.control.fault({ kind: 'garbage', hex: 'fe' });
    const deadline = Date.now() + 15_000;
    let state = '';
    while (state !== 'acknowledged' && Date.now() < deadline) {
      state = (await set('Hall lamp', 'on', true)).state;
    }
    expect(state).toBe('acknowledged');
    await worksAgain();
  }, 40_000);

  test('that is unplugged is a fault with its reason, every node is offline, and all comes back', async () => {
    const from = hub.messages.length;
    home.control.fault({ kind: 'unplug', ms: 4_000 });
    const fault = await hub.until('the fault', () => faultSince(from), 15_000);
    expect(fault).toMatchObject({
      problem: { code: 'unreachable', hint: expect.stringContaining('keeps trying') },
      retryAtMs: expect.any(Number),
    });
    await hub.until('offline', () => hub.isOnline(address('Hall motion')) === false);
    expect(await set('Hall lamp', 'on', true)).toMatchObject({
      state: 'failed',
      problem: { message: expect.stringContaining('coordinator is not connected') },
    });
    await untilConnected(30_000);
    await worksAgain();
  }, 60_000);

  test('that falls silent is noticed within 15 s and connected again', async () => {
    const from = hub.messages.length;
    home.control.fault({ kind: 'mute', ms: 15_000 });
    await hub.until('the fault', () => faultSince(from), 15_000);
    expect(faultSince(from)).toMatchObject({
      problem: { message: expect.stringContaining('does not answer') },
    });
    await hub.until('the connection', () => hub.state()?.kind === 'connected', 60_000);
    // While it is tried again, which takes the library 20 s, the reason stays to be read.
    const states = hub.messages
      .slice(from)
      .flatMap((each) => (each.kind === 'state' ? [each] : []));
    expect(states.map(({ state }) => state.kind)).not.toContain('connecting');
    await worksAgain();
  }, 120_000);

  test('that restarts by itself is noticed within 15 s and set up again', async () => {
    const from = hub.messages.length;
    home.control.fault({ kind: 'reset' });
    const fault = await hub.until('the fault', () => faultSince(from), 15_000);
    expect(fault).toMatchObject({ problem: { message: expect.stringContaining('restarted') } });
    await untilConnected(30_000);
    await worksAgain();
  }, 60_000);
});

describe('a restart', () => {
  test('finds the same network, and describes each node again', async () => {
    const file = path.join(dataFolder, 'zigbee', 'network.json');
    const before = readFileSync(file, 'utf8');
    await hub.stop();
    expect(hub.exitCode).toBe(0);
    hub = await startHub();
    await untilConnected();
    expect(readFileSync(file, 'utf8')).toBe(before);
    const kept = nodes.filter(
      ({ name }) => !['Washing machine plug', 'Bathroom lamp'].includes(name),
    );
    for (const { ieee } of kept) {
      expect(hub.description(nodeAddress(ieee))?.support).toBe('exact');
    }
    await hub.until('values', () => value('Hall lamp', 'on') !== undefined);
    const first = hub.items.find(
      (item): item is Extract<AdapterItem, { kind: 'report' }> =>
        item.kind === 'report' && item.node === address('Hall lamp') && 'on' in item.values,
    );
    expect(first?.reason).toBe('reconnect');
  }, 40_000);

  test('keeps the network key out of every message, and its files to their owner', () => {
    const folder = path.join(dataFolder, 'zigbee');
    const { networkKey } = JSON.parse(readFileSync(path.join(folder, 'network.json'), 'utf8')) as {
      networkKey: number[];
    };
    const said = JSON.stringify(hub.messages).toLowerCase();
    expect(said).not.toContain(Buffer.from(networkKey).toString('hex'));
    expect(said).not.toContain(networkKey.join(','));
    for (const file of ['network.json', 'database.db', 'coordinator_backup.json']) {
      expect(statSync(path.join(folder, file)).mode & 0o777, file).toBe(0o600);
    }
  });
});
