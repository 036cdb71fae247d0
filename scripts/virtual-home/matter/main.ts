// The virtual home's Matter devices as a process of their own. When they listen it prints one line of JSON:
// {"devices":[{"key":…,"manualCode":…,"qrCode":…,"isCommissioned":…}]}. Each line of standard input is a request
// {"id":1,"device":KEY,"endpoint":1,"set":{…}} or {"id":2,"device":KEY,"endpoint":1,"get":["onOff","onOff"]},
// or {"id":3,"device":KEY,"endpoint":0,"fetched":true} for the image that it runs, or {…"endpoint":1,"add":{…}} and
// {…"endpoint":7,"remove":true} for what a bridge gains and loses,
// answered by {"id":…,"value":…} or {"id":…,"problem":…}. It ends on SIGTERM and when its input closes.
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { createRandom } from '../random.ts';
import { type ClusterValues, type EndpointPlacement, loadMatterHome } from './model.ts';
import { type MatterNodes, type MatterNodesOptions, startMatterNodes } from './nodes.ts';
import { MatterResidents } from './residents.ts';

interface Request {
  readonly id: number;
  readonly device: string;
  readonly endpoint: number;
  readonly set?: ClusterValues;
  readonly get?: readonly [cluster: string, attribute: string];
  /** Which image it runs. */
  readonly fetched?: true;
  /** A new part of the endpoint; its number is the answer. */
  readonly add?: EndpointPlacement;
  /** The endpoint is taken away. */
  readonly remove?: true;
}

function say(line: object): void {
  process.stdout.write(
    `${JSON.stringify(line, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value))}\n`,
  );
}

async function answer({ nodes }: MatterNodes, request: Request): Promise<unknown> {
  const node = nodes.find(({ placement }) => placement.key === request.device);
  if (node === undefined) throw new Error(`There is no device ${request.device}`);
  if (request.fetched === true) return node.fetched;
  if (request.add !== undefined) return node.add(request.endpoint, request.add);
  if (request.remove === true) return node.remove(request.endpoint);
  if (request.set !== undefined) await node.set(request.endpoint, request.set);
  return request.get === undefined ? null : node.get(request.endpoint, ...request.get);
}

/** Nodes of a module of somebody else's, which exports `start`. */
async function nodesOf(module: string, where: Omit<MatterNodesOptions, 'placements'>) {
  const { start } = (await import(module)) as {
    start(of: Omit<MatterNodesOptions, 'placements'>): Promise<MatterNodes>;
  };
  return start(where);
}

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      interface: { type: 'string' },
      home: { type: 'string' },
      nodes: { type: 'string' },
      seed: { type: 'string', default: '7' },
      speed: { type: 'string', default: '0' },
    },
  });
  if (values.data === undefined || values.interface === undefined) {
    throw new Error('--data FOLDER and --interface NAME are needed');
  }
  const where = { networkInterface: values.interface, storage: values.data };
  const home = await (values.nodes === undefined
    ? startMatterNodes({ placements: loadMatterHome(values.home), ...where })
    : nodesOf(values.nodes, where));
  const residents = new MatterResidents(home.nodes, createRandom(Number(values.seed)));
  if (Number(values.speed) > 0) residents.start(Number(values.speed));
  const end = () => {
    residents.stop();
    // matter.js keeps timers after its nodes are closed: the process would stay.
    home.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  const lines = createInterface({ input: process.stdin });
  lines.once('close', end);
  lines.on('line', (line) => {
    const request = JSON.parse(line) as Request;
    answer(home, request).then(
      (value) => say({ id: request.id, value: value ?? null }),
      (error: unknown) => say({ id: request.id, problem: String(error) }),
    );
  });
  say({
    devices: home.nodes.map(({ placement, manualCode, qrCode, isCommissioned }) => ({
      key: placement.key,
      manualCode,
      qrCode,
      isCommissioned,
    })),
  });
}

run().catch((error: unknown) => {
  process.stderr.write(
    `virtual-home/matter: ${error instanceof Error ? error.stack : String(error)}\n`,
  );
  process.exit(1);
});
