// The shell of an adapter in a worker thread: main over `parentPort`, the core over a MessagePort of its own.
import { type MessagePort, parentPort } from 'node:worker_threads';
import type { AdapterToCore, CoreToAdapter } from '../../hub/model/adapter-port.ts';
import { adapterId } from '../../hub/model/identifiers.ts';
import type { CreateAdapter } from './adapter.ts';
import { AdapterHost, type CorePort } from './host.ts';
import type { MainToWorkerHost } from './shell-message.ts';

/**
 * Hosts an adapter in this worker; the whole of a `*.worker.ts` entry. A serial port must never be opened in a
 * worker (serialport's native binding aborts the whole process at the first bytes): it takes the child shell.
 * @param id the adapter's name, for instance `zigbee`
 */
export function runWorkerHost(id: string, createAdapter: CreateAdapter): void {
  const main = parentPort;
  if (main === null) throw new Error('An adapter worker runs only in a worker thread');
  const host = new AdapterHost(adapterId(id), createAdapter, {
    toMain: (message) => main.postMessage(message),
    exit: (code) => process.exit(code),
    rssBytes: () => null,
  });
  main.on('message', (message: MainToWorkerHost) => {
    if (message.kind !== 'core') return host.onMain(message);
    const port = corePort(message.port);
    message.port.once('close', () => host.coreLost(port));
    host.setCore(port);
  });
  surviveRejections(host);
}

function corePort(port: MessagePort): CorePort {
  const wrapped: CorePort = {
    postMessage: (message: AdapterToCore) => port.postMessage(message),
    onmessage: null,
    close: () => port.close(),
  };
  port.on('message', (message: CoreToAdapter) => wrapped.onmessage?.(message));
  return wrapped;
}

/** Rejections that nobody caught before the host counts as broken. */
const REJECTIONS_MAX = 50;

/**
 * An exception that nobody caught ends the host in an orderly way: main hears the reason and starts a fresh one.
 * A promise that nobody caught is logged and lived with, since libraries leave such promises about when a
 * radio request fails; after 50 of them the host ends as well.
 */
export function surviveRejections(host: AdapterHost): void {
  let rejections = 0;
  process.on('uncaughtException', (error) => host.crashed(error));
  process.on('unhandledRejection', (reason) => {
    rejections += 1;
    if (rejections >= REJECTIONS_MAX) host.crashed(reason);
    else host.uncaught(reason);
  });
}
