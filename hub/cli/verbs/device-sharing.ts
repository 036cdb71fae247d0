// `ingle devices share`, `homes` and `leave`: a Matter device in other homes beside this one.
import type { Command } from 'commander';
import type {
  MatterFabricJson,
  MatterNodeJson,
  MatterWindowJson,
} from '../../api/matter-nodes-shapes.ts';
import type { DeviceJson } from '../../api/shapes.ts';
import { problemIn } from '../../model/problem-words.ts';
import { wholeNumber } from '../arguments.ts';
import { CliError } from '../cli-error.ts';
import { apiPath } from '../client.ts';
import { type Context, findDevice, moment } from '../context.ts';
import { isConfirmed } from '../prompt.ts';
import { terminalQr } from '../terminal-qr.ts';
import type { VerbSetting } from '../verb.ts';

const SECONDS = { what: '--seconds', min: 180, max: 900 };
/** The device itself is asked. */
const ANSWER_LIMIT_MS = 30_000;

interface ShareOptions {
  readonly seconds: string;
  readonly close?: boolean;
}

/** Adds the three to `ingle devices`. */
export function addDeviceSharing(devices: Command, { words, act }: VerbSetting): void {
  const { help } = words.deviceSharing;
  devices
    .command('share')
    .argument('<device>')
    .description(help.share)
    .option('--seconds <seconds>', help.seconds, '900')
    .option('--close', help.close)
    .action(async (typed: string, options: ShareOptions, command: Command) => {
      await act(command, (context) => share(context, typed, options));
    });
  devices
    .command('homes')
    .argument('<device>')
    .description(help.homes)
    .action(async (typed: string, _options: object, command: Command) => {
      await act(command, (context) => homes(context, typed));
    });
  devices
    .command('leave')
    .argument('<device>')
    .argument('<number>')
    .description(help.leave)
    .option('-y, --yes', help.yes)
    .action(async (typed: string, number: string, options: { yes?: boolean }, command: Command) => {
      await act(command, (context) => leave(context, { typed, number }, options.yes === true));
    });
}

/** As it stands on devices: 4, 3 and 4 digits. */
const spaced = (code: string) => code.replace(/^(\d{4})(\d{3})(\d{4})$/, '$1-$2-$3');

const nodeOf = async ({ client }: Context, { id }: DeviceJson): Promise<MatterNodeJson> => {
  const path = apiPath`/api/devices/${id}/matter`;
  return (await client.request<MatterNodeJson>('GET', path, { timeoutMs: ANSWER_LIMIT_MS })).body;
};

async function share(
  context: Context,
  typed: string,
  { seconds, close }: ShareOptions,
): Promise<void> {
  const { client, printer, words, language } = context;
  const device = await findDevice(context, typed);
  const path = apiPath`/api/devices/${device.id}/matter/window`;
  if (close === true) {
    await client.request('DELETE', path, { timeoutMs: ANSWER_LIMIT_MS });
    if (printer.isJson) printer.value({ device: device.id, window: null });
    else printer.line(words.deviceSharing.closed(device.name));
    return;
  }
  const body = { seconds: wholeNumber(seconds, SECONDS, words) };
  const options = { body, timeoutMs: ANSWER_LIMIT_MS };
  const { body: window } = await client.request<MatterWindowJson>('POST', path, options);
  if (printer.isJson) {
    printer.value({ device: device.id, window });
    return;
  }
  const { manualCode, qrText, closesAt } = window;
  if (qrText !== null) printer.lines(terminalQr(qrText));
  if (manualCode !== null) printer.line(words.deviceSharing.code(spaced(manualCode)));
  if (qrText !== null) printer.line(words.deviceSharing.qr(qrText));
  if (closesAt !== null) {
    printer.line(words.deviceSharing.opened(device.name, moment(closesAt, language)));
  }
}

async function homes(context: Context, typed: string): Promise<void> {
  const { client, printer, words, language } = context;
  const device = await findDevice(context, typed);
  const node = await nodeOf(context, device);
  if (printer.isJson) {
    printer.value(node);
    return;
  }
  const text = words.deviceSharing;
  const { bridge, bridged, attestation, fabrics, fabricsMax, window, problem } = node;
  if (bridge !== null) {
    const found = await client.list<DeviceJson>('/api/devices');
    printer.line(text.onBridge(found.find(({ id }) => id === bridge)?.name ?? bridge));
  }
  if (bridged.length > 0) printer.line(text.bridges(bridged.length));
  if (attestation !== null) {
    printer.line(text.certificate(text.attestation[attestation] ?? attestation));
  }
  if (problem !== null) {
    const { detail, hint } = problemIn(problem, language);
    printer.line([detail, hint].filter(Boolean).join(' '));
  }
  if (window !== null) {
    const { manualCode, closesAt } = window;
    if (manualCode === null) printer.line(text.foreign(device.name));
    else printer.line(text.code(spaced(manualCode)));
    if (closesAt !== null) printer.line(text.opened(device.name, moment(closesAt, language)));
  }
  if (fabrics === null) return;
  printer.line(text.homes(device.name, fabrics.length, fabricsMax));
  printer.table([
    text.columns,
    ...fabrics.map((fabric) => [
      String(fabric.index),
      nameOf(fabric, context),
      fabric.own ? text.own : (fabric.vendor ?? text.vendor(fabric.vendorId)),
      fabric.fabricId,
    ]),
  ]);
}

function nameOf({ label }: MatterFabricJson, { words }: Context): string {
  return label === '' ? words.deviceSharing.noName : label;
}

async function leave(
  context: Context,
  { typed, number }: { readonly typed: string; readonly number: string },
  isSure: boolean,
): Promise<void> {
  const { client, printer, words } = context;
  const text = words.deviceSharing;
  const device = await findDevice(context, typed);
  const { fabrics } = await nodeOf(context, device);
  const fabric = fabrics?.find(({ index }) => String(index) === number);
  if (fabric === undefined) throw new CliError('not-found', text.noSuchHome(device.name, number));
  const home = nameOf(fabric, context);
  const answer = await isConfirmed(text.sure(device.name, home), isSure);
  if (answer === 'nobody') {
    throw new CliError('usage', words.usage.needsYes, { hint: words.usage.needsYesHint });
  }
  if (answer === 'no') {
    printer.note(text.kept);
    return;
  }
  const path = apiPath`/api/devices/${device.id}/matter/fabrics/${String(fabric.index)}`;
  await client.request('DELETE', path, { timeoutMs: ANSWER_LIMIT_MS });
  if (printer.isJson) printer.value({ device: device.id, left: fabric.index });
  else printer.line(text.left(device.name, home));
}
