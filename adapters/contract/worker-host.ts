// The shells of adapters in a worker thread: main over `parentPort` or a port of one's own, the core over a
// MessagePort of its own.
import { type MessagePort, parentPort } from 'node:worker_threads';
import type { AdapterToCore, AdapterToMain, CoreToAdapter } from '../../hub/model/adapter-port.ts';
import { adapterId } from '../../hub/model/identifiers.ts';
import type { CreateAdapter } from './adapter.ts';
import { AdapterHost, type CorePort } from './host.ts';
import { onceLoaded } from './once-loaded.ts';
import type { MainToSharedWorker, MainToWorkerHost } from './shell-message.ts';
import { textPort } from './text-port.ts';

/** A host's line to main; `parentPort`, or a port where several adapters share a worker. */
interface MainLine {
  postMessage(message: AdapterToMain): void;
  on(event: 'message', listener: (message: MainToWorkerHost) => void): unknown;
}

/**
 * Hosts an adapter in this worker; the whole of a `*.worker.ts` entry. A serial port must never be opened in a
 * worker (serialport's native binding aborts the whole process at the first bytes): it takes the child shell.
 * @param id the adapter's name, for instance `zigbee`
 */
export function runWorkerHost(id: string, createAdapter: CreateAdapter): void {
  const main = parentPort;
  if (main === null) throw new Error('An adapter worker runs only in a worker thread');
  surviveRejections(serve(id, createAdapter, main, (code) => process.exit(code)));
  onceLoaded();
}

/**
 * Hosts several light adapters in this worker: each has its own host, its own line to main and its own line to the
 * core, so that they know nothing of one another. Main opens the hosts that it wants, with `MainToSharedWorker`. The
 * worker ends once the last of them has stopped; a host that crashes or gives up takes the others along, and main
 * starts them all anew.
 * @param adapters what each adapter's name stands for; loaded only when it is opened
 */
export function runSharedWorkerHost(
  adapters: Readonly<Record<string, () => Promise<CreateAdapter>>>,
): void {
  const main = parentPort;
  if (main === null) throw new Error('An adapter worker runs only in a worker thread');
  const hosts = new Map<MessagePort, AdapterHost>();
  let opening = 0;
  const open = async ({ adapter, port }: MainToSharedWorker): Promise<void> => {
    const load = adapters[adapter];
    if (load === undefined) throw new Error(`This worker hosts no "${adapter}"`);
    opening += 1;
    const createAdapter = await load();
    const host = serve(adapter, createAdapter, port, (code) => {
      if (code !== 0) process.exit(code);
      hosts.delete(port);
      port.close();
      if (hosts.size === 0 && opening === 0) process.exit(0);
    });
    hosts.set(port, host);
    opening -= 1;
    onceLoaded();
  };
  main.on('message', (message: MainToSharedWorker) => void open(message));
  surviveRejections({
    crashed: (error) => {
      for (const host of hosts.values()) host.crashed(error);
      process.exit(1);
    },
    uncaught: (reason) => [...hosts.values()][0]?.uncaught(reason),
  });
}

function serve(
  id: string,
  createAdapter: CreateAdapter,
  main: MainLine,
  exit: (code: number) => void,
): AdapterHost {
  const host = new AdapterHost(adapterId(id), createAdapter, {
    toMain: (message) => main.postMessage(message),
    exit,
    rssBytes: () => null,
  });
  main.on('message', (message) => {
    if (message.kind !== 'core') return host.onMain(message);
    const port = corePort(message.port);
    message.port.once('close', () => host.coreLost(port));
    host.setCore(port);
  });
  return host;
}

function corePort(port: MessagePort): CorePort {
  const line = textPort<CoreToAdapter, AdapterToCore>(port, (message) =>
    wrapped.onmessage?.(message),
  );
  const wrapped: CorePort = {
    postMessage: line.postMessage,
    onmessage: null,
    close: line.close,
  };
  return wrapped;
}

/** Rejections that nobody caught before the host counts as broken. */
const REJECTIONS_MAX = 50;

/**
 * An exception that nobody caught ends the host in an orderly way: main hears the reason and starts a fresh one.
 * A promise that nobody caught is logged and lived with, since libraries leave such promises about when a
 * radio request fails; after 50 of them the host ends as well.
 */
export function surviveRejections(host: Pick<AdapterHost, 'crashed' | 'uncaught'>): void {
  let rejections = 0;
  process.on('uncaughtException', (error) => host.crashed(error));
  process.on('unhandledRejection', (reason) => {
    rejections += 1;
    if (rejections >= REJECTIONS_MAX) host.crashed(reason);
    else host.uncaught(reason);
  });
}
