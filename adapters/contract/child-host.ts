// The shell of an adapter in a child process: main over the IPC channel, the core over a Unix socket. What
// may abort a process, such as a serial port's native binding, lives here and takes nothing else with it.
import type { AdapterToCore, CoreToAdapter } from '../../hub/model/adapter-port.ts';
import { toProblem } from '../../hub/model/errors.ts';
import { adapterId } from '../../hub/model/identifiers.ts';
import type { CreateAdapter } from './adapter.ts';
import { AdapterHost, type CorePort } from './host.ts';
import type { MainToChildHost } from './shell-message.ts';
import { connectToCore } from './socket-port.ts';
import { surviveRejections } from './worker-host.ts';

/**
 * Hosts an adapter in this process; the whole of a `*.child.ts` entry. Fork it with an IPC channel, either
 * serialization. It ends by itself when its parent is gone.
 * @param id the adapter's name, for instance `zigbee`
 */
export function runChildHost(id: string, createAdapter: CreateAdapter): void {
  if (process.send === undefined) throw new Error('An adapter child runs only as a forked process');
  const host = new AdapterHost(adapterId(id), createAdapter, {
    toMain: (message) => {
      if (process.connected) process.send?.(message);
    },
    exit: (code) => exitAfterFlush(code),
    rssBytes: () => process.memoryUsage.rss(),
  });
  process.on('message', (message: MainToChildHost) => {
    if (message.kind === 'coreSocket') void connect(host, id, message);
    else host.onMain(message);
  });
  process.on('disconnect', () => void host.stop());
  // A terminal sends these to the whole group; main decides when its adapters stop.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => void host.stop());
  surviveRejections(host);
}

async function connect(
  host: AdapterHost,
  id: string,
  options: { readonly path: string; readonly token: string },
): Promise<void> {
  try {
    const socket = await connectToCore<CoreToAdapter, AdapterToCore>({ ...options, adapter: id });
    const port: CorePort = socket;
    socket.onclose = () => host.coreLost(port);
    host.setCore(port);
  } catch (error) {
    // Main sends a new path when the core is back; until then the outbox keeps what comes.
    const text = `No line to the core: ${toProblem(error).message}`;
    process.send?.({ kind: 'log', level: 'warn', text });
  }
}

/** Messages to main are written asynchronously: waits until they are out, at most 500 ms. */
function exitAfterFlush(code: number): void {
  process.exitCode = code;
  const end = (): never => process.exit(code);
  setTimeout(end, 500).unref();
  if (!process.connected || process.send === undefined) end();
  process.send?.({ kind: 'log', level: 'debug', text: `Host ends with ${code}` }, end);
}
