// A hub with the ESPHome adapter for tests: how devices are added to it, and what it was told.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Problem } from '../../../../hub/model/errors.ts';
import { adapterId, type NodeAddress, nodeAddress } from '../../../../hub/model/identifiers.ts';
import { inProcess, type OpenLine, ScriptedHub } from '../../../contract/scripted-hub.ts';
import { createLanAdapter } from '../../lan-adapter.ts';
import { esphome } from '../family.ts';
import { type FakeEntity, FakeEsphome, type FakeOptions } from './fake-esphome.ts';

export const openEsphome: OpenLine = inProcess(adapterId('esphome'), (context) =>
  createLanAdapter(context, esphome),
);

/** A key as ESPHome makes them. */
export const KEY = 'bOFFzzvfpg5DB94DuBGLXD/hMnhpDKgP9UQyBulwWVU=';
export const OTHER_KEY = 'QRTIErOb/fcE9Ukd/5qA3RGYMn0Y+p06U58SCtOXvPc=';

/** A relay with a button of its own, a lamp, and a thermometer. */
export const ENTITIES: readonly FakeEntity[] = [
  { kind: 'Switch', fields: { objectId: 'relay', name: 'Relay' }, state: { state: false } },
  {
    kind: 'Sensor',
    fields: {
      objectId: 'room',
      name: 'Room',
      deviceClass: 'temperature',
      unitOfMeasurement: '°C',
    },
    state: { state: 21.5 },
  },
  {
    kind: 'Event',
    fields: { objectId: 'button', name: 'Button', eventTypesList: ['press', 'double_press'] },
  },
  {
    kind: 'Number',
    fields: { objectId: 'delay', name: 'Delay', minValue: 1, maxValue: 60, entityCategory: 1 },
    state: { state: 5 },
  },
];

/** A hub, a device, and a folder that goes with them. */
export interface Setting extends AsyncDisposable {
  readonly folder: string;
  readonly hub: ScriptedHub;
  readonly device: FakeEsphome;
  readonly node: NodeAddress;
}

export async function startHub(dataFolder: string, life?: string): Promise<ScriptedHub> {
  const hub = new ScriptedHub(openEsphome, life);
  hub.start({ dataFolder, settings: { mdnsInterface: null } });
  await hub.connectCore();
  await hub.until('the adapter', () => hub.state()?.kind === 'connected');
  return hub;
}

/** Starts a hub and a device that does not belong to it yet. */
export async function setUp(options: Partial<FakeOptions> = {}): Promise<Setting> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  const device = await FakeEsphome.start({ name: 'porch', entities: ENTITIES, ...options });
  const hub = await startHub(folder);
  return {
    folder,
    hub,
    device,
    node: nodeAddress(device.node),
    async [Symbol.asyncDispose]() {
      await hub[Symbol.asyncDispose]();
      await device[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Adds what is at the address; gives the problem that it ended with, or null. */
export async function pair(
  hub: ScriptedHub,
  address: string,
  password: string | null = null,
  seconds = 30,
): Promise<Problem | null> {
  const from = hub.messages.length;
  const call = { kind: 'pair', seconds, via: null, installCode: null } as const;
  await hub.call({ ...call, address, password });
  const steps = () =>
    hub.messages.slice(from).flatMap((each) => (each.kind === 'pair' ? [each.progress] : []));
  await hub.until('the pairing to close', () => steps().some(({ kind }) => kind === 'closed'));
  const failed = steps().find(({ kind }) => kind === 'failed');
  return failed?.kind === 'failed' ? failed.problem : null;
}

/** Adds the device of the setting and waits until it is online. */
export async function addDevice(
  { hub, device, node }: Setting,
  secret: string | null = null,
): Promise<void> {
  const problem = await pair(hub, device.address, secret);
  if (problem !== null) throw new Error(problem.message);
  await hub.until('it to be online', () => hub.isOnline(node) === true);
}
