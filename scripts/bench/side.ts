// The two sides of the report-to-command benches, each with a radio of its own, brought up in the same way: paired
// with 100 devices over the emulated coordinator and given the same 100 rules; then, for the memory bench, started
// again on a radio in memory with the devices that they know.
import { pathToFileURL } from 'node:url';
import type { BenchScope } from './bench.ts';
import { builtMemoryHub, builtModule } from './built.ts';
import { type Hub, startHub } from './ours.ts';
import { startUsualStack, type UsualStack } from './peers/usual-stack.ts';
import { until } from './process.ts';
import { LINE_PORT, openRadioLine, type RadioNetwork } from './radio/line.ts';
import { type LinkRadio, startLinkRadio } from './radio/link-radio-process.ts';
import type { LoadResult, LoadSpec } from './radio/load.ts';
import { rulesOf } from './rules.ts';

export const DEVICES = 100;
/** Where nothing listens: the radio in memory opens no port. */
const NO_PORT = 9;
const RADIO_LIMIT_MS = 20_000;

/** What can be put under load. */
export interface Side {
  load(spec: LoadSpec): Promise<LoadResult>;
  pids(): number[];
  stop(): Promise<void>;
}

/** A side whose devices are paired, over the emulated coordinator. */
export interface PairedSide extends Side {
  readonly network: RadioNetwork;
  /** Ends its processes and starts them again on the same radio, as after a power cut. */
  restart(): Promise<Side>;
}

/** The hub's side can be asked more. */
export interface HubSide extends PairedSide {
  readonly hub: Hub;
}

async function linkRadio(scope: BenchScope): Promise<LinkRadio> {
  const radio = await startLinkRadio(scope.folder);
  scope.atEnd(radio.stop);
  return radio;
}

/** What a process of Zigbee2MQTT with the radio in memory is started with. */
function memoryRadioEnvironment(linePort: number): Record<string, string> {
  return {
    NODE_OPTIONS: `--import=${pathToFileURL(builtModule('memory-radio'))}`,
    INGLE_BENCH_DRIVER: builtModule('memory-driver'),
    [LINE_PORT]: String(linePort),
  };
}

/** The usual stack over the emulated coordinator. */
export async function peerOnLink(scope: BenchScope, folder: string): Promise<PairedSide> {
  const radio = await linkRadio(scope);
  const up = async () => {
    const started = await startUsualStack({
      folder,
      zigbeePort: radio.zigbeePort,
      network: radio.network,
      rules: rulesOf(DEVICES),
    });
    scope.atEnd(started.stop);
    return started;
  };
  const stack = await up();
  await stack.pair(DEVICES);
  const { network } = await radio.describe();
  scope.say('the usual stack has its devices');
  const side = ({ pids, stop }: UsualStack): Side => ({ load: radio.load, pids, stop });
  const restart = async () => {
    await stack.stop();
    return side(await up());
  };
  return { ...side(stack), network, restart };
}

/** The hub over the emulated coordinator, with `scenes` scenes. */
export async function oursOnLink(
  scope: BenchScope,
  folder: string,
  options: { scenes?: number; nodeArguments?: readonly string[] } = {},
): Promise<HubSide> {
  const radio = await linkRadio(scope);
  const { scenes = DEVICES, nodeArguments = [] } = options;
  const up = async () => {
    const started = await startHub({ folder, zigbeePort: radio.zigbeePort, nodeArguments });
    scope.atEnd(started.stop);
    await started.ready();
    return started;
  };
  const hub = await up();
  await hub.pair(DEVICES);
  const { network } = await radio.describe();
  await hub.addScenes(rulesOf(scenes), network);
  scope.say('the hub has its devices and scenes');
  const side = ({ pids, stop }: Hub): Side => ({ load: radio.load, pids, stop });
  const restart = async () => {
    await hub.stop();
    const again = await up();
    await again.connected();
    return side(again);
  };
  return { ...side(hub), hub, network, restart };
}

/** The usual stack in a folder where it was paired before, on a radio in memory. */
export async function peerInMemory(
  scope: BenchScope,
  folder: string,
  network: RadioNetwork,
): Promise<Side> {
  const line = await openRadioLine();
  scope.atEnd(line.stop);
  const configured = line.configure(network);
  const stack = await startUsualStack({
    folder,
    zigbeePort: NO_PORT,
    network,
    rules: rulesOf(DEVICES),
    zigbeeEnvironment: memoryRadioEnvironment(line.port),
  });
  scope.atEnd(stack.stop);
  await until('the radio in memory', () => line.calls > 0 || undefined, {
    withinMs: RADIO_LIMIT_MS,
  });
  await configured;
  return { load: line.load, pids: stack.pids, stop: stack.stop };
}

/** The hub in a folder where it was paired before, on a radio in memory. */
export async function oursInMemory(
  scope: BenchScope,
  folder: string,
  options: { network: RadioNetwork; nodeArguments?: readonly string[] },
): Promise<Side & { readonly hub: Hub }> {
  const { network, ...rest } = options;
  const line = await openRadioLine();
  scope.atEnd(line.stop);
  const configured = line.configure(network);
  const environment = { [LINE_PORT]: String(line.port) };
  const entry = await builtMemoryHub();
  const hub = await startHub({ folder, zigbeePort: NO_PORT, entry, environment, ...rest });
  scope.atEnd(hub.stop);
  await until('the radio in memory', () => line.calls > 0 || undefined, {
    withinMs: RADIO_LIMIT_MS,
    everyMs: 5,
    process: hub.process,
  });
  await configured;
  return { hub, load: line.load, pids: hub.pids, stop: hub.stop };
}
