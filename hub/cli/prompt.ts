// Asks a person: a name, a yes, a password that is not shown. Without a terminal, lines of standard input
// answer in order, so that scripts can give a password without putting it among the arguments.
import readline from 'node:readline';
import { Writable } from 'node:stream';
import type { Messages } from './messages/en.ts';
import { plain } from './terminal-text.ts';

/** Whether somebody is there to ask. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true;
}

export interface Prompt {
  /** The next line; empty at the end of input. With `isSecret` nothing is shown as it is typed. */
  ask(question: string, options?: { readonly isSecret?: boolean }): Promise<string>;
  close(): void;
}

export function createPrompt(): Prompt {
  return canAsk() ? createTerminalPrompt() : createPipePrompt();
}

function createTerminalPrompt(): Prompt {
  let isMuted = false;
  const output = new Writable({
    write(chunk, _encoding, done) {
      if (!isMuted) process.stderr.write(chunk);
      done();
    },
  });
  const reader = readline.createInterface({ input: process.stdin, output, terminal: true });
  reader.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  return {
    async ask(question, { isSecret = false } = {}) {
      const answer = await new Promise<string>((resolve) => {
        reader.question(plain(question), resolve);
        reader.once('close', () => resolve(''));
        isMuted = isSecret;
      });
      isMuted = false;
      if (isSecret) process.stderr.write('\n');
      return answer;
    },
    close: () => reader.close(),
  };
}

/** Lines that arrive together wait for their question. */
function createPipePrompt(): Prompt {
  const reader = readline.createInterface({ input: process.stdin, terminal: false });
  const lines = reader[Symbol.asyncIterator]();
  return {
    async ask() {
      const next = await lines.next();
      return next.done ? '' : next.value;
    },
    close: () => reader.close(),
  };
}

/** Whether a person agrees; without a person, only `isYes` does. */
export async function isConfirmed(
  question: string,
  isYes: boolean,
): Promise<'yes' | 'no' | 'nobody'> {
  if (isYes) return 'yes';
  if (!canAsk()) return 'nobody';
  const prompt = createPrompt();
  try {
    const answer = (await prompt.ask(question)).trim().toLowerCase();
    return ['y', 'yes', '是'].includes(answer) ? 'yes' : 'no';
  } finally {
    prompt.close();
  }
}

/** A new password: twice from a person, once from a pipe. */
export async function askNewPassword(
  words: Messages,
  name: string,
): Promise<{ readonly password: string; readonly isSame: boolean }> {
  const prompt = createPrompt();
  try {
    const password = await prompt.ask(words.password.new(name), { isSecret: true });
    if (!canAsk()) return { password, isSame: true };
    const again = await prompt.ask(words.password.again, { isSecret: true });
    return { password, isSame: password === again };
  } finally {
    prompt.close();
  }
}
