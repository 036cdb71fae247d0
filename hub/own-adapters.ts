// The hub's own adapters that a household switches on and off while the hub runs, without a restart: Matter and MQTT.
// What is chosen is kept as settings of the page; where flag, environment or file say otherwise, those win, and it says
// so.
import { networkInterfaces } from 'node:os';
import { HubError, NotFoundError, ValidationError } from './model/errors.ts';
import type { Actor, AdapterHealth } from './model/hub-port.ts';
import { type AdapterId, adapterId } from './model/identifiers.ts';
import type {
  FixedBy,
  OwnAdapterChange,
  OwnAdapterSetting,
  OwnAdapters,
  OwnAdapterView,
} from './model/own-adapter.ts';
import type { Words } from './model/words.ts';
import { SETTINGS, type SettingName, type Settings } from './settings.ts';

const MEGABYTE = 1_000_000;
const MQTT_PORT = '1883';

type Values = NonNullable<OwnAdapterChange['values']>;
type Write = readonly [name: SettingName, value: string | null];

interface Row {
  readonly id: AdapterId;
  readonly title: string;
  /** Resident memory of a hub with it less that without, each at rest and without a device of it. */
  readonly needsBytes: number;
  /** The settings that switch it. */
  readonly decidedBy: readonly SettingName[];
  isOn(settings: Settings): boolean;
  asks(settings: Settings): readonly OwnAdapterSetting[];
  /** What is to be written so that it is on, or off. @throws ValidationError */
  writes(settings: Settings, isOn: boolean, values: Values): readonly Write[];
}

const MATTER: Row = {
  id: adapterId('matter'),
  title: 'Matter',
  needsBytes: 100 * MEGABYTE,
  decidedBy: ['matter.enabled'],
  isOn: (settings) => settings.get('matter.enabled') === '1',
  asks: (settings) => {
    const value = settings.get('mdns.interface') || onlyOuter();
    const usable = usableInterfaces().map(({ name }) => name);
    return [
      {
        ...{ name: 'interface', type: 'text', value },
        label: {
          en: 'Network at which the devices are',
          zh: '设备所在的网络（网络接口）',
        },
        choices: [...new Set([...usable, ...(value === null ? [] : [value])])],
      },
    ];
  },
  writes(settings, isOn, { interface: wished }) {
    if (!isOn && wished === undefined) return [['matter.enabled', '0']];
    const name = interfaceFor(String(wished ?? settings.get('mdns.interface')).trim());
    return [
      ['mdns.interface', name],
      ['matter.enabled', isOn ? '1' : '0'],
    ];
  },
};

const MQTT: Row = {
  id: adapterId('mqtt'),
  title: 'MQTT',
  needsBytes: 30 * MEGABYTE,
  decidedBy: ['mqtt.port', 'mqtt.url'],
  isOn: (settings) => settings.get('mqtt.port') !== '' || settings.get('mqtt.url') !== '',
  asks: (settings) => [
    {
      ...{ name: 'port', type: 'number' },
      label: { en: 'Port of the hub’s own broker', zh: '中枢自带 MQTT 服务器的端口' },
      value: settings.get('mqtt.port') === '' ? null : settings.number('mqtt.port'),
    },
  ],
  writes(settings, isOn, { port }) {
    if (!isOn) return [['mqtt.port', null]];
    if (port !== undefined && (typeof port !== 'number' || !isPort(port))) {
      const hint = 'A port is a whole number from 1 to 65535; 1883 is usual.';
      throw new ValidationError(`The port of the broker cannot be ${String(port).slice(0, 40)}`, {
        hint,
        errors: [{ path: '/settings/port', message: 'must be a port', zh: '要是一个端口' }],
        zh: {
          message: `服务器的端口不能是 ${String(port).slice(0, 40)}`,
          hint: '端口是 1 到 65535 的整数，通常是 1883。',
        },
      });
    }
    return [
      ['mqtt.port', port === undefined ? settings.get('mqtt.port') || MQTT_PORT : String(port)],
    ];
  },
};

const ROWS: readonly Row[] = [MATTER, MQTT];

const isPort = (port: number) => Number.isInteger(port) && port >= 1 && port <= 65_535;

interface Network {
  readonly name: string;
  readonly isInternal: boolean;
}

/** The machine's networks with IPv6, which Matter needs; the machine's own one last. */
function usableInterfaces(): readonly Network[] {
  return Object.entries(networkInterfaces())
    .filter(([, addresses = []]) => addresses.some(({ family }) => family === 'IPv6'))
    .map(([name, addresses = []]) => ({
      name,
      isInternal: addresses.every(({ internal }) => internal),
    }))
    .sort((a, b) => Number(a.isInternal) - Number(b.isInternal));
}

/** The one network that this machine has to others; null where it has none, or several. */
function onlyOuter(): string | null {
  const outer = usableInterfaces().filter(({ isInternal }) => !isInternal);
  return outer.length === 1 ? (outer[0]?.name ?? null) : null;
}

/** The wished network; without a wish the only one there is. @throws ValidationError naming those to choose from */
function interfaceFor(wished: string): string {
  const usable = usableInterfaces();
  if (usable.some(({ name }) => name === wished)) return wished;
  const only = onlyOuter();
  if (wished === '' && only !== null) return only;
  const names = usable.map(({ name }) => name);
  const refuse = (message: string, hint: string, zh: { message: string; hint: string }): never => {
    throw new ValidationError(message, {
      hint,
      errors: [{ path: '/settings/interface', message: 'must be one of them', zh: '要是其中之一' }],
      zh,
    });
  };
  if (names.length === 0) {
    return refuse(
      'This machine has no network with IPv6, which Matter needs',
      'Allow IPv6 on the network at which the devices are; an address of its own is enough.',
      {
        message: '这台机器没有带 IPv6 的网络，而 Matter 需要 IPv6',
        hint: '请在设备所在的网络上启用 IPv6，有一个自己的地址就够了。',
      },
    );
  }
  if (wished === '') {
    return refuse(
      'It has to be said at which network the Matter devices are',
      `Choose one of: ${names.join(', ')}. As in: ingle matter on --interface ${names[0]}`,
      {
        message: '需要指明 Matter 设备所在的网络',
        hint: `请选择：${names.join('、')}。例如：ingle matter on --interface ${names[0]}`,
      },
    );
  }
  const shown = wished.slice(0, 40);
  return refuse(
    `There is no network "${shown}" with IPv6 on this machine`,
    `Choose one of: ${names.join(', ')}.`,
    {
      message: `这台机器没有带 IPv6 的网络“${shown}”`,
      hint: `请选择：${names.join('、')}。`,
    },
  );
}

export interface OwnAdaptersOptions {
  /** As they are now, with what the page has set since the start. */
  settings(): Settings;
  /** The demo home decides everything itself. */
  readonly isDemo: boolean;
  health(id: AdapterId): AdapterHealth | null;
  /** Checks, keeps and audits a setting. @throws ValidationError */
  putSetting(name: SettingName, value: string | null, actor: Actor): Promise<unknown>;
  /** Does the work while the adapter does not run; it comes back where the settings want it by then. */
  swap(id: AdapterId, work: () => Promise<void>): Promise<void>;
  /** It is off now: its devices are out of reach. */
  switchedOff(id: AdapterId, reason: string): void;
  changed(): void;
}

interface Fixed {
  readonly name: SettingName;
  readonly by: FixedBy;
}

export function createOwnAdapters(options: OwnAdaptersOptions): OwnAdapters {
  let tail: Promise<unknown> = Promise.resolve();

  /** The first of the settings that stands where the page cannot win. */
  function fixed(names: readonly SettingName[]): Fixed | null {
    const [first] = names;
    if (options.isDemo) return first === undefined ? null : { name: first, by: 'demo' };
    for (const { name, from } of options.settings().list()) {
      if (!names.includes(name)) continue;
      if (from === 'flag' || from === 'environment' || from === 'file') return { name, by: from };
    }
    return null;
  }

  function view(row: Row): OwnAdapterView {
    const settings = options.settings();
    return {
      id: row.id,
      isOn: row.isOn(settings),
      health: options.health(row.id),
      settings: row.asks(settings),
      fixedBy: fixed(row.decidedBy)?.by ?? null,
      needsBytes: row.needsBytes,
    };
  }

  async function change(row: Row, { enabled, values = {} }: OwnAdapterChange, actor: Actor) {
    const settings = options.settings();
    const known = row.asks(settings).map(({ name }) => name);
    const strange = Object.keys(values).find((name) => !known.includes(name));
    if (strange !== undefined) throw unknownValue(row, strange, known);
    const wasOn = row.isOn(settings);
    const isOn = enabled ?? wasOn;
    if (isOn === wasOn && Object.keys(values).length === 0) return view(row);
    const switched = isOn === wasOn ? null : fixed(row.decidedBy);
    if (switched !== null) throw setElsewhere(row, switched);
    const writes = row
      .writes(settings, isOn, values)
      .filter(([name, value]) => settings.get(name) !== (value ?? SETTINGS[name].fallback));
    if (writes.length === 0) return view(row);
    const elsewhere = fixed(writes.map(([name]) => name));
    if (elsewhere !== null) throw setElsewhere(row, elsewhere);
    await options.swap(row.id, async () => {
      for (const [name, value] of writes) await options.putSetting(name, value, actor);
    });
    if (wasOn && !isOn) options.switchedOff(row.id, `${row.title} is switched off`);
    options.changed();
    return view(row);
  }

  return {
    list: () => ROWS.map(view),
    change(id, wish, actor) {
      const row = ROWS.find((one) => one.id === id);
      if (row === undefined) return Promise.reject(new NotFoundError('adapter', id.slice(0, 40)));
      // One change at a time.
      const result = tail.then(() => change(row, wish, actor));
      tail = result.catch(() => {});
      return result;
    },
  };
}

function unknownValue({ title }: Row, name: string, known: readonly string[]): ValidationError {
  return new ValidationError(`${title} has no setting ${name.slice(0, 40)}`, {
    hint: `It has ${known.join(', ')}.`,
    zh: { message: `${title} 没有设置 ${name.slice(0, 40)}`, hint: `它有 ${known.join('、')}。` },
  });
}

const PLACES: Readonly<Record<FixedBy, Words>> = {
  flag: { en: 'a flag of the hub’s command line', zh: '中枢启动命令的参数' },
  environment: { en: 'an environment variable', zh: '环境变量' },
  file: { en: 'the file that INGLE_CONFIG names', zh: 'INGLE_CONFIG 指定的文件' },
  demo: { en: 'the demo home', zh: '演示之家' },
};

function setElsewhere({ title }: Row, { name, by }: Fixed): HubError {
  const { en, zh } = PLACES[by];
  const { environment } = SETTINGS[name];
  const isDemo = by === 'demo';
  return new HubError('unsupported', `${title} is set by ${en} and cannot be changed from here`, {
    hint: isDemo
      ? 'Start your own home to choose.'
      : `Take ${environment} (${name}) away there and start the hub again; then it is chosen here.`,
    zh: {
      message: `${title} 由${zh}决定，不能在这里更改`,
      hint: isDemo
        ? '开始你自己的家后即可选择。'
        : `请在那里去掉 ${environment}（${name}）并重新启动中枢，之后就可以在这里选择。`,
    },
  });
}
