// `ingle coordinator`: how the Zigbee coordinator is, its channel, its backups, and another one in its place.
import fs from 'node:fs';
import type { Command } from 'commander';
import type {
  CoordinatorBackupJson,
  CoordinatorBackupTextJson,
  CoordinatorJson,
  CoordinatorUseJson,
  StickCheckJson,
  StickJson,
} from '../../api/radio-shapes.ts';
import type { JobJson } from '../../api/shapes.ts';
import { adapterDetail } from '../../model/adapter-detail.ts';
import { problemIn } from '../../model/problem-words.ts';
import { wholeNumber } from '../arguments.ts';
import { CliError } from '../cli-error.ts';
import { apiPath } from '../client.ts';
import { type Context, moment } from '../context.ts';
import { fileCause } from '../file-cause.ts';
import { showJob } from '../job-progress.ts';
import { createPrompt, isConfirmed } from '../prompt.ts';
import type { AddVerb } from '../verb.ts';

const LONG_MS = 60_000;
const FILE_BYTES_MAX = 2_000_000;

interface MoveOptions {
  readonly driver?: string;
  readonly baudRate?: string;
  readonly overwrite?: boolean;
  readonly keep?: boolean;
  readonly yes?: boolean;
}

export const addCoordinator: AddVerb = (program, { words, act, examples }) => {
  const { help } = words.radio;
  const coordinator = program
    .command('coordinator')
    .description(help.coordinator)
    .addHelpText(
      'after',
      examples(
        'ingle coordinator',
        'ingle coordinator sticks',
        'ingle coordinator use /dev/serial/by-id/usb-ITead_Sonoff_Zigbee_3.0_USB_Dongle_Plus-if00',
        'ingle coordinator channel 20',
        'ingle coordinator backup',
        'ingle coordinator export coordinator-2026-11-22T03-37-50-178Z.json ./coordinator.json',
        'ingle coordinator check tcp://192.168.1.20:6638',
        'ingle coordinator move tcp://192.168.1.20:6638 --driver zstack',
      ),
    );
  const add = (
    usage: string,
    about: string,
    run: (context: Context, args: readonly string[], options: MoveOptions) => Promise<void>,
    settle: (command: Command) => Command = (command) => command,
  ): void => {
    const isDefault = usage === 'show';
    settle(coordinator.command(usage, { isDefault }).description(about)).action(
      async (...given: unknown[]) => {
        const command = given.at(-1) as Command;
        const options = given.at(-2) as MoveOptions;
        const args = given.slice(0, -2).map(String);
        await act(command, (context) => run(context, args, options));
      },
    );
  };
  const withYes = (command: Command): Command => command.option('--yes', help.yes);
  add('show', help.show, (context) => show(context));
  add('sticks', help.sticks, (context) => sticks(context));
  add('use <port>', help.use, use, (command) => command.option('--driver <name>', help.driver));
  add('check <port>', help.check, check, (command) =>
    command.option('--driver <name>', help.driver),
  );
  add('channel <number>', help.channel, changeChannel, withYes);
  add('move <port>', help.move, move, (command) =>
    withYes(command)
      .option('--driver <name>', help.driver)
      .option('--baud-rate <n>', help.baudRate)
      .option('--overwrite', help.overwrite)
      .option('--keep', help.keep),
  );
  add('backups', help.backups, (context) => backups(context));
  add('backup', help.backup, (context) => backup(context));
  add('export <name> <file>', help.export, exportBackup);
  add('import <file>', help.import, importBackup);
  add('restore <name>', help.restore, restore, withYes);
};

async function show({ client, printer, words, language }: Context): Promise<void> {
  const view = await client.get<CoordinatorJson>('/api/coordinator');
  if (printer.isJson) {
    printer.value(view);
    return;
  }
  const { info, columns, states, yes, untried } = words.radio;
  const problem = view.problem === null ? null : problemIn(view.problem, language);
  const state = states[view.state] ?? view.state;
  const said = problem?.detail ?? (view.detail && adapterDetail(view.detail, language));
  printer.table([
    [info.port, view.port === '' ? '–' : view.port],
    [info.driver, view.driver],
    [info.state, said === null ? state : words.fact(state, said)],
    [info.channel, String(view.channel ?? '–')],
  ]);
  if (problem?.hint) printer.line(problem.hint);
  printer.table([
    columns.drivers,
    ...view.drivers.map(({ name, tried, about, zh }) => [
      name,
      tried ? yes : untried,
      language === 'zh' ? zh : about,
    ]),
  ]);
}

async function sticks({ client, printer, words }: Context): Promise<void> {
  const found = await client.list<StickJson>('/api/coordinator/sticks');
  if (printer.isJson) printer.value(found);
  else if (found.length === 0) printer.line(words.radio.sticksNone);
  else {
    const { columns, unknownDriver } = words.radio;
    printer.table([
      columns.sticks,
      ...found.map(({ port, driver }) => [port, driver ?? unknownDriver]),
    ]);
  }
}

/** Names the coordinator; it holds from the next start of the hub. */
async function use(
  { client, printer, words }: Context,
  [port = '']: readonly string[],
  { driver }: MoveOptions,
): Promise<void> {
  const { body: kept } = await client.request<CoordinatorUseJson>('PUT', '/api/coordinator', {
    body: { port, driver: driver ?? null },
  });
  if (printer.isJson) printer.value(kept);
  else printer.line(words.radio.used(kept.port, kept.driver));
}

async function lookAt(
  { client }: Context,
  port: string,
  driver: string | undefined,
): Promise<StickCheckJson> {
  const { body } = await client.request<StickCheckJson>('POST', '/api/coordinator/check', {
    body: { port, driver: driver ?? null },
    timeoutMs: LONG_MS,
  });
  return body;
}

function tellCheck({ printer, words }: Context, found: StickCheckJson): void {
  const { info, networks, unknownDriver } = words.radio;
  printer.table([
    [info.driver, found.driver ?? unknownDriver],
    ...(found.revision === null ? [] : [[info.revision, found.revision]]),
    [info.network, networks[found.network] ?? found.network],
    ...(found.channel === null ? [] : [[info.channel, String(found.channel)]]),
  ]);
}

async function check(
  context: Context,
  [port = '']: readonly string[],
  { driver }: MoveOptions,
): Promise<void> {
  const found = await lookAt(context, port, driver);
  if (context.printer.isJson) context.printer.value(found);
  else tellCheck(context, found);
}

/** Asks unless told not to. @throws CliError where nobody is there to ask, or says no */
async function demandYes({ words }: Context, question: string, isYes: boolean): Promise<void> {
  const answer = await isConfirmed(question, isYes);
  if (answer === 'nobody') {
    throw new CliError('usage', words.radio.needsYes, { hint: words.radio.needsYesHint });
  }
  if (answer === 'no') throw new CliError('cancelled', words.radio.nothingChanged);
}

/** The owner's password, where the hub asks for it again: root on the hub itself needs none. */
async function ownPassword({ isLocal, words }: Context): Promise<string | null> {
  if (isLocal) return null;
  const prompt = createPrompt();
  try {
    return await prompt.ask(words.radio.password, { isSecret: true });
  } finally {
    prompt.close();
  }
}

async function followed(
  context: Context,
  path: string,
  body: object,
  title: string,
): Promise<void> {
  const { client, printer, words } = context;
  const { body: started } = await client.request<JobJson>('POST', path, {
    body,
    timeoutMs: LONG_MS,
  });
  const job = await showJob(context, started, title);
  if (printer.isJson) printer.value(job);
  else printer.line(job.log.at(-1)?.text[context.language] ?? words.radio.done);
}

async function changeChannel(
  context: Context,
  [typed = '']: readonly string[],
  { yes }: MoveOptions,
): Promise<void> {
  const { words } = context;
  const channel = wholeNumber(typed, { what: words.radio.info.channel, min: 11, max: 26 }, words);
  await demandYes(context, words.radio.confirmChannel(channel), yes === true);
  const title = words.radio.movingChannel(channel);
  await followed(context, '/api/coordinator/channel', { channel }, title);
}

async function move(
  context: Context,
  [port = '']: readonly string[],
  options: MoveOptions,
): Promise<void> {
  const { words, printer } = context;
  const { driver, overwrite = false, keep = false } = options;
  const limits = { what: '--baud-rate', min: 9_600, max: 3_000_000 };
  const baudRate =
    options.baudRate === undefined ? null : wholeNumber(options.baudRate, limits, words);
  const found = await lookAt(context, port, driver);
  if (!printer.isJson) tellCheck(context, found);
  await demandYes(context, words.radio.confirmMove(port), options.yes === true);
  const password = await ownPassword(context);
  const where = { port, driver: driver ?? found.driver ?? 'zstack', baudRate };
  const wish = { ...where, overwrite, keep, password };
  await followed(context, '/api/coordinator/move', wish, words.radio.moving(port));
}

async function backups({ client, printer, words, language }: Context): Promise<void> {
  const kept = await client.list<CoordinatorBackupJson>('/api/coordinator/backups');
  if (printer.isJson) printer.value(kept);
  else if (kept.length === 0) printer.line(words.radio.backupsNone);
  else {
    printer.table([
      words.radio.columns.backups,
      ...kept.map(({ name, at, devices, channel, source }) => [
        name,
        moment(at, language),
        String(devices),
        String(channel),
        source,
      ]),
    ]);
  }
}

function tellKept({ printer, words }: Context, kept: CoordinatorBackupJson): void {
  if (printer.isJson) printer.value(kept);
  else printer.line(words.radio.kept(kept.name, kept.devices));
}

async function backup(context: Context): Promise<void> {
  const { body } = await context.client.request<CoordinatorBackupJson>(
    'POST',
    '/api/coordinator/backups',
    { body: {}, timeoutMs: LONG_MS },
  );
  tellKept(context, body);
}

async function importBackup(context: Context, [file = '']: readonly string[]): Promise<void> {
  const { client, words } = context;
  let text: string;
  try {
    if (fs.statSync(file).size > FILE_BYTES_MAX) throw new Error(`> ${FILE_BYTES_MAX}`);
    text = fs.readFileSync(file, 'utf8');
  } catch (error) {
    const hint = fileCause(error, words);
    throw new CliError('usage', words.usage.badFile(file), { hint, cause: error });
  }
  const { body } = await client.request<CoordinatorBackupJson>('POST', '/api/coordinator/backups', {
    body: { text },
  });
  tellKept(context, body);
}

async function exportBackup(
  context: Context,
  [name = '', file = '']: readonly string[],
): Promise<void> {
  const { client, printer, words } = context;
  if (fs.existsSync(file)) throw new CliError('usage', words.radio.exists(file));
  const password = await ownPassword(context);
  const { body } = await client.request<CoordinatorBackupTextJson>(
    'POST',
    apiPath`/api/coordinator/backups/${name}/export`,
    { body: { password } },
  );
  // Made anew and for its owner alone, whatever the umask says.
  try {
    fs.writeFileSync(file, body.text, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    const hint = fileCause(error, words);
    throw new CliError('usage', words.usage.notWritten(file), { hint, cause: error });
  }
  if (printer.isJson) printer.value({ name: body.name, file });
  else printer.line(words.radio.exported(file));
}

async function restore(
  context: Context,
  [name = '']: readonly string[],
  { yes }: MoveOptions,
): Promise<void> {
  const { words } = context;
  await demandYes(context, words.radio.confirmRestore(name), yes === true);
  const password = await ownPassword(context);
  const path = apiPath`/api/coordinator/backups/${name}/restore`;
  await followed(context, path, { password }, words.radio.restoring(name));
}
