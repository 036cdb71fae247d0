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

/** Shows the job and returns its last record. @throws CliError with the job's own problem where it failed */
export async function showJob(context: Context, started: JobJson, title: string): Promise<JobJson> {
  const { printer, words } = context;
  const job = printer.isTerminal
    ? await showOnTerminal(context, started, title)
    : await showAsLines(context, started, title);
  if (job.state === 'done') return job;
  if (printer.isJson) printer.value({ job });
  if (job.state === 'cancelled') throw new CliError('cancelled', words.job.cancelled);
  if (job.problem === null) throw new CliError('internal', words.errors.failed);
  const { detail, hint } = problemIn(job.problem, context.language);
  const { code, errors = [] } = job.problem;
  throw new CliError(errorCode(code), detail, { hint, errors });
}

/** The job each time it was looked at, until it ends. */
async function* follow({ client }: Context, started: JobJson): AsyncGenerator<JobJson, JobJson> {
  let job = started;
  while (job.state === 'running') {
    yield job;
    await delay(POLL_MS);
    job = await client.get<JobJson>(apiPath`/api/jobs/${job.id}`);
  }
  return job;
}

function stepText({ words }: Context, { step }: JobJson): string {
  return step ? words.job.step(words.job.steps[step.name] ?? step.name, step.index, step.of) : '';
}

function bar(context: Context, job: JobJson): string {
  const { words } = context;
  const part = job.progress ?? 0;
  const full = Math.round(part * BAR_CELLS);
  const cells = `${'█'.repeat(full)}${'░'.repeat(BAR_CELLS - full)}`;
  const left = job.etaSeconds === null ? '' : ` ${words.job.left(Math.round(job.etaSeconds))}`;
  return `${cells} ${Math.round(part * 100)} %  ${stepText(context, job)}${left}`;
}

async function showAsLines(context: Context, started: JobJson, title: string): Promise<JobJson> {
  const { printer } = context;
  // Results go to standard output; with --json nothing else may.
  const say = printer.isJson ? printer.note : printer.line;
  say(title);
  let shownStep = '';
  const shown = new Set<string>();
  const jobs = follow(context, started);
  for (;;) {
    const next = await jobs.next();
    const step = stepText(context, next.value);
    if (step !== shownStep && step !== '') say(step);
    shownStep = step;
    for (const { at, text } of next.value.log) {
      const line = `${at} ${text.en}`;
      if (!shown.has(line)) say(`  ${text[context.language]}`);
      shown.add(line);
    }
    if (next.done) return next.value;
  }
}

async function showOnTerminal(context: Context, started: JobJson, title: string): Promise<JobJson> {
  let job = started;
  const list = new Listr(
    [
      {
        title: plain(title),
        task: async (_data: unknown, task): Promise<void> => {
          let shown = 0;
          const jobs = follow(context, started);
          for (;;) {
            const next = await jobs.next();
            job = next.value;
            for (const { text } of job.log.slice(shown)) {
              task.output = plain(text[context.language]);
            }
            shown = Math.max(shown, job.log.length);
            task.title = plain(`${title}  ${bar(context, job)}`);
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
