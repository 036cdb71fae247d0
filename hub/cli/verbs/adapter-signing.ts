// The verbs of `ingle adapter` by which a package becomes preferred: a key is made, a package that was tried is
// signed, and anybody verifies who has signed it. All of them work with the hub down.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { addSignature, packageFiles, statementOf } from '../../../adapters/contract/vendor-kit.ts';
import {
  isSignedBy,
  readTrustedKeys,
  signatureLine,
  signersOf,
} from '../../../firmware-images/manifest.ts';
import { createSigningKey } from '../../../firmware-images/signing-key.ts';
import { PROJECT_KEYS, readManifest, SIGNATURES_FILE } from '../../model/vendor-adapter.ts';
import { CliError } from '../cli-error.ts';
import type { Context } from '../context.ts';
import type { VerbSetting } from '../verb.ts';
import { withKit } from './adapter-kit.ts';

export function addAdapterSigning(adapter: Command, { words, act }: VerbSetting): void {
  const { help } = words.signing;
  adapter
    .command('key <file>')
    .description(help.key)
    .action(async (file: string, _options: object, command: Command) => {
      await act(command, async (context) => makeKey(context, file));
    });
  adapter
    .command('sign <folder>')
    .description(help.sign)
    .requiredOption('--key <file>', help.keyFile)
    .action(async (folder: string, options: { key: string }, command: Command) => {
      await act(command, (context) => signFolder(context, folder, options.key));
    });
  adapter
    .command('verify <folder>')
    .description(help.verify)
    .option('--keys <keys>', help.keys)
    .action(async (folder: string, options: { keys?: string }, command: Command) => {
      await act(command, (context) => verify(context, folder, options.keys));
    });
}

function makeKey({ printer, words }: Context, typed: string): void {
  const file = path.resolve(typed);
  const { privateKey, publicKey } = createSigningKey();
  try {
    writeFileSync(file, privateKey, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new CliError('conflict', words.signing.exists(file), { hint: words.signing.existsHint });
  }
  if (printer.isJson) {
    printer.value({ file, publicKey });
    return;
  }
  printer.line(words.signing.made(file));
  printer.line(words.signing.publicKey(publicKey));
}

async function signFolder(context: Context, typed: string, key: string): Promise<void> {
  const { printer, words } = context;
  const folder = path.resolve(typed);
  const statement = await withKit(context, async () => statementOf(folder));
  const line = signed(statement, key, words);
  addSignature(folder, line);
  const [publicKey = ''] = line.split(' ');
  if (printer.isJson) printer.value({ folder, publicKey });
  else printer.line(words.signing.signed(publicKey));
}

/** @throws CliError for a file that holds no private ed25519 key */
function signed(statement: Buffer, key: string, words: Context['words']): string {
  try {
    return signatureLine(statement, readFileSync(path.resolve(key), 'utf8'));
  } catch (error) {
    throw new CliError('invalid-input', words.signing.noKey(key), {
      hint: words.signing.noKeyHint,
      cause: error,
    });
  }
}

/** Ends with 0 where the package is preferred by the keys, else with 1: a script may ask. */
async function verify(context: Context, typed: string, given: string | undefined): Promise<void> {
  const { printer, words } = context;
  const folder = path.resolve(typed);
  const [files, trusted] = await withKit(
    context,
    async () => [packageFiles(folder), readTrustedKeys(given ?? PROJECT_KEYS)] as const,
  );
  const { id, version, vendor } = await withKit(context, async () => readManifest(files));
  const statement = statementOf(folder);
  const signatures = files[SIGNATURES_FILE] ?? '';
  const signers = [...signersOf(statement, signatures)];
  const isPreferred = trusted !== null && isSignedBy(statement, signatures, trusted);
  if (printer.isJson) {
    const keys = trusted?.keys ?? [];
    printer.value({ id, version, signers, trusted: keys, preferred: isPreferred });
  } else if (signers.length > 0) {
    printer.line(words.signing.signers(`${id} ${version} (${vendor})`));
    for (const key of signers) printer.line(`  ${key}`);
    if (isPreferred) printer.line(words.signing.preferred);
  }
  if (isPreferred) return;
  const isSpoilt = signers.length === 0 && signatures.trim() !== '';
  const why = isSpoilt
    ? words.signing.spoilt
    : signers.length === 0
      ? words.signing.nobody(`${id} ${version} (${vendor})`)
      : words.signing.community;
  throw new CliError('rejected-by-device', why, {
    hint: trusted === null ? words.signing.noneIssued : null,
  });
}
