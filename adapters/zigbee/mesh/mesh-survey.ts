// One survey of the mesh: every node that listens is asked for its tables, one after the other and with a pause after
// each frame, so that commands always find the radio free. A router that keeps silent costs its own time and no more.
import { setTimeout as delay } from 'node:timers/promises';
import type { Controller } from 'zigbee-herdsman';
import { type NodeAddress, nodeAddress } from '../../../hub/model/identifiers.ts';
import type { MeshNode, SurveyState } from '../../../hub/model/mesh.ts';
import type { Device } from '../coordinator/herdsman.ts';
import { readTables, TableRefused, type Tables } from './mesh-tables.ts';

/** At most five frames a second: a Zigbee network carries some tens. */
const PAUSE_MS = 200;
/** One node's tables may take no longer: 85 pages with pauses, or one that answers now and then. */
const NODE_LIMIT_MS = 60_000;

/** What was found. */
export interface Survey {
  readonly tookMs: number;
  readonly tables: ReadonlyMap<NodeAddress, Tables>;
  readonly asked: ReadonlyMap<NodeAddress, NonNullable<MeshNode['asked']>>;
}

export interface SurveyOptions {
  readonly controller: Controller;
  /** Coordinator first, then routers that are there. */
  readonly devices: readonly Device[];
  readonly pauseMs?: number | undefined;
  readonly signal: AbortSignal;
  progress(state: SurveyState): void;
}

/** Asks all of them. @throws when it is aborted */
export async function surveyMesh(options: SurveyOptions): Promise<Survey> {
  const { controller, devices, signal } = options;
  const startedAtMs = performance.now();
  const tables = new Map<NodeAddress, Tables>();
  const asked = new Map<NodeAddress, NonNullable<MeshNode['asked']>>();
  for (const [index, device] of devices.entries()) {
    signal.throwIfAborted();
    options.progress({ kind: 'running', asked: index, of: devices.length });
    const address = nodeAddress(device.ieeeAddr);
    const untilMs = performance.now() + NODE_LIMIT_MS;
    const pause = async (): Promise<void> => {
      if (performance.now() > untilMs) throw new Error(`${address} takes too long`);
      await delay(options.pauseMs ?? PAUSE_MS, undefined, { signal });
    };
    try {
      tables.set(address, await readTables(controller, device, pause));
      asked.set(address, 'answered');
    } catch (error) {
      signal.throwIfAborted();
      asked.set(address, error instanceof TableRefused ? 'refused' : 'silent');
      await pause().catch(() => signal.throwIfAborted());
    }
  }
  return { tookMs: Math.round(performance.now() - startedAtMs), tables, asked };
}
