// Shows a job of the hub until it ends: a list with a bar on a terminal, plain lines elsewhere. The job runs in the
// hub: whoever stops looking stops nothing.

import { setTimeout as delay } from 'node:timers/promises';
import { Listr } from 'listr2';
import type { JobJson } from '../api/shapes.ts';
import { problemIn } from '../model/problem-words.ts';
import { CliError } from './cli-error.ts';
import { apiPath, errorCode } from './client.ts';
import type { Context } from './context.ts';
import { plain } from './terminal-text.ts';

const POLL_MS = 400;
const BAR_CELLS = 24;

/** How a job looks while it runs. */
export interface JobLook {
  readonly title: string;
  /** Where it is, in words; empty where that is not known. */
  step(job: JobJson): string;
  /** What stands behind the title on a terminal, and changes. */
  progress(job: JobJson): string;
  /** An interrupt that cancels the job; absent: whoever stops looking stops nothing. */
  readonly signal?: AbortSignal;
}

/** Shows the job and returns its last record. @throws CliError with the job's own problem where it failed */
export async function showJob(context: Context, started: JobJson, title: string): Promise<JobJson> {
  const job = await followJob(context, started, {
    title,
    step: (now) => stepText(context, now),
    progress: (now) => bar(context, now),
  });
  if (job.state === 'done') return job;
  if (context.printer.isJson) context.printer.value({ job });
  throw jobError(context, job, context.words.job.cancelled);
}

/** Shows the job as it looks until it ends, however that is. */
export function followJob(context: Context, started: JobJson, look: JobLook): Promise<JobJson> {
  const { isTerminal } = context.printer;
  return isTerminal ? showOnTerminal(context, started, look) : showAsLines(context, started, look);
}

/** What a job that is not done ended with. @param cancelled what is said of one that was cancelled */
export function jobError(context: Context, job: JobJson, cancelled: string): CliError {
  if (job.state === 'cancelled') return new CliError('cancelled', cancelled);
  if (job.problem === null) return new CliError('internal', context.words.errors.failed);
  const { detail, hint } = problemIn(job.problem, context.language);
  const { code, errors = [] } = job.problem;
  return new CliError(errorCode(code), detail, { hint, errors });
}

/** The job each time it was looked at, until it ends. An interrupt cancels it, and the last state is told. */
async function* follow(
  { client }: Context,
  started: JobJson,
  signal: AbortSignal | undefined,
): AsyncGenerator<JobJson, JobJson> {
  const path = apiPath`/api/jobs/${started.id}`;
  let job = started;
  let isCancelled = false;
  while (job.state === 'running') {
    yield job;
    if (signal?.aborted && !isCancelled) {
      isCancelled = true;
      job = (await client.request<JobJson>('DELETE', path)).body;
      continue;
    }
    // An interrupt ends the pause early, and only the pause.
    const early = signal === undefined || isCancelled ? {} : { signal };
    await delay(POLL_MS, undefined, early).catch(() => undefined);
    job = await client.get<JobJson>(path);
  }
  return job;
}

function stepText({ words }: Context, { step }: JobJson): string {
  return step
    ? words.job.step(
        words.job.steps[step.name] ?? words.pair.steps[step.name] ?? step.name,
        step.index,
        step.of,
      )
    : '';
}

function bar(context: Context, job: JobJson): string {
  const { words } = context;
  const part = job.progress ?? 0;
  const full = Math.round(part * BAR_CELLS);
  const cells = `${'█'.repeat(full)}${'░'.repeat(BAR_CELLS - full)}`;
  const left = job.etaSeconds === null ? '' : ` ${words.job.left(Math.round(job.etaSeconds))}`;
  return `${cells} ${Math.round(part * 100)} %  ${stepText(context, job)}${left}`;
}

async function showAsLines(context: Context, started: JobJson, look: JobLook): Promise<JobJson> {
  const { printer } = context;
  // Results go to standard output; with --json nothing else may.
  const say = printer.isJson ? printer.note : printer.line;
  say(look.title);
  let shownStep = '';
  const shown = new Set<string>();
  const jobs = follow(context, started, look.signal);
  for (;;) {
    const next = await jobs.next();
    const { step, log } = next.value;
    // What else is said of the step, such as the time that is left, is no news.
    const key = step ? `${step.name} ${step.index}/${step.of}` : '';
    if (key !== shownStep && key !== '') say(look.step(next.value));
    shownStep = key;
    for (const { at, text } of log) {
      const line = `${at} ${text.en}`;
      if (!shown.has(line)) say(`  ${text[context.language]}`);
      shown.add(line);
    }
    if (next.done) return next.value;
  }
}

async function showOnTerminal(
  context: Context,
  started: JobJson,
  { title, progress, signal }: JobLook,
): Promise<JobJson> {
  let job = started;
  const list = new Listr(
    [
      {
        title: plain(title),
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
            task.title = plain(`${title}  ${progress(job)}`.trimEnd());
            if (next.done) break;
          }
          task.title = plain(title);
          // A cross, not a tick; what went wrong is told once the list has ended.
          if (job.state !== 'done') throw new Error(plain(context.words.errors.failed));
        },
        rendererOptions: { outputBar: 8, persistentOutput: true },
      },
    ],
    { registerSignalListeners: false, exitOnError: false },
  );
  await list.run();
  // The list keeps what a task throws to itself; a hub that went away must still be told.
  if (job.state === 'running')
    job = await context.client.get<JobJson>(apiPath`/api/jobs/${job.id}`);
  return job;
}
