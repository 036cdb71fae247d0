// How the bench talks to the radio that it drives, which is in another process: JSON lines on a loopback socket,
// each request with one answer. The radio calls the bench, since it may be deep inside a hub.
import { connect, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { LoadResult, LoadSpec } from './load.ts';

/** A node as a hub knows it. */
export interface RadioNode {
  readonly ieee: string;
  readonly networkAddress: number;
}

/** The network of a radio in memory: taken from the emulated coordinator where its nodes were paired. */
export interface RadioNetwork {
  readonly coordinatorIeee: string;
  readonly thermometers: readonly RadioNode[];
  readonly plugs: readonly RadioNode[];
}

/** What a radio can be asked. */
export type RadioRequest =
  | { readonly kind: 'load'; readonly spec: LoadSpec }
  /** Of the emulated coordinator: its network and its port. */
  | { readonly kind: 'describe' }
  /** Of the radio in memory, before it starts. */
  | { readonly kind: 'configure'; readonly network: RadioNetwork };

/** What the emulated coordinator says of itself. */
export interface RadioDescription {
  readonly zigbeePort: number;
  readonly network: RadioNetwork;
}

/** The environment name with the port where the bench listens for the radio. */
export const LINE_PORT = 'INGLE_BENCH_LINE';

interface Line {
  readonly id: number;
  readonly request?: RadioRequest;
  readonly answer?: unknown;
  readonly problem?: string;
}

function listen(socket: Socket, take: (line: Line) => void): void {
  socket.setNoDelay(true);
  createInterface({ input: socket, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (text) =>
    take(JSON.parse(text)),
  );
}

/** The radio's end. Calls the bench and answers its requests for as long as the process lives. */
export function answerBench(answer: (request: RadioRequest) => Promise<unknown> | unknown): Socket {
  const port = Number(process.env[LINE_PORT]);
  const socket = connect(port, '127.0.0.1');
  // Without the bench there is nothing to do; the hub that the radio is in ends by itself.
  socket.on('error', () => socket.destroy());
  socket.unref();
  listen(socket, ({ id, request }) => {
    if (request === undefined) return;
    const reply = (line: Omit<Line, 'id'>) => socket.write(`${JSON.stringify({ id, ...line })}\n`);
    Promise.resolve()
      .then(() => answer(request))
      .then(
        (result) => reply({ answer: result ?? null }),
        (error: unknown) => reply({ problem: String(error) }),
      );
  });
  return socket;
}

/** The bench's end of the line to one radio. */
export interface RadioLine {
  /** The port that the radio's process is given as INGLE_BENCH_LINE. */
  readonly port: number;
  load(spec: LoadSpec): Promise<LoadResult>;
  describe(): Promise<RadioDescription>;
  configure(network: RadioNetwork): Promise<void>;
  /** How often a radio has called. */
  readonly calls: number;
  stop(): Promise<void>;
}

/** Listens for a radio; requests wait until it has called. A later caller replaces the one before. */
export async function openRadioLine(): Promise<RadioLine> {
  const waiting = new Map<number, { done: (line: Line) => void; request: RadioRequest }>();
  let socket: Socket | undefined;
  let next = 0;
  let calls = 0;
  const write = (id: number, request: RadioRequest) =>
    socket?.write(`${JSON.stringify({ id, request })}\n`);
  const server = createServer((caller) => {
    socket?.destroy();
    socket = caller;
    calls += 1;
    caller.on('error', () => caller.destroy());
    caller.on('close', () => {
      if (socket === caller) socket = undefined;
    });
    listen(caller, (line) => {
      waiting.get(line.id)?.done(line);
      waiting.delete(line.id);
    });
    for (const [id, { request }] of waiting) write(id, request);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port is free');

  function ask(request: RadioRequest): Promise<unknown> {
    next += 1;
    const id = next;
    return new Promise((resolve, reject) => {
      const done = ({ answer, problem }: Line) => {
        if (problem === undefined) resolve(answer);
        else reject(new Error(`the radio: ${problem}`));
      };
      waiting.set(id, { done, request });
      write(id, request);
    });
  }

  return {
    port: address.port,
    get calls() {
      return calls;
    },
    // The border of the line: what the other end of this same file has sent.
    load: async (spec) => (await ask({ kind: 'load', spec })) as LoadResult,
    describe: async () => (await ask({ kind: 'describe' })) as RadioDescription,
    async configure(network) {
      await ask({ kind: 'configure', network });
    },
    async stop() {
      socket?.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
