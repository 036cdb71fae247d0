// An installation of Zigbee2MQTT as this hub can take it over, or all that is wrong with it. It reads texts and opens
// nothing.

import { type NodeAddress, nodeAddress } from '../../../hub/model/identifiers.ts';
import type {
  MoveProblem,
  SourceDevice,
  SourceFiles,
  SourceGroup,
  SourcePort,
  SourceReading,
} from '../../../hub/model/moving-in.ts';
import type { Words } from '../../../hub/model/words.ts';
import { DATABASE, type DatabaseDevice, readDatabase } from './source-database.ts';
import { BACKUP, type Backup, readNetwork } from './source-network.ts';
import { CONFIGURATION, type Entry, isMapOf, SourceYaml, type YamlMap } from './source-yaml.ts';

/** The newest version of Zigbee2MQTT's configuration that was tried; 2.14 writes it. */
const VERSION_MAX = 5;
/** Named one by one up to here, then counted. */
const NAMED_MAX = 8;
/** Settings of a device or group that need no word: they are taken, or are about MQTT and the page of Zigbee2MQTT. */
const PLAIN_OPTIONS = new Set([
  ...['friendly_name', 'friendlyName', 'description', 'devices', 'ID', 'icon', 'homeassistant'],
  ...['retain', 'retention', 'qos', 'optimistic', 'filtered_attributes', 'filtered_cache'],
  ...['filtered_optimistic', 'debounce', 'debounce_ignore', 'throttle', 'availability', 'disabled'],
]);

/** Reads a whole installation. */
export function readZigbee2Mqtt(files: SourceFiles): SourceReading {
  const problems: MoveProblem[] = [];
  const yaml = new SourceYaml(files, problems);
  const main = yaml.file(CONFIGURATION);
  if (main !== null) checkVersion(main, problems);
  const text = files[DATABASE];
  if (text === undefined) {
    const en = `There is no file ${DATABASE}: this is not the data folder of a Zigbee2MQTT that has run`;
    const zh = `没有文件 ${DATABASE}：这不是运行过的 Zigbee2MQTT 的数据文件夹`;
    problems.push({ file: DATABASE, line: null, text: { en, zh } });
  }
  const database = readDatabase(text ?? '', problems);
  const read = readNetwork(files, yaml, problems);
  const entries = { devices: yaml.entries('devices'), groups: yaml.entries('groups') };
  const names = namesOf(entries.devices, problems);
  const groups = groupsOf(entries.groups, database, problems);
  if (main === null || read === null || problems.length > 0) return { problems, home: null };
  const { network, backup } = read;
  return {
    problems,
    home: {
      network: {
        panId: network.panId,
        extendedPanId: Buffer.from(network.extendedPanId).toString('hex'),
        channel: network.channel,
        coordinator: backup === null ? null : nodeAddress(backup.coordinator),
      },
      port: portOf(main.data, backup),
      devices: database.devices.map((device) => deviceOf(device, names)),
      groups,
      leftOut: leftOut({
        ...{ files, main: main.data, entries, backup },
        ...{ devices: database.devices, absent: yaml.absent },
      }),
    },
  };
}

function checkVersion(
  main: NonNullable<ReturnType<SourceYaml['file']>>,
  problems: MoveProblem[],
): void {
  const version = main.data.version ?? 1;
  if (typeof version === 'number' && version >= 1 && version <= VERSION_MAX) return;
  problems.push({
    file: CONFIGURATION,
    line: main.lineOf(['version']),
    text: {
      en: `Its version is ${String(version)}, of a Zigbee2MQTT that this hub does not know yet; it knows versions 1 to ${VERSION_MAX}`,
      zh: `它的版本是 ${String(version)}，来自本中枢还不认识的 Zigbee2MQTT；这里认识版本 1 到 ${VERSION_MAX}`,
    },
  });
}

function optionsOf({ value }: Entry): YamlMap {
  return isMapOf(value) ? value : {};
}

function nameOf(entry: Entry): string | null {
  const { friendly_name: name } = optionsOf(entry);
  return typeof name === 'string' && name.trim() !== '' ? name.trim() : null;
}

/** Names by address. Two devices of one name are a mistake that Zigbee2MQTT itself refuses. */
function namesOf(entries: readonly Entry[], problems: MoveProblem[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const taken = new Map<string, string>();
  for (const entry of entries) {
    const name = nameOf(entry);
    const ieee = entry.key.toLowerCase();
    if (name === null || name.toLowerCase() === ieee) continue;
    if (taken.has(name)) {
      const en = `Two devices are called "${name}"`;
      problems.push({ ...entry.place, text: { en, zh: `有两个设备都叫“${name}”` } });
    }
    taken.set(name, ieee);
    names.set(ieee, name);
  }
  return names;
}

function deviceOf(device: DatabaseDevice, names: ReadonlyMap<string, string>): SourceDevice {
  const { ieee, type, manufacturer, model, isInterviewed } = device;
  return {
    node: nodeAddress(ieee),
    name: names.get(ieee) ?? null,
    manufacturer,
    model,
    isRouter: type === 'Router',
    isInterviewed,
  };
}

function groupsOf(
  entries: readonly Entry[],
  database: ReturnType<typeof readDatabase>,
  problems: MoveProblem[],
): SourceGroup[] {
  const known = new Set(database.devices.map(({ ieee }) => ieee));
  return entries.flatMap((entry): SourceGroup[] => {
    const id = Number(entry.key);
    if (!Number.isInteger(id) || id < 0 || id > 0xffff) {
      const en = `"${entry.key}" is no number of a group`;
      problems.push({ ...entry.place, text: { en, zh: `“${entry.key}”不是群组编号` } });
      return [];
    }
    const members = database.groups.find((group) => group.id === id)?.members ?? [];
    const there: NodeAddress[] = members.filter((ieee) => known.has(ieee)).map(nodeAddress);
    return [{ id, name: nameOf(entry) ?? `group ${id}`, members: there }];
  });
}

function portOf(main: YamlMap, backup: Backup | null): SourcePort {
  const serial = isMapOf(main.serial) ? main.serial : {};
  const asked = serial.adapter === 'ezsp' ? 'ember' : serial.adapter;
  // One that is not known here is told of by its name, with those that are.
  const named = typeof asked === 'string' && asked !== '' && asked !== 'auto' ? asked : null;
  const port = typeof serial.port === 'string' ? serial.port.trim() : '';
  return {
    port: port === '' ? null : port.replace(/^(tcp:.*)\/$/, '$1'),
    driver: named ?? backup?.driver ?? null,
    baudRate: typeof serial.baudrate === 'number' ? serial.baudrate : null,
  };
}

interface Source {
  readonly files: SourceFiles;
  readonly main: YamlMap;
  readonly entries: { readonly devices: readonly Entry[]; readonly groups: readonly Entry[] };
  readonly devices: readonly DatabaseDevice[];
  readonly backup: Backup | null;
  readonly absent: readonly string[];
}

function leftOut(source: Source): Words[] {
  const { files, main, entries, devices, backup, absent } = source;
  const words: Words[] = [];
  const add = (en: string, zh: string) => words.push({ en, zh });
  if (backup === null) {
    add(
      `There is no ${BACKUP}: the network runs on with the same coordinator, and could not be moved to another one`,
      `没有 ${BACKUP}：网络只能用原来的网关（协调器）继续运行，不能换成另一个`,
    );
  }
  if (absent.length > 0) {
    const list = listed(absent);
    add(
      `The configuration names ${list.en}, which is not in the folder: the names and groups in it are not taken`,
      `配置引用了 ${list.zh}，但文件夹里没有：其中的名称和群组不会带过来`,
    );
  }
  const known = new Set(devices.map(({ ieee }) => ieee));
  const strangers = entries.devices.filter(({ key }) => !known.has(key.toLowerCase()));
  if (strangers.length > 0) {
    const list = listed(strangers.map((entry) => nameOf(entry) ?? entry.key));
    add(
      `Named in the configuration, but in no network, so not taken: ${list.en}`,
      `配置里有名称、但不在网络中，所以不带过来：${list.zh}`,
    );
  }
  const converting = [...entries.devices, ...entries.groups].flatMap((entry) => {
    const keys = Object.keys(optionsOf(entry)).filter((key) => !PLAIN_OPTIONS.has(key));
    return keys.length === 0 ? [] : [`${nameOf(entry) ?? entry.key} (${keys.join(', ')})`];
  });
  if (converting.length > 0) {
    const list = listed(converting);
    add(
      `Settings that change what a device tells are not taken, since scenes would compute with other values: ${list.en}`,
      `改变设备上报值的设置不带过来，否则场景会用别的值计算：${list.zh}`,
    );
  }
  const forAll = isMapOf(main.device_options) ? Object.keys(main.device_options) : [];
  const changing = forAll.filter((key) => !PLAIN_OPTIONS.has(key));
  if (changing.length > 0) {
    const list = listed(changing);
    add(
      `Settings for all devices (device_options) are not taken, since scenes would compute with other values: ${list.en}`,
      `对所有设备生效的设置（device_options）不带过来，否则场景会用别的值计算：${list.zh}`,
    );
  }
  const disabled = entries.devices.filter((entry) => optionsOf(entry).disabled === true);
  if (disabled.length > 0) {
    const list = listed(disabled.map((entry) => nameOf(entry) ?? entry.key));
    add(
      `Disabled in Zigbee2MQTT, but members of the network, so taken like the others: ${list.en}`,
      `在 Zigbee2MQTT 中停用、但仍是网络成员，所以照样带过来：${list.zh}`,
    );
  }
  const code = Object.keys(files).filter((name) =>
    /^external_(converters|extensions)\//.test(name),
  );
  const listedCode = Array.isArray(main.external_converters)
    ? main.external_converters.map(String)
    : [];
  if (code.length + listedCode.length > 0) {
    const list = listed([...code, ...listedCode]);
    add(
      `Programs of the household's own are not taken by themselves, since they run inside the hub: ${list.en}`,
      `自己写的程序不会自动带过来，因为它们会在中枢内部运行：${list.zh}`,
    );
  }
  // Before 1.17 they had other names.
  const lists = [main.blocklist, main.passlist, main.ban, main.whitelist];
  if (lists.some((one) => list(one).length > 0)) {
    add(
      'The lists of addresses that may not, or that alone may, join: here nothing joins unless you open the network',
      '允许或禁止加入的地址列表：在这里，不开放网络就没有设备能加入',
    );
  }
  if (main.permit_join === true) {
    add(
      'The network stood open for joining all the time (permit_join): here it is closed until you open it',
      '网络一直开放加入（permit_join）：在这里，只有你开放时才能加入',
    );
  }
  if (isMapOf(main.serial) && main.serial.rtscts === true) {
    add(
      'Hardware flow control of the serial port (rtscts): this hub opens the port without it',
      '串口硬件流控（rtscts）：本中枢不使用它',
    );
  }
  add(
    'Topics and settings of MQTT, of Home Assistant, of the page, and the last values: devices are asked for theirs, those that sleep tell them when they next report',
    'MQTT、Home Assistant 和页面的主题与设置，以及最后的数值：会重新询问设备，休眠设备在下次上报时给出',
  );
  return words;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function listed(names: readonly string[]): Words {
  const rest = names.length - NAMED_MAX;
  const shown = names.slice(0, NAMED_MAX);
  return {
    en: `${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`,
    zh: `${shown.join('、')}${rest > 0 ? `等 ${names.length} 项` : ''}`,
  };
}
