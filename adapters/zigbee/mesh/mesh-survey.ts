// One survey of the mesh: every node that listens is asked for its tables, one after the other and with a pause after
// each frame, so that commands always find the radio free. A router that keeps silent costs its own time and no more.
import { setTimeout as delay } from 'node:timers/promises';
import type { Controller } from 'zigbee-herdsman';
import { HubError } from '../../../hub/model/errors.ts';
import { type NodeAddress, nodeAddress } from '../../../hub/model/identifiers.ts';
import type { MeshNode, SurveyState } from '../../../hub/model/mesh.ts';
import type { Device } from '../coordinator/herdsman.ts';
import { failedCommand } from '../coordinator/unknown-commands.ts';
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

/** The coordinator passes on no questions about tables: its firmware is old, or it is an emulated one without them. */
function noTables(cause: unknown): HubError {
  return new HubError('unsupported', 'This coordinator gives no tables of the network', {
    hint: 'The map cannot be drawn with it, and the rest works. A newer firmware of the coordinator may help.',
    zh: {
      message: '这个网关（协调器）不提供网络表',
      hint: '无法用它绘制网络图，其他功能正常。更新网关的固件可能会有帮助。',
    },
    cause,
  });
}

/**
 * Asks all of them.
 * @throws HubError `unsupported` where the coordinator does not ask for tables; when it is aborted
 */
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
      const failed = failedCommand(error);
      const isUnheard = failed !== null && failed.how !== 'refused';
      // The coordinator itself is asked first. Each further question would hold up all commands for six seconds.
      if (isUnheard && index === 0) throw noTables(error);
      asked.set(address, error instanceof TableRefused ? 'refused' : 'silent');
      await pause().catch(() => signal.throwIfAborted());
    }
  }
  return { tookMs: Math.round(performance.now() - startedAtMs), tables, asked };
}
