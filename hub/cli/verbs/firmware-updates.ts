// The verbs of `ingle firmware` that change what a device runs: check, update, schedule, rollout, abort.
import type { Command } from 'commander';
import type {
  FirmwareCheckJson,
  FirmwareImageJson,
  RolloutJson,
} from '../../api/firmware-shapes.ts';
import type { DeviceJson, JobJson } from '../../api/shapes.ts';
import { CliError } from '../cli-error.ts';
import { apiPath } from '../client.ts';
import { type Context, findDevice, moment } from '../context.ts';
import { showJob } from '../job-progress.ts';
import { isConfirmed } from '../prompt.ts';
import type { AddVerb } from '../verb.ts';

/** A device is asked over the air, and a sleeping one answers late. */
const CHECK_TIMEOUT_MS = 70_000;

export const hex = (value: number, digits: number): string =>
  `0x${value.toString(16).padStart(digits, '0')}`;

export function imageText({
  otaHeaderString,
  fileName,
  fileVersion,
}: Pick<FirmwareImageJson, 'otaHeaderString' | 'fileName' | 'fileVersion'>): string {
  return `${otaHeaderString || fileName.slice(0, 12)} (${hex(fileVersion, 8)})`;
}

interface UpdateOptions {
  readonly yes?: boolean;
  readonly image?: string;
  readonly downgrade?: boolean;
  readonly anyway?: boolean;
}

interface RolloutOptions {
  readonly yes?: boolean;
  readonly anyway?: boolean;
  readonly now?: boolean;
}

export function addFirmwareUpdates(
  firmware: Command,
  { words, act }: Parameters<AddVerb>[1],
): void {
  firmware
    .command('check')
    .argument('<device>')
    .description(words.help.firmwareCheck)
    .action(async (typed: string, _options: unknown, command: Command) => {
      await act(command, async (context) => {
        const device = await findDevice(context, typed);
        const found = await check(context, device);
        if (context.printer.isJson) context.printer.value(found);
        else tellCheck(context, device, found);
      });
    });
  firmware
    .command('update')
    .argument('<device>')
    .option('--yes', words.help.yes)
    .option('--image <file>', words.help.firmwareImage)
    .option('--downgrade', words.help.firmwareDowngrade)
    .option('--anyway', words.help.firmwareAnyway)
    .description(words.help.firmwareUpdate)
    .action(async (typed: string, options: UpdateOptions, command: Command) => {
      await act(command, (context) => update(context, typed, options));
    });
  firmware
    .command('schedule')
    .argument('<device>')
    .requiredOption('--at <time>', words.help.firmwareAt)
    .description(words.help.firmwareSchedule)
    .action(async (typed: string, { at }: { at: string }, command: Command) => {
      await act(command, (context) => schedule(context, typed, at));
    });
  firmware
    .command('rollout')
    .argument('[device...]')
    .option('--yes', words.help.yes)
    .option('--anyway', words.help.firmwareAnyway)
    .option('--now', words.help.firmwareNow)
    .description(words.help.firmwareRollout)
    .action(async (typed: string[], options: RolloutOptions, command: Command) => {
      await act(command, (context) => rollOut(context, typed, options));
    });
  firmware
    .command('abort')
    .argument('[device]')
    .description(words.help.firmwareAbort)
    .action(async (typed: string | undefined, _options: unknown, command: Command) => {
      await act(command, (context) => abort(context, typed));
    });
}

async function check({ client }: Context, device: DeviceJson): Promise<FirmwareCheckJson> {
  const path = apiPath`/api/devices/${device.id}/firmware`;
  const options = { timeoutMs: CHECK_TIMEOUT_MS };
  return (await client.request<FirmwareCheckJson>('GET', path, options)).body;
}

function tellCheck(
  { printer, words, language }: Context,
  { name }: DeviceJson,
  { current, available, hold }: FirmwareCheckJson,
): void {
  printer.line(words.firmware.runs(name, hex(current.fileVersion, 8)));
  if (available === null) {
    printer.line(words.firmware.newest);
    return;
  }
  printer.line(words.firmware.newer(imageText(available)));
  if (available.releaseNotes !== undefined) printer.line(available.releaseNotes);
  if (hold !== null) {
    printer.note(words.firmware.held(imageText(available), hold.name, hold.reason[language]));
  }
}

async function demandYes(context: Context, question: string, isYes: boolean): Promise<void> {
  const { words } = context;
  const answer = await isConfirmed(question, isYes);
  if (answer === 'nobody') {
    throw new CliError('usage', words.provision.needsYes, { hint: words.firmware.needsYesHint });
  }
  if (answer === 'no') throw new CliError('cancelled', words.provision.nothingChanged);
}

async function startJob({ client }: Context, body: object): Promise<JobJson> {
  return (await client.request<JobJson>('POST', '/api/jobs', { body })).body;
}

async function update(context: Context, typed: string, options: UpdateOptions): Promise<void> {
  const { printer, words } = context;
  const { image = null, downgrade = false, anyway = false } = options;
  const device = await findDevice(context, typed);
  // One that sleeps is not asked: its update waits until it asks.
  const found = device.power === 'battery' ? null : await check(context, device);
  if (found !== null) {
    if (!printer.isJson) tellCheck(context, device, found);
    if (found.available === null && image === null) {
      if (printer.isJson) printer.value({ ...found, job: null });
      return;
    }
  }
  await demandYes(context, words.firmware.confirm(device.name), options.yes === true);
  const body = { kind: 'firmware', device: device.id, image, downgrade, anyway };
  const started = await startJob(context, body);
  const job = await showJob(context, started, words.firmware.title(device.name));
  if (printer.isJson) printer.value({ ...found, job });
  else printer.line(words.firmware.done(device.name));
}

async function schedule(context: Context, typed: string, at: string): Promise<void> {
  const { printer, words, language } = context;
  const time = new Date(at);
  if (Number.isNaN(time.getTime())) {
    throw new CliError('usage', words.firmware.badTime(at), { hint: words.firmware.badTimeHint });
  }
  const device = await findDevice(context, typed);
  const body = { kind: 'firmware', device: device.id, at: time.toISOString() };
  const job = await startJob(context, body);
  if (printer.isJson) printer.value({ job });
  else printer.line(words.firmware.scheduled(device.name, moment(time.toISOString(), language)));
}

async function rollOut(
  context: Context,
  typed: readonly string[],
  { yes, anyway = false, now = false }: RolloutOptions,
): Promise<void> {
  const { printer, words, language } = context;
  const chosen: DeviceJson[] = [];
  for (const name of typed) chosen.push(await findDevice(context, name));
  const devices = chosen.length === 0 ? null : chosen.map(({ id }) => id);
  await demandYes(context, words.firmware.confirmAll(devices?.length ?? null), yes === true);
  const started = await startJob(context, { kind: 'rollout', devices, anyway, now });
  let job = started;
  try {
    job = await showJob(context, started, words.firmware.rolloutTitle);
  } finally {
    const path = apiPath`/api/jobs/${started.id}`;
    if (!printer.isJson) {
      const { parts } = (await context.client.get<JobJson>(path)).result as RolloutJson;
      printer.table([
        words.firmware.partColumns,
        ...parts.map(({ name, isCanary, state, reason }) => [
          isCanary ? words.firmware.canary(name) : name,
          words.firmware.partStates[state] ?? state,
          reason?.[language] ?? '',
        ]),
      ]);
    }
  }
  if (printer.isJson) printer.value({ job });
}

/** Stops the update of a device, or, where none is named, the roll-out. */
async function abort(context: Context, typed: string | undefined): Promise<void> {
  const { client, printer, words } = context;
  const device = typed === undefined ? null : await findDevice(context, typed);
  const jobs = await client.list<JobJson>('/api/jobs');
  const job = jobs.find(({ kind, state, result }) => {
    if (state !== 'running') return false;
    if (device === null) return kind === 'rollout';
    const of = (result as { device?: string } | null)?.device;
    return kind === 'firmware' && of === device.id;
  });
  if (job === undefined) {
    throw new CliError('not-found', words.firmware.nothingRuns(device?.name ?? null));
  }
  const { body } = await client.request<JobJson>('DELETE', apiPath`/api/jobs/${job.id}`);
  if (printer.isJson) printer.value({ job: body });
  else printer.line(words.firmware.aborted(device?.name ?? null));
}
