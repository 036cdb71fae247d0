// The virtual home's Zigbee part, put together: nodes from device files, the air, the coordinator on its port, the
// residents, the control port. A test starts it in its own process; main.ts makes a process of it.

import { ieeeToBytes } from './bytes.ts';
import { HomeControl } from './control/control.ts';
import { serveControl } from './control/http.ts';
import { TrafficLog } from './control/traffic-log.ts';
import { type DeviceModel, loadHome, loadModels, type Placement } from './devices/model.ts';
import { HOME_FILE_VERSION, HomeFile } from './home-file.ts';
import { Joiner } from './joiner.ts';
import { loadNode, saveNode } from './nodes/node-image.ts';
import { DEFAULT_OPTIONS, type HomeOptions } from './options.ts';
import { Network } from './radio/network.ts';
import { createRandom } from './random.ts';
import { Residents } from './residents/residents.ts';
import { plugInSpare, type SpareCoordinator } from './spare-coordinator.ts';
import { Coordinator } from './znp/coordinator.ts';
import { initialiseMemory } from './znp/network-information.ts';
import { NvMemory } from './znp/nv-memory.ts';
import { SerialServer } from './znp/server.ts';

/** A running virtual home. */
export interface VirtualHome {
  zigbeePort: number;
  controlPort: number;
  seed: number;
  control: HomeControl;
  /** Plugs in a second stick, on a port of its own. Whoever asked stops it. */
  plugInSpare(carries: 'nothing' | 'another network'): Promise<SpareCoordinator>;
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Room in the coordinator's tables beyond the nodes that there are. */
const SPARE_TABLE_ROWS = 40;
/** With more nodes than this, mere state is not kept: a bench must not wait for a file. */
const STATE_KEPT_NODES_MAX = 200;

const SYNTHETIC_MODELS = ['sonoff-snzb-02p', 'innr-sp-234'] as const;

/** Thermometers and plugs by turns, for benches. */
function syntheticHome(count: number): Placement[] {
  return Array.from({ length: count }, (_, i) => ({
    model: SYNTHETIC_MODELS[i % 2] ?? SYNTHETIC_MODELS[0],
    ieee: `0x00124b00f0${(i + 1).toString(16).padStart(6, '0')}`,
    name: `node ${i + 1}`,
    room: 'bench',
    lqi: 150,
    parent: undefined,
  }));
}

function modelOf(models: ReadonlyMap<string, DeviceModel>, placement: Placement): DeviceModel {
  const model = models.get(placement.model);
  if (model === undefined) throw new Error(`${placement.name}: no device file ${placement.model}`);
  return model;
}

/** Starts a home. Stop it with stop(), which is bounded in time and may be called twice. */
export async function startVirtualHome(options: Partial<HomeOptions> = {}): Promise<VirtualHome> {
  const settings: HomeOptions = { ...DEFAULT_OPTIONS, ...options };
  const random = createRandom(settings.seed);
  const models = loadModels();
  const placements =
    settings.devices ?? (settings.nodes === undefined ? loadHome() : syntheticHome(settings.nodes));
  const guests = settings.guests ?? [];
  const isStateKept = placements.length <= STATE_KEPT_NODES_MAX;
  const log = new TrafficLog();

  const network = new Network({
    random,
    latency: settings.latency,
    speed: settings.speed,
    events: {
      traffic: (kind, node, where, frame) => log.add(kind, node.ieee, where, frame),
      stateChanged: () => {
        if (isStateKept) file.touch('state');
      },
      configurationChanged: (node) => {
        if (node.membership === undefined) {
          log.add('left', node.ieee, { endpoint: 0, cluster: 0, group: undefined }, undefined);
        }
        file.touch('configuration');
      },
    },
  });
  for (const placement of placements) network.addNode(modelOf(models, placement), placement);
  for (const { placement, model } of guests) {
    network.addNode(model ?? modelOf(models, placement), placement);
  }

  const memory = new NvMemory(() => file.touch('configuration'));
  const file = new HomeFile(settings.data, () => ({
    version: HOME_FILE_VERSION,
    memory: memory.save(),
    nodes: Object.fromEntries([...network.nodes].map((node) => [node.ieee, saveNode(node)])),
  }));
  const image = file.load();
  const tableRows = placements.length + guests.length + SPARE_TABLE_ROWS;
  if (image !== undefined) {
    memory.load(image.memory);
    for (const [ieee, saved] of Object.entries(image.nodes)) {
      const node = network.node(ieee);
      if (node !== undefined) loadNode(node, saved);
    }
  }
  if (memory.isEmpty) {
    const ieee = `0x00124b00a5${settings.seed.toString(16).padStart(8, '0').slice(-6)}`;
    const isUnaligned = settings.traits?.isUnaligned;
    initialiseMemory(memory, { ieee: ieeeToBytes(ieee), capacity: tableRows, random, isUnaligned });
  }

  const coordinator = new Coordinator(memory, network, {
    random,
    tableRows,
    traits: settings.traits,
    events: {
      permitJoin: (seconds) => {
        if (seconds > 0 && settings.autoJoin) joiner.join(joiner.strangers());
      },
    },
  });
  network.restore();
  const joiner = new Joiner(network, coordinator, {
    random,
    staggerMs: settings.joinStaggerMs,
    onJoined: (node) =>
      log.add('joined', node.ieee, { endpoint: 0, cluster: 0, group: undefined }, undefined),
  });
  const server = new SerialServer(coordinator);
  const control = new HomeControl({ network, coordinator, server, joiner, log, random });
  await server.start(settings.port);
  const http = await serveControl(control, settings.controlPort);
  const residents = settings.residents ? new Residents(network, random, settings) : undefined;
  residents?.start();

  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= (async () => {
      residents?.stop();
      control.stop();
      joiner.stop();
      coordinator.stop();
      file.stop();
      network.stop();
      await Promise.all([server.stop(), http.stop()]);
    })();
    return stopping;
  };
  return {
    zigbeePort: server.port,
    controlPort: http.port,
    seed: settings.seed,
    control,
    plugInSpare: (carries) => plugInSpare(network, { random, tableRows, carries }),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
