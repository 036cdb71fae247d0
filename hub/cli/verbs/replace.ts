// `ingle replace`: a new device takes the place of a dead one, in one go with its pairing or once it is in the home;
// what would be missed is shown first. And the way back.
import type { Command } from 'commander';
import type { ReplacementGapJson, ReplacementJson } from '../../api/replacement-shapes.ts';
import type { DeviceJson, JobJson } from '../../api/shapes.ts';
import { CliError } from '../cli-error.ts';
import { apiPath } from '../client.ts';
import { type Context, findDevice } from '../context.ts';
import { jobError } from '../job-progress.ts';
import { addJoiningOptions, type JoiningOptions, readJoining } from '../joining-options.ts';
import { isConfirmed } from '../prompt.ts';
import type { AddVerb } from '../verb.ts';
import { showPairing } from './pair.ts';

const WRITE_LIMIT_MS = 30_000;

interface ReplaceOptions extends JoiningOptions {
  readonly with?: string;
  readonly undo?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

export const addReplace: AddVerb = (program, { words, act, examples }) => {
  const command = program
    .command('replace')
    .argument('<device>')
    .description(words.replace.help)
    .option('--with <device>', words.replace.with)
    .option('--undo', words.replace.undo)
    .option('--dry-run', words.replace.dryRun)
    .option('-y, --yes', words.replace.yes);
  addJoiningOptions(command, words)
    .addHelpText(
      'after',
      examples(
        'ingle replace hall-lamp',
        'ingle replace hall-lamp --with new-lamp',
        'ingle replace hall-lamp --with new-lamp --dry-run',
        'ingle replace hall-lamp --undo',
      ),
    )
    .action(async (typed: string, options: ReplaceOptions, command: Command) => {
      await act(command, (context) => replace(context, typed, options));
    });
};

async function replace(context: Context, typed: string, options: ReplaceOptions): Promise<void> {
  const device = await findDevice(context, typed);
  if (options.undo === true) await undo(context, device);
  else if (options.with !== undefined) {
    await replaceWith(context, device, await findDevice(context, options.with), options);
  } else await replaceByNext(context, device, options);
}

/** By a device that is in the home already. */
export async function replaceWith(
  context: Context,
  device: DeviceJson,
  fresh: DeviceJson,
  options: Pick<ReplaceOptions, 'yes' | 'dryRun'>,
): Promise<void> {
  const { client, printer, words } = context;
  const path = apiPath`/api/devices/${device.id}/replacement`;
  const plan = await client.get<ReplacementJson>(`${path}?from=${encodeURIComponent(fresh.id)}`);
  if (!printer.isJson) {
    showGaps(context, plan.gaps, device, fresh);
    if (plan.reached.length > 0) {
      printer.line(words.replace.reached(words.list(plan.reached.map(({ name }) => name))));
    }
    const made = plan.links.filter(({ state }) => state !== 'impossible').length;
    if (made > 0) printer.line(words.replace.links(made));
    if (plan.lost.length > 0) printer.line(words.replace.lost(words.list(plan.lost)));
    if (plan.gained.length > 0) printer.line(words.replace.gained(words.list(plan.gained)));
  }
  if (options.dryRun === true) {
    if (printer.isJson) printer.value(plan);
    return;
  }
  const isWanted =
    (await confirmOnline(context, device, options)) &&
    (await confirmGaps(context, plan.gaps, device, options));
  if (!isWanted) printer.note(words.replace.kept);
  else await finish(context, device.id, fresh.id, plan.gaps);
}

/** By the next device that joins. */
async function replaceByNext(
  context: Context,
  device: DeviceJson,
  options: ReplaceOptions,
): Promise<void> {
  const { client, printer, words } = context;
  const { seconds, asked } = await readJoining(context, options);
  if (!(await confirmOnline(context, device, options))) {
    printer.note(words.replace.kept);
    return;
  }
  const { body: started } = await client.request<JobJson>('POST', '/api/jobs', {
    body: { kind: 'replace', device: device.id, acceptGaps: options.yes === true, ...asked },
  });
  const { job } = await showPairing(context, started, words.replace.title(device.name, seconds));
  const result = resultOf(job);
  if (job.state !== 'done' || result === null) {
    if (printer.isJson && job.state !== 'cancelled') printer.value({ job });
    throw jobError(context, job, words.pair.cancelled);
  }
  if (result.from === null) {
    if (printer.isJson) printer.value({ job });
    else printer.line(words.replace.same(device.name));
    return;
  }
  if (result.replaced) {
    await tell(context, await client.get<DeviceJson>(apiPath`/api/devices/${device.id}`), []);
    return;
  }
  const fresh = await client.get<DeviceJson>(apiPath`/api/devices/${result.from}`);
  if (!printer.isJson) showGaps(context, result.gaps, device, fresh);
  if (await confirmGaps(context, result.gaps, device, options)) {
    await finish(context, device.id, fresh.id, result.gaps);
  } else {
    printer.note(words.replace.keptFound(fresh.handle, device.handle));
  }
}

interface TakenPlace {
  readonly from: string | null;
  readonly replaced: boolean;
  readonly gaps: readonly ReplacementGapJson[];
}

function resultOf({ result }: JobJson): TakenPlace | null {
  if (typeof result !== 'object' || result === null || !('replaced' in result)) return null;
  return result as TakenPlace;
}

function showGaps(
  { printer, words, language }: Context,
  gaps: readonly ReplacementGapJson[],
  device: DeviceJson,
  fresh: DeviceJson,
): void {
  if (gaps.length === 0) {
    printer.line(words.replace.noGaps);
    return;
  }
  printer.line(words.replace.gaps(fresh.name, device.name));
  printer.table([
    words.replace.gapColumns,
    ...gaps.map(({ what, why, zh, scenes, others }) => [
      what ?? (language === 'zh' ? zh : why),
      [
        ...scenes.map(({ name, how }) => words.replace.gapUser[how](name)),
        ...others.map((other) => words.replace.gapUser[other]),
      ].join(', '),
    ]),
  ]);
}

async function confirmOnline(
  context: Context,
  device: DeviceJson,
  { yes = false }: Pick<ReplaceOptions, 'yes'>,
): Promise<boolean> {
  if (!device.availability.online) return true;
  // A script means what it says; a person may have named the wrong one.
  return (await isConfirmed(context.words.replace.askOnline(device.name), yes)) !== 'no';
}

async function confirmGaps(
  context: Context,
  gaps: readonly ReplacementGapJson[],
  device: DeviceJson,
  { yes = false }: Pick<ReplaceOptions, 'yes'>,
): Promise<boolean> {
  return gaps.length === 0 || confirm(context, context.words.replace.askGaps(device.name), yes);
}

async function confirm({ words }: Context, question: string, isYes: boolean): Promise<boolean> {
  const answer = await isConfirmed(question, isYes);
  if (answer !== 'nobody') return answer === 'yes';
  throw new CliError('usage', words.replace.needsYes, { hint: words.replace.needsYesHint });
}

async function finish(
  context: Context,
  device: string,
  from: string,
  gaps: readonly ReplacementGapJson[],
): Promise<void> {
  const { body } = await context.client.request<DeviceJson>(
    'POST',
    apiPath`/api/devices/${device}/replace`,
    { body: { from, acceptGaps: gaps.length > 0 }, timeoutMs: WRITE_LIMIT_MS },
  );
  await tell(context, body, gaps);
}

async function tell(
  { printer, words }: Context,
  device: DeviceJson,
  gaps: readonly ReplacementGapJson[],
): Promise<void> {
  if (printer.isJson) printer.value({ device, gaps, replaced: true });
  else {
    printer.line(words.devices.replaced(device.name, `${device.manufacturer} ${device.model}`));
  }
}

async function undo(context: Context, device: DeviceJson): Promise<void> {
  const { client, printer, words } = context;
  const { body } = await client.request<DeviceJson>(
    'POST',
    apiPath`/api/devices/${device.id}/replace/undo`,
    { timeoutMs: WRITE_LIMIT_MS },
  );
  if (printer.isJson) printer.value(body);
  else printer.line(words.replace.undone(body.name, `${body.manufacturer} ${body.model}`));
}
