// `ingle firmware`: the hub's catalogue of images, and updates of devices from it. `verify` looks at a file by itself.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import type {
  FirmwareCheckJson,
  FirmwareImageJson,
  FirmwareImportJson,
} from '../../api/firmware-shapes.ts';
import type { DeviceJson, JobJson } from '../../api/shapes.ts';
import { ValidationError } from '../../model/errors.ts';
import { CliError } from '../cli-error.ts';
import { apiPath } from '../client.ts';
import { type Context, demandLocal, findDevice } from '../context.ts';
import { showJob } from '../job-progress.ts';
import { isConfirmed } from '../prompt.ts';
import type { AddVerb } from '../verb.ts';

/** A device is asked over the air, and a sleeping one answers late. */
const CHECK_TIMEOUT_MS = 70_000;

const hex = (value: number, digits: number) => `0x${value.toString(16).padStart(digits, '0')}`;

export const addFirmware: AddVerb = (program, { words, act, examples }) => {
  const firmware = program
    .command('firmware')
    .description(words.help.firmware)
    .addHelpText(
      'after',
      examples(
        'ingle firmware verify bulb.ota',
        'ingle firmware import ./images',
        'ingle firmware check "Hall lamp"',
        'ingle firmware update "Hall lamp" --yes',
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
    .description(words.help.firmwareImport)
    .action(async (source: string, _options: unknown, command: Command) => {
      await act(command, (context) => importImages(context, source));
    });
  firmware
    .command('verify')
    .argument('<file>')
    .description(words.help.firmwareVerify)
    .action(async (file: string, _options: unknown, command: Command) => {
      await act(command, (context) => verify(context, file));
    });
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
    .description(words.help.firmwareUpdate)
    .action(async (typed: string, options: { yes?: boolean }, command: Command) => {
      await act(command, (context) => update(context, typed, options.yes === true));
    });
};

function imageText({ otaHeaderString, fileName, fileVersion }: FirmwareImageJson): string {
  return `${otaHeaderString || fileName} (${hex(fileVersion, 8)})`;
}

async function listImages({ client, printer, words }: Context): Promise<void> {
  const images = await client.list<FirmwareImageJson>('/api/firmware');
  if (printer.isJson) printer.value({ images });
  else if (images.length === 0) printer.line(words.firmware.none);
  else {
    printer.table([
      words.firmware.columns,
      ...images.map((image) => [
        image.otaHeaderString ?? '',
        hex(image.fileVersion, 8),
        hex(image.manufacturerCode, 4),
        hex(image.imageType, 4),
        String(image.fileSize),
      ]),
    ]);
  }
}

async function importImages(context: Context, source: string): Promise<void> {
  demandLocal(context, 'ingle firmware import');
  const { client, printer, words } = context;
  const { body } = await client.request<FirmwareImportJson>('POST', '/api/firmware', {
    body: { path: path.resolve(source) },
    timeoutMs: CHECK_TIMEOUT_MS,
  });
  if (printer.isJson) printer.value(body);
  else {
    for (const image of body.added) printer.line(words.firmware.added(imageText(image)));
    for (const text of body.refused) printer.note(words.firmware.refused(text));
  }
}

async function verify({ printer, words }: Context, file: string): Promise<void> {
  const { readImage, IMAGE_BYTES_MAX } = await import('../../../firmware-images/zigbee-ota.ts');
  let bytes: Buffer;
  try {
    const { size } = fs.statSync(file);
    if (size > IMAGE_BYTES_MAX) throw new Error(`${size} > ${IMAGE_BYTES_MAX}`);
    bytes = fs.readFileSync(file);
  } catch (error) {
    throw new CliError('usage', words.usage.badFile(file), {
      hint: error instanceof Error ? error.message : null,
      cause: error,
    });
  }
  try {
    const { header, elements, leadingBytes, trailingBytes, image } = readImage(bytes);
    const sha512 = createHash('sha512').update(bytes).digest('hex');
    const sizes = { imageBytes: image.length, leadingBytes, trailingBytes };
    if (printer.isJson) {
      const tags = elements.map(({ tag, data }) => ({ tag, bytes: data.length }));
      printer.value({ header, elements: tags, ...sizes, sha512 });
      return;
    }
    printer.line(words.firmware.whole(header.text || path.basename(file)));
    const rows: [string, string][] = [
      [words.firmware.version, hex(header.fileVersion, 8)],
      [words.firmware.manufacturer, hex(header.manufacturerCode, 4)],
      [words.firmware.type, hex(header.imageType, 4)],
      [words.firmware.size, String(image.length)],
      ['sha512', sha512],
    ];
    printer.table(rows);
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    throw new CliError('invalid-input', `${file}: ${error.message}`, { hint: error.hint });
  }
}

async function check({ client }: Context, device: DeviceJson): Promise<FirmwareCheckJson> {
  const { body } = await client.request<FirmwareCheckJson>(
    'GET',
    apiPath`/api/devices/${device.id}/firmware`,
    { timeoutMs: CHECK_TIMEOUT_MS },
  );
  return body;
}

function tellCheck(
  { printer, words }: Context,
  { name }: DeviceJson,
  { current, available }: FirmwareCheckJson,
): void {
  printer.line(words.firmware.runs(name, hex(current.fileVersion, 8)));
  printer.line(
    available === null ? words.firmware.newest : words.firmware.newer(imageText(available)),
  );
}

async function update(context: Context, typed: string, isYes: boolean): Promise<void> {
  const { client, printer, words } = context;
  const device = await findDevice(context, typed);
  const found = await check(context, device);
  if (!printer.isJson) tellCheck(context, device, found);
  if (found.available === null) {
    if (printer.isJson) printer.value({ ...found, job: null });
    return;
  }
  const answer = await isConfirmed(words.firmware.confirm(device.name), isYes);
  if (answer === 'nobody') {
    throw new CliError('usage', words.provision.needsYes, { hint: words.firmware.needsYesHint });
  }
  if (answer === 'no') throw new CliError('cancelled', words.provision.nothingChanged);
  const { body: started } = await client.request<JobJson>('POST', '/api/jobs', {
    body: { kind: 'firmware', device: device.id },
  });
  const job = await showJob(context, started, words.firmware.title(device.name));
  if (printer.isJson) printer.value({ ...found, job });
  else printer.line(words.firmware.done(device.name));
}
