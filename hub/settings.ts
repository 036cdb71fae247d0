// The one table of settings: each has a default, an environment name, a place in the file that INGLE_CONFIG names, a
// flag, and, where a person may change it in the page, a row in home.db. The first of these that is there wins.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { COORDINATOR_DRIVERS } from './model/coordinator-drivers.ts';
import { HubError, ValidationError } from './model/errors.ts';
import { ATTESTATION_POLICIES } from './model/matter-node.ts';
import { PROJECT_KEYS } from './model/vendor-adapter.ts';
import type { Words } from './model/words.ts';

type SettingKind = 'text' | 'port' | 'number' | 'switch' | 'list' | 'keys';

/** A public key, or `2 of KEY,KEY,KEY`: each 32 bytes in base64. */
const KEYS = /^\s*(?:\d{1,2}\s+of\s+)?[A-Za-z0-9+/]{43}=(?:\s*,\s*[A-Za-z0-9+/]{43}=)*\s*$/;

interface SettingRow {
  readonly environment: string;
  readonly kind: SettingKind;
  readonly fallback: string;
  /** Whether a person may set it in the page; it holds from the next start on. */
  readonly page: boolean;
  readonly what: string;
  readonly choices?: readonly string[];
}

const DRIVERS = COORDINATOR_DRIVERS.map(({ name }) => name);

export const SETTINGS = {
  data: {
    environment: 'INGLE_DATA',
    kind: 'text',
    fallback: './data',
    page: false,
    what: 'folder of everything that the hub keeps',
  },
  host: {
    environment: 'INGLE_HOST',
    kind: 'text',
    fallback: '127.0.0.1',
    page: false,
    what: 'address to listen on',
  },
  port: {
    environment: 'INGLE_PORT',
    kind: 'port',
    fallback: '8420',
    page: false,
    what: 'port of the page and the API (HTTP)',
  },
  names: {
    environment: 'INGLE_NAMES',
    kind: 'list',
    fallback: '',
    page: true,
    what: 'further host names under which browsers may call the hub, separated by commas',
  },
  demo: {
    environment: 'INGLE_DEMO',
    kind: 'switch',
    fallback: '',
    page: false,
    what: '1: the demo home; 0: never; unset: as long as no adapter is configured',
  },
  'demo.speed': {
    environment: 'INGLE_DEMO_SPEED',
    kind: 'number',
    fallback: '60',
    page: false,
    what: 'how many times faster than a clock the demo home lives',
  },
  'demo.seed': {
    environment: 'INGLE_DEMO_SEED',
    kind: 'number',
    fallback: '7',
    page: false,
    what: 'seed of what happens in the demo home',
  },
  'zigbee.port': {
    environment: 'INGLE_ZIGBEE_PORT',
    kind: 'text',
    fallback: '',
    page: true,
    what: 'the coordinator: a device path or tcp://host:port',
  },
  'zigbee.driver': {
    environment: 'INGLE_ZIGBEE_DRIVER',
    kind: 'text',
    fallback: 'zstack',
    page: true,
    what: 'the coordinator driver of zigbee-herdsman',
    choices: DRIVERS,
  },
  'zigbee.baudRate': {
    environment: 'INGLE_ZIGBEE_BAUD_RATE',
    kind: 'number',
    fallback: '115200',
    page: true,
    what: 'speed of a serial coordinator',
  },
  'zigbee.channel': {
    environment: 'INGLE_ZIGBEE_CHANNEL',
    kind: 'number',
    fallback: '',
    page: true,
    what: 'radio channel, 11 to 26; unset: the one that the network is on, 15 for a new one',
  },
  'zigbee.otaBlockDelay': {
    environment: 'INGLE_ZIGBEE_OTA_BLOCK_DELAY',
    kind: 'number',
    fallback: '250',
    page: true,
    what: 'milliseconds between two blocks of a firmware image, which leave the network room',
  },
  'firmware.keys': {
    environment: 'INGLE_FIRMWARE_KEYS',
    kind: 'keys',
    fallback: '',
    page: true,
    what: 'public keys whose lists of firmware are trusted: KEY, or 2 of KEY,KEY,KEY',
  },
  'firmware.quietHours': {
    environment: 'INGLE_FIRMWARE_QUIET_HOURS',
    kind: 'text',
    fallback: '22:00-07:00',
    page: true,
    what: 'hours in which a roll-out of firmware begins with no device, such as 22:00-07:00; off: none',
  },
  'firmware.watch': {
    environment: 'INGLE_FIRMWARE_WATCH',
    kind: 'number',
    fallback: '2',
    page: true,
    what: 'minutes for which the first device of a kind is watched before its sisters are updated',
  },
  'adapters.keys': {
    environment: 'INGLE_ADAPTER_KEYS',
    kind: 'keys',
    fallback: PROJECT_KEYS,
    page: true,
    what: "public keys of those whose signature makes an adapter of others preferred: KEY, or 2 of KEY,KEY,KEY; unset: the project's own, of which none is issued yet",
  },
  'mqtt.port': {
    environment: 'INGLE_MQTT_PORT',
    kind: 'port',
    fallback: '',
    page: true,
    what: "port of the hub's own MQTT broker, usually 1883; unset: it does not listen",
  },
  'mqtt.url': {
    environment: 'INGLE_MQTT_URL',
    kind: 'text',
    fallback: '',
    page: false,
    what: 'an MQTT broker that is there already, as mqtt://user:password@host:1883',
  },
  'matter.enabled': {
    environment: 'INGLE_MATTER',
    kind: 'switch',
    fallback: '0',
    page: true,
    what: '1: Matter devices can be added and used; needs mdns.interface',
  },
  'matter.bridgePort': {
    environment: 'INGLE_MATTER_BRIDGE_PORT',
    kind: 'port',
    fallback: '5540',
    page: true,
    what: 'UDP port of the Matter bridge; some home apps look for 5540',
  },
  'matter.attestation': {
    environment: 'INGLE_MATTER_ATTESTATION',
    kind: 'text',
    choices: ATTESTATION_POLICIES,
    fallback: 'warn',
    page: true,
    what: "a Matter device whose certificate is not proved to be its maker's own: warn adds it and says so; refuse does not add it",
  },
  'shelly.callPort': {
    environment: 'INGLE_SHELLY_CALL_PORT',
    kind: 'port',
    fallback: '',
    page: true,
    what: 'port at which Shelly devices on batteries call when they wake; it listens only while there is one, and unset never',
  },
  'mdns.interface': {
    environment: 'INGLE_MDNS_INTERFACE',
    kind: 'text',
    fallback: '',
    page: true,
    what: 'network interface on which devices are looked for by mDNS, such as eth0; unset: none',
  },
  'sync.url': {
    environment: 'INGLE_SYNC_URL',
    kind: 'text',
    fallback: '',
    page: true,
    what: 'where records go that the household agreed to send, such as https://sync.example; unset: none leave',
  },
  'sync.token': {
    environment: 'INGLE_SYNC_TOKEN',
    kind: 'text',
    fallback: '',
    page: false,
    what: 'provisioning token, for a receiver that asks for one',
  },
  'sync.minutes': {
    environment: 'INGLE_SYNC_MINUTES',
    kind: 'number',
    fallback: '60',
    page: false,
    what: 'how often records are gathered and sent, in minutes',
  },
  'log.level': {
    environment: 'INGLE_LOG_LEVEL',
    kind: 'text',
    fallback: 'info',
    page: false,
    what: 'least level of log lines',
    choices: ['debug', 'info', 'warn', 'error'],
  },
} as const satisfies Record<string, SettingRow>;

export type SettingName = keyof typeof SETTINGS;
export type SettingSource = 'flag' | 'environment' | 'file' | 'page' | 'default';

export interface EffectiveSetting {
  readonly name: SettingName;
  readonly value: string;
  readonly from: SettingSource;
}

export interface Settings {
  get(name: SettingName): string;
  number(name: SettingName): number;
  list(): readonly EffectiveSetting[];
  /** The same settings with what people set in the page, or in another folder's page. */
  withPage(page: Readonly<Record<string, string>>): Settings;
}

const NAMES = Object.keys(SETTINGS) as SettingName[];

function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(SETTINGS, name);
}

function unknownSetting(name: string, where: string): ValidationError {
  return new ValidationError(`There is no setting "${name}" (${where})`, {
    hint: `Settings: ${NAMES.join(', ')}.`,
    zh: { message: `没有设置“${name}”（${where}）`, hint: `设置有：${NAMES.join('、')}。` },
  });
}

/** Records leave encrypted, or not at all; a receiver on this very machine is for trying it out. */
function isSyncAddress(value: string): boolean {
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url === null || url.username !== '' || url.search !== '' || url.hash !== '') return false;
  const isHere = ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && isHere);
}

/** A device path, or an address with host and port. */
function isCoordinatorPort(value: string): boolean {
  if (!value.startsWith('tcp://')) return value.startsWith('/');
  const url = URL.parse(value);
  return url !== null && url.hostname !== '' && url.port !== '';
}

function refusal(name: SettingName, value: string, where: string, takes: Words): ValidationError {
  const zhHint = `应为${takes.zh}。`;
  // Who is setting it just now knows where it stands, and what it is for.
  if (where === 'page') {
    return new ValidationError(`The setting ${name} cannot be "${value}"`, {
      hint: `It takes ${takes.en}.`,
      zh: { message: `设置项 ${name} 不能是“${value}”`, hint: zhHint },
    });
  }
  return new ValidationError(`The setting ${name} cannot be "${value}" (${where})`, {
    hint: `It takes ${takes.en}: ${SETTINGS[name].what}.`,
    zh: { message: `设置项 ${name} 不能是“${value}”（${where}）`, hint: zhHint },
  });
}

/** @throws ValidationError naming the setting, the value, where it stands and what it takes. */
function checkValue(name: SettingName, value: string, where: string): void {
  const row: SettingRow = SETTINGS[name];
  if (value === '') return;
  const refuse = (en: string, zh: string) => {
    throw refusal(name, value, where, { en, zh });
  };
  if (name === 'sync.url' && !isSyncAddress(value)) {
    refuse('an https address, or http on this machine itself', ' https 地址，本机也可以用 http');
  }
  if (row.choices && !row.choices.includes(value)) {
    refuse(`one of ${row.choices.join(', ')}`, `以下之一：${row.choices.join('、')}`);
  }
  if (row.kind === 'keys' && !KEYS.test(value)) {
    refuse(
      'public keys of 32 bytes in base64, as KEY or 2 of KEY,KEY,KEY',
      ' 32 字节公钥的 base64，写成 KEY 或 2 of KEY,KEY,KEY',
    );
  }
  if (row.kind === 'switch' && value !== '0' && value !== '1') refuse('0 or 1', ' 0 或 1');
  if (row.kind !== 'port' && row.kind !== 'number') return;
  const number = Number(value);
  if (!Number.isFinite(number) || number < 0) refuse('a number', '数字');
  const isWhole = Number.isInteger(number);
  if (row.kind === 'port' && (!isWhole || number > 65_535)) {
    refuse('a port from 0 to 65535', ' 0 到 65535 的端口');
  }
  if (name === 'sync.minutes' && number < 0.01) {
    refuse('a number of minutes above 0', '大于 0 的分钟数');
  }
  if (name === 'zigbee.channel' && (!isWhole || number < 11 || number > 26)) {
    refuse('a channel from 11 to 26', ' 11 到 26 的信道');
  }
}

/**
 * What the page may not store. Elsewhere, and from earlier days, such a value is the adapter's to tell: the hub starts
 * with it all the same.
 */
function checkRadio(name: SettingName, value: string): void {
  const number = value.trim() === '' ? Number.NaN : Number(value);
  const isFrom = (min: number, max: number) =>
    Number.isInteger(number) && number >= min && number <= max;
  if (name === 'zigbee.port' && !isCoordinatorPort(value)) {
    throw refusal(name, value, 'page', {
      en: 'tcp://host:port such as tcp://192.168.1.20:6638, or a path such as /dev/serial/by-id/usb-SONOFF-if00',
      zh: ' tcp://主机:端口（如 tcp://192.168.1.20:6638），或设备路径（如 /dev/serial/by-id/usb-SONOFF-if00）',
    });
  }
  if (name === 'zigbee.baudRate' && !isFrom(9_600, 3_000_000)) {
    const takes = { en: 'a whole number from 9600 to 3000000', zh: ' 9600 到 3000000 的整数' };
    throw refusal(name, value, 'page', takes);
  }
  if (name === 'zigbee.otaBlockDelay' && !isFrom(0, 60_000)) {
    const takes = { en: 'a whole number from 0 to 60000', zh: ' 0 到 60000 的整数' };
    throw refusal(name, value, 'page', takes);
  }
}

/**
 * Whether a person may set this in the page to this value; null gives it back.
 * @throws ValidationError when not
 */
export function checkPageSetting(name: string, value: string | null): void {
  if (!isSettingName(name)) throw unknownSetting(name, 'page');
  if (!SETTINGS[name].page) {
    throw new ValidationError(`The setting ${name} cannot be changed in the page`, {
      hint: `Set ${SETTINGS[name].environment} and start the hub again.`,
      zh: {
        message: `设置 ${name} 不能在页面中修改`,
        hint: `请设置 ${SETTINGS[name].environment} 后重新启动中枢。`,
      },
    });
  }
  if (value === null || value === '') return;
  checkValue(name, value, 'page');
  checkRadio(name, value);
}

/** What an address holds before its @ is nobody's to see. */
function withoutPassword(setting: EffectiveSetting): EffectiveSetting {
  if (setting.name === 'sync.token') return { ...setting, value: setting.value && '…' };
  if (setting.name !== 'mqtt.url') return setting;
  return { ...setting, value: setting.value.replace(/\/\/[^/]*@/, '//…@') };
}

/** `--zigbee.port X`, `--port=9000`: flags are the settings' own names. */
function readFlags(args: readonly string[]): Map<SettingName, string> {
  const flags = new Map<SettingName, string>();
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    const match = /^--([a-zA-Z.]+)(?:=(.*))?$/s.exec(arg);
    if (!match?.[1] || !isSettingName(match[1])) {
      throw new ValidationError(`"${arg}" is not a flag of the hub`, {
        hint: `Flags: ${NAMES.map((name) => `--${name}`).join(', ')}.`,
      });
    }
    const value = match[2] ?? rest.shift();
    if (value === undefined) throw new ValidationError(`The flag ${arg} needs a value`);
    flags.set(match[1], value);
  }
  return flags;
}

/** The file is YAML: `zigbee: {port: tcp://…}` or `zigbee.port: tcp://…`. */
function readFile(file: string | undefined): Map<SettingName, string> {
  const found = new Map<SettingName, string>();
  if (!file) return found;
  let content: unknown;
  try {
    content = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new HubError('invalid-input', `The file ${file} (INGLE_CONFIG) cannot be read`, {
      hint: error instanceof Error ? error.message : undefined,
      cause: error,
    });
  }
  const walk = (node: unknown, prefix: string): void => {
    if (typeof node === 'object' && node !== null && !Array.isArray(node)) {
      for (const [key, value] of Object.entries(node))
        walk(value, prefix ? `${prefix}.${key}` : key);
      return;
    }
    if (prefix === '') return;
    if (!isSettingName(prefix)) throw unknownSetting(prefix, file);
    found.set(prefix, Array.isArray(node) ? node.join(',') : String(node ?? ''));
  };
  walk(content, '');
  return found;
}

/** Reads flags, environment and file; what the page set comes later, with `withPage`. */
export function readSettings(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Settings {
  const flags = readFlags(args);
  const file = readFile(environment.INGLE_CONFIG);

  function build(page: Readonly<Record<string, string>>): Settings {
    const effective = new Map<SettingName, EffectiveSetting>();
    for (const name of NAMES) {
      const row: SettingRow = SETTINGS[name];
      const candidates: [SettingSource, string | undefined][] = [
        ['flag', flags.get(name)],
        ['environment', environment[row.environment] || undefined],
        ['file', file.get(name)],
        ['page', row.page ? page[name] : undefined],
        ['default', row.fallback],
      ];
      const [from, value] = candidates.find(([, one]) => one !== undefined) ?? ['default', ''];
      checkValue(name, value ?? '', from === 'environment' ? row.environment : from);
      effective.set(name, { name, value: value ?? '', from });
    }
    const get = (name: SettingName) => effective.get(name)?.value ?? '';
    return {
      get,
      number: (name) => Number(get(name)),
      list: () => [...effective.values()].map(withoutPassword),
      withPage: build,
    };
  }
  return build({});
}

/** The data folder as a whole path. */
export function dataFolder(settings: Settings): string {
  return path.resolve(settings.get('data'));
}
