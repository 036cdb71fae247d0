// The `ingle` command: reads the words, finds the hub and the right to speak to it, runs one verb, and turns
// whatever goes wrong into a message, a hint and an exit code. Verbs stand in verbs/, one file each.
import { Command, CommanderError } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { inputProblemIn } from '../model/problem-words.ts';
import { oneOf } from './arguments.ts';
import { nearest } from './choose.ts';
import { CliError, type CliErrorCode } from './cli-error.ts';
import { Client } from './client.ts';
import type { Context, Language } from './context.ts';
import { en, type Messages } from './messages/en.ts';
import { zh } from './messages/zh.ts';
import { createPrinter } from './printer.ts';
import { columnsOf, plain, plainJson, wrapped } from './terminal-text.ts';
import { dataFolders, isLoopback, localTokens, runningHub, storedToken } from './tokens.ts';
import type { VerbSetting } from './verb.ts';
import { addAdapter } from './verbs/adapter.ts';
import { addBackup, addRestore } from './verbs/backup.ts';
import { addClaim } from './verbs/claim.ts';
import { addCoordinator } from './verbs/coordinator.ts';
import { addDevices } from './verbs/devices.ts';
import { addDoctor } from './verbs/doctor.ts';
import { addFirmware } from './verbs/firmware.ts';
import { addHome } from './verbs/home.ts';
import { addImport } from './verbs/import.ts';
import { addLinks } from './verbs/links.ts';
import { addLogin } from './verbs/login.ts';
import { addLogs } from './verbs/logs.ts';
import { addMatter } from './verbs/matter.ts';
import { addMesh } from './verbs/mesh.ts';
import { addMqtt } from './verbs/mqtt.ts';
import { addOpen } from './verbs/open.ts';
import { addNotify, addOutbound } from './verbs/outbound.ts';
import { addPair } from './verbs/pair.ts';
import { addProvision } from './verbs/provision.ts';
import { addReplace } from './verbs/replace.ts';
import { addResetPassword } from './verbs/reset-password.ts';
import { addScenes } from './verbs/scenes.ts';
import { addSet } from './verbs/set.ts';
import { addStatus } from './verbs/status.ts';
import { addSync } from './verbs/sync.ts';
import { addWaiting } from './verbs/waiting.ts';
import { addWatch } from './verbs/watch.ts';

/** The one map from what went wrong to the exit code: 1 failed, 2 input, 3 not reachable, 4 not allowed. */
const EXIT_CODES: Record<CliErrorCode, 1 | 2 | 3 | 4> = {
  usage: 2,
  'invalid-input': 2,
  'not-found': 2,
  'too-large': 2,
  unsupported: 2,
  'hub-unreachable': 3,
  'not-claimed': 4,
  unauthenticated: 4,
  forbidden: 4,
  'too-many-attempts': 4,
  conflict: 1,
  unreachable: 1,
  'timed-out': 1,
  'rejected-by-device': 1,
  'not-recorded': 1,
  busy: 1,
  cancelled: 1,
  storage: 1,
  internal: 1,
};

const PORT_DEFAULT = 8420;
const MESSAGES: Record<Language, Messages> = { en, zh };
const environment = process.env;

interface GlobalOptions {
  readonly json?: boolean;
  readonly hub?: string;
  readonly data?: string;
}

/** The value of an option before anything is parsed: help and faults need the language first. */
function earlyOption(args: readonly string[], name: string): string | undefined {
  const end = args.indexOf('--');
  const own = end === -1 ? args : args.slice(0, end);
  const joined = own.find((arg) => arg.startsWith(`${name}=`));
  const at = own.indexOf(name);
  return joined?.slice(name.length + 1) ?? (at === -1 ? undefined : own[at + 1]);
}

function languageOf(args: readonly string[]): Language {
  const asked = earlyOption(args, '--lang');
  if (asked === 'en' || asked === 'zh') return asked;
  const locale = environment.LC_ALL || environment.LC_MESSAGES || environment.LANG || '';
  return locale.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

/** The hub that is named, by option or environment; else the one that runs on the data folder, else the usual port. */
function hubAddress({ hub: named, data }: GlobalOptions, words: Messages): URL {
  const port = environment.INGLE_PORT || String(PORT_DEFAULT);
  if (
    named === undefined &&
    !(/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535)
  ) {
    throw new CliError('usage', words.usage.badPort(port));
  }
  const found =
    named === undefined && !environment.INGLE_PORT
      ? runningHub(dataFolders(data, environment))
      : undefined;
  const text = named ?? found ?? `http://127.0.0.1:${port}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isWeb = url?.protocol === 'http:' || url?.protocol === 'https:';
  if (!url || !isWeb || url.hostname === '' || url.username !== '') {
    throw new CliError('usage', words.usage.badHub(text), { hint: words.usage.badHubHint });
  }
  return new URL(url.origin);
}

function contextOf(options: GlobalOptions, language: Language): Context {
  const words = MESSAGES[language];
  const hub = hubAddress(options, words);
  const isLocal = isLoopback(hub);
  // Local root's token never leaves this machine.
  const readLocal = () =>
    isLocal
      ? localTokens(dataFolders(options.data, environment))
      : { tokens: [], isForbidden: false };
  const readTokens = () => {
    const stored = storedToken(hub, environment);
    const local = readLocal().tokens;
    return stored === undefined ? local : [...local, stored];
  };
  let signInHint = words.errors.signInRemote(hub.origin);
  if (isLocal) {
    signInHint = readLocal().isForbidden ? words.errors.signInForbidden : words.errors.signInLocal;
  }
  return {
    client: new Client({
      hub,
      version: packageJson.version,
      readTokens,
      language,
      messages: words,
      signInHint,
    }),
    language,
    words,
    printer: createPrinter(options.json === true),
    environment,
    isLocal,
    hasNamedHub: options.hub !== undefined,
  };
}

function buildProgram(language: Language): Command {
  const words = MESSAGES[language];
  const titles: Record<string, string> = {
    'Usage:': words.help.usage,
    'Arguments:': words.help.arguments,
    'Options:': words.help.options,
    'Global Options:': words.help.globalOptions,
    'Commands:': words.help.commands,
  };
  const program = new Command('ingle');
  program
    .description(words.help.program)
    .version(packageJson.version, '-V, --version', words.help.showVersion)
    .option('--json', words.help.json)
    .option('--hub <url>', words.help.hub)
    .option('--data <folder>', words.help.data)
    .option('--lang <language>', words.help.lang, (text) =>
      oneOf<Language>(text, ['en', 'zh'], '--lang', words),
    )
    .helpOption('-h, --help', words.help.showHelp)
    .helpCommand('help [command]', words.help.helpCommand)
    .configureHelp({
      showGlobalOptions: true,
      styleTitle: (title) => titles[title] ?? title,
      displayWidth: columnsOf,
      boxWrap: wrapped,
    })
    // Faults are told by this file, in the chosen language.
    .configureOutput({ writeErr: () => undefined })
    .exitOverride();

  const examples = (...lines: readonly string[]) =>
    `\n${words.help.examples}\n${lines.map((line) => `  ${line}`).join('\n')}\n`;
  const setting: VerbSetting = {
    words,
    examples,
    act: async (command, run) => run(contextOf(command.optsWithGlobals<GlobalOptions>(), language)),
  };
  for (const add of [
    addStatus,
    addDevices,
    addSet,
    addWaiting,
    addLinks,
    addAdapter,
    addPair,
    addReplace,
    addBackup,
    addRestore,
    addMatter,
    addMqtt,
    addOpen,
    addNotify,
    addOutbound,
    addSync,
    addScenes,
    addHome,
    addProvision,
    addImport,
    addFirmware,
    addMesh,
    addCoordinator,
    addDoctor,
    addWatch,
    addLogs,
    addClaim,
    addResetPassword,
    addLogin,
  ]) {
    add(program, setting);
  }
  const everyday = ['ingle status', 'ingle set hall-lamp on true', 'ingle watch'];
  program.addHelpText(
    'after',
    `${examples(...everyday)}\n${words.help.naming}\n${words.help.exitCodes}`,
  );
  return inheritSettings(program);
}

/** Verbs are made by their own files; what holds for the program holds for each of them. */
function inheritSettings(command: Command): Command {
  for (const verb of command.commands) {
    verb.copyInheritedSettings(command);
    inheritSettings(verb);
  }
  return command;
}

/** What commander found wrong with the words, in the chosen language. */
function usageError(
  error: CommanderError,
  words: Messages,
  { path, verbs, stray }: ReturnType<typeof commandPath>,
): CliError {
  const name = /'([^']*)'/.exec(error.message)?.[1] ?? '';
  const suggestion = /Did you mean (?:one of )?(.+)\?/.exec(error.message)?.[1];
  const hint =
    suggestion === undefined ? words.usage.helpHint(path) : words.usage.didYouMean(suggestion);
  switch (error.code) {
    case 'commander.unknownCommand':
      return new CliError('usage', words.usage.unknownCommand(name), { hint });
    case 'commander.unknownOption':
      return new CliError('usage', words.usage.unknownOption(name), { hint });
    case 'commander.missingArgument':
      return new CliError('usage', words.usage.missingArgument(name), { hint });
    case 'commander.optionMissingArgument':
      return new CliError('usage', words.usage.missingValue(name), { hint });
    case 'commander.excessArguments': {
      // With a verb that is meant where none is named, a mistyped one comes here as a word too many.
      if (verbs.length === 0 || stray === undefined) {
        return new CliError('usage', words.usage.excessArguments, { hint: words.usage.excessHint });
      }
      const [near] = nearest(stray, verbs);
      return new CliError('usage', words.usage.unknownCommand(stray), {
        hint: near === undefined ? hint : words.usage.didYouMean(near),
      });
    }
    default:
      return new CliError('usage', error.message.replace(/^error: /, ''), { hint });
  }
}

function report(error: CliError, language: Language, isJson: boolean): void {
  const words = MESSAGES[language];
  const { code, message, hint, errors } = error;
  if (isJson) {
    process.stderr.write(
      `${plainJson({ error: { code, message, hint, errors, exitCode: EXIT_CODES[code] } })}\n`,
    );
    return;
  }
  const lines = [plain(message)];
  for (const fault of errors) {
    // What is said already is not said twice.
    if ([message, hint].includes(inputProblemIn(fault, language))) continue;
    const place =
      fault.line === undefined ? fault.path : `${fault.line}:${fault.column ?? 1} ${fault.path}`;
    lines.push(`  ${plain(`${place}: ${inputProblemIn(fault, language)}`)}`);
  }
  if (hint !== null && hint !== '') lines.push(words.fact(words.errors.hint, plain(hint)));
  process.stderr.write(`${lines.join('\n')}\n`);
}

/** Options of every command that take a value. */
const VALUED: ReadonlySet<string> = new Set(['--hub', '--data', '--lang']);

/** The verbs that the words name, as in `ingle devices rename`, and the first word after them that names none. */
function commandPath(program: Command, args: readonly string[]) {
  const path = ['ingle'];
  let command: Command = program;
  let stray: string | undefined;
  let before = '';
  for (const arg of args) {
    const next = command.commands.find((each) => each.name() === arg);
    if (next) {
      path.push(arg);
      command = next;
      stray = undefined;
    } else if (!arg.startsWith('-') && !VALUED.has(before)) stray ??= arg;
    before = arg;
  }
  const verbs = command.commands.map((each) => each.name());
  return { path: path.join(' '), verbs, stray };
}

/** Runs one command line and returns its exit code. */
async function run(args: readonly string[]): Promise<number> {
  const language = languageOf(args);
  const words = MESSAGES[language];
  const program = buildProgram(language);
  const isJson = args.includes('--json');
  try {
    await program.parseAsync([...args], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) {
      // Help and version were asked for, and shown.
      if (error.exitCode === 0) return 0;
      if (error.code === 'commander.help') {
        program.configureOutput({ writeErr: (text) => void process.stderr.write(text) });
        program.outputHelp({ error: true });
        return EXIT_CODES.usage;
      }
      const told = usageError(error, words, commandPath(program, args));
      report(told, language, isJson);
      return EXIT_CODES[told.code];
    }
    const told =
      error instanceof CliError
        ? error
        : new CliError(
            'internal',
            `${words.errors.unexpected}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
          );
    report(told, language, isJson);
    return EXIT_CODES[told.code];
  }
}

// `ingle watch | head` closes the pipe; that is the reader's way to say "enough".
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});
process.exitCode = await run(process.argv.slice(2));
