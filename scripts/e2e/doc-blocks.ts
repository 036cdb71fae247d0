// The named blocks of a documentation page (```sh join), run word for word as somebody would who copies them: a page whose
// commands do not work fails its test.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { debianProgram } from '../bench/peers/install.ts';

const INGLE = fileURLToPath(new URL('../../hub/cli/main.ts', import.meta.url));
const PROGRAMS = [
  ['curl', 'curl'],
  ['mosquitto_pub', 'mosquitto-clients'],
  ['mosquitto_sub', 'mosquitto-clients'],
] as const;
const BLOCK = /^```(\w+) ([\w-]+)\n(.*?)^```$/gms;

/** A block that runs, or has run. */
export interface RunningBlock {
  output(): string;
  /** Its exit code; null where a signal ended it. */
  readonly ended: Promise<number | null>;
  stop(): void;
}

/** A page's blocks that have a name. Which of them have been run is kept, so that none is forgotten. */
export class DocBlocks {
  readonly #blocks: ReadonlyMap<string, { readonly language: string; readonly text: string }>;
  readonly #ran = new Set<string>();

  constructor(file: string) {
    const found = [...readFileSync(file, 'utf8').matchAll(BLOCK)];
    this.#blocks = new Map(
      found.map(([, language = '', name = '', text = '']) => [name, { language, text }]),
    );
  }

  /** Names of blocks that nothing has run. */
  get unrun(): readonly string[] {
    return [...this.#blocks.keys()].filter((name) => !this.#ran.has(name));
  }

  /** Runs a block of shell commands to its end; gives its standard output. @throws Error where a command of it fails */
  async run(
    name: string,
    environment: Readonly<Record<string, string>>,
    cwd?: string,
  ): Promise<string> {
    const block = this.begin(name, environment, cwd ?? process.cwd());
    const code = await block.ended;
    if (code !== 0) throw new Error(`the block "${name}" ended with ${code}: ${block.output()}`);
    return block.output();
  }

  /** Begins a block of shell commands, or a program, for which the folder is written a file. */
  begin(name: string, environment: Readonly<Record<string, string>>, cwd: string): RunningBlock {
    const block = this.#blocks.get(name);
    if (block === undefined) throw new Error(`the page has no block "${name}"`);
    this.#ran.add(name);
    const [command, args] = commandOf(block, path.join(cwd, name));
    const child = spawn(command, args, {
      cwd,
      env: {
        ...{ PATH: process.env.PATH, HOME: '/nonexistent', LANG: 'C.UTF-8' },
        ...{ PYTHONUNBUFFERED: '1', ...environment },
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    return {
      output: () => output,
      ended,
      stop() {
        // With all that the block has started: it leads a group of its own.
        if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      },
    };
  }
}

function commandOf(
  { language, text }: { readonly language: string; readonly text: string },
  file: string,
): [string, string[]] {
  if (language === 'js') {
    writeFileSync(`${file}.mjs`, text);
    return [process.execPath, [`${file}.mjs`]];
  }
  if (language === 'python') {
    writeFileSync(`${file}.py`, text);
    const own = '/usr/bin/python3';
    return [existsSync(own) ? own : debianProgram('python3', 'python3'), [`${file}.py`]];
  }
  if (language !== 'sh') throw new Error(`nothing here runs ${language}`);
  for (const [program, packageName] of PROGRAMS) debianProgram(program, packageName);
  const ingle = `ingle() { "${process.execPath}" "${INGLE}" "$@"; }`;
  return ['bash', ['-euo', 'pipefail', '-c', `${ingle}\n${text}`]];
}
