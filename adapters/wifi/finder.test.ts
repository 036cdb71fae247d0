// Devices that are found by mDNS: a cable of the test's own into a network namespace, virtual devices of each family
// with a responder at its other end. Nothing is sent on the machine's own interfaces. Needs root.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, type TestContext, test } from 'vitest';
import { adapterId, nodeAddress } from '../../hub/model/identifiers.ts';
import { propertyKey } from '../../hub/model/properties.ts';
import { layCable, whyNoCable } from '../../scripts/virtual-home/lan/cable.ts';
import { inProcess, ScriptedHub } from '../contract/scripted-hub.ts';
import { esphome } from './esphome/family.ts';
import { hue } from './hue/family.ts';
import { createLanAdapter } from './lan-adapter.ts';
import { shelly } from './shelly/family.ts';
import { wled } from './wled/family.ts';

const PLUG = nodeAddress('shellyplusplugs-80646fe3a101');
const SHUTTER = nodeAddress('shellyplus2pm-a8032abe5202');
const ON = propertyKey('on');
const TAKEN_PORT = path.join(import.meta.dirname, 'testing', 'taken-port.child.ts');

function skipWithoutCable(context: TestContext): void {
  const reason = whyNoCable();
  if (reason === null) return;
  process.stderr.write(`Skipped, no network of the test's own: ${reason}\n`);
  context.skip(reason);
}

const progressOf = (hub: ScriptedHub) =>
  hub.messages.flatMap((message) => (message.kind === 'pair' ? [message.progress] : []));
const proposedTo = (hub: ScriptedHub) =>
  progressOf(hub).flatMap((progress) => (progress.kind === 'proposed' ? [progress] : []));
const count = (hub: ScriptedHub, kind: string) =>
  progressOf(hub).filter((progress) => progress.kind === kind).length;

test('devices that answer to mDNS on the named interface are proposed, and added only when somebody says so', async (context) => {
  skipWithoutCable(context);
  const dataFolder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  try {
    await using cable = await layCable();
    const open = inProcess(adapterId('shelly'), (tools) => createLanAdapter(tools, shelly));
    await using hub = new ScriptedHub(open);
    hub.start({ dataFolder, settings: { mdnsInterface: cable.interfaceName } });
    await hub.connectCore();
    await hub.until('the adapter', () => hub.state()?.kind === 'connected');
    const look = { kind: 'pair', via: null, installCode: null } as const;

    await hub.call({ ...look, seconds: 60 });
    // The responder lets the first question pass: it is asked again.
    await hub.until('both', () => proposedTo(hub).length === 2);
    const byAddress = proposedTo(hub).sort((a, b) => a.address.length - b.address.length);
    expect(byAddress).toEqual([
      { kind: 'proposed', address: cable.deviceAddress, name: PLUG, model: 'PlusPlugS' },
      {
        ...{ kind: 'proposed', address: `${cable.deviceAddress}:8080` },
        ...{ name: SHUTTER, model: 'Plus2PM' },
      },
    ]);
    expect(count(hub, 'found')).toBe(0);

    for (const { address } of byAddress) {
      await hub.call({ ...look, seconds: 60, address, password: null });
      await hub.until('the end', () => count(hub, 'closed') === count(hub, 'open'));
    }
    await hub.until('both', () => hub.isOnline(PLUG) === true && hub.isOnline(SHUTTER) === true);
    expect(hub.description(PLUG)).toMatchObject({ kind: 'plug', manufacturer: 'Shelly' });
    const outcome = await hub.settle(PLUG, { kind: 'set', property: ON, value: true });
    expect(outcome.state).toBe('acknowledged');
    await hub.until('its power', () => Number(hub.values(PLUG)[propertyKey('power')]) > 1_000);
    const { nodes } = (await hub.call({ kind: 'statistics' })) as { nodes: unknown[] };
    const plug = { node: PLUG, address: cable.deviceAddress, isOnline: true };
    expect(nodes).toContainEqual(expect.objectContaining(plug));

    // What is at home already is not proposed anew: only the one that was taken away is.
    await hub.call({ kind: 'remove', node: SHUTTER, force: false });
    await hub.call({ ...look, seconds: 60 });
    await hub.until('the shutter', () => proposedTo(hub).length === 3);
    expect(proposedTo(hub).at(-1)?.name).toBe(SHUTTER);
    expect(count(hub, 'failed')).toBe(0);
    await hub.call({ kind: 'pairStop' });
    expect(count(hub, 'closed')).toBe(count(hub, 'open'));
  } finally {
    rmSync(dataFolder, { recursive: true, force: true });
  }
}, 20_000);

/** With less patience than a household has. */
const SOON = { firstAfterMs: 100, lookForMs: 5_000, pauseMaxMs: 400 };

test('a device to which the router has given another address is found again by itself', async (context) => {
  skipWithoutCable(context);
  const dataFolder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  const start = async (mdnsInterface: string) => {
    const open = inProcess(adapterId('shelly'), (tools) => createLanAdapter(tools, shelly, SOON));
    const hub = new ScriptedHub(open);
    hub.start({ dataFolder, settings: { mdnsInterface } });
    await hub.connectCore();
    await hub.until('the adapter', () => hub.state()?.kind === 'connected');
    return hub;
  };
  try {
    await using cable = await layCable();
    await using hub = await start(cable.interfaceName);
    const call = { kind: 'pair', via: null, installCode: null, seconds: 60 } as const;
    await hub.call({ ...call, address: cable.deviceAddress, password: null });
    await hub.until('the plug', () => hub.isOnline(PLUG) === true);
    await hub.stop();
    // Nobody is at the address that it was added with.
    const file = path.join(dataFolder, 'shelly', 'devices.json');
    const kept = readFileSync(file, 'utf8').replace(`"${cable.deviceAddress}"`, '"127.0.0.9:9"');
    writeFileSync(file, kept);
    await using next = await start(cable.interfaceName);
    await next.until('the plug again', () => next.isOnline(PLUG) === true, 15_000);
    const { nodes } = (await next.call({ kind: 'statistics' })) as { nodes: unknown[] };
    expect(nodes).toEqual([{ node: PLUG, address: cable.deviceAddress, isOnline: true }]);
    expect(readFileSync(file, 'utf8')).toContain(`"${cable.deviceAddress}"`);
    const outcome = await next.settle(PLUG, { kind: 'set', property: ON, value: true });
    expect(outcome.state).toBe('acknowledged');
    // The other device that answers was never asked for.
    expect(next.description(SHUTTER)).toBeNull();
  } finally {
    rmSync(dataFolder, { recursive: true, force: true });
  }
}, 30_000);

/** What is found of each family, what it is then called, and what it can be set to. */
const FAMILIES = [
  { family: esphome, name: 'Porch', model: 'esp32dev', title: 'Porch' },
  { family: hue, name: 'Hue Bridge - 123456', model: 'BSB002', title: 'Desk' },
  { family: wled, name: 'wled-0455f0', model: null, title: 'Shelf' },
] as const;

test('ESPHome devices, Hue bridges and WLED strips are found by the names of their makers, and only proposed', async (context) => {
  skipWithoutCable(context);
  const dataFolder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  try {
    await using cable = await layCable('families');
    for (const { family, name, model, title } of FAMILIES) {
      const id = adapterId(family.title.toLowerCase().replace('philips ', ''));
      const open = inProcess(id, (tools) => createLanAdapter(tools, family));
      await using hub = new ScriptedHub(open);
      hub.start({ dataFolder, settings: { mdnsInterface: cable.interfaceName } });
      await hub.connectCore();
      await hub.until('the adapter', () => hub.state()?.kind === 'connected');
      const look = { kind: 'pair', via: null, installCode: null, seconds: 60 } as const;
      await hub.call(look);
      await hub.until('the proposal', () => proposedTo(hub).length > 0);
      // Of all that answers only its own kind; nothing is added before a person says so.
      expect(proposedTo(hub)).toEqual([
        { kind: 'proposed', address: cable.deviceAddress, name, model },
      ]);
      expect(count(hub, 'found')).toBe(0);
      const titles = () => hub.messages.flatMap((message) => told(message));
      const told = (message: (typeof hub.messages)[number]) =>
        message.kind === 'pair' && message.progress.kind === 'described'
          ? [message.progress.description.title]
          : [];
      await hub.call({ ...look, address: cable.deviceAddress, password: null });
      await hub.until('it to be added', () => titles().includes(title));
      await hub.until('it to be there', () =>
        hub.items.some((item) => item.kind === 'availability' && item.online),
      );
      expect(count(hub, 'failed')).toBe(0);
    }
  } finally {
    rmSync(dataFolder, { recursive: true, force: true });
  }
}, 30_000);

test('a port of mDNS that another program keeps is told, and ends nothing', (context) => {
  skipWithoutCable(context);
  const search = `ip link set lo up && exec "${process.execPath}" "${TAKEN_PORT}"`;
  const { status, stdout } = spawnSync('unshare', ['-n', 'sh', '-c', search], { encoding: 'utf8' });
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    code: 'busy',
    message: 'Another program keeps the port of mDNS, 5353, to itself',
    zh: { message: '另一个程序独占了 mDNS 的 5353 端口' },
  });
});
