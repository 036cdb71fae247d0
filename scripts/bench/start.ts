// From the start of the process to the first scene served, with 1,000 scenes: the bundle against Node-RED with 1,000
// rules. Reports come every few milliseconds from the start on, by turns of the thermometers; the first command ends
// the measurement. Both are without a serial line: Node-RED from an MQTT message in to one out, its broker running
// before; the hub with the radio in memory, which is as near to that as a hub with a radio can come.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench, BenchScope } from './bench.ts';
import { startBroker } from './peers/mosquitto.ts';
import { connectMqtt } from './peers/mqtt-client.ts';
import { startNodeRed } from './peers/node-red.ts';
import { peerEnvironment } from './peers/usual-stack.ts';
import { Z2M_TOPIC } from './peers/zigbee2mqtt.ts';
import { epochMs } from './process.ts';
import type { RadioNetwork } from './radio/line.ts';
import { PAIRS, TEMPERATURE } from './radio/load.ts';
import { rulesOf } from './rules.ts';
import { oursInMemory, oursOnLink } from './side.ts';
import { median, spread } from './statistics.ts';

const SCENES = 1_000;
const REPORT_EVERY_MS = 5;
const LIMIT_MS = 20_000;
const FIRST = { kind: 'first', everyMs: REPORT_EVERY_MS, withinMs: LIMIT_MS } as const;
const PEER = 'Node-RED 4.1.15, 1,000 rules';
/** A hub that has run for this long has kept its compiled code and its scenes for the next start. */
const KEPT_AFTER_MS = 18_000;

/** Milliseconds from Node-RED's start to its first command. */
async function nodeRedStart(scope: BenchScope, brokerPort: number): Promise<number> {
  const client = await connectMqtt(brokerPort);
  let firstAtMs: number | undefined;
  for (let pair = 0; pair < PAIRS; pair++) {
    await client.take(`${Z2M_TOPIC.base}/${Z2M_TOPIC.plug(pair)}/set`, () => {
      firstAtMs ??= epochMs();
    });
  }
  const owner = await startNodeRed({
    folder: path.join(scope.folder, 'node-red'),
    brokerPort,
    rules: rulesOf(SCENES),
    environment: peerEnvironment(),
  });
  try {
    const endMs = epochMs() + LIMIT_MS;
    for (let k = 0; firstAtMs === undefined; k++) {
      if (epochMs() > endMs) throw new Error(`Node-RED serves no rule\n${owner.output()}`);
      const topic = `${Z2M_TOPIC.base}/${Z2M_TOPIC.thermometer(k % PAIRS)}`;
      client.publish(topic, { temperature: TEMPERATURE.high });
      client.publish(topic, { temperature: TEMPERATURE.low });
      await sleep(REPORT_EVERY_MS);
    }
    return firstAtMs - owner.startedAtMs;
  } finally {
    await owner.stop();
    await client.stop();
  }
}

/** Milliseconds from the bundle's start to its first command; it is ended `lingerMs` after that. */
async function hubStart(
  scope: BenchScope,
  { folder, network, lingerMs }: { folder: string; network: RadioNetwork; lingerMs: number },
): Promise<number> {
  const { hub, load, stop } = await oursInMemory(scope, folder, { network });
  try {
    const { lastAtMs } = await load(FIRST);
    await sleep(lingerMs);
    return lastAtMs - hub.process.startedAtMs;
  } finally {
    await stop();
  }
}

async function run(scope: BenchScope): Promise<void> {
  const folder = path.join(scope.folder, 'hub');
  const paired = await oursOnLink(scope, folder, { scenes: SCENES });
  await paired.stop();

  const brokerFolder = path.join(scope.folder, 'broker');
  mkdirSync(brokerFolder);
  const broker = await startBroker(brokerFolder);
  scope.atEnd(broker.process.stop);
  const rounds = scope.isQuick ? 2 : 7;
  const [theirs, ours]: [number[], number[]] = [[], []];
  // The first start of each fills the caches of the disk and of the code, and is not counted.
  for (let round = 0; round <= rounds; round++) {
    const lingerMs = round === 0 ? KEPT_AFTER_MS : 0;
    const [their, our] = [
      await nodeRedStart(scope, broker.port),
      await hubStart(scope, { folder, network: paired.network, lingerMs }),
    ];
    if (round === 0) continue;
    theirs.push(their);
    ours.push(our);
  }
  scope.say(`Node-RED: ${spread(theirs)} ms; the hub: ${spread(ours)} ms`);
  scope.row({
    bench: start.name,
    metric: 'bundle to the first scene served, 1,000 scenes, radio in memory',
    unit: 'ms',
    value: median(ours),
    peer: PEER,
    peerValue: median(theirs),
    must: 1 / 3,
    goal: 1 / 5,
    n: rounds,
  });
}

export const start: Bench = { name: 'start', run };
