// Settings for sleeping devices, with the real zigbee-herdsman in its own process, which is killed, against emulated
// nodes that really sleep: they ask their parent for nothing until they have something to say themselves.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  adapterId,
  type CommandId,
  type NodeAddress,
  nodeAddress,
} from '../../../hub/model/identifiers.ts';
import {
  type PropertyName,
  type PropertyValue,
  propertyKey,
} from '../../../hub/model/properties.ts';
import { startVirtualHome, type VirtualHome } from '../../../scripts/virtual-home/home.ts';
import { inChild, ScriptedHub } from '../../contract/scripted-hub.ts';
import { waitingTimeMs } from '../../contract/waiting-time.ts';
import { isSetUp } from '../testing/paired-home.ts';
import { WakeQueue, WISHES_OF_NODE_MAX, type Wish } from './wake-queue.ts';

const CHILD = inChild(new URL('../zigbee.child.ts', import.meta.url));
const MOTION = {
  model: 'philips-hue-sml001',
  ieee: '0x0017880106f56001',
  ...{ name: 'Hall motion', room: 'hall', lqi: 171, parent: undefined },
};
const motion = nodeAddress(MOTION.ieee);
const lock = nodeAddress('0x000d6f001119d001');

const OCCUPANCY_SENSING = 0x0406;
const WRITE = 2;
/** Philips' attribute 0x0030: low 0, medium 1, high 2. */
const SENSITIVITY = '3000';
const HOUR_MS = 3_600_000;

let home: VirtualHome;
let hub: ScriptedHub;
let lives = 0;
let dataFolder = '';

async function startHub(): Promise<void> {
  lives += 1;
  hub = new ScriptedHub(CHILD, `cmd_life${lives}x`);
  const port = `tcp://127.0.0.1:${home.zigbeePort}`;
  hub.start({ dataFolder, settings: { port, driver: 'zstack' } });
  await hub.connectCore();
  await hub.until('the connection', () => hub.state()?.kind === 'connected', 30_000);
}

/** kill -9. */
async function killHub(): Promise<void> {
  await hub.line.kill();
  hub.loseCore();
}

function set(property: PropertyName, value: PropertyValue, node = motion): CommandId {
  return hub.send(node, { kind: 'set', property: propertyKey(property), value });
}

function outcomesOf(id: CommandId): string[] {
  return hub.outcomes(id).map(({ state, problem }) => problem?.code ?? state);
}

/** The writes to the sensor that reached it, as their bytes. */
function written(since: number): string[] {
  const { records } = home.control.log({ since, ieee: MOTION.ieee, kind: 'received' });
  return records
    .filter(({ cluster, command, scope }) => {
      return cluster === OCCUPANCY_SENSING && scope === 'global' && command === WRITE;
    })
    .map(({ payload }) => payload);
}
const writes = (since: number): number => written(since).length;

function now(): number {
  return home.control.log({ limit: 100_000 }).next;
}

/** It has said and heard nothing for so long that it sleeps. */
async function untilAsleep(node: NodeAddress): Promise<void> {
  await vi.waitFor(
    () => {
      const { records } = home.control.log({ ieee: node, limit: 100_000 });
      expect(Date.now() - (records.at(-1)?.time ?? 0)).toBeGreaterThan(1_800);
    },
    { timeout: 20_000, interval: 100 },
  );
}

let temperature = 20;
function signOfLife(): void {
  temperature += 1;
  home.control.set(MOTION.ieee, { temperature });
}

beforeAll(async () => {
  dataFolder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  home = await startVirtualHome({ residents: false, devices: [MOTION], joinStaggerMs: 0 });
  await startHub();
  await hub.call({ kind: 'pair', seconds: 120, via: null, installCode: null });
  await hub.until('it to be set up', () => isSetUp(hub, motion), 60_000);
  await hub.call({ kind: 'pairStop' });
  home.control.fault({ kind: 'asleep', ieee: MOTION.ieee });
  await untilAsleep(motion);
}, 90_000);

afterAll(async () => {
  await hub?.[Symbol.asyncDispose]();
  await home?.stop();
  rmSync(dataFolder, { recursive: true, force: true });
});

describe('a sensor that sleeps', () => {
  test('gets its setting at its next sign of life, over a kill -9 of the process in between', async () => {
    const since = now();
    const askedAtMs = Date.now();
    const id = set('sensitivity', 'high');
    const told = await hub.until('word of waiting', () => hub.waiting().get(id));
    expect(told).toMatchObject({ node: motion, property: 'sensitivity', value: 'high' });
    expect(told.untilMs - askedAtMs).toBeGreaterThan(24 * HOUR_MS);
    expect(hub.outcomes(id)).toEqual([]);

    await killHub();
    await startHub();
    const again = await hub.until('word of it again', () => hub.waiting().get(id));
    expect(again).toMatchObject({
      value: 'high',
      untilMs: told.untilMs,
      askedAtMs: told.askedAtMs,
    });
    expect(writes(since)).toBe(0);

    signOfLife();
    await hub.until('its end', () => outcomesOf(id).includes('acknowledged'), 20_000);
    expect(outcomesOf(id)).toEqual(['sent', 'acknowledged']);
    // Its parent may still have kept what the killed process had sent.
    expect([1, 2]).toContain(writes(since));
    expect(hub.waiting().size).toBe(0);
    await hub.until('its word', () => hub.values(motion)[propertyKey('sensitivity')] === 'high');
  }, 90_000);

  test('takes of several values for one property only the newest, and settings of others beside it', async () => {
    await untilAsleep(motion);
    const since = now();
    const older = set('sensitivity', 'low');
    const newer = set('sensitivity', 'medium');
    const other = set('occupancyTimeout', 40);
    await hub.until('word of both', () => hub.waiting().has(newer) && hub.waiting().has(other));
    expect(hub.outcomes(older)).toMatchObject([
      { state: 'failed', problem: { code: 'cancelled', message: 'superseded' } },
    ]);
    signOfLife();
    await hub.until(
      'both ends',
      () => [newer, other].every((id) => outcomesOf(id).includes('acknowledged')),
      40_000,
    );
    await hub.until('its word', () => hub.values(motion)[propertyKey('sensitivity')] === 'medium');
    // A radio on a busy machine may say a thing twice, and what its parent keeps cannot be taken back; but whatever the
    // sensor heard, the newest came last.
    const told = written(since);
    const levels = told.filter((payload) => payload.startsWith(SENSITIVITY));
    expect(levels.at(-1)?.slice(-2)).toBe('01');
    expect(levels.map((payload) => payload.slice(-2))).toEqual(
      levels.map((each) => each.slice(-2)).toSorted(),
    );
    expect(told.some((payload) => !payload.startsWith(SENSITIVITY))).toBe(true);
  }, 60_000);

  test('is not waited for when its time is over by the next start: that is told', async () => {
    await untilAsleep(motion);
    const id = set('sensitivity', 'low');
    await hub.until('word of waiting', () => hub.waiting().has(id));
    await killHub();
    const file = path.join(dataFolder, 'zigbee', 'waiting.json');
    const kept = JSON.parse(readFileSync(file, 'utf8')) as { wishes: Wish[] };
    const over = kept.wishes.map((wish) => ({ ...wish, untilMs: Date.now() - 1 }));
    writeFileSync(file, JSON.stringify({ ...kept, wishes: over }));
    await startHub();
    await hub.until('its end', () => outcomesOf(id).includes('timed-out'));
    expect(hub.outcomes(id)[0]?.problem?.zh?.message).toContain('没有唤醒');
  }, 60_000);
});

test.each([
  ['locked', 'rw', 'boolean', null],
  ['position', 'rw', 'number', null],
  ['on', 'rw', 'boolean', null],
  ['x_reset', 'w', 'boolean', null],
  ['x_siren_on', 'rw', 'boolean', null],
  ['targetTemperature', 'rw', 'number', 24],
  ['sensitivity', 'rw', 'enum', 168],
  ['autoRelock', 'rw', 'boolean', 168],
  ['x_external_temperature_input', 'rw', 'number', 168],
] as const)('%s waits its time or not at all', (name, access, type, hours) => {
  const waits = waitingTimeMs({ key: propertyKey(name), name, access, type });
  expect(waits).toBe(hours === null ? null : hours * HOUR_MS);
});

describe('what is kept', () => {
  function wish(index: number, node = motion): Wish {
    return {
      command: `cmd_${node}_${index}` as CommandId,
      node,
      property: propertyKey(`x_${index}`),
      value: index,
      cause: { kind: 'reconnect', adapter: adapterId('zigbee') },
      askedAtMs: 1,
      untilMs: 2,
    };
  }

  test(`is at most ${WISHES_OF_NODE_MAX} settings of a device, and one more is refused`, async () => {
    const queue = new WakeQueue(path.join(dataFolder, 'full.json'));
    for (let index = 0; index < WISHES_OF_NODE_MAX; index++) queue.put(wish(index));
    expect(() => queue.put(wish(WISHES_OF_NODE_MAX))).toThrow('already wait');
    expect(queue.put({ ...wish(0), command: 'cmd_new' as CommandId })?.value).toBe(0);
    expect(queue.of(motion)).toHaveLength(WISHES_OF_NODE_MAX);
    queue.put(wish(0, lock));
    await queue.save();
    const again = new WakeQueue(path.join(dataFolder, 'full.json'));
    again.load();
    expect(again.all).toEqual(queue.all);
  });

  test('is set aside when it cannot be read, so that the adapter starts all the same', () => {
    const file = path.join(dataFolder, 'torn.json');
    writeFileSync(file, '{"version":1,"wishes":[{"command":"cmd');
    const queue = new WakeQueue(file);
    expect(queue.load()).toBe(`${file}.damaged`);
    expect(queue.all).toEqual([]);
  });
});
