// The shell of an adapter in a child process: main over a channel or a pipe, the core over a Unix socket. What
// may abort a process, such as a serial port's native binding, lives here and takes nothing else with it.
import type { AdapterToCore, AdapterToMain, CoreToAdapter } from '../../hub/model/adapter-port.ts';
import { toProblem } from '../../hub/model/errors.ts';
import { adapterId } from '../../hub/model/identifiers.ts';
import type { CreateAdapter } from './adapter.ts';
import { AdapterHost, type CorePort } from './host.ts';
import { onceLoaded } from './once-loaded.ts';
import type { MainToChildHost } from './shell-message.ts';
import { connectToCore } from './socket-port.ts';
import { surviveRejections } from './worker-host.ts';

/** The line of a child to main. */
export interface MainLine {
  isOpen(): boolean;
  /** Written later; `sent` is called when it is out. */
  send(message: AdapterToMain, sent?: () => void): void;
  /** Given each message; nothing comes before. */
  listen(listener: (message: MainToChildHost) => void): void;
  onLost(listener: () => void): void;
}

/** Node's own channel of a forked process. @throws Error where there is none */
function forkedLine(): MainLine {
  if (process.send === undefined) throw new Error('An adapter child runs only as a forked process');
  return {
    isOpen: () => process.connected,
    send: (message, sent) => void process.send?.(message, undefined, undefined, sent),
    listen: (listener) => void process.on('message', listener),
    onLost: (listener) => void process.on('disconnect', listener),
  };
}

/**
 * Hosts an adapter in this process; the whole of a `*.child.ts` entry. Fork it with an IPC channel, either
 * serialization, or give it a line of another kind. It ends by itself when its parent is gone.
 * @param id the adapter's name, for instance `zigbee`
 */
export function runChildHost(
  id: string,
  createAdapter: CreateAdapter,
  main: MainLine = forkedLine(),
): void {
  const host = new AdapterHost(adapterId(id), createAdapter, {
    toMain: (message) => {
      if (main.isOpen()) main.send(message);
    },
    exit: (code) => exitAfterFlush(main, code),
    rssBytes: () => process.memoryUsage.rss(),
  });
  main.listen((message) => {
    if (message.kind === 'coreSocket') void connect(host, main, id, message);
    else host.onMain(message);
  });
  main.onLost(() => void host.stop());
  // A terminal sends these to the whole group; main decides when its adapters stop.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => void host.stop());
  surviveRejections(host);
  onceLoaded();
}

async function connect(
  host: AdapterHost,
  main: MainLine,
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
    main.send({ kind: 'log', level: 'warn', text });
  }
}

/** Messages to main are written asynchronously: waits until they are out, at most 500 ms. */
function exitAfterFlush(main: MainLine, code: number): void {
  process.exitCode = code;
  const end = (): never => process.exit(code);
  setTimeout(end, 500).unref();
  if (!main.isOpen()) end();
  main.send({ kind: 'log', level: 'debug', text: `Host ends with ${code}` }, end);
}
