// `ingle import zigbee2mqtt`: moves a home in from the data folder of a Zigbee2MQTT, after it has said what it would do.
// The folder is read here, where its owner is; the hub gets the texts and never opens it.
import fs from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import type { MovePlanJson } from '../../api/moving-in-routes.ts';
import type { JobJson } from '../../api/shapes.ts';
import { CliError } from '../cli-error.ts';
import type { Context } from '../context.ts';
import { fileCause } from '../file-cause.ts';
import { showJob } from '../job-progress.ts';
import { isConfirmed } from '../prompt.ts';
import type { AddVerb } from '../verb.ts';

const MARKS = { add: '+', change: '~', keep: '=', leave: '·' } as const;
const BYTES_MAX = 4 * 1024 * 1024;
const FILES_MAX = 100;
const WHOLE = new Set(['database.db', 'coordinator_backup.json']);
/** Of these only the names are told: the household's own programs stay where they are. */
const CODE_FOLDERS = ['external_converters', 'external_extensions'];

interface ImportOptions {
  readonly port?: string;
  readonly driver?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

export const addImport: AddVerb = (program, { words, act, examples }) => {
  const group = program.command('import').description(words.help.import);
  group
    .command('zigbee2mqtt')
    .argument('<folder>')
    .description(words.help.importZigbee2Mqtt)
    .option('--port <port>', words.help.importPort)
    .option('--driver <driver>', words.help.importDriver)
    .option('--dry-run', words.help.importDryRun)
    .option('--yes', words.help.yes)
    .addHelpText(
      'after',
      examples(
        'ingle import zigbee2mqtt /opt/zigbee2mqtt/data --dry-run',
        'ingle import zigbee2mqtt /opt/zigbee2mqtt/data --yes',
        'ingle import zigbee2mqtt ./data --port tcp://192.168.1.20:6638 --driver zstack',
      ),
    )
    .action(async (folder: string, options: ImportOptions, command: Command) => {
      await act(command, (context) => moveIn(context, folder, options));
    });
};

async function moveIn(context: Context, folder: string, options: ImportOptions): Promise<void> {
  const { client, printer, words, language } = context;
  const files = readFolder(context, folder);
  const { port = null, driver = null } = options;
  const { body: plan } = await client.request<MovePlanJson>('POST', '/api/zigbee2mqtt/plan', {
    body: { files, port, driver },
  });
  if (plan.id === null) {
    throw new CliError('invalid-input', words.import.cannot(folder, plan.problems.length), {
      errors: plan.problems.map(({ file, line, text }) => ({
        path: file ?? folder,
        message: text.en,
        zh: text.zh,
        ...(line === null ? {} : { line, column: 1 }),
      })),
      hint: words.provision.nothingChanged,
    });
  }
  const isNothingToDo = plan.lines.every(({ action }) => action === 'keep' || action === 'leave');
  if (!printer.isJson) {
    for (const line of plan.lines) printer.line(`${MARKS[line.action]} ${line.text[language]}`);
    if (plan.warning !== null) printer.line(`! ${plan.warning[language]}`);
    printer.line(words.import.untouched(folder));
    if (isNothingToDo) printer.line(words.import.nothingToDo);
  }
  if (options.dryRun || isNothingToDo) {
    if (printer.isJson) printer.value({ plan });
    return;
  }
  const answer = await isConfirmed(words.provision.confirm, options.yes === true);
  if (answer === 'nobody') {
    throw new CliError('usage', words.provision.needsYes, { hint: words.provision.needsYesHint });
  }
  if (answer === 'no') throw new CliError('cancelled', words.provision.nothingChanged);
  const { body: started } = await client.request<JobJson>('POST', '/api/jobs', {
    body: { kind: 'zigbee2mqtt', plan: plan.id },
  });
  const job = await showJob(context, started, words.import.title(folder));
  if (printer.isJson) printer.value({ plan, job });
  else printer.line(words.import.done);
}

/** The texts that matter, each opened to be read and nothing else. */
function readFolder({ words }: Context, folder: string): Record<string, string> {
  const files: Record<string, string> = {};
  let bytes = 0;
  const take = (name: string) => {
    const file = path.join(folder, name);
    bytes += fs.statSync(file).size;
    if (bytes > BYTES_MAX || Object.keys(files).length >= FILES_MAX) {
      throw new CliError('too-large', words.import.tooLarge(folder));
    }
    files[name] = fs.readFileSync(file, { encoding: 'utf8', flag: 'r' });
  };
  try {
    for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
      const isWanted = WHOLE.has(entry.name) || /\.ya?ml$/.test(entry.name);
      if (isWanted && !entry.isDirectory()) take(entry.name);
      if (!entry.isDirectory() || !CODE_FOLDERS.includes(entry.name)) continue;
      for (const name of fs.readdirSync(path.join(folder, entry.name))) {
        if (/\.[cm]?js$/.test(name)) files[`${entry.name}/${name}`] = '';
      }
    }
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError('usage', words.import.unreadable(folder), {
      hint: fileCause(error, words),
      cause: error,
    });
  }
  if (files['configuration.yaml'] === undefined) {
    const below = fs.existsSync(path.join(folder, 'data', 'configuration.yaml'));
    throw new CliError('usage', words.import.noConfiguration(folder), {
      hint: below ? words.import.dataBelow(path.join(folder, 'data')) : words.import.whichFolder,
    });
  }
  return files;
}
