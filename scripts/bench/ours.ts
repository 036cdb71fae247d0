// The hub as it is released: the bundle in a process of its own, spoken to over its API with the token of local root.
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import hubProcess from '../hub-process.json' with { type: 'json' };
import { builtHub } from './built.ts';
import { REPOSITORY } from './peers/install.ts';
import type { Rule } from './peers/node-red.ts';
import { type BenchProcess, freePort, processTree, startProcess, until } from './process.ts';
import type { RadioNetwork } from './radio/line.ts';

const READY_LIMIT_MS = 20_000;
const PAIR_LIMIT_MS = 90_000;
const FOLLOWER_BYTES = 65_536;
const STATUS_LINE_BYTES = 40;

export interface HubOptions {
  /** Its data folder: kept between starts. */
  readonly folder: string;
  /** None: a hub without an adapter. */
  readonly zigbeePort: number | null;
  /** Its main file; that of the bundle where nothing is said. */
  readonly entry?: string;
  readonly nodeArguments?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** A running hub. */
export interface Hub {
  readonly process: BenchProcess;
  /** Resolves once its home is loaded and scenes run. */
  ready(): Promise<void>;
  /** Resolves once the coordinator is connected. */
  connected(): Promise<void>;
  /** Opens the network until that many devices are paired. */
  pair(count: number): Promise<void>;
  /** Saves the rules as scenes; the devices are those of the network. */
  addScenes(rules: readonly Rule[], network: RadioNetwork): Promise<void>;
  /** Follows live events as that many open pages would. The returned function ends them. */
  follow(clients: number): Promise<() => void>;
  call(method: string, route: string, body?: unknown): Promise<unknown>;
  /** What a route answers that is no JSON. */
  text(route: string): Promise<string>;
  pids(): number[];
  stop(): Promise<void>;
}

interface List {
  readonly items: readonly Readonly<Record<string, unknown>>[];
  readonly next: string | null;
}

/** Starts a hub. It is running, not ready, when this resolves. */
export async function startHub(options: HubOptions): Promise<Hub> {
  const { folder, zigbeePort, entry = builtHub(), nodeArguments = [], environment = {} } = options;
  const port = await freePort();
  const owner = startProcess({
    name: 'ingle',
    command: process.execPath,
    // Flags and environment are those that `npm start` and the package's starter give.
    args: [...hubProcess.flags, ...nodeArguments, path.resolve(REPOSITORY, entry)],
    cwd: REPOSITORY,
    environment: {
      ...hubProcess.environment,
      INGLE_DATA: folder,
      INGLE_PORT: String(port),
      INGLE_HOST: '127.0.0.1',
      INGLE_DEMO: '0',
      INGLE_LOG_LEVEL: 'warn',
      ...(zigbeePort === null
        ? {}
        : {
            INGLE_ZIGBEE_PORT: `tcp://127.0.0.1:${zigbeePort}`,
            INGLE_ZIGBEE_DRIVER: 'zstack',
            INGLE_ZIGBEE_CHANNEL: '15',
          }),
      ...environment,
    },
  });
  const agent = new http.Agent({ keepAlive: true, maxSockets: 4 });
  const readToken = () => readFileSync(path.join(folder, 'cli.token'), 'utf8').trim();
  /** That of this start, once it is ready. */
  let ownToken: string | undefined;
  const token = () => ownToken ?? readToken();

  function request(method: string, route: string, headers: http.OutgoingHttpHeaders = {}) {
    const authorization = `Bearer ${token()}`;
    return http.request({
      agent,
      host: '127.0.0.1',
      port,
      method,
      path: route,
      headers: { authorization, ...headers },
    });
  }

  async function call(method: string, route: string, body?: unknown): Promise<unknown> {
    const text = await ask(method, route, body);
    return text === '' ? null : JSON.parse(text);
  }

  function ask(method: string, route: string, body?: unknown): Promise<string> {
    return new Promise((resolve, reject) => {
      const isText = typeof body === 'string';
      const content = body === undefined ? '' : isText ? body : JSON.stringify(body);
      const sent = request(method, route, {
        'content-type': isText ? 'application/yaml' : 'application/json',
        'content-length': Buffer.byteLength(content),
      });
      sent.on('error', reject);
      sent.on('response', (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => {
          const status = response.statusCode ?? 0;
          if (status >= 400)
            reject(new Error(`${method} ${route}: ${status} ${text.slice(0, 800)}`));
          else resolve(text);
        });
      });
      sent.end(content);
    });
  }

  async function devices(): Promise<List['items']> {
    // The border of the API: a list as api.md has it.
    const list = (await call('GET', '/api/devices?limit=200')) as List;
    return list.items;
  }

  async function ready(): Promise<void> {
    const look = async () => {
      try {
        await call('GET', '/readyz');
        return true as const;
      } catch {
        return undefined;
      }
    };
    await until('a ready hub', look, { withinMs: READY_LIMIT_MS, everyMs: 20, process: owner });
    ownToken = readToken();
  }

  async function connected(): Promise<void> {
    const look = async () => {
      const health = JSON.stringify(await call('GET', '/api/health'));
      return health.includes('"connected"') || undefined;
    };
    await until('a coordinator', look, { withinMs: READY_LIMIT_MS, process: owner });
  }

  async function pair(count: number): Promise<void> {
    await connected();
    const job = await call('POST', '/api/jobs', { kind: 'pair', protocol: 'zigbee', seconds: 120 });
    const { id } = job as { id: string };
    const paired = async () => {
      const known = await devices();
      const isWhole = (device: List['items'][number]) =>
        Object.keys(device.properties ?? {}).some((key) => key === 'on' || key === 'temperature');
      return known.filter(isWhole).length >= count || undefined;
    };
    await until(`${count} devices in the hub`, paired, {
      withinMs: PAIR_LIMIT_MS,
      everyMs: 500,
      process: owner,
    });
    await call('DELETE', `/api/jobs/${id}`).catch(() => undefined);
  }

  async function addScenes(rules: readonly Rule[], network: RadioNetwork): Promise<void> {
    const handles = new Map((await devices()).map(({ address, handle }) => [address, handle]));
    const handle = (ieee: string | undefined) => {
      const found = handles.get(ieee);
      if (typeof found !== 'string') throw new Error(`the hub does not know ${ieee}`);
      return found;
    };
    for (const [index, rule] of rules.entries()) {
      const thermometer = handle(network.thermometers[rule.thermometer]?.ieee);
      const plug = handle(network.plugs[rule.plug]?.ieee);
      await call(
        'POST',
        '/api/scenes',
        [
          `scene: Rule ${index + 1}`,
          'when:',
          `  - crosses: {${thermometer}.temperature: {${rule.direction}: ${rule.threshold}}}`,
          'do:',
          `  - set: {${plug}: {on: ${rule.isOn}}}`,
          '',
        ].join('\n'),
      );
    }
  }

  /**
   * In a home they are phones and screens, with processors of their own. Here they share the hub's, so that they take
   * what comes into one buffer and look only at how the answer begins.
   */
  async function follow(clients: number): Promise<() => void> {
    const route = '/api/events?topics=devices,scenes,jobs,notifications,home';
    const head = [
      `GET ${route} HTTP/1.1`,
      `Host: 127.0.0.1:${port}`,
      `Authorization: Bearer ${token()}`,
      'Accept: text/event-stream',
    ];
    const buffer = Buffer.alloc(FOLLOWER_BYTES);
    const open = Array.from({ length: clients }, async () => {
      let socket: Socket | undefined;
      const begins = new Promise<string>((resolve, reject) => {
        const callback = (bytes: number) => {
          resolve(buffer.toString('latin1', 0, Math.min(bytes, STATUS_LINE_BYTES)));
          return true;
        };
        socket = connect({ host: '127.0.0.1', port, onread: { buffer, callback } });
        socket.on('error', reject);
        socket.on('close', () => reject(new Error('live events: closed before they began')));
        socket.write(`${head.join('\r\n')}\r\n\r\n`);
      });
      const status = await begins;
      if (!status.startsWith('HTTP/1.1 200')) throw new Error(`live events: ${status}`);
      return socket;
    });
    const following = await Promise.all(open);
    return () => {
      for (const one of following) one?.destroy();
    };
  }

  return {
    process: owner,
    ready,
    connected,
    pair,
    addScenes,
    follow,
    call,
    text: (route) => ask('GET', route),
    pids: () => processTree(owner.pid),
    async stop() {
      agent.destroy();
      await owner.stop();
    },
  };
}
