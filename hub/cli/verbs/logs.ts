// `ingle logs`: the last lines of all parts of the hub, and with -f what follows.
import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import type { ListJson, LogLineJson } from '../../api/shapes.ts';
import { oneOf, wholeNumber } from '../arguments.ts';
import { CliError } from '../cli-error.ts';
import { type Context, clockTime } from '../context.ts';
import type { AddVerb } from '../verb.ts';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
/** As many as the hub keeps. */
const LINES_MAX = 2_000;
const POLL_MS = 1_000;

interface LogOptions {
  readonly follow?: boolean;
  readonly lines?: string;
  readonly level?: string;
}

export const addLogs: AddVerb = (program, { words, act, examples }) => {
  program
    .command('logs')
    .description(words.help.logs)
    .option('-f, --follow', words.help.logsFollow)
    .option('-n, --lines <n>', words.help.logsLines)
    .option('--level <level>', words.help.logsLevel)
    .addHelpText('after', examples('ingle logs -n 50', 'ingle logs -f --level warn'))
    .action(async (options: LogOptions, command: Command) => {
      await act(command, (context) => showLogs(context, options));
    });
};

async function showLogs(context: Context, options: LogOptions): Promise<void> {
  const { client, words } = context;
  const limits = { what: '--lines', min: 1, max: LINES_MAX };
  const limit = wholeNumber(options.lines ?? '200', limits, words);
  const level = oneOf(options.level ?? 'debug', LEVELS, '--level', words);
  const read = async (count: number) => {
    const list = await client.get<ListJson<LogLineJson>>(`/api/logs?level=${level}&limit=${count}`);
    return list.items;
  };
  let lines = await read(limit);
  for (const line of lines) print(context, line);
  if (options.follow !== true) return;

  let isLost = false;
  const stop = new AbortController();
  const onInterrupt = () => stop.abort();
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onInterrupt);
  try {
    while (!stop.signal.aborted) {
      await delay(POLL_MS, undefined, { signal: stop.signal }).catch(() => undefined);
      if (stop.signal.aborted) return;
      let next: readonly LogLineJson[];
      try {
        next = await read(LINES_MAX);
      } catch (error) {
        if (!(error instanceof CliError && error.code === 'hub-unreachable')) throw error;
        if (!isLost) context.printer.note(words.watch.lost);
        isLost = true;
        continue;
      }
      if (isLost) context.printer.note(words.watch.back);
      isLost = false;
      for (const line of newLines(lines.at(-1), next)) print(context, line);
      if (next.length > 0) lines = next;
    }
  } finally {
    process.off('SIGINT', onInterrupt);
    process.off('SIGTERM', onInterrupt);
  }
}

/** The lines after the last one shown; all of them when the hub no longer has that one. */
function newLines(last: LogLineJson | undefined, lines: readonly LogLineJson[]): LogLineJson[] {
  const at = lines.findLastIndex(
    (line) => last && line.at === last.at && line.part === last.part && line.text === last.text,
  );
  return lines.slice(at + 1);
}

function print({ printer, language }: Context, line: LogLineJson): void {
  if (printer.isJson) printer.value(line);
  else {
    const time = clockTime(line.at, language);
    printer.line(`${time}  ${line.level.padEnd(5)}  ${line.part}  ${line.text}`);
  }
}
