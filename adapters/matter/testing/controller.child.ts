// A controller such as a phone's home app has: matter.js by itself, of the version that stands in a folder, in a
// process of its own. Prints {"id":0,"value":"ready"} and answers each line of its input with one line.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import type * as Matter from '@matter/main';
import type * as Protocol from '@matter/main/protocol';
import type * as Types from '@matter/main/types';
import type { ControllerEndpoint, ControllerRequest, HeardEvent } from './controller-request.ts';

const { values: options } = parseArgs({
  options: {
    data: { type: 'string', default: '' },
    interface: { type: 'string', default: 'lo' },
    /** A file of the package whose matter.js it is. */
    from: { type: 'string', default: import.meta.filename },
  },
});

// Whatever else this process is given, its matter.js is the one that stands there.
const require = createRequire(options.from);
require('@matter/nodejs');
const { Environment, Logger, LogLevel, ServerNode, ControllerBehavior, ...matter }: typeof Matter =
  require('@matter/main');
const { ManualPairingCodeCodec, QrPairingCodeCodec }: typeof Types = require('@matter/main/types');
const { Read }: typeof Protocol = require('@matter/main/protocol');

const { vars } = Environment.default;
vars.set('storage.path', options.data);
vars.set('mdns.networkInterface', options.interface);
vars.set('runtime.signals', false);
Logger.level = LogLevel.FATAL;

type Peer = Matter.ClientNode;
type Loose = Readonly<Record<string, (fields?: unknown) => Promise<unknown>>>;

const heard: HeardEvent[] = [];

function peerOf(server: Matter.ServerNode): Peer {
  const [peer] = [...server.peers];
  if (peer === undefined) throw new Error('it has not been commissioned');
  return peer;
}

function endpointOf(server: Matter.ServerNode, number: number): Matter.Endpoint {
  for (const endpoint of peerOf(server).endpoints) if (endpoint.number === number) return endpoint;
  throw new Error(`there is no endpoint ${number}`);
}

/** Null for an endpoint that has just come, or is about to go. */
function descriptorOf(endpoint: Matter.Endpoint): Readonly<Record<string, unknown>> | null {
  try {
    return endpoint.maybeStateOf('descriptor') ?? {};
  } catch {
    return null;
  }
}

function endpointsOf(server: Matter.ServerNode): ControllerEndpoint[] {
  return [...peerOf(server).endpoints].flatMap((endpoint) => {
    const descriptor = descriptorOf(endpoint);
    if (descriptor === null) return [];
    const types = (descriptor.deviceTypeList ?? []) as { deviceType: number }[];
    const view: ControllerEndpoint = {
      number: endpoint.number,
      deviceTypes: types.map(({ deviceType }) => Number(deviceType)),
      clusters: Object.keys(endpoint.behaviors.supported),
      parts: [...((descriptor.partsList ?? []) as number[])],
    };
    return [view];
  });
}

async function commission(server: Matter.ServerNode, code: string): Promise<null> {
  if (code.startsWith('MT:')) {
    const [decoded] = QrPairingCodeCodec.decode(code);
    if (decoded === undefined) throw new Error('the QR code is empty');
    const { passcode, discriminator } = decoded;
    await server.peers.commission({ passcode, longDiscriminator: discriminator } as never);
    return null;
  }
  const { passcode, shortDiscriminator } = ManualPairingCodeCodec.decode(code);
  await server.peers.commission({ passcode, shortDiscriminator } as never);
  return null;
}

/** What it reads is what the endpoints then show. */
async function readAll(peer: Peer): Promise<void> {
  const read = Read({ fabricFilter: true, attributes: [{}] });
  for await (const chunk of peer.interaction.read(read)) for await (const _ of chunk);
}

async function answer(server: Matter.ServerNode, request: ControllerRequest): Promise<unknown> {
  switch (request.kind) {
    case 'commission':
      await commission(server, request.code);
      // Older versions know what a node has only once they have read it.
      if (options.from !== import.meta.filename) await readAll(peerOf(server));
      return null;
    case 'endpoints':
      return endpointsOf(server);
    case 'get':
    case 'read': {
      if (request.kind === 'read') await readAll(peerOf(server));
      const { endpoint, cluster, attribute } = request;
      return endpointOf(server, endpoint).maybeStateOf(cluster)?.[attribute] ?? null;
    }
    case 'invoke': {
      const { endpoint, cluster, command, fields } = request;
      const at = endpointOf(server, endpoint);
      const type = at.behaviors.supported[cluster];
      if (type === undefined) throw new Error(`endpoint ${endpoint} has no ${cluster}`);
      const commands = at.commandsOf(type) as unknown as Loose;
      return commands[command]?.(fields);
    }
    case 'write': {
      const { endpoint, cluster, attribute, value } = request;
      await endpointOf(server, endpoint).setStateOf(cluster, { [attribute]: value });
      return null;
    }
    case 'events':
      return heard;
  }
}

function statusOf(error: unknown): number | null {
  for (let each: unknown = error; each instanceof Error; each = each.cause) {
    const { code } = each as { code?: unknown };
    if (typeof code === 'number') return code;
  }
  return null;
}

const say = (line: object): void => {
  const text = JSON.stringify(line, (_, value: unknown) =>
    typeof value === 'bigint' ? Number(value) : value,
  );
  process.stdout.write(`${text}\n`);
};

async function run(): Promise<void> {
  const server = await ServerNode.create(ServerNode.RootEndpoint.with(ControllerBehavior), {
    id: 'controller',
    network: { port: 0 },
    controller: { adminFabricLabel: 'Test home' },
  } as never);
  const changes = server.env.get(matter.ChangeNotificationService).change;
  changes.on((change) => {
    if (change.kind !== 'event') return;
    const { endpoint, event, payload } = change;
    heard.push({ endpoint: endpoint.number, event: event.name, payload });
  });
  await server.start();
  createInterface({ input: process.stdin })
    .on('line', (line) => {
      const { id, ...request } = JSON.parse(line) as ControllerRequest & { id: number };
      answer(server as never, request as ControllerRequest).then(
        (value) => say({ id, value: value ?? null }),
        (error: unknown) => say({ id, problem: String(error), status: statusOf(error) }),
      );
    })
    .once('close', () => process.exit(0));
  say({ id: 0, value: 'ready' });
}

run().catch((error: unknown) => {
  process.stderr.write(`controller: ${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
