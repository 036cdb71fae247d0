// `ingle pair`: opens the network and shows each step of what joins; Ctrl-C closes the network again.
import type { Command } from 'commander';
import type { DeviceJson, JobJson } from '../../api/shapes.ts';
import { problemIn } from '../../model/problem-words.ts';
import { CliError } from '../cli-error.ts';
import { errorCode } from '../client.ts';
import type { Context } from '../context.ts';
import { followJob } from '../job-progress.ts';
import { addJoiningOptions, type JoiningOptions, readJoining } from '../joining-options.ts';
import { createPrompt } from '../prompt.ts';
import type { AddVerb } from '../verb.ts';

interface PairOptions extends JoiningOptions {
  readonly protocol?: string;
  /** True when the option stands without a word: the password is asked for. */
  readonly password?: string | true;
}

export const addPair: AddVerb = (program, { words, act, examples }) => {
  addJoiningOptions(program.command('pair').description(words.help.pair), words)
    .option('--protocol <name>', words.help.pairProtocol)
    .option('--password [password]', words.help.pairPassword)
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
  const { seconds, router, asked } = await readJoining(context, options);
  const password = await passwordOf(context, options.password);
  const before = new Set(
    (await client.list<DeviceJson>('/api/devices')).map((device) => device.id),
  );
  const { body: started } = await client.request<JobJson>('POST', '/api/jobs', {
    body: { kind: 'pair', protocol, password, ...asked },
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
    const step = (now: JobJson) => stepText(context, now);
    const look = { title: heading, step, progress: step, signal: stop.signal };
    const job = await followJob(context, started, look);
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

function stepText({ words }: Context, job: JobJson): string {
  if (!job.step) return '';
  const { part } = job.step;
  const plainName = words.pair.steps[job.step.name] ?? job.step.name;
  const name = part === undefined ? plainName : `${plainName} ${part.index}/${part.of}`;
  const step = words.pair.step(name, job.step.index, job.step.of);
  return job.etaSeconds === null ? step : `${step}, ${words.pair.left(Math.round(job.etaSeconds))}`;
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

/** Devices that answered and were in the home before. */
function knownOf({ result }: JobJson): readonly string[] {
  if (typeof result !== 'object' || result === null || !('devices' in result)) return [];
  const devices = result.devices as readonly { readonly name: string; readonly known?: true }[];
  return devices.filter(({ known }) => known === true).map(({ name }) => name);
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
  const known = knownOf(job);
  if (!printer.isJson) for (const name of known) printer.line(words.pair.known(name));
  if (added.length + found.length + known.length > 0) {
    if (isInterrupted) printer.note(cancelled);
    return;
  }
  if (job.state === 'cancelled') throw new CliError('cancelled', cancelled);
  const none = isRadio ? words.pair.none : words.pair.noneIp;
  throw new CliError('timed-out', none, { hint: noneHint });
}
