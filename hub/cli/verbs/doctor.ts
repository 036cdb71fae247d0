// `ingle doctor`: looks for what is wrong, with the hub running or not, and says what to do. It changes nothing.
import fs from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import type { Context } from '../context.ts';
import type { Finding } from '../doctor/finding.ts';
import {
  askHub,
  checkAdapters,
  checkClock,
  checkHub,
  checkNotices,
  checkWrites,
} from '../doctor/hub-checks.ts';
import {
  checkCoordinator,
  checkDatabases,
  checkDisk,
  checkFolder,
  checkNode,
  checkToken,
  configuredCoordinator,
} from '../doctor/machine-checks.ts';
import { dataFolders } from '../tokens.ts';
import type { AddVerb } from '../verb.ts';

const MARKS: Readonly<Record<Finding['state'], string>> = {
  ok: '✓',
  warn: '!',
  fail: '✗',
  skipped: '–',
};

export const addDoctor: AddVerb = (program, { words, act, examples }) => {
  program
    .command('doctor')
    .description(words.help.doctor)
    .addHelpText(
      'after',
      examples('ingle doctor', 'ingle doctor --json', 'ingle doctor --data /srv/ingle'),
    )
    .action(async (_options: unknown, command: Command) => {
      const { data } = command.optsWithGlobals<{ data?: string }>();
      await act(command, (context) => examine(context, data));
    });
};

/** The folder of the hub on this machine: the one that was used last, else the one where it would be. */
function folderOf({ environment }: Context, data: string | undefined): string {
  const folders = dataFolders(data, environment);
  const usedAtMs = (folder: string) => {
    try {
      return fs.statSync(path.join(folder, 'home.db')).mtimeMs;
    } catch {
      return 0;
    }
  };
  return [...folders].sort((a, b) => usedAtMs(b) - usedAtMs(a))[0] ?? path.resolve('data');
}

async function examine(context: Context, data: string | undefined): Promise<void> {
  const { printer, words, language, client, environment, isLocal } = context;
  const facts = await askHub(context);
  const nowMs = Date.now();
  const ofHub = [
    checkHub(facts, client.hub.origin),
    checkClock(facts, nowMs),
    checkAdapters(facts),
    checkWrites(facts, nowMs),
    checkNotices(facts),
  ];
  const findings = isLocal ? [...(await ofMachine()), ...ofHub] : ofHub;
  const isSick = findings.some(({ state }) => state === 'fail');
  if (printer.isJson) printer.value({ findings, ok: !isSick });
  else {
    const told = new Set<string>();
    for (const { state, text, advice } of findings) {
      // What could not be looked at for one reason is said once.
      if (state === 'skipped' && told.has(text.en)) continue;
      told.add(text.en);

      printer.line(`${MARKS[state]} ${text[language]}`);
      if (advice !== null && state !== 'ok') {
        printer.line(`  ${words.fact(words.errors.hint, advice[language])}`);
      }
    }
  }
  if (!isSick) return;
  const count = findings.filter(({ state }) => state === 'fail').length;
  throw new CliError('internal', words.doctor.sick(count));

  async function ofMachine(): Promise<Finding[]> {
    const folder = folderOf(context, data);
    const coordinator = facts.coordinator ?? configuredCoordinator(environment);
    return [
      checkNode(process.version),
      checkFolder(folder),
      checkDisk(folder),
      await checkDatabases(folder, facts.isRunning),
      checkToken(folder),
      await checkCoordinator(coordinator, facts.isRunning),
    ];
  }
}
