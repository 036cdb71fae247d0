// `ingle firmware`: the hub's catalogue of images, and updates of devices from it (those in firmware-updates.ts).
// `verify` looks at a file, or at a signed folder, by itself.
import fs from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import type {
  FirmwareImageJson,
  FirmwareImportJson,
  ListedImageJson,
} from '../../api/firmware-shapes.ts';
import { ValidationError } from '../../model/errors.ts';
import { CliError } from '../cli-error.ts';
import { type Context, demandLocal } from '../context.ts';
import type { AddVerb } from '../verb.ts';
import { addFirmwareUpdates, hex, imageText } from './firmware-updates.ts';

/** A catalogue of many images takes its time to verify. */
const IMPORT_TIMEOUT_MS = 600_000;

export const addFirmware: AddVerb = (program, tools) => {
  const { words, act, examples } = tools;
  const firmware = program
    .command('firmware')
    .description(words.help.firmware)
    .addHelpText(
      'after',
      examples(
        'ingle firmware verify bulb.ota',
        'ingle firmware import ./images --unsigned images',
        'ingle firmware check "Hall lamp"',
        'ingle firmware update "Hall lamp" --yes',
        'ingle firmware schedule "Hall lamp" --at 2026-11-23T02:30',
        'ingle firmware rollout --yes',
        'ingle firmware abort "Hall lamp"',
      ),
    );
  firmware
    .command('list', { isDefault: true })
    .description(words.help.firmwareList)
    .action(async (_options: unknown, command: Command) => {
      await act(command, listImages);
    });
  firmware
    .command('import')
    .argument('<path>')
    .option('--unsigned <name>', words.help.firmwareUnsigned)
    .description(words.help.firmwareImport)
    .action(async (source: string, options: { unsigned?: string }, command: Command) => {
      await act(command, (context) => importImages(context, source, options.unsigned ?? null));
    });
  firmware
    .command('verify')
    .argument('<path>')
    .option('--keys <keys>', words.help.firmwareKeys)
    .description(words.help.firmwareVerify)
    .action(async (source: string, options: { keys?: string }, command: Command) => {
      await act(command, (context) => verify(context, source, options.keys ?? ''));
    });
  addFirmwareUpdates(firmware, tools);
};

function sourceText({ words }: Context, { signedBy, takenBy }: FirmwareImageJson): string {
  if (signedBy !== null) return words.firmware.signed(signedBy);
  return takenBy === null ? '' : words.firmware.unsigned(takenBy);
}

async function listImages(context: Context): Promise<void> {
  const { client, printer, words, language } = context;
  const images = await client.list<ListedImageJson>('/api/firmware');
  if (printer.isJson) {
    printer.value({ images });
    return;
  }
  if (images.length === 0) {
    printer.line(words.firmware.none);
    return;
  }
  printer.table([
    words.firmware.columns,
    ...images.map((image) => [
      image.otaHeaderString ?? '',
      image.protocol,
      hex(image.fileVersion, 8),
      hex(image.manufacturerCode, 4),
      hex(image.imageType, 4),
      String(image.fileSize),
      String(image.devices.length),
      sourceText(context, image),
    ]),
  ]);
  for (const { hold, ...image } of images) {
    if (hold === null) continue;
    printer.note(words.firmware.held(imageText(image), hold.name, hold.reason[language]));
  }
}

async function importImages(
  context: Context,
  source: string,
  unsigned: string | null,
): Promise<void> {
  demandLocal(context, 'ingle firmware import');
  const { client, printer, words, language } = context;
  const { body } = await client.request<FirmwareImportJson>('POST', '/api/firmware', {
    body: { path: path.resolve(source), unsigned },
    timeoutMs: IMPORT_TIMEOUT_MS,
  });
  if (printer.isJson) {
    printer.value(body);
    return;
  }
  if (body.manifest !== null) {
    printer.line(words.firmware.manifest(body.manifest.name, body.manifest.version));
  }
  for (const image of body.added) printer.line(words.firmware.added(imageText(image)));
  for (const image of body.withdrawn) printer.line(words.firmware.withdrawn(imageText(image)));
  for (const { file, reason } of body.refused) {
    printer.note(words.firmware.refused(words.fact(file, reason[language])));
  }
}

async function verify(context: Context, source: string, keys: string): Promise<void> {
  const { printer, words, language } = context;
  try {
    const isFolder = fs.statSync(source, { throwIfNoEntry: false })?.isDirectory() === true;
    if (isFolder) await verifyFolder(context, source, keys);
    else await verifyFile(context, source);
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    const told = language === 'zh' && error.zh !== null ? error.zh : error;
    if (printer.isJson) printer.value({ whole: false, problem: error.message, zh: error.zh });
    throw new CliError('invalid-input', words.firmware.notWhole(source, told.message), {
      hint: told.hint,
      cause: error,
    });
  }
}

async function verifyFile({ printer, words }: Context, file: string): Promise<void> {
  const { readFirmwareFile, hashOf, FILE_BYTES_MAX } = await import(
    '../../../firmware-images/read-image.ts'
  );
  const { readLimited } = await import('../../../firmware-images/read-limited.ts');
  const bytes = await readLimited(file, FILE_BYTES_MAX);
  const { notesUrl: _, ...read } = await readFirmwareFile(bytes);
  const sha512 = (await hashOf('sha512', bytes)).toString('hex');
  if (printer.isJson) {
    printer.value({ whole: true, ...read, fileSize: bytes.length, sha512 });
    return;
  }
  const protocol = read.protocol === 'matter' ? 'Matter' : 'Zigbee';
  printer.line(words.firmware.whole(read.otaHeaderString || path.basename(file), protocol));
  printer.table([
    [words.firmware.version, hex(read.fileVersion, 8)],
    [words.firmware.manufacturer, hex(read.manufacturerCode, 4)],
    [words.firmware.type, hex(read.imageType, 4)],
    [words.firmware.size, String(read.imageBytes)],
    ['sha512', sha512],
  ]);
}

/** A folder with a signed list: the signatures, its date, and each of its images. */
async function verifyFolder({ printer, words }: Context, folder: string, keys: string) {
  const { verifyFolder: check } = await import('../../../firmware-images/verify-folder.ts');
  const { manifest, images } = await check(folder, keys, Date.now());
  if (printer.isJson) printer.value({ whole: true, manifest, images });
  else {
    printer.line(words.firmware.manifest(manifest.name, manifest.version));
    for (const name of images) printer.line(words.firmware.whole(name, 'OTA'));
  }
}
