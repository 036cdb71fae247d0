// A Hue bridge with a hub beside it, as the tests of the adapter need them: adding it with its button pressed, and what
// hangs on it.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Problem } from '../../../../hub/model/errors.ts';
import { adapterId, type NodeAddress, nodeAddress } from '../../../../hub/model/identifiers.ts';
import { inProcess, type OpenLine, ScriptedHub } from '../../../contract/scripted-hub.ts';
import { createLanAdapter } from '../../lan-adapter.ts';
import { HUE_TIMINGS } from '../bridge.ts';
import { hueFamily } from '../family.ts';
import { HueBridgeServer } from './hue-bridge-server.ts';
import { contactSensor, lamp, motionSensor, room, switchOf } from './hue-things.ts';

export const HUE = adapterId('hue');

/** One of each kind that hangs on the bridge of the tests. */
export const THINGS = {
  desk: lamp('Desk', 'color'),
  ceiling: lamp('Ceiling', 'ambiance'),
  stairs: lamp('Stairs', 'white'),
  shed: lamp('Shed', 'onOff'),
  kettle: lamp('Kettle', 'plug'),
  bloom: lamp('Bloom', 'bloom'),
  guest: lamp('Guest', 'foreign'),
  hall: motionSensor('Hall sensor'),
  door: contactSensor('Front door'),
  dimmer: switchOf('Dimmer', 4),
  dial: switchOf('Dial', 4, { hasDial: true }),
  button: switchOf('Smart button', 1, { isOld: true }),
} as const;

/** Less patience than a household has. */
export const QUICK = {
  ...HUE_TIMINGS,
  listWithinMs: 2_000,
  commandWithinMs: 1_500,
  pulseEveryMs: 200,
  readAnewSpacingMs: 100,
  pressEveryMs: 30,
  reconnectMaxMs: 500,
};

export const quick: OpenLine = inProcess(HUE, (context) =>
  createLanAdapter(context, hueFamily(QUICK)),
);

export function nodeOf(bridge: HueBridgeServer, { device }: { device: string }): NodeAddress {
  return nodeAddress(`${bridge.id}-${device}`);
}

/** A bridge on which one of each kind hangs, in two rooms. */
export function furnished(): HueBridgeServer {
  const bridge = new HueBridgeServer();
  bridge.add(...Object.values(THINGS));
  const { desk, ceiling, bloom, stairs } = THINGS;
  bridge.add(room('Study', [desk, ceiling, bloom], ['Relax', 'Concentrate']));
  bridge.add(room('Stairwell', [stairs], []));
  return bridge;
}

/** A hub that has started, over this folder. */
export async function startHub(dataFolder: string, open = quick): Promise<ScriptedHub> {
  const hub = new ScriptedHub(open);
  hub.start({ dataFolder, settings: { mdnsInterface: null } });
  await hub.connectCore();
  await hub.until('the adapter', () => hub.state()?.kind === 'connected');
  return hub;
}

/** Adds the bridge, and gives the problem that the pairing ended with, if any. */
export async function pair(
  hub: ScriptedHub,
  bridge: HueBridgeServer,
  { presses = true, seconds = 30 } = {},
): Promise<Problem | null> {
  const from = hub.messages.length;
  const { address } = bridge;
  await hub.call({ kind: 'pair', seconds, via: null, installCode: null, address });
  const steps = () =>
    hub.messages
      .slice(from)
      .flatMap((message) => (message.kind === 'pair' ? [message.progress] : []));
  const isOver = () => steps().some(({ kind }) => kind === 'closed');
  if (presses) {
    await hub.until('the hub to ask for the button', () =>
      steps().some(({ kind }) => kind === 'asked' || kind === 'closed'),
    );
    bridge.pressButton();
  }
  await hub.until('the pairing to close', isOver);
  const failed = steps().find((step) => step.kind === 'failed');
  return failed?.problem ?? null;
}

/** A hub with the furnished bridge added and in reach. */
export async function setUp(bridge = furnished()) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  await bridge.start();
  const hub = await startHub(folder);
  const problem = await pair(hub, bridge);
  if (problem !== null) throw new Error(problem.message);
  await hub.until('the bridge', () => bridge.streams === 1 && isIn(hub));
  return {
    ...{ folder, bridge, hub },
    async [Symbol.asyncDispose]() {
      await hub[Symbol.asyncDispose]();
      await bridge.unplug();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function isIn(hub: ScriptedHub): boolean {
  return hub.items.some((item) => item.kind === 'availability' && item.online);
}
