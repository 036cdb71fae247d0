// Goal: what goes wrong in a house can be made to go wrong here, and what a hub sees of it is what it would see of
// a real stick: each fault of the control interface against the real zigbee-herdsman, and coming back after it.

import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startVirtualHome, type VirtualHome } from './home.ts';
import { TestHub, temporaryFolder, until } from './test-hub.ts';

const NAMES = ['Hall lamp', 'Bathroom lamp', 'Front door', 'Living room climate'];

const hubFolder = temporaryFolder();
const homeFolder = temporaryFolder();
let home: VirtualHome;
let hub: TestHub;

async function startHome(port = 0): Promise<VirtualHome> {
  return startVirtualHome({
    port,
    residents: false,
    autoJoin: false,
    seed: 3,
    data: homeFolder.path,
  });
}

async function startHub(): Promise<string> {
  hub = new TestHub(home.zigbeePort, hubFolder.path);
  return hub.start();
}

function ieeeOf(name: string): string {
  return home.control.node(name).ieee;
}

function endpointOf(name: string) {
  const endpoint = hub.controller.getDeviceByIeeeAddr(ieeeOf(name))?.getEndpoint(1);
  if (endpoint === undefined) throw new Error(`${name} has no endpoint 1`);
  return endpoint;
}

/** Reads whether a lamp is on, once, without the recovery that takes many seconds. */
async function readLamp(name = 'Hall lamp', timeout = 3_000): Promise<unknown> {
  const options = { disableRecovery: true, timeout };
  return (await endpointOf(name).read('genOnOff', ['onOff'], options)).onOff;
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

beforeAll(async () => {
  home = await startHome();
  expect(await startHub()).toBe('reset');
  await hub.controller.permitJoin(254);
  for (const name of NAMES) home.control.join(name);
  await hub.pair(NAMES.length);
}, 60_000);

afterAll(async () => {
  await hub.stop();
  await home.stop();
  hubFolder.remove();
  homeFolder.remove();
});

describe('faults of the air', () => {
  it('drop: a lost command fails, and after clearing it passes', async () => {
    home.control.fault({ kind: 'drop', rate: 1, ieee: 'Hall lamp' });
    await expect(readLamp()).rejects.toThrow('MAC_NO_ACK');
    expect(await readLamp('Bathroom lamp')).toBeTypeOf('number');
    home.control.fault({ kind: 'clear' });
    expect(await readLamp()).toBeTypeOf('number');
  });

  it('delay: an answer takes at least twice as long as was asked for', async () => {
    home.control.fault({ kind: 'delay', ms: 150 });
    const startMs = performance.now();
    await readLamp();
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(298);
    home.control.fault({ kind: 'clear' });
  });

  it('offline: a lamp without power does not acknowledge, and answers when it is back', async () => {
    home.control.fault({ kind: 'offline', ieee: 'Hall lamp' });
    await expect(readLamp()).rejects.toThrow('MAC_NO_ACK');
    home.control.fault({ kind: 'offline', ieee: 'Hall lamp', offline: false });
    expect(await readLamp()).toBeTypeOf('number');
  });

  it('offline: a frame for a sleeper that never polls expires', async () => {
    home.control.fault({ kind: 'offline', ieee: 'Living room climate' });
    const sendPolicy = 'immediate' as const;
    const options = { disableRecovery: true, timeout: 10_000, sendPolicy };
    const read = endpointOf('Living room climate').read('genBasic', ['modelId'], options);
    await expect(read).rejects.toThrow('MAC_TRANSACTION_EXPIRED');
    home.control.fault({ kind: 'clear' });
  });

  it('reject: a node answers commands and writes with the status, and goes on answering reads', async () => {
    home.control.fault({ kind: 'reject', ieee: 'Hall lamp', status: 0x01 });
    const answer = await endpointOf('Hall lamp').command('genOnOff', 'on', {});
    expect(answer).toMatchObject({ statusCode: 1 });
    await expect(endpointOf('Hall lamp').write('genOnOff', { onTime: 5 })).rejects.toThrow(
      'FAILURE',
    );
    expect(await readLamp()).toBeTypeOf('number');
    home.control.fault({ kind: 'clear' });
    expect(await endpointOf('Hall lamp').command('genOnOff', 'on', {})).toMatchObject({
      statusCode: 0,
    });
  });

  it('flood: reports come at the rate that was asked for', async () => {
    let reports = 0;
    hub.controller.on('message', ({ type }) => {
      if (type === 'attributeReport') reports += 1;
    });
    home.control.fault({ kind: 'flood', ieee: 'Living room climate', rate: 1_000, seconds: 0.5 });
    await until('500 reports', () => reports >= 500);
    hub.controller.removeAllListeners('message');
  });
});

describe('faults of the coordinator', () => {
  it('mute: a request gets no answer, and the next one does', async () => {
    home.control.fault({ kind: 'mute', ms: 300 });
    await expect(readLamp('Hall lamp', 8_000)).rejects.toThrow('after 6000ms');
    expect(await readLamp()).toBeTypeOf('number');
  });

  it('garbage on the line: the next request passes', async () => {
    home.control.fault({ kind: 'garbage', hex: '00112233445566ef' });
    expect(await readLamp()).toBeTypeOf('number');
  });

  it('reset: its endpoints are gone, so nothing can be sent until the hub starts it again', async () => {
    home.control.fault({ kind: 'reset' });
    await expect(readLamp()).rejects.toThrow('INVALID_PARAM');
    await hub.stop();
    expect(await startHub()).toBe('resumed');
    expect(await readLamp()).toBeTypeOf('number');
  });

  it('unplug: the hub hears that the line is gone, cannot connect, and can again later', async () => {
    home.control.fault({ kind: 'unplug', ms: 500 });
    await until('the disconnection', () => hub.isDisconnected);
    expect(await canConnect(home.zigbeePort)).toBe(false);
    await hub.stop();
    const startMs = performance.now();
    while (!(await canConnect(home.zigbeePort))) {
      expect(performance.now() - startMs).toBeLessThan(5_000);
    }
    expect(await startHub()).toBe('resumed');
    expect(await readLamp()).toBeTypeOf('number');
  });
});

describe('coming back', () => {
  it('a home that was stopped keeps its network, its nodes and what they were told', async () => {
    home.control.set('Hall lamp', { on: true, level: 77 });
    await hub.stop();
    const port = home.zigbeePort;
    await home.stop();
    home = await startHome(port);
    expect(home.control.nodes().filter(({ joined }) => joined)).toHaveLength(0);
    expect(await startHub()).toBe('resumed');
    expect(home.control.nodes().filter(({ joined }) => joined)).toHaveLength(NAMES.length);
    expect(await readLamp()).toBe(1);
    expect(home.control.node('Hall lamp').state.level).toBe(77);
    const heard = until('the door', () =>
      home.control.log().records.some(({ cluster, command }) => cluster === 0x500 && command === 0),
    );
    home.control.set('Front door', { open: true });
    await heard;
  });

  it('a new stick takes the network over from the backup, and the nodes do not notice', async () => {
    await hub.stop();
    await home.stop();
    const file = path.join(homeFolder.path, 'zigbee.json');
    const image = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify({ ...image, memory: {} }));
    home = await startHome();
    expect(await startHub()).toBe('restored');
    expect(home.control.nodes().filter(({ joined }) => joined)).toHaveLength(NAMES.length);
    expect(await readLamp()).toBeTypeOf('number');
  });

  it('a damaged file is set aside and the home starts blank', async () => {
    await hub.stop();
    await home.stop();
    writeFileSync(path.join(homeFolder.path, 'zigbee.json'), '{"version":1,"mem');
    home = await startHome();
    expect(home.control.nodes().some(({ joined }) => joined)).toBe(false);
    expect(readFileSync(path.join(homeFolder.path, 'zigbee.json.damaged'), 'utf8')).toContain(
      'mem',
    );
  });
});
