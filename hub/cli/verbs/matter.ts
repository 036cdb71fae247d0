// `ingle matter`: Matter switched on and off while the hub runs; and `ingle matter bridge`, which shares the home with the
// home apps of others: what is offered, the code to add the bridge with, who has it, and what each may see and do.
import type { Command } from 'commander';
import type { AdapterJson } from '../../api/adapters-shapes.ts';
import type { BridgeDeviceJson, BridgeJson } from '../../api/matter-bridge-shapes.ts';
import { oneLine } from '../../model/problem-words.ts';
import { wholeNumber } from '../arguments.ts';
import { CliError } from '../cli-error.ts';
import { apiPath } from '../client.ts';
import { type Context, findDevice, findFabric, findRoom, moment } from '../context.ts';
import { isConfirmed } from '../prompt.ts';
import { terminalQr } from '../terminal-qr.ts';
import type { AddVerb, VerbSetting } from '../verb.ts';

const BRIDGE = '/api/matter/bridge';
const SECONDS = { what: '--seconds', min: 180, max: 900 };

export const addMatter: AddVerb = (program, setting) => {
  const { words, act, examples } = setting;
  const { help } = words.matter;
  const matter = program
    .command('matter')
    .description(help.matter)
    .addHelpText(
      'after',
      examples('ingle matter on', 'ingle matter on --interface eth0', 'ingle matter bridge on'),
    );
  matter
    .command('show', { isDefault: true })
    .description(help.matterShow)
    .action(async (_options: object, command: Command) => {
      await act(command, async (context) => showMatter(context, await matterOf(context)));
    });
  matter
    .command('on')
    .description(help.matterOn)
    .option('--interface <name>', help.interface)
    .action(async (options: { interface?: string }, command: Command) => {
      const settings = options.interface === undefined ? {} : { settings: { ...options } };
      await act(command, (context) => switchMatter(context, { enabled: true, ...settings }));
    });
  matter
    .command('off')
    .description(help.matterOff)
    .action(async (_options: object, command: Command) => {
      await act(command, (context) => switchMatter(context, { enabled: false }));
    });
  const bridge = matter
    .command('bridge')
    .description(help.bridge)
    .addHelpText(
      'after',
      examples(
        'ingle matter bridge on',
        'ingle matter bridge code',
        'ingle matter bridge devices add front-door-lock',
        'ingle matter bridge fabrics rights "Apple Home" --rooms hall,kitchen --read-only',
        'ingle matter bridge fabrics remove "Google Home"',
      ),
    );
  bridge
    .command('show', { isDefault: true })
    .description(help.show)
    .action(async (_options: object, command: Command) => {
      await act(command, async (context) => show(context, await bridgeOf(context)));
    });
  for (const [name, on] of [
    ['on', true],
    ['off', false],
  ] as const) {
    bridge
      .command(name)
      .description(on ? help.on : help.off)
      .action(async (_options: object, command: Command) => {
        await act(command, async (context) => {
          const answer = await change(context, { on });
          if (on && !context.printer.isJson) context.printer.line(words.matter.switchedOn);
          return answer;
        });
      });
  }
  bridge
    .command('code')
    .description(help.code)
    .option('--seconds <seconds>', help.seconds, '900')
    .option('--close', help.close)
    .action(async (options: { seconds: string; close?: boolean }, command: Command) => {
      await act(command, (context) => window(context, options));
    });
  bridge
    .command('reset')
    .description(help.reset)
    .option('--yes', help.yes)
    .action(async ({ yes }: { yes?: boolean }, command: Command) => {
      await act(command, (context) => reset(context, yes === true));
    });
  addDevices(bridge, setting);
  addFabrics(bridge, setting);
};

function addDevices(bridge: Command, { words, act }: VerbSetting): void {
  const { help } = words.matter;
  const devices = bridge.command('devices').description(help.devices);
  devices
    .command('list', { isDefault: true })
    .description(help.devicesList)
    .action(async (_options: object, command: Command) => {
      await act(command, async (context) => listDevices(context, await bridgeOf(context)));
    });
  for (const [name, isOffered] of [
    ['add', true],
    ['remove', false],
    ['auto', null],
  ] as const) {
    devices
      .command(`${name} <device...>`)
      .description(help[name])
      .action(async (typed: string[], _options: object, command: Command) => {
        await act(command, async (context) => {
          const found: [string, boolean | null][] = [];
          for (const one of typed) found.push([(await findDevice(context, one)).id, isOffered]);
          await change(context, { devices: Object.fromEntries(found) });
        });
      });
  }
  devices
    .command('kinds <kind...>')
    .description(help.kinds)
    .action(async (kinds: string[], _options: object, command: Command) => {
      await act(command, (context) => change(context, { kinds }));
    });
  devices
    .command('rooms <room...>')
    .description(help.rooms)
    .action(async (typed: string[], _options: object, command: Command) => {
      await act(command, async (context) => {
        await change(context, { rooms: await roomIds(context, typed) });
      });
    });
}

interface RightsOptions {
  readonly rooms?: string;
  readonly kinds?: string;
  readonly readOnly?: boolean;
  readonly control?: boolean;
}

function addFabrics(bridge: Command, { words, act }: VerbSetting): void {
  const { help } = words.matter;
  const fabrics = bridge.command('fabrics').description(help.fabrics);
  fabrics
    .command('list', { isDefault: true })
    .description(help.fabricsList)
    .action(async (_options: object, command: Command) => {
      await act(command, async (context) => listFabrics(context, await bridgeOf(context)));
    });
  fabrics
    .command('rename <fabric> <name>')
    .description(help.rename)
    .action(async (typed: string, name: string, _options: object, command: Command) => {
      await act(command, (context) => setFabric(context, typed, { name }));
    });
  fabrics
    .command('rights <fabric>')
    .description(help.rights)
    .option('--rooms <rooms>', help.rightsRooms)
    .option('--kinds <kinds>', help.rightsKinds)
    .option('--read-only', help.readOnly)
    .option('--control', help.control)
    .action(async (typed: string, options: RightsOptions, command: Command) => {
      await act(command, (context) => rights(context, typed, options));
    });
  fabrics
    .command('remove <fabric>')
    .description(help.removeFabric)
    .action(async (typed: string, _options: object, command: Command) => {
      await act(command, (context) => removeFabric(context, typed));
    });
}

async function matterOf({ client, words }: Context): Promise<AdapterJson> {
  const found = (await client.list<AdapterJson>('/api/adapters')).find(({ id }) => id === 'matter');
  if (found === undefined) throw new CliError('unsupported', words.matter.noMatter);
  return found;
}

async function switchMatter(context: Context, body: object): Promise<void> {
  const { client } = context;
  const { body: now } = await client.request<AdapterJson>('PATCH', '/api/adapters/matter', {
    body,
  });
  showMatter(context, now);
}

function showMatter({ printer, words, language }: Context, matter: AdapterJson): void {
  if (printer.isJson) {
    printer.value(matter);
    return;
  }
  const { enabled, state, settings, problem, needsBytes, fixedBy } = matter;
  const network = settings.find(({ name }) => name === 'interface')?.value ?? null;
  const shown = enabled ? words.adapter.states[state] : words.adapter.states.off;
  printer.line(words.matter.matterIs(shown, network === null ? null : String(network)));
  if (problem !== null) {
    const said = language === 'zh' ? (problem.zh ?? problem) : problem;
    printer.line(`  ${oneLine(said.detail, said.hint)}`);
  }
  if (needsBytes !== null) printer.line(words.matter.takes(`${Math.round(needsBytes / 1e6)} MB`));
  if (fixedBy !== null) printer.line(words.matter.fixed[fixedBy]);
}

const bridgeOf = ({ client }: Context) => client.get<BridgeJson>(BRIDGE);

async function change(context: Context, body: object): Promise<void> {
  const { body: bridge } = await context.client.request<BridgeJson>('PATCH', BRIDGE, { body });
  show(context, bridge);
}

function show(context: Context, bridge: BridgeJson): void {
  const { printer, words, language } = context;
  if (printer.isJson) {
    printer.value(bridge);
    return;
  }
  const { state, port, devices, window: open, problem } = bridge;
  printer.line(words.matter.state(words.matter.states[state] ?? state, port));
  if (problem !== null) {
    const said = language === 'zh' ? (problem.zh ?? problem) : problem;
    printer.line(`  ${oneLine(said.detail, said.hint)}`);
  }
  const offered = devices.filter((device) => device.offered).length;
  if (state === 'off') printer.line(words.matter.switchOn);
  else printer.line(words.matter.offers(offered, devices.length));
  if (open !== null) printer.line(words.matter.window(moment(open.closesAt, language)));
  if (state !== 'off') listFabrics(context, bridge);
}

async function window(
  context: Context,
  { seconds, close }: { readonly seconds: string; readonly close?: boolean },
): Promise<void> {
  const { client, printer, words, language } = context;
  const path = `${BRIDGE}/window`;
  if (close === true) {
    await client.request('DELETE', path);
    if (printer.isJson) printer.value({ window: null });
    else printer.line(words.matter.closed);
    return;
  }
  const body = { seconds: wholeNumber(seconds, SECONDS, words) };
  const { body: bridge } = await client.request<BridgeJson>('POST', path, { body });
  const open = bridge.window;
  if (open === null) throw new CliError('internal', words.matter.closed);
  if (printer.isJson) {
    printer.value(open);
    return;
  }
  printer.lines(terminalQr(open.qrText));
  printer.line(words.matter.code(spaced(open.manualCode)));
  printer.line(words.matter.qr(open.qrText));
  printer.line(words.matter.window(moment(open.closesAt, language)));
  printer.line(words.matter.notCertified);
}

/** As it stands on devices: 4, 3 and 4 digits. */
const spaced = (code: string) => code.replace(/^(\d{4})(\d{3})(\d{4})$/, '$1-$2-$3');

function listDevices({ printer, words }: Context, { devices }: BridgeJson): void {
  for (const device of devices) {
    if (printer.isJson) printer.value(device);
    else printer.line(`${device.name}  ${stateOf(device)}`);
  }

  function stateOf({ endpoint, types, leftOut, why }: BridgeDeviceJson): string {
    if (why !== null) return words.matter.why[why] ?? why;
    if (endpoint === null) return words.matter.offered;
    const on = words.matter.endpoint(endpoint, types.join(' + '));
    return leftOut.length === 0 ? on : `${on}  ${words.matter.leftOut(words.list(leftOut))}`;
  }
}

function listFabrics({ printer, words }: Context, { fabrics }: BridgeJson): void {
  if (printer.isJson) {
    for (const fabric of fabrics) printer.value(fabric);
    return;
  }
  if (fabrics.length === 0) printer.line(words.matter.noFabrics);
  for (const { id, name, vendor, sees, readOnly, isConnected, joinedAt } of fabrics) {
    const parts = [
      words.matter.fabric(name, vendor ?? '', sees),
      readOnly ? words.matter.readOnly : words.matter.controls,
      isConnected ? words.matter.connected : words.matter.away,
      words.matter.joined(joinedAt.slice(0, 10)),
      id,
    ];
    printer.line(parts.join('  '));
  }
}

async function setFabric(context: Context, typed: string, body: object): Promise<void> {
  const { id } = await findFabric(context, typed);
  const path = apiPath`/api/matter/bridge/fabrics/${id}`;
  const { body: bridge } = await context.client.request<BridgeJson>('PATCH', path, { body });
  listFabrics(context, { ...bridge, fabrics: bridge.fabrics.filter((one) => one.id === id) });
}

async function roomIds(context: Context, typed: readonly string[]): Promise<string[] | null> {
  if (typed.length === 1 && typed[0] === 'all') return null;
  const ids: string[] = [];
  for (const one of typed) {
    const room = await findRoom(context, one, false);
    if (room !== null) ids.push(room.id);
  }
  return ids;
}

async function rights(context: Context, typed: string, options: RightsOptions): Promise<void> {
  const { rooms, kinds, readOnly, control } = options;
  const parts = (text: string) => text.split(',').map((part) => part.trim());
  const body = {
    ...(rooms === undefined ? {} : { rooms: await roomIds(context, parts(rooms)) }),
    ...(kinds === undefined ? {} : { kinds: kinds === 'all' ? null : parts(kinds) }),
    ...(readOnly === true ? { readOnly: true } : control === true ? { readOnly: false } : {}),
  };
  if (Object.keys(body).length === 0) throw new CliError('usage', context.words.matter.nothing);
  await setFabric(context, typed, body);
}

async function removeFabric(context: Context, typed: string): Promise<void> {
  const { client, printer, words } = context;
  const { id, name } = await findFabric(context, typed);
  await client.request('DELETE', apiPath`/api/matter/bridge/fabrics/${id}`);
  if (printer.isJson) printer.value({ id, removed: true });
  else printer.line(words.matter.removed(name));
}

async function reset({ client, printer, words }: Context, isSure: boolean): Promise<void> {
  const answer = await isConfirmed(words.matter.sureReset, isSure);
  if (answer === 'nobody') {
    throw new CliError('usage', words.usage.needsYes, { hint: words.usage.needsYesHint });
  }
  if (answer === 'no') {
    printer.note(words.matter.kept);
    return;
  }
  await client.request('POST', `${BRIDGE}/reset`, { body: {} });
  if (printer.isJson) printer.value({ fabrics: [] });
  else printer.line(words.matter.reset);
}
