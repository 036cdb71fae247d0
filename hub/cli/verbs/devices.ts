// `ingle devices`: lists the devices, shows one, and makes the household's edits of it.
import type { Command } from 'commander';
import type { DeviceJson, JobJson, PropertyInfoJson, RoomJson } from '../../api/shapes.ts';
import { DEVICE_KINDS } from '../../model/device-kind.ts';
import { offlineReason } from '../../model/offline-reason.ts';
import { CliError } from '../cli-error.ts';
import { apiPath } from '../client.ts';
import {
  type Context,
  clockTime,
  findDevice,
  findRoom,
  ifMatch,
  moment,
  propertyTable,
} from '../context.ts';
import { showJob } from '../job-progress.ts';
import { isConfirmed } from '../prompt.ts';
import { propertyLabel, propertyName, valueText } from '../property-text.ts';
import type { AddVerb } from '../verb.ts';
import { originRows } from './device-origin.ts';
import { addDeviceSharing } from './device-sharing.ts';
import { replaceWith } from './replace.ts';

type Table = ReadonlyMap<string, PropertyInfoJson>;

const SUMMARY_PROPERTIES_MAX = 3;
/** In this order a device's state is told in one line. */
const SUMMARY_FIRST = [
  ...['smoke', 'waterLeak', 'gas', 'tamper', 'alarm', 'locked', 'open', 'occupancy', 'presence'],
  ...['on', 'brightness', 'position', 'temperature', 'targetTemperature', 'humidity', 'power'],
];
/** A battery is worth a word only when somebody should act. */
const BATTERY_LOW_PERCENT = 20;

interface RemoveOptions {
  readonly force?: boolean;
  readonly yes?: boolean;
}

interface RoomOptions {
  readonly none?: boolean;
  readonly create?: boolean;
}

export const addDevices: AddVerb = (program, setting) => {
  const { words, act, examples } = setting;
  const devices = program
    .command('devices')
    .description(words.help.devices)
    .addHelpText(
      'after',
      examples(
        'ingle devices',
        'ingle devices show "Hall lamp"',
        'ingle devices rename hall-lamp "Lamp by the door"',
        'ingle devices room hall-lamp Hall --create',
        'ingle devices replace "Old bulb" "New bulb"',
        'ingle devices share "Hall lamp"',
      ),
    );
  devices
    .command('list', { isDefault: true })
    .description(words.help.devicesList)
    .action(async (_options: unknown, command: Command) => {
      await act(command, listDevices);
    });
  devices
    .command('show')
    .argument('<device>')
    .description(words.help.devicesShow)
    .action(async (typed: string, _options: unknown, command: Command) => {
      await act(command, (context) => showDevice(context, typed));
    });
  devices
    .command('rename')
    .argument('<device>')
    .argument('<name>')
    .description(words.help.devicesRename)
    .action(async (typed: string, name: string, _options: unknown, command: Command) => {
      await act(command, (context) => renameDevice(context, typed, name));
    });
  devices
    .command('room')
    .argument('<device>')
    .argument('[room]')
    .description(words.help.devicesRoom)
    .option('--none', words.help.devicesRoomNone)
    .option('--create', words.help.devicesRoomCreate)
    .action(
      async (typed: string, room: string | undefined, options: RoomOptions, command: Command) => {
        await act(command, (context) => moveDevice(context, typed, room, options));
      },
    );
  devices
    .command('remove')
    .argument('<device>')
    .description(words.help.devicesRemove)
    .option('--force', words.help.devicesForce)
    .option('-y, --yes', words.help.yes)
    .action(async (typed: string, options: RemoveOptions, command: Command) => {
      await act(command, (context) => removeDevice(context, typed, options));
    });
  devices
    .command('replace')
    .argument('<device>')
    .argument('<new-device>')
    .description(words.help.devicesReplace)
    .option('-y, --yes', words.replace.yes)
    .action(async (typed: string, from: string, options: { yes?: boolean }, command: Command) => {
      const both = { dead: typed, fresh: from };
      await act(command, (context) => replaceDevice(context, both, options));
    });
  devices
    .command('interview')
    .argument('<device>')
    .description(words.replace.interview)
    .action(async (typed: string, _options: unknown, command: Command) => {
      await act(command, (context) => interviewDevice(context, typed));
    });
  addDeviceSharing(devices, setting);
};

async function listDevices(context: Context): Promise<void> {
  const { client, printer, words } = context;
  const [devices, rooms, table] = await Promise.all([
    client.list<DeviceJson>('/api/devices'),
    client.list<RoomJson>('/api/rooms'),
    propertyTable(context),
  ]);
  if (printer.isJson) {
    printer.value(devices);
    return;
  }
  if (devices.length === 0) {
    printer.note(words.devices.none);
    return;
  }
  const roomNames = new Map(rooms.map((room) => [room.id, room.name]));
  const rows = devices.map((device) => [
    device.name,
    roomNames.get(device.room ?? '') ?? words.devices.noRoom,
    kindWord(context, device.kind),
    summary(context, device, table),
    device.handle,
  ]);
  printer.table([words.devices.columns, ...rows]);
}

/** In English the word that scene files and commands take. */
function kindWord({ language }: Context, kind: string): string {
  const kinds: Readonly<Record<string, { readonly label: Readonly<Record<'zh', string>> }>> =
    DEVICE_KINDS;
  return language === 'zh' ? (kinds[kind]?.label.zh ?? kind) : kind;
}

function summary({ words, language }: Context, device: DeviceJson, table: Table): string {
  if (!device.availability.online) return words.devices.offline;
  const rank = (key: string) => {
    const at = SUMMARY_FIRST.indexOf(propertyName(key));
    return at === -1 ? SUMMARY_FIRST.length : at;
  };
  const battery = device.properties.battery?.value;
  const isLow = typeof battery === 'number' && battery < BATTERY_LOW_PERCENT;
  const known = Object.entries(device.properties).filter(
    ([key, { value }]) =>
      value !== null &&
      rank(key) < SUMMARY_FIRST.length &&
      !(propertyName(key) === 'tamper' && value === false),
  );
  known.sort(([left], [right]) => rank(left) - rank(right));
  const shown = known.slice(0, SUMMARY_PROPERTIES_MAX);
  if (isLow && device.properties.battery) shown.push(['battery', device.properties.battery]);
  return words.list(
    shown.map(([key, property]) => {
      const info = table.get(propertyName(key));
      const value = valueText(property.value, property, info, language);
      // "unlocked" and "no motion" say it all; "62 %" does not.
      const needsLabel = typeof property.value !== 'boolean' || key.includes('@');
      return needsLabel ? `${propertyLabel(key, property, info, language)} ${value}` : value;
    }),
  );
}

async function showDevice(context: Context, typed: string): Promise<void> {
  const { client, printer, words, language } = context;
  const device = await findDevice(context, typed);
  if (printer.isJson) {
    printer.value(device);
    return;
  }
  const [rooms, table] = await Promise.all([
    client.list<RoomJson>('/api/rooms'),
    propertyTable(context),
  ]);
  const { info } = words.devices;
  const tiers: Readonly<Record<string, string>> = words.adapter.tiers;
  const tier = tiers[device.tier] ?? device.tier;
  const { availability } = device;
  const room = rooms.find((each) => each.id === device.room)?.name ?? words.devices.noRoom;
  printer.line(device.name);
  printer.table([
    [`  ${info.id}`, device.id],
    [`  ${info.handle}`, device.handle],
    [
      `  ${info.room}`,
      room,
      ...(device.saysRoom === undefined || device.room !== null
        ? []
        : [words.deviceSharing.saysRoom(device.saysRoom)]),
    ],
    [`  ${info.model}`, `${device.manufacturer} ${device.model} (${device.title})`],
    [`  ${info.adapter}`, `${device.adapter} (${tier}) ${device.address}`],
    ...originRows(context, device),
    [`  ${info.power}`, info.powers[device.power] ?? device.power],
    [
      `  ${info.firmware}`,
      [
        device.firmware.current ?? words.devices.noRoom,
        ...(device.firmware.available === null ? [] : [info.newer(device.firmware.available)]),
      ].join('  '),
    ],
    [
      `  ${info.state}`,
      availability.online
        ? info.online
        : words.status.offline(
            device.name,
            moment(availability.since, language),
            availability.cause
              ? availability.cause[language]
              : availability.reason && offlineReason(availability.reason, language),
          ),
    ],
  ]);
  printer.table(
    Object.entries(device.properties).map(([key, property]) => {
      const row = table.get(propertyName(key));
      const wanted =
        property.wanted === undefined
          ? ''
          : property.waitsUntil === undefined
            ? words.devices.wanted(valueText(property.wanted, property, row, language))
            : words.devices.waits(
                valueText(property.wanted, property, row, language),
                moment(property.waitsUntil, language),
              );
      return [
        `  ${key}`,
        propertyLabel(key, property, row, language),
        valueText(property.value, property, row, language),
        property.access,
        property.at === undefined ? '' : clockTime(property.at, language),
        wanted,
      ];
    }),
  );
  if (device.notShown.length === 0) return;
  printer.line(`  ${words.deviceSharing.notShown}`);
  printer.table(
    device.notShown.map(({ what, parts, why }) => [
      `    ${what}`,
      [...parts, ...(why === undefined ? [] : [why[language]])].join(', '),
    ]),
  );
}

async function patch(device: DeviceJson, context: Context, change: unknown): Promise<DeviceJson> {
  const answer = await context.client.request<DeviceJson>(
    'PATCH',
    apiPath`/api/devices/${device.id}`,
    { body: change, headers: ifMatch(device.version) },
  );
  return answer.body;
}

async function renameDevice(context: Context, typed: string, name: string): Promise<void> {
  const device = await findDevice(context, typed);
  const renamed = await patch(device, context, { name });
  if (context.printer.isJson) context.printer.value(renamed);
  else context.printer.line(context.words.devices.renamed(device.name, renamed.name));
}

async function moveDevice(
  context: Context,
  typed: string,
  roomTyped: string | undefined,
  options: RoomOptions,
): Promise<void> {
  const { client, printer, words } = context;
  if ((roomTyped === undefined) === (options.none !== true)) {
    throw new CliError('usage', words.usage.noRoomNamed);
  }
  const device = await findDevice(context, typed);
  let room: RoomJson | null = null;
  if (roomTyped !== undefined) {
    room = await findRoom(context, roomTyped, options.create === true);
    room ??= (
      await client.request<RoomJson>('POST', '/api/rooms', {
        body: { name: roomTyped, icon: null },
      })
    ).body;
  }
  const moved = await patch(device, context, { room: room?.id ?? null });
  if (printer.isJson) printer.value(moved);
  else if (room) printer.line(words.devices.moved(device.name, room.name));
  else printer.line(words.devices.movedOut(device.name));
}

async function removeDevice(
  context: Context,
  typed: string,
  { force = false, yes = false }: RemoveOptions,
): Promise<void> {
  const { client, printer, words } = context;
  const device = await findDevice(context, typed);
  if (!yes && device.adapter === 'matter') await warnOfBridged(context, device);
  const answer = await isConfirmed(words.devices.confirmRemove(device.name), yes);
  if (answer === 'nobody') {
    throw new CliError('usage', words.usage.needsYes, { hint: words.usage.needsYesHint });
  }
  if (answer === 'no') {
    printer.note(words.devices.kept);
    return;
  }
  // The node is asked to leave, and a sleepy one takes its time.
  const path = apiPath`/api/devices/${device.id}` + (force ? '?force=true' : '');
  await client.request('DELETE', path, { timeoutMs: 30_000 });
  if (printer.isJson) printer.value({ removed: device.id });
  else printer.line(words.devices.removed(device.name));
}

/** What hangs on a bridge goes with it. */
async function warnOfBridged(
  { client, printer, words }: Context,
  { address }: DeviceJson,
): Promise<void> {
  const devices = await client.list<DeviceJson>('/api/devices');
  const bridged = devices.filter((each) => each.address.startsWith(`${address}-`));
  if (bridged.length > 0) printer.note(words.deviceSharing.removesBridged(bridged.length));
}

async function replaceDevice(
  context: Context,
  { dead, fresh }: { readonly dead: string; readonly fresh: string },
  options: { readonly yes?: boolean },
): Promise<void> {
  const device = await findDevice(context, dead);
  await replaceWith(context, device, await findDevice(context, fresh), options);
}

async function interviewDevice(context: Context, typed: string): Promise<void> {
  const { client, printer, words } = context;
  const device = await findDevice(context, typed);
  const { body: started } = await client.request<JobJson>('POST', '/api/jobs', {
    body: { kind: 'interview', device: device.id },
  });
  const job = await showJob(context, started, words.replace.interviewTitle(device.name));
  if (printer.isJson) printer.value({ job });
}
