// Debian's mosquitto_pub and mosquitto_sub as clients of the hub's broker, each a process of its own.
import { spawn } from 'node:child_process';
import { debianProgram } from '../bench/peers/install.ts';

export interface Login {
  readonly port: number;
  readonly name: string;
  readonly password: string;
}

export interface Ended {
  readonly code: number | null;
  readonly lines: readonly string[];
  readonly errors: string;
}

const LIMIT_SECONDS = 10;

function start(program: string, login: Login, args: readonly string[]) {
  const { port, name, password } = login;
  const who = ['-h', '127.0.0.1', '-p', String(port), '-u', name, '-P', password];
  // Without a terminal it would keep its lines to itself until it ends.
  const command = ['-oL', debianProgram(program, 'mosquitto-clients'), ...who, ...args];
  const child = spawn(debianProgram('stdbuf', 'coreutils'), command, {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code) =>
      resolve({ code, lines: output.split('\n').filter((line) => line !== ''), errors }),
    );
  });
  return { child, ended, output: () => output };
}

/** Publishes one message and ends. */
export function publish(login: Login, topic: string, payload: string, ...more: string[]) {
  const content = payload === '' ? ['-n'] : ['-m', payload];
  return start('mosquitto_pub', login, ['-t', topic, ...content, ...more]).ended;
}

/** Takes `count` messages of a filter, or what there is within the seconds; each line is topic and payload. */
export function subscribe(
  login: Login,
  filter: string,
  {
    count = 1,
    seconds = LIMIT_SECONDS,
  }: { readonly count?: number; readonly seconds?: number } = {},
) {
  const args = ['-t', filter, '-v', '-C', String(count), '-W', String(seconds), '-d'];
  const { ended, output } = start('mosquitto_sub', login, args);
  return {
    /** Whether the broker has answered the subscription. */
    isAnswered: () => /received SUBACK/.test(output()),
    ended: ended.then((end) => ({
      ...end,
      isRefused: /(All subscription requests were denied|128)/.test(`${end.errors}${output()}`),
      lines: end.lines.filter((line) => !/^(Client|Subscribed)/.test(line)),
    })),
  };
}
