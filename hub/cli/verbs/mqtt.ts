// `ingle mqtt`: who may connect to the hub's own broker, and the devices that announced themselves over MQTT.
import { type Command, Option } from 'commander';
import type {
  AcceptedJson,
  FoundDeviceJson,
  MqttAccountJson,
  MqttSharingJson,
  NewMqttAccountJson,
} from '../../api/mqtt-shapes.ts';
import { CliError } from '../cli-error.ts';
import { apiPath } from '../client.ts';
import { type Context, findDevice, findRoom } from '../context.ts';
import type { AddVerb } from '../verb.ts';

interface RightsOptions {
  readonly topic?: readonly string[];
  readonly announce?: boolean;
  readonly home?: string;
}

interface ShareOptions {
  readonly on?: boolean;
  readonly off?: boolean;
  readonly room?: readonly string[];
  readonly device?: readonly string[];
  readonly without?: readonly string[];
  readonly auto?: readonly string[];
  readonly all?: boolean;
  readonly list?: boolean;
  readonly foreign?: string;
}

const RIGHTS = ['none', 'read', 'control', 'all'];

export const addMqtt: AddVerb = (program, { words, act, examples }) => {
  const mqtt = program.command('mqtt').description(words.help.mqtt);
  const accounts = mqtt
    .command('accounts')
    .description(words.help.mqttAccounts)
    .addHelpText(
      'after',
      examples(
        'ingle mqtt accounts',
        'ingle mqtt accounts add kitchen-plug',
        'ingle mqtt accounts add zigbee2mqtt --announce',
        'ingle mqtt accounts add home-assistant --home control',
        'ingle mqtt accounts change zigbee2mqtt --topic zigbee2mqtt-loft/#',
        'ingle mqtt accounts remove kitchen-plug',
      ),
    );
  const withRights = (command: Command): Command =>
    command
      .option('--topic <filter...>', words.help.mqttTopic)
      .option('--announce', words.help.mqttAnnounce)
      .addOption(new Option('--home <right>', words.help.mqttHome).choices(RIGHTS));
  accounts
    .command('list', { isDefault: true })
    .description(words.help.mqttList)
    .action(async (_options: object, command: Command) => {
      await act(command, list);
    });
  withRights(accounts.command('add <name>').description(words.help.mqttAdd)).action(
    async (name: string, options: RightsOptions, command: Command) => {
      await act(command, (context) => add(context, name, options));
    },
  );
  withRights(accounts.command('change <name>').description(words.help.mqttChange))
    .option('--no-announce', words.help.mqttNoAnnounce)
    .action(async (name: string, options: RightsOptions, command: Command) => {
      await act(command, (context) => change(context, name, options));
    });
  accounts
    .command('remove <name>')
    .description(words.help.mqttRemove)
    .action(async (name: string, _options: object, command: Command) => {
      await act(command, (context) => remove(context, name));
    });
  mqtt
    .command('share')
    .description(words.help.mqttShare)
    .option('--on', words.help.mqttShareOn)
    .option('--off', words.help.mqttShareOff)
    .option('--room <room...>', words.help.mqttShareRoom)
    .option('--device <device...>', words.help.mqttShareDevice)
    .option('--without <device...>', words.help.mqttShareWithout)
    .option('--auto <device...>', words.help.mqttShareAuto)
    .option('--all', words.help.mqttShareAll)
    .option('--list', words.help.mqttShareList)
    .addOption(
      new Option('--foreign <right>', words.help.mqttShareForeign).choices(RIGHTS.slice(1)),
    )
    .addHelpText(
      'after',
      examples(
        'ingle mqtt share --on',
        'ingle mqtt share --room hall kitchen',
        'ingle mqtt share --device "Bedroom lamp" --without "Front door lock"',
        'ingle mqtt share --list',
        'ingle mqtt share --off',
      ),
    )
    .action(async (options: ShareOptions, command: Command) => {
      await act(command, (context) => share(context, options));
    });
  mqtt
    .command('found')
    .description(words.help.mqttFound)
    .action(async (_options: object, command: Command) => {
      await act(command, listFound);
    });
  mqtt
    .command('accept [node...]')
    .description(words.help.mqttAccept)
    .option('--bridge <name>', words.help.mqttBridge)
    .addHelpText(
      'after',
      examples(
        'ingle mqtt accept ha/zigbee2mqtt_0x00158d…',
        'ingle mqtt accept --bridge Zigbee2MQTT',
      ),
    )
    .action(async (nodes: string[], options: { bridge?: string }, command: Command) => {
      await act(command, (context) => accept(context, nodes, options.bridge));
    });
};

function rightsOf({ topic, announce, home }: RightsOptions) {
  return {
    ...(topic === undefined ? {} : { topics: topic }),
    ...(announce === undefined ? {} : { announces: announce }),
    ...(home === undefined ? {} : { home }),
  };
}

async function list({ client, printer, words }: Context): Promise<void> {
  const accounts = await client.list<MqttAccountJson>('/api/mqtt/accounts');
  if (printer.isJson) {
    for (const account of accounts) printer.value(account);
    return;
  }
  if (accounts.length === 0) printer.line(words.mqtt.none);
  for (const { name, createdAt, isConnected, topics, announces, home } of accounts) {
    const state = isConnected ? words.mqtt.connected : words.mqtt.away;
    const rights = words.list([
      ...topics,
      ...(announces ? [words.mqtt.announces] : []),
      ...(home === 'none' ? [] : [words.mqtt.home[home]]),
    ]);
    const more = rights === '' ? '' : `  ${rights}`;
    printer.line(`${name}  ${words.mqtt.made} ${createdAt.slice(0, 10)}  ${state}${more}`);
  }
}

async function add(
  { client, printer, words }: Context,
  name: string,
  options: RightsOptions,
): Promise<void> {
  const { body } = await client.request<NewMqttAccountJson>('POST', '/api/mqtt/accounts', {
    body: { name, ...rightsOf(options) },
  });
  if (printer.isJson) {
    printer.value(body);
    return;
  }
  const { password, port } = body;
  printer.line(words.mqtt.account(name, password, port));
  printer.line(words.mqtt.once);
  // What has rights of its own is a program; it is set up in its own files.
  if (Object.keys(rightsOf(options)).length > 0) return;
  printer.line(words.mqtt.tasmota);
  printer.line(
    `  Backlog MqttHost HUB; MqttPort ${port ?? 1883}; MqttUser ${name}; MqttPassword ${password}; Topic ${name}`,
  );
}

async function change(
  { client, printer, words }: Context,
  name: string,
  options: RightsOptions,
): Promise<void> {
  const { body } = await client.request<MqttAccountJson>(
    'PATCH',
    apiPath`/api/mqtt/accounts/${name}`,
    { body: rightsOf(options) },
  );
  if (printer.isJson) printer.value(body);
  else printer.line(words.mqtt.changed(name));
}

async function remove({ client, printer, words }: Context, name: string): Promise<void> {
  await client.request('DELETE', apiPath`/api/mqtt/accounts/${name}`);
  if (printer.isJson) printer.value({ name, removed: true });
  else printer.line(words.mqtt.removed(name));
}

/** What is said of single devices; with `--all` each goes by its room again, but for those that are named. */
async function deviceWords(
  context: Context,
  options: ShareOptions,
  before: MqttSharingJson | null,
): Promise<Record<string, boolean | null>> {
  const said: Record<string, boolean | null> = {};
  for (const { id, own } of before?.devices ?? []) if (own !== null) said[id] = null;
  const lists = [
    [options.device, true],
    [options.without, false],
    [options.auto, null],
  ] as const;
  for (const [names, own] of lists) {
    for (const name of names ?? []) said[(await findDevice(context, name)).id] = own;
  }
  return said;
}

async function roomsOf(context: Context, typed: readonly string[]): Promise<string[] | null> {
  if (typed.length === 1 && typed[0] === 'all') return null;
  const found: string[] = [];
  for (const name of typed) {
    const room = await findRoom(context, name, false);
    if (room !== null) found.push(room.id);
  }
  return found;
}

async function share(context: Context, options: ShareOptions): Promise<void> {
  const { client, printer, words } = context;
  const path = '/api/mqtt/sharing';
  const isAll = options.all === true;
  const before = isAll ? await client.get<MqttSharingJson>(path) : null;
  const devices = await deviceWords(context, options, before);
  const change = {
    ...(options.on === true ? { isOn: true } : {}),
    ...(options.off === true ? { isOn: false } : {}),
    ...(isAll ? { rooms: null } : {}),
    ...(options.room === undefined ? {} : { rooms: await roomsOf(context, options.room) }),
    ...(Object.keys(devices).length > 0 ? { devices } : {}),
    ...(options.foreign === undefined ? {} : { foreign: options.foreign }),
  };
  const isAsked = Object.keys(change).length > 0;
  const { body } = isAsked
    ? await client.request<MqttSharingJson>('PATCH', path, { body: change })
    : await client.request<MqttSharingJson>('GET', path);
  if (printer.isJson) {
    printer.value(body);
    return;
  }
  const count = body.devices.filter(({ shared }) => shared).length;
  printer.line(body.isOn ? words.mqtt.shared(count, body.devices.length) : words.mqtt.notShared);
  if (options.list !== true) return;
  const chosen = body.isOn ? words.mqtt.isShared : words.mqtt.wouldShare;
  for (const { name, shared, why } of body.devices) {
    printer.line(`  ${name}  ${shared || why === null ? chosen : words.mqtt.why[why]}`);
  }
}

async function listFound({ client, printer, words, language }: Context): Promise<void> {
  const found = await client.list<FoundDeviceJson>('/api/mqtt/found');
  if (printer.isJson) {
    for (const device of found) printer.value(device);
    return;
  }
  if (found.length === 0) printer.line(words.mqtt.nothingFound);
  for (const device of found) {
    const { name, manufacturer, model, bridge, isAccepted, node } = device;
    const state = isAccepted ? words.mqtt.accepted : words.mqtt.proposed;
    const from = bridge === null ? '' : `  ${bridge}`;
    printer.line(`${name}  ${manufacturer} ${model}${from}  ${state}  ${node}`);
    printer.line(`  ${words.list([...device.properties, ...device.commands])}`);
    for (const { what, why } of device.leftOut) {
      printer.line(`  ${words.mqtt.leftOut(what, why[language])}`);
    }
    if (device.unneeded.length > 0) {
      printer.line(`  ${words.mqtt.unneeded(words.list(device.unneeded))}`);
    }
  }
}

async function accept(
  { client, printer, words }: Context,
  nodes: readonly string[],
  bridge: string | undefined,
): Promise<void> {
  if ((nodes.length === 0) === (bridge === undefined)) {
    throw new CliError('usage', words.mqtt.acceptWhat);
  }
  const { body } = await client.request<AcceptedJson>('POST', '/api/mqtt/found/accept', {
    body: bridge === undefined ? { nodes } : { bridge },
  });
  if (printer.isJson) printer.value(body);
  else printer.line(words.mqtt.taken(body.nodes.length));
}
