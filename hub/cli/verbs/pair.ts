// `ingle pair`: opens the network and shows each step of what joins; Ctrl-C closes the network again.
import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { Listr } from 'listr2';
import type { DeviceJson, JobJson } from '../../api/shapes.ts';
import { problemIn } from '../../model/problem-words.ts';
import { wholeNumber } from '../arguments.ts';
import { CliError } from '../cli-error.ts';
import { apiPath, errorCode } from '../client.ts';
import { type Context, findDevice } from '../context.ts';
import { createPrompt } from '../prompt.ts';
import { plain } from '../terminal-text.ts';
import type { AddVerb } from '../verb.ts';

/** How long the network may be opened for. */
export const PAIR_SECONDS = { min: 10, max: 254 } as const;
const POLL_MS = 400;

interface PairOptions {
  readonly seconds?: string;
  readonly via?: string;
  readonly installCode?: string;
  readonly protocol?: string;
  readonly address?: string;
  readonly code?: string;
  /** True when the option stands without a word: the password is asked for. */
  readonly password?: string | true;
}

export const addPair: AddVerb = (program, { words, act, examples }) => {
  program
    .command('pair')
    .description(words.help.pair)
    .option('--seconds <n>', words.help.pairSeconds)
    .option('--via <device>', words.help.pairVia)
    .option('--install-code <code>', words.help.pairInstallCode)
    .option('--protocol <name>', words.help.pairProtocol)
    .option('--address <address>', words.help.pairAddress)
    .option('--password [password]', words.help.pairPassword)
    .option('--code <code>', words.help.pairCode)
    .addHelpText(
      'after',
      examples(
        'ingle pair',
        'ingle pair --seconds 60 --via "Hall plug"',
        'ingle pair --install-code "00124B00F0000001 83FED3407A939723A5C639B26916D505C3B5"',
        'ingle pair --protocol shelly --address 192.168.1.20 --password',
        'ingle pair --protocol hue',
        'ingle pair --protocol tasmota',
        'ingle pair --protocol matter --code 3497-011-2332',
      ),
    )
    .action(async (options: PairOptions, command: Command) => {
      await act(command, (context) => pair(context, options));
    });
};

async function pair(context: Context, options: PairOptions): Promise<void> {
  const { client, words } = context;
  const protocol = options.protocol ?? 'zigbee';
  const limits = { what: '--seconds', ...PAIR_SECONDS };
  const seconds = wholeNumber(options.seconds ?? '120', limits, words);
  const password = await passwordOf(context, options.password);
  const router = options.via === undefined ? null : await findDevice(context, options.via);
  const before = new Set(
    (await client.list<DeviceJson>('/api/devices')).map((device) => device.id),
  );
  const { body: started } = await client.request<JobJson>('POST', '/api/jobs', {
    body: {
      kind: 'pair',
      protocol,
      seconds,
      via: router?.id ?? null,
      installCode: options.installCode ?? null,
      address: options.address ?? null,
      code: options.code ?? null,
      password,
    },
  });
  const isRadio = protocol === 'zigbee';
  const title = isRadio ? words.pair.title(seconds) : words.pair.titleIp(seconds);
  const heading = router ? `${title} ${words.pair.via(router.name)}` : title;
  const { job, isInterrupted } = await showPairing(context, started, heading);
  await finish(context, job, before, { isRadio, isInterrupted });
}

/** Shows the job until it ends; an interrupt cancels it and closes the network. */
export async function showPairing(
  context: Context,
  started: JobJson,
  heading: string,
): Promise<{ readonly job: JobJson; readonly isInterrupted: boolean }> {
  const stop = new AbortController();
  const onInterrupt = () => stop.abort();
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onInterrupt);
  try {
    const job = context.printer.isTerminal
      ? await showOnTerminal(context, started, heading, stop.signal)
      : await showAsLines(context, started, heading, stop.signal);
    return { job, isInterrupted: stop.signal.aborted };
  } finally {
    process.off('SIGINT', onInterrupt);
    process.off('SIGTERM', onInterrupt);
  }
}

/** What stands on a command line can be read by others on the machine, so it may be asked for instead. */
async function passwordOf(
  { words }: Context,
  given: string | true | undefined,
): Promise<string | null> {
  if (given !== true) return given ?? null;
  const prompt = createPrompt();
  try {
    return await prompt.ask(words.pair.password, { isSecret: true });
  } finally {
    prompt.close();
  }
}

/** The job each time it has moved, until it ends. An interrupt cancels it, and the last state is told. */
async function* follow(
  { client }: Context,
  started: JobJson,
  signal: AbortSignal,
): AsyncGenerator<JobJson, JobJson> {
  const path = apiPath`/api/jobs/${started.id}`;
  let job = started;
  let isCancelled = false;
  while (job.state === 'running') {
    yield job;
    if (signal.aborted && !isCancelled) {
      isCancelled = true;
      job = (await client.request<JobJson>('DELETE', path)).body;
      continue;
    }
    // An interrupt ends the pause early, and only the pause.
    await delay(POLL_MS, undefined, isCancelled ? {} : { signal }).catch(() => undefined);
    job = await client.get<JobJson>(path);
  }
  return job;
}

function stepText({ words }: Context, job: JobJson): string {
  if (!job.step) return '';
  const { part } = job.step;
  const plainName = words.pair.steps[job.step.name] ?? job.step.name;
  const name = part === undefined ? plainName : `${plainName} ${part.index}/${part.of}`;
  const step = words.pair.step(name, job.step.index, job.step.of);
  return job.etaSeconds === null ? step : `${step}, ${words.pair.left(Math.round(job.etaSeconds))}`;
}

async function showAsLines(
  context: Context,
  started: JobJson,
  heading: string,
  signal: AbortSignal,
): Promise<JobJson> {
  const { printer } = context;
  // Results go to standard output; with --json nothing else may.
  const say = printer.isJson ? printer.note : printer.line;
  say(heading);
  let shownSteps = '';
  const shownLines = new Set<string>();
  const show = (job: JobJson) => {
    const step = job.step ? `${job.step.name} ${job.step.index}/${job.step.of}` : '';
    if (step !== shownSteps && step !== '') say(stepText(context, job));
    shownSteps = step;
    for (const { at, text } of job.log) {
      const line = `${at} ${text.en}`;
      if (!shownLines.has(line)) say(`  ${text[context.language]}`);
      shownLines.add(line);
    }
  };
  const jobs = follow(context, started, signal);
  for (;;) {
    const next = await jobs.next();
    show(next.value);
    if (next.done) return next.value;
  }
}

async function showOnTerminal(
  context: Context,
  started: JobJson,
  heading: string,
  signal: AbortSignal,
): Promise<JobJson> {
  let job = started;
  const list = new Listr(
    [
      {
        title: plain(heading),
        task: async (_data: unknown, task): Promise<void> => {
          let shown = 0;
          const jobs = follow(context, started, signal);
          for (;;) {
            const next = await jobs.next();
            job = next.value;
            for (const { text } of job.log.slice(shown)) {
              task.output = plain(text[context.language]);
            }
            shown = Math.max(shown, job.log.length);
            const step = stepText(context, job);
            task.title = plain(step === '' ? heading : `${heading}  ${step}`);
            if (next.done) break;
          }
          task.title = plain(heading);
          // A cross, not a tick; what went wrong is told once the list has ended.
          if (job.state !== 'done') throw new Error(plain(context.words.errors.failed));
        },
        rendererOptions: { outputBar: 8, persistentOutput: true },
      },
    ],
    { registerSignalListeners: false, exitOnError: false },
  );
  await list.run();
  return job;
}

interface Proposal {
  readonly protocol: string;
  readonly address: string;
  readonly name: string;
  readonly model: string | null;
}

/** What a search has found; the hub adds none of it by itself. */
function proposalsOf({ result }: JobJson): readonly Proposal[] {
  if (typeof result !== 'object' || result === null || !('proposed' in result)) return [];
  return Array.isArray(result.proposed) ? (result.proposed as Proposal[]) : [];
}

async function finish(
  { client, printer, words, language }: Context,
  job: JobJson,
  before: ReadonlySet<string>,
  { isRadio, isInterrupted }: { readonly isRadio: boolean; readonly isInterrupted: boolean },
): Promise<void> {
  const devices = await client.list<DeviceJson>('/api/devices');
  const added = devices.filter((device) => !before.has(device.id));
  if (printer.isJson) printer.value({ job, added });
  else {
    for (const device of added) {
      printer.line(words.pair.added(device.name, `${device.manufacturer} ${device.model}`));
    }
  }
  const { problem } = job;
  const told = problem === null ? null : problemIn(problem, language);
  const cancelled = isRadio ? words.pair.cancelled : words.job.cancelled;
  const noneHint = isRadio ? words.pair.noneHint : words.pair.noneHintIp;
  if (job.state === 'failed' || (problem && added.length === 0)) {
    throw new CliError(
      problem ? errorCode(problem.code) : 'internal',
      told?.detail ?? words.pair.none,
      { hint: told?.hint ?? noneHint },
    );
  }
  const found = proposalsOf(job);
  for (const { protocol, address, name, model } of printer.isJson ? [] : found) {
    printer.line(words.pair.answers(model === null ? name : `${name} (${model})`, address));
    printer.line(`  ingle pair --protocol ${protocol} --address ${address}`);
  }
  if (added.length + found.length > 0) {
    if (isInterrupted) printer.note(cancelled);
    return;
  }
  if (job.state === 'cancelled') throw new CliError('cancelled', cancelled);
  const none = isRadio ? words.pair.none : words.pair.noneIp;
  throw new CliError('timed-out', none, { hint: noneHint });
}
