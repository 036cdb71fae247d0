// `ingle provision`: sets up a home from one file, after it has said what it would do; `ingle export` writes such a file.
import fs from 'node:fs';
import type { Command } from 'commander';
import type { ProvisioningPlanJson } from '../../api/provisioning-shapes.ts';
import type { JobJson } from '../../api/shapes.ts';
import { readText, wholeNumber } from '../arguments.ts';
import { CliError } from '../cli-error.ts';
import type { Context } from '../context.ts';
import { fileCause } from '../file-cause.ts';
import { showJob } from '../job-progress.ts';
import { isConfirmed } from '../prompt.ts';
import type { AddVerb } from '../verb.ts';

const MARKS = { add: '+', change: '~', keep: '=', leave: '·' } as const;
const SECONDS_MIN = 10;
const SECONDS_MAX = 900;

interface ProvisionOptions {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly wait?: string;
  readonly schema?: boolean;
}

export const addProvision: AddVerb = (program, { words, act, examples }) => {
  program
    .command('provision')
    .argument('[file]')
    .description(words.help.provision)
    .option('--dry-run', words.help.provisionDryRun)
    .option('--yes', words.help.yes)
    .option('--wait <seconds>', words.help.provisionWait)
    .option('--schema', words.help.provisionSchema)
    .addHelpText(
      'after',
      examples(
        'ingle provision house.yaml --dry-run',
        'ingle provision house.yaml --yes --wait 900',
        'ingle provision --schema > house.schema.json',
      ),
    )
    .action(async (file: string | undefined, options: ProvisionOptions, command: Command) => {
      await act(command, async (context) => {
        if (options.schema) await printSchema(context);
        else if (file === undefined) {
          throw new CliError('usage', words.provision.noFile, { hint: words.provision.noFileHint });
        } else await provision(context, file, options);
      });
    });
  program
    .command('export')
    .argument('[file]')
    .description(words.help.export)
    .addHelpText('after', examples('ingle export > house.yaml', 'ingle export house.yaml'))
    .action(async (file: string | undefined, _options: unknown, command: Command) => {
      await act(command, (context) => exportHome(context, file));
    });
};

async function printSchema({ client, printer }: Context): Promise<void> {
  const schema = await client.get<unknown>('/api/provisioning.schema.json');
  if (printer.isJson) printer.value(schema);
  else printer.lines(JSON.stringify(schema, null, 2));
}

async function provision(context: Context, file: string, options: ProvisionOptions): Promise<void> {
  const { client, printer, words, language } = context;
  const limits = { what: '--wait', min: SECONDS_MIN, max: SECONDS_MAX };
  const seconds = wholeNumber(options.wait ?? '600', limits, words);
  const text = readText(file, words);
  const { body: plan } = await client.request<ProvisioningPlanJson>(
    'POST',
    '/api/provisioning/plan',
    { body: { text } },
  );
  if (plan.errors.length > 0) {
    throw new CliError('invalid-input', words.provision.mistakes(file, plan.errors.length), {
      errors: plan.errors,
      hint: words.provision.nothingChanged,
    });
  }
  if (printer.isJson) {
    if (options.dryRun || plan.isNothingToDo) {
      printer.value({ plan });
      return;
    }
  } else {
    for (const line of plan.lines) printer.line(`${MARKS[line.action]} ${line.text[language]}`);
    if (plan.isNothingToDo) printer.line(words.provision.nothingToDo);
    if (options.dryRun || plan.isNothingToDo) return;
  }
  const answer = await isConfirmed(words.provision.confirm, options.yes === true);
  if (answer === 'nobody') {
    throw new CliError('usage', words.provision.needsYes, { hint: words.provision.needsYesHint });
  }
  if (answer === 'no') throw new CliError('cancelled', words.provision.nothingChanged);
  const { body: started } = await client.request<JobJson>('POST', '/api/jobs', {
    body: { kind: 'provision', text, seconds },
  });
  const job = await showJob(context, started, words.provision.title(file));
  if (printer.isJson) printer.value({ plan, job });
  else printer.line(words.provision.done);
}

async function exportHome({ client, printer, words }: Context, file?: string): Promise<void> {
  const text = await client.text('/api/provisioning');
  if (printer.isJson) {
    printer.value({ text });
  } else if (file === undefined) {
    printer.lines(text.trimEnd());
  } else {
    try {
      fs.writeFileSync(file, text, { flag: 'wx' });
    } catch (error) {
      throw new CliError('usage', words.provision.notWritten(file), {
        hint: fileCause(error, words),
        cause: error,
      });
    }
    printer.line(words.provision.written(file));
  }
}
