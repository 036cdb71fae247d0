// Another stick in the drawer: a second emulated coordinator over the same air, on a port of its own. The air hears
// whichever has started its network last.

import { ieeeToBytes } from './bytes.ts';
import type { Network } from './radio/network.ts';
import type { Random } from './random.ts';
import { Coordinator } from './znp/coordinator.ts';
import { formNetwork, initialiseMemory, readNetwork } from './znp/network-information.ts';
import { NvItem, NvMemory } from './znp/nv-memory.ts';
import { SerialServer } from './znp/server.ts';

/** A coordinator that is plugged in, and that a test may look at. */
export interface SpareCoordinator {
  port: number;
  /** Hosts that have opened its line so far. */
  connections(): number;
  /** Whether one has it open now. */
  isOpen(): boolean;
  /** Its network, as its memory has it; undefined while it is blank. */
  network(): { panId: number; channel: number } | undefined;
  stop(): Promise<void>;
}

/** Plugs one in: blank, or with a network of somebody else. */
export async function plugInSpare(
  network: Network,
  options: { random: Random; tableRows: number; carries: 'nothing' | 'another network' },
): Promise<SpareCoordinator> {
  const random = options.random.fork('spare');
  const memory = new NvMemory(() => undefined);
  const { tableRows } = options;
  const ieee = ieeeToBytes('0x00124b00b7000001');
  initialiseMemory(memory, { ieee, capacity: tableRows, random });
  if (options.carries === 'another network') {
    formNetwork(memory, random);
    memory.set(NvItem.configured, Buffer.from([0x55]));
  }
  const events = { permitJoin: () => undefined };
  const coordinator = new Coordinator(memory, network, {
    random,
    tableRows,
    events,
    isSpare: true,
  });
  const server = new SerialServer(coordinator);
  await server.start(0);
  return {
    port: server.port,
    connections: () => server.connections,
    isOpen: () => server.isConnected,
    network() {
      const found = readNetwork(memory);
      return found && { panId: found.panId, channel: found.channel };
    },
    async stop() {
      coordinator.stop();
      await server.stop();
    },
  };
}
