// The broker of the usual stack, at its best: on loopback, without persistence, quiet, with TCP_NODELAY.
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { type BenchProcess, freePort, startProcess, until } from '../process.ts';
import { debianProgram } from './install.ts';

/** A running broker. */
export interface Broker {
  readonly port: number;
  readonly process: BenchProcess;
}

function answers(port: number): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(undefined));
  });
}

/** Starts a broker with its files in `folder`. */
export async function startBroker(folder: string): Promise<Broker> {
  const program = debianProgram('mosquitto', 'mosquitto');
  const port = await freePort();
  const file = path.join(folder, 'mosquitto.conf');
  const lines = [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    'persistence false',
    'set_tcp_nodelay true',
    'log_type error',
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  const process = startProcess({
    name: 'mosquitto',
    command: program,
    args: ['-c', file],
    cwd: folder,
  });
  await until('mosquitto listening', () => answers(port), { withinMs: 10_000, process });
  return { port, process };
}
