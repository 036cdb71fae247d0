// The radio of the link benches, a process of its own: the emulated coordinator on TCP without air latency, 50
// thermometers and 50 plugs, and the load with its clock where the frames come and go: at the line's socket, since what
// the emulator itself takes to make a frame and to read one, a quarter of a millisecond, is nobody's but its own.
import { ieeeToBytes } from '../virtual-home/bytes.ts';
import { loadModels } from '../virtual-home/devices/model.ts';
import { Joiner } from '../virtual-home/joiner.ts';
import type { VirtualNode } from '../virtual-home/nodes/node.ts';
import { Network } from '../virtual-home/radio/network.ts';
import { createRandom } from '../virtual-home/random.ts';
import { Coordinator } from '../virtual-home/znp/coordinator.ts';
import { initialiseMemory } from '../virtual-home/znp/network-information.ts';
import { NvMemory } from '../virtual-home/znp/nv-memory.ts';
import { SerialServer } from '../virtual-home/znp/server.ts';
import { answerBench, type RadioDescription, type RadioNode } from './radio/line.ts';
import { PAIRS, ReportLoad } from './radio/load.ts';

const MODELS = { thermometer: 'sonoff-snzb-02p', plug: 'innr-sp-234' } as const;
const SEED = 7;
const JOIN_STAGGER_MS = 40;
const TABLE_ROWS = 140;
/** The On/Off cluster; its commands 0 and 1 are off and on. */
const ON_OFF = 0x0006;

const random = createRandom(SEED);
const models = loadModels();
const plugIndex = new Map<VirtualNode, number>();

const network = new Network({
  random,
  latency: { minMs: 0, maxMs: 0 },
  speed: 1,
  events: {
    traffic(kind, node, where, frame) {
      if (kind !== 'received' || where.cluster !== ON_OFF || frame.isGlobal) return;
      const index = plugIndex.get(node);
      if (index === undefined || frame.command > 1) return;
      load.commandSeen(index, frame.command === 1, server.heardAtMs);
    },
    stateChanged: () => undefined,
    configurationChanged: () => undefined,
  },
});

function addNodes(kind: keyof typeof MODELS, block: string): VirtualNode[] {
  const model = models.get(MODELS[kind]);
  if (model === undefined) throw new Error(`no device file ${MODELS[kind]}`);
  return Array.from({ length: PAIRS }, (_, index) =>
    network.addNode(model, {
      model: model.id,
      ieee: `0x00124b00${block}${(index + 1).toString(16).padStart(6, '0')}`,
      name: `${kind} ${index + 1}`,
      room: 'bench',
      lqi: 150,
      parent: undefined,
    }),
  );
}
const thermometers = addNodes('thermometer', 'f1');
const plugs = addNodes('plug', 'f2');
for (const [index, node] of plugs.entries()) plugIndex.set(node, index);

const memory = new NvMemory(() => undefined);
initialiseMemory(memory, {
  ieee: ieeeToBytes('0x00124b00a5000001'),
  capacity: TABLE_ROWS,
  random,
});
const coordinator = new Coordinator(memory, network, {
  random,
  tableRows: TABLE_ROWS,
  events: {
    permitJoin(seconds) {
      if (seconds > 0) joiner.join(joiner.strangers());
    },
  },
});
const joiner = new Joiner(network, coordinator, {
  random,
  staggerMs: JOIN_STAGGER_MS,
  onJoined: () => undefined,
});
const server = new SerialServer(coordinator);
const load = new ReportLoad(
  (pair, temperature) => void thermometers[pair]?.input('temperature', temperature, 'now'),
  () => server.flush(),
);

function describeNode(node: VirtualNode): RadioNode {
  return { ieee: node.ieee, networkAddress: node.membership?.networkAddress ?? 0 };
}

function describe(): RadioDescription {
  return {
    zigbeePort: server.port,
    network: {
      coordinatorIeee: coordinator.ieee(),
      thermometers: thermometers.map(describeNode),
      plugs: plugs.map(describeNode),
    },
  };
}

await server.start(0);
const line = answerBench((request) => {
  switch (request.kind) {
    case 'load':
      return load.run(request.spec);
    case 'describe':
      return describe();
    case 'configure':
      throw new Error('the emulated coordinator has its own network');
  }
});
// It never outlives the bench.
line.on('close', () => process.exit(0));
