// The usual stack, put together: mosquitto, Zigbee2MQTT and Node-RED over one radio, each at its best.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { builtModule } from '../built.ts';
import { type BenchProcess, processTree } from '../process.ts';
import type { RadioNetwork } from '../radio/line.ts';
import { startBroker } from './mosquitto.ts';
import { type Rule, startNodeRed } from './node-red.ts';
import { pairWithZigbee2Mqtt, startZigbee2Mqtt } from './zigbee2mqtt.ts';

export const USUAL_STACK = 'Zigbee2MQTT 2.14.1 + Node-RED 4.1.15 + mosquitto';

/** What the peers' processes are started with. */
export function peerEnvironment() {
  const noDelay = pathToFileURL(builtModule('no-delay')).href;
  return { NODE_OPTIONS: `--import=${noDelay}`, NODE_ENV: 'production' };
}

export interface StackOptions {
  /** Kept between starts: the devices that were paired are known again. */
  readonly folder: string;
  readonly zigbeePort: number;
  readonly network: RadioNetwork;
  readonly rules: readonly Rule[];
  /** Further environment of the Zigbee2MQTT process; its NODE_OPTIONS are appended. */
  readonly zigbeeEnvironment?: Readonly<Record<string, string>>;
}

/** A running stack. */
export interface UsualStack {
  /** Opens the network until that many devices are paired. */
  pair(count: number): Promise<void>;
  /** All of its processes. */
  pids(): number[];
  stop(): Promise<void>;
}

/** Starts all three. */
export async function startUsualStack(options: StackOptions): Promise<UsualStack> {
  const { folder, zigbeePort, network, rules, zigbeeEnvironment = {} } = options;
  mkdirSync(folder, { recursive: true });
  const environment = peerEnvironment();
  const started: BenchProcess[] = [];
  const stop = async () => {
    for (const one of started.toReversed()) await one.stop();
  };
  try {
    const broker = await startBroker(folder);
    started.push(broker.process);
    const nodeRed = await startNodeRed({
      folder: path.join(folder, 'node-red'),
      brokerPort: broker.port,
      rules,
      environment,
    });
    started.push(nodeRed);
    const { NODE_OPTIONS = '', ...rest } = zigbeeEnvironment;
    const zigbee2Mqtt = await startZigbee2Mqtt({
      folder: path.join(folder, 'zigbee2mqtt'),
      brokerPort: broker.port,
      zigbeePort,
      network,
      environment: {
        ...environment,
        ...rest,
        NODE_OPTIONS: `${environment.NODE_OPTIONS} ${NODE_OPTIONS}`.trim(),
      },
    });
    started.push(zigbee2Mqtt);
    return {
      pair: (count) => pairWithZigbee2Mqtt(zigbee2Mqtt, broker.port, count),
      pids: () => started.flatMap(({ pid }) => processTree(pid)),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
