// `ingle backup` and `ingle restore`: the home in one encrypted file, and back from it.
import fs from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import type { BackupJson, BackupsJson, RecoveryCodeJson } from '../../api/backups-routes.ts';
import type { JobJson } from '../../api/shapes.ts';
import type { OpenedBackup } from '../../store/backup/read.ts';
import { CliError } from '../cli-error.ts';
import { apiPath } from '../client.ts';
import { type Context, moment } from '../context.ts';
import { showJob } from '../job-progress.ts';
import { createPrompt, isConfirmed } from '../prompt.ts';
import { terminalQr } from '../terminal-qr.ts';
import { dataFolders } from '../tokens.ts';
import type { AddVerb } from '../verb.ts';
import { withKit } from './adapter-kit.ts';

/** The first question of a job's worker may wait for it to start. */
const LONG_MS = 60_000;

interface CodeOptions {
  readonly codeFile?: string;
}

export const addBackup: AddVerb = (program, { words, act, examples }) => {
  const { help } = words.backup;
  const backup = program
    .command('backup')
    .description(help.backup)
    .addHelpText(
      'after',
      examples(
        'ingle backup code',
        'ingle backup',
        'ingle backup list',
        'ingle backup save latest /media/usb/home.ingle-backup',
        'ingle backup check /media/usb/home.ingle-backup',
        'ingle restore /media/usb/home.ingle-backup --into ./data',
      ),
    );
  backup
    .command('make', { isDefault: true })
    .description(help.make)
    .action((_options: object, command: Command) => act(command, make));
  backup
    .command('list')
    .description(help.list)
    .action((_options: object, command: Command) => act(command, list));
  backup
    .command('code')
    .description(help.code)
    .option('--yes', words.help.yes)
    .action((options: { yes?: boolean }, command: Command) =>
      act(command, (context) => code(context, options.yes === true)),
    );
  backup
    .command('save <name> <file>')
    .description(help.save)
    .action((name: string, file: string, _options: object, command: Command) =>
      act(command, (context) => save(context, name, file)),
    );
  backup
    .command('remove <name>')
    .description(help.remove)
    .action((name: string, _options: object, command: Command) =>
      act(command, (context) => remove(context, name)),
    );
  backup
    .command('check <file>')
    .description(help.check)
    .option('--code-file <file>', help.codeFile)
    .action((file: string, options: CodeOptions, command: Command) =>
      act(command, (context) => check(context, file, options)),
    );
};

export const addRestore: AddVerb = (program, { words, act, examples }) => {
  const { help } = words.backup;
  program
    .command('restore <file>')
    .description(help.restore)
    .option('--into <folder>', help.into)
    .option('--code-file <file>', help.codeFile)
    .addHelpText(
      'after',
      examples(
        'ingle restore /media/usb/home.ingle-backup',
        'ingle restore home.ingle-backup --into ./data --code-file code.txt',
      ),
    )
    .action((file: string, options: CodeOptions & { into?: string }, command: Command) =>
      act(command, (context) => {
        const { data } = command.optsWithGlobals<{ data?: string }>();
        const [folder = 'data'] = dataFolders(options.into ?? data, context.environment);
        return restore(context, file, { folder, options });
      }),
    );
};

async function make(context: Context): Promise<void> {
  const { client, printer, words } = context;
  const { body: started } = await client.request<JobJson>('POST', '/api/jobs', {
    body: { kind: 'backup' },
    timeoutMs: LONG_MS,
  });
  const job = await showJob(context, started, words.backup.making);
  const made = job.result as BackupJson;
  if (printer.isJson) {
    printer.value(made);
    return;
  }
  printer.line(words.backup.made(made.name, sizeOf(made.bytes)));
  printer.line(words.backup.keepElsewhere(made.name));
}

async function list({ client, printer, words, language }: Context): Promise<void> {
  const { recipient, backups } = await client.get<BackupsJson>('/api/backups');
  if (printer.isJson) {
    for (const one of backups) printer.value(one);
    return;
  }
  if (backups.length === 0) {
    printer.line(recipient === null ? words.backup.noneNoCode : words.backup.none);
  }
  printer.table(backups.map(({ name, at, bytes }) => [name, moment(at, language), sizeOf(bytes)]));
}

async function code(context: Context, isYes: boolean): Promise<void> {
  const { client, printer, words } = context;
  const { recipient } = await client.get<BackupsJson>('/api/backups');
  if (recipient !== null) {
    const answer = await isConfirmed(`${words.backup.renew} ${words.backup.renewAsk}`, isYes);
    if (answer === 'nobody') {
      throw new CliError('usage', words.backup.renew, { hint: words.backup.renewYes });
    }
    if (answer === 'no') throw new CliError('cancelled', words.job.cancelled);
  }
  const password = context.isLocal ? null : await askPassword(context);
  const { body } = await client.request<RecoveryCodeJson>('POST', '/api/backups/code', {
    body: { password },
    timeoutMs: LONG_MS,
  });
  if (printer.isJson) {
    printer.value(body);
    return;
  }
  printer.line(words.backup.code);
  printer.line(`\n  ${body.code}\n`);
  if (printer.isTerminal) printer.line(terminalQr(body.code));
  printer.line(words.backup.keep);
  printer.line(words.backup.next);
}

async function askPassword({ words }: Context): Promise<string> {
  const prompt = createPrompt();
  try {
    return await prompt.ask(words.backup.password, { isSecret: true });
  } finally {
    prompt.close();
  }
}

async function save({ client, printer, words }: Context, typed: string, to: string): Promise<void> {
  const file = path.resolve(to);
  if (fs.existsSync(file)) {
    throw new CliError('conflict', words.backup.exists(file), { hint: words.backup.existsHint });
  }
  const { backups } = await client.get<BackupsJson>('/api/backups');
  const name = typed === 'latest' ? (backups[0]?.name ?? typed) : typed;
  const half = `${file}.part`;
  const interrupted = new AbortController();
  try {
    const bytes = await client.download(apiPath`/api/backups/${name}/file`, interrupted.signal);
    const options = { mode: 0o600, flush: true };
    await pipeline(Readable.fromWeb(bytes as never), fs.createWriteStream(half, options));
    const known = backups.find((one) => one.name === name)?.bytes;
    const { size } = fs.statSync(half);
    if (known !== undefined && known !== size) throw new Error(`${size} of ${known} bytes came`);
    fs.renameSync(half, file);
    if (printer.isJson) printer.value({ name, file, bytes: size });
    else printer.line(words.backup.saved(file, sizeOf(size)));
  } finally {
    fs.rmSync(half, { force: true });
  }
}

async function remove({ client, printer, words }: Context, name: string): Promise<void> {
  await client.request('DELETE', apiPath`/api/backups/${name}`);
  if (printer.isJson) printer.value({ name, removed: true });
  else printer.line(words.backup.removed(name));
}

async function check(context: Context, file: string, options: CodeOptions): Promise<void> {
  const opened = await withKit(context, async () => {
    const { verifyBackup } = await import('../../store/backup/read.ts');
    return verifyBackup(file, await codeOf(context, options));
  });
  tell(context, opened, {});
}

async function restore(
  context: Context,
  file: string,
  { folder, options }: { readonly folder: string; readonly options: CodeOptions },
): Promise<void> {
  const opened = await withKit(context, async () => {
    const { restoreBackup } = await import('../../store/backup/read.ts');
    return restoreBackup(file, await codeOf(context, options), folder);
  });
  tell(context, opened, { folder });
}

function tell(
  { printer, words, language }: Context,
  { manifest, files, bytes }: OpenedBackup,
  more: { readonly folder?: string },
): void {
  if (printer.isJson) {
    const { home, at, hub } = manifest;
    printer.value({ home, at, hub, files, bytes, ...more });
    return;
  }
  printer.line(words.backup.holds(manifest.home, moment(manifest.at, language), manifest.hub));
  printer.line(words.backup.files(String(files), sizeOf(bytes)));
  if (more.folder === undefined) return;
  printer.line(words.backup.restored(more.folder));
  printer.line(words.backup.start(more.folder));
}

/** Never among the arguments: those are seen by everybody on the machine and kept by the shell. */
async function codeOf({ words }: Context, { codeFile }: CodeOptions): Promise<string> {
  if (codeFile !== undefined) return fs.readFileSync(codeFile, 'utf8').trim();
  const prompt = createPrompt();
  try {
    const given = (await prompt.ask(words.backup.askCode, { isSecret: true })).trim();
    if (given !== '') return given;
  } finally {
    prompt.close();
  }
  throw new CliError('usage', words.backup.noCode, { hint: words.backup.noCodeHint });
}

function sizeOf(bytes: number): string {
  return bytes < 1_000_000
    ? `${Math.ceil(bytes / 1_000)} kB`
    : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
