// The demo home's network devices beside a hub: starts them in a process of their own, adds the Shelly devices by
// their addresses, and makes an MQTT account for each Tasmota device, which is told of it as on its own page.
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { HubError } from '../../../hub/model/errors.ts';
import type { HubPort } from '../../../hub/model/hub-port.ts';
import { adapterId } from '../../../hub/model/identifiers.ts';
import type { DemoHelpers, DemoPart } from '../demo-part.ts';
import { type LanModel, loadLanModels, nodeOfModel } from './model.ts';

const SHELLY = adapterId('shelly');
const MQTT = adapterId('mqtt');
const START_WITHIN_MS = 20_000;
const PAIR_SECONDS = 120;
const HOST = '127.0.0.1';

export interface LanPartOptions {
  readonly dataFolder: string;
  readonly speed: number;
  readonly seed: number;
  log(level: 'info' | 'warn', text: string): void;
}

/** What the process says when it listens. */
interface FirstLine {
  readonly controlPort: number;
  /** Ports of the Shelly devices by their ids, and whether one is another than last time. */
  readonly ports: Readonly<Record<string, number>>;
  readonly moved: readonly string[];
}

function firstLine(child: ChildProcess): Promise<FirstLine> {
  return new Promise((resolve, reject) => {
    let text = '';
    const fail = (why: string) => {
      clearTimeout(timer);
      reject(new HubError('unreachable', `The demo's network devices did not start: ${why}`));
    };
    const timer = setTimeout(() => fail('they did not say that they listen'), START_WITHIN_MS);
    child.once('exit', (code) => fail(`they ended with code ${code}`));
    child.once('error', (error) => fail(error.message));
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      const end = text.indexOf('\n');
      if (end < 0) return;
      clearTimeout(timer);
      resolve(JSON.parse(text.slice(0, end)) as FirstLine);
    });
  });
}

/** A port that is free now; the broker must find it again when its worker is started anew. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, HOST, () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

export async function startLanPart(options: LanPartOptions): Promise<DemoPart> {
  const models = loadLanModels();
  const mqttPort = await freePort();
  const child = spawn(
    process.execPath,
    [
      fileURLToPath(new URL('./main.ts', import.meta.url)),
      ...['--seed', String(options.seed), '--speed', String(options.speed)],
      ...['--ports', path.join(options.dataFolder, 'lan-ports.json')],
    ],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  );
  child.stderr.on('data', (chunk: Buffer) => options.log('warn', chunk.toString('utf8').trim()));
  const { controlPort, ports, moved } = await firstLine(child);
  options.log('info', `Its network devices take faults at http://${HOST}:${controlPort}`);

  async function joinShellies(hub: HubPort, { actor, until, isJoined }: DemoHelpers) {
    for (const model of models) {
      if (model.protocol !== 'shelly') continue;
      const { id } = model.info;
      if (isJoined(id) && !moved.includes(id)) continue;
      const job = await hub.jobs.pair(
        {
          adapter: SHELLY,
          seconds: PAIR_SECONDS,
          via: null,
          installCode: null,
          address: `${HOST}:${ports[id]}`,
          password: model.password,
        },
        actor,
      );
      await until(`${model.name} to be added`, () => hub.jobs.get(job.id)?.state !== 'running');
    }
  }

  async function tellBroker(hub: HubPort, model: LanModel, topic: string): Promise<void> {
    // Its password was told once and is not kept here: each start of the demo makes a new one.
    await hub.mqttAccounts.remove(topic).catch((error: unknown) => {
      if (!(error instanceof HubError && error.code === 'not-found')) throw error;
    });
    const { password, port } = await hub.mqttAccounts.add(topic);
    const url = `http://${HOST}:${controlPort}/devices/${encodeURIComponent(model.name)}/broker`;
    const body = JSON.stringify({ host: HOST, port, user: topic, password });
    const { ok } = await fetch(url, { method: 'POST', body });
    if (!ok) throw new HubError('rejected-by-device', `${model.name} took no broker`);
  }

  async function joinTasmotas(hub: HubPort, { actor, until, isJoined }: DemoHelpers) {
    await until('the MQTT broker', () =>
      hub.health().adapters.some(({ id, state }) => id === MQTT && state.kind === 'connected'),
    );
    const tasmotas = models.flatMap((model) => (model.protocol === 'tasmota' ? [model] : []));
    for (const model of tasmotas) await tellBroker(hub, model, model.topic);
    const isWhole = () => tasmotas.every((model) => isJoined(nodeOfModel(model)));
    if (isWhole()) return;
    const job = await hub.jobs.pair(
      { adapter: MQTT, seconds: PAIR_SECONDS, via: null, installCode: null },
      actor,
    );
    try {
      await until('the Tasmota devices', isWhole);
    } finally {
      await hub.jobs.cancel(job.id, actor);
    }
  }

  return {
    flags: ['--mqtt.port', String(mqttPort), '--host', HOST],
    placements: models.map((model) => ({
      node: nodeOfModel(model),
      name: model.name,
      room: model.room,
    })),
    async join(hub, helpers) {
      await Promise.all([joinShellies(hub, helpers), joinTasmotas(hub, helpers)]);
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), 3_000);
      await gone;
      clearTimeout(force);
    },
  };
}
