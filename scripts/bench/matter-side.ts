// One side of the Matter bench, inside the bench's network namespace: a controller that has added one lamp and, for
// each line `N` of its input, switches it N times and answers with a line of JSON: milliseconds from the command to
// its answer and to the report of the change. `ours` is the hub's adapter in its worker; `bare` is matter.js alone.
// `add` instead adds devices to a running hub over its API and ends, `share` puts all its devices on the bridge.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { inWorker, ScriptedHub } from '../../adapters/contract/scripted-hub.ts';
import { adapterId, type NodeAddress } from '../../hub/model/identifiers.ts';
import { propertyKey } from '../../hub/model/properties.ts';

export interface SwitchTimes {
  readonly invokeMs: number[];
  readonly reportMs: number[];
}

type Switch = (count: number) => Promise<SwitchTimes>;

const MATTER = adapterId('matter');
const LIMIT_MS = 30_000;

async function ours(code: string, data: string, worker: string): Promise<Switch> {
  const hub = new ScriptedHub(inWorker(pathToFileURL(worker)));
  hub.start({ dataFolder: data, settings: { mdnsInterface: 'lo' } });
  await hub.connectCore();
  await hub.until('Matter', () => hub.state()?.kind === 'connected', LIMIT_MS);
  await hub.call({ kind: 'pair', seconds: 60, via: null, installCode: null, code });
  const described = () => hub.messages.find((message) => message.kind === 'described');
  const { node } = (await hub.until('the lamp', described, LIMIT_MS)).description;
  await hub.until('the lamp online', () => hub.isOnline(node) === true, LIMIT_MS);
  let isOn = hub.values(node)[propertyKey('on')] === true;
  return async (count) => {
    const times: SwitchTimes = { invokeMs: [], reportMs: [] };
    for (let done = 0; done < count; done++) {
      isOn = !isOn;
      await switchOurs(hub, node, isOn, times);
      // What was said so far is judged: the next search begins empty.
      hub.items.length = 0;
    }
    return times;
  };
}

async function switchOurs(
  hub: ScriptedHub,
  node: NodeAddress,
  value: boolean,
  times: SwitchTimes,
): Promise<void> {
  const startedAtMs = performance.now();
  const id = hub.send(node, { kind: 'set', property: propertyKey('on'), value });
  const answered = hub
    .until('the answer', () => hub.outcomes(id).some(({ state }) => state === 'acknowledged'))
    .then(() => times.invokeMs.push(performance.now() - startedAtMs));
  const reported = hub
    .until('the report', () => hub.values(node)[propertyKey('on')] === value)
    .then(() => times.reportMs.push(performance.now() - startedAtMs));
  await Promise.all([answered, reported]);
}

async function bare(code: string, data: string): Promise<Switch> {
  const matter = await import('@matter/main');
  const { ManualPairingCodeCodec } = await import('@matter/main/types');
  const { OnOffClient } = await import('@matter/main/behaviors/on-off');
  const { Environment, Logger, LogLevel, ServerNode, ControllerBehavior } = matter;
  Environment.default.vars.set('storage.path', data);
  Environment.default.vars.set('mdns.networkInterface', 'lo');
  Logger.level = LogLevel.ERROR;
  const server = await ServerNode.create(ServerNode.RootEndpoint.with(ControllerBehavior), {
    id: 'bare',
    network: { port: 0 },
  });
  await server.start();
  const { passcode, shortDiscriminator = 0 } = ManualPairingCodeCodec.decode(code);
  const peer = await server.peers.commission({ passcode, shortDiscriminator });
  const lamp = [...peer.endpoints].find(({ number }) => number === 1);
  if (lamp === undefined) throw new Error('the lamp has no endpoint 1');
  const { onOff$Changed } = lamp.eventsOf(OnOffClient);
  return async (count) => {
    const times: SwitchTimes = { invokeMs: [], reportMs: [] };
    for (let done = 0; done < count; done++) {
      const { promise: reported, resolve } = Promise.withResolvers<void>();
      const startedAtMs = performance.now();
      onOff$Changed.once(() => {
        times.reportMs.push(performance.now() - startedAtMs);
        resolve();
      });
      await lamp.commandsOf(OnOffClient).toggle();
      times.invokeMs.push(performance.now() - startedAtMs);
      await reported;
    }
    return times;
  };
}

type Ask = (where: string, body?: object, method?: string) => Promise<Record<string, unknown>>;

/** The API of a hub that listens in this namespace. */
function apiOf(data: string, port: string): Ask {
  const token = readFileSync(path.join(data, 'cli.token'), 'utf8').trim();
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const api = `http://127.0.0.1:${port}/api`;
  return async (where, body, method = 'POST') => {
    const init = body === undefined ? {} : { method, body: JSON.stringify(body) };
    const response = await fetch(`${api}${where}`, { headers, ...init });
    const answer = (await response.json()) as Record<string, unknown>;
    if (!response.ok) throw new Error(`${where}: ${JSON.stringify(answer)}`);
    return answer;
  };
}

async function share(ask: Ask): Promise<void> {
  const { items } = (await ask('/devices')) as { items: { id: string }[] };
  const devices = Object.fromEntries(items.map(({ id }) => [id, true]));
  await ask('/matter/bridge', { on: true, devices }, 'PATCH');
  let bridge = await ask('/matter/bridge');
  while (bridge.state !== 'on') {
    if (bridge.state === 'fault') throw new Error(JSON.stringify(bridge.problem));
    await new Promise((resolve) => setTimeout(resolve, 100));
    bridge = await ask('/matter/bridge');
  }
}

async function add(codes: readonly string[], ask: Ask): Promise<void> {
  for (const code of codes) {
    let job = await ask('/jobs', { kind: 'pair', protocol: MATTER, seconds: 60, code });
    while (job.state === 'running') {
      await new Promise((resolve) => setTimeout(resolve, 100));
      job = await ask(`/jobs/${String(job.id)}`);
    }
    if (job.problem !== null) throw new Error(JSON.stringify(job.problem));
  }
}

async function run(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      code: { type: 'string', multiple: true, default: [] },
      data: { type: 'string', default: '' },
      worker: { type: 'string', default: '' },
      port: { type: 'string', default: '' },
    },
  });
  const [side] = positionals;
  const { code: codes, data, worker, port } = values;
  if (side === 'add') {
    await add(codes, apiOf(data, port));
    process.exit(0);
  }
  if (side === 'share') {
    await share(apiOf(data, port));
    process.exit(0);
  }
  const [code = ''] = codes;
  const act = side === 'ours' ? await ours(code, data, worker) : await bare(code, data);
  process.stdout.write('"ready"\n');
  for await (const line of createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await act(Number(line)))}\n`);
  }
  process.exit(0);
}

// Only as a program: the bench imports the types.
if (import.meta.main) {
  run().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  });
}
