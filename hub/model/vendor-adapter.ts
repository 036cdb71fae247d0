// Adapters of others: the package in which one comes, what it says of itself, and what the hub holds it to. Pure; the
// hub keeps the packages, the kit for vendors makes and tests them.
import type { SupportTier } from './device.ts';
import { type InputProblem, ValidationError } from './errors.ts';
import type { Actor, AdapterHealth } from './hub-port.ts';
import type { Words } from './words.ts';

/** What an adapter that is not ours may take. Beyond it its process is ended and begun anew, later each time. */
export const VENDOR_LIMITS = {
  /** Files of a package, and bytes of all of them. */
  files: 50,
  bytes: 512 * 1024,
  /** Adapters that are installed at one time. */
  adapters: 10,
  hosts: 20,
  settings: 20,
  /** JavaScript objects of its process. */
  heapMb: 64,
  /** All memory of its process. */
  memoryBytes: 192 * 1024 * 1024,
  /** Milliseconds of one core, once its code is loaded: what computes more is held, and not ended. */
  computes: { perSecond: 100, atOnce: 500 },
  nodes: 500,
  descriptionBytes: 32 * 1024,
  /** How much of each it tells, by its own host's count; what is more is dropped and told. */
  rates: {
    /** Reports, events and outcomes. */
    items: { perSecond: 200, atOnce: 1_000 },
    /** How it is, which nodes there are, and its notices. */
    descriptions: { perSecond: 10, atOnce: 1_000 },
    /** Characters of the descriptions of its nodes. */
    words: { perSecond: 64 * 1024, atOnce: 4 * 1024 * 1024 },
    logs: { perSecond: 20, atOnce: 200 },
  },
  /**
   * What its process may send over each of its two lines, to main and to the core, by the count of the end that reads:
   * more than its own host would let through, so only code that goes past that host comes here. Beyond it the process
   * is ended.
   */
  line: {
    messages: { perSecond: 500, atOnce: 3_000 },
    bytes: { perSecond: 512 * 1024, atOnce: 8 * 1024 * 1024 },
    lineBytesMax: 256 * 1024,
  },
  /** Bytes that it writes to its standard error, which stands in the hub's log; beyond it the process is ended. */
  errorOutput: { perSecond: 16 * 1024, atOnce: 256 * 1024 },
} as const;

/** The file of a package that says what it is. */
export const MANIFEST_FILE = 'ingle-adapter.json';
/** The file of a package in which those stand who have signed it, a line for each; it need not be there. */
export const SIGNATURES_FILE = 'ingle-adapter.sig';
/**
 * Public keys of this project's maintainers, in the form of the setting `adapters.keys`: what they have tried and signed
 * is preferred on every hub that does not say otherwise. **None is issued yet**, since they have tried no vendor's
 * adapter; adapters/contract/README.md tells how one is made and put here.
 */
export const PROJECT_KEYS = '';
/** Stands in a package file for the network of the house: private addresses, but not the hub itself. */
export const LAN = 'lan';

/** A setting that the adapter asks for. */
export interface VendorSetting {
  readonly name: string;
  readonly type: 'text' | 'number' | 'boolean';
  readonly label: { readonly en: string; readonly zh: string };
  readonly initial: string | number | boolean | null;
}

/** What a package says of itself. */
export interface VendorManifest {
  /** The adapter's name, and the name of its devices' protocol. */
  readonly id: string;
  readonly title: string;
  readonly vendor: string;
  readonly version: string;
  /** The file that exports `createAdapter`. */
  readonly main: string;
  /** Names and addresses that it may connect to, and `lan`. */
  readonly hosts: readonly string[];
  readonly settings: readonly VendorSetting[];
}

/** A package: its files by their paths within it. */
export type VendorFiles = Readonly<Record<string, string>>;

/** An installed adapter as the front doors show it. */
export interface VendorAdapterView {
  readonly manifest: VendorManifest;
  readonly tier: SupportTier;
  readonly isEnabled: boolean;
  readonly installedAtMs: number;
  readonly values: Readonly<Record<string, string | number | boolean | null>>;
  /** Of its process at its last look; null while there is none. */
  readonly memoryBytes: number | null;
  /** The last time that it had to be begun anew, with the reason; null: it never had. */
  readonly lastFault: { readonly atMs: number; readonly reason: Words } | null;
  /** Null while it is switched off. */
  readonly health: AdapterHealth | null;
}

/** The adapters of others that are installed. */
export interface VendorAdapters {
  list(): readonly VendorAdapterView[];
  /** Installs a package, or another version of one. @throws ValidationError, ConflictError for a name that is ours */
  install(files: VendorFiles, actor: Actor): Promise<VendorAdapterView>;
  /** Switches it on or off, and sets what it asks for. @throws NotFoundError, ValidationError */
  change(
    id: string,
    wish: {
      readonly enabled?: boolean | undefined;
      readonly values?: Readonly<Record<string, string | number | boolean | null>> | undefined;
    },
    actor: Actor,
  ): Promise<VendorAdapterView>;
  /** Ends and removes it; its devices stay, out of reach, until they are removed. @throws NotFoundError */
  remove(id: string, actor: Actor): Promise<void>;
}

const ID = /^[a-z][a-z0-9-]{1,23}$/;
const VERSION = /^\d{1,5}\.\d{1,5}\.\d{1,5}(?:-[0-9a-z.]{1,20})?$/;
const HOST = /^(?:\*\.)?[a-z0-9](?:[a-z0-9.:-]{0,251}[a-z0-9])?$/;
const FILE = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}(?:\/[A-Za-z0-9_][A-Za-z0-9._-]{0,63}){0,5}$/;
const SETTING = /^[a-z][A-Za-z0-9]{0,31}$/;
const TYPES = { text: 'string', number: 'number', boolean: 'boolean' } as const;

/** Reads what a package says of itself. @throws ValidationError with all that is wrong */
export function readManifest(files: VendorFiles): VendorManifest {
  const problems: InputProblem[] = [];
  const refuse = (path: string, message: string, zh: string) => {
    problems.push({ path, message, zh });
  };
  checkFiles(files, refuse);
  const given = manifestOf(files, refuse);
  const text = (key: string, pattern: RegExp, wanted: string, zh: string): string => {
    const value = given[key];
    if (typeof value === 'string' && pattern.test(value)) return value;
    refuse(`/${MANIFEST_FILE}/${key}`, `"${key}" ${wanted}`, `“${key}”${zh}`);
    return '';
  };
  const known = ['id', 'title', 'vendor', 'version', 'main', 'hosts', 'settings'];
  for (const key of Object.keys(given)) {
    if (known.includes(key)) continue;
    refuse(
      `/${MANIFEST_FILE}/${key.slice(0, 40)}`,
      `"${key.slice(0, 40)}" is not known; it has ${known.join(', ')}`,
      `没有“${key.slice(0, 40)}”；有 ${known.join('、')}`,
    );
  }
  const manifest: VendorManifest = {
    id: text(
      'id',
      ID,
      'is 2 to 24 small letters, digits and hyphens, a letter first',
      '为 2 到 24 个小写字母、数字和连字符，以字母开头',
    ),
    title: text('title', /^.{1,60}$/u, 'is a text of 1 to 60 characters', '为 1 到 60 个字符'),
    vendor: text('vendor', /^.{1,60}$/u, 'says who made it', '要写明是谁做的'),
    version: text('version', VERSION, 'is a version such as 1.0.0', '为版本号，例如 1.0.0'),
    main: text(
      'main',
      FILE,
      'is the file that exports createAdapter',
      '为导出 createAdapter 的文件',
    ),
    hosts: readHosts(given.hosts, refuse),
    settings: readSettings(given.settings, refuse),
  };
  if (manifest.main !== '' && !Object.hasOwn(files, manifest.main)) {
    const { main } = manifest;
    refuse(`/${MANIFEST_FILE}/main`, `There is no file "${main}"`, `没有文件“${main}”`);
  }
  if (problems.length === 0) return manifest;
  throw new ValidationError('The package is no adapter that can be installed', {
    hint: 'Each mistake below says what would be right; `ingle adapter test` checks all of it.',
    zh: {
      message: '这个包不是可以安装的适配器',
      hint: '下面写明了每一处错误；`ingle adapter test` 可以检查全部。',
    },
    errors: problems.slice(0, 20),
  });
}

type Refuse = (path: string, message: string, zh: string) => void;

function checkFiles(files: VendorFiles, refuse: Refuse): void {
  const entries = Object.entries(files);
  const bytes = entries.reduce((sum, [, text]) => sum + text.length, 0);
  if (entries.length > VENDOR_LIMITS.files || bytes > VENDOR_LIMITS.bytes) {
    const [most, kilobytes] = [VENDOR_LIMITS.files, VENDOR_LIMITS.bytes / 1024];
    refuse(
      '',
      `A package has at most ${most} files of ${kilobytes} KB together; bundle what it needs into one file`,
      `一个包最多 ${most} 个文件，共 ${kilobytes} KB；请把所需的打包成一个文件`,
    );
  }
  for (const name of Object.keys(files)) {
    if (FILE.test(name)) continue;
    const shown = name.slice(0, 60);
    refuse('', `"${shown}" is no name of a file in a package`, `“${shown}”不能作为包里的文件名`);
  }
}

function manifestOf(files: VendorFiles, refuse: Refuse): Readonly<Record<string, unknown>> {
  const text = Object.hasOwn(files, MANIFEST_FILE) ? files[MANIFEST_FILE] : undefined;
  try {
    const given: unknown = text === undefined ? null : JSON.parse(text);
    if (typeof given === 'object' && given !== null && !Array.isArray(given)) {
      return given as Readonly<Record<string, unknown>>;
    }
  } catch {
    // Told below: what cannot be read is no map.
  }
  const place = `/${MANIFEST_FILE}`;
  refuse(place, `${MANIFEST_FILE} is a JSON map`, `${MANIFEST_FILE} 要是 JSON 键值`);
  return {};
}

function readHosts(given: unknown, refuse: Refuse): string[] {
  const hosts: readonly unknown[] = Array.isArray(given) ? given : [null];
  const isRight = hosts.every((host) => typeof host === 'string' && HOST.test(host));
  if (isRight && hosts.length <= VENDOR_LIMITS.hosts) return hosts.map(String);
  refuse(
    `/${MANIFEST_FILE}/hosts`,
    `"hosts" lists at most ${VENDOR_LIMITS.hosts} names or addresses that it connects to, such as ["lan", "api.example.com"]`,
    `“hosts”列出它要连接的名称或地址，最多 ${VENDOR_LIMITS.hosts} 个，例如 ["lan", "api.example.com"]`,
  );
  return [];
}

function readSettings(given: unknown, refuse: Refuse): VendorSetting[] {
  const rows: readonly unknown[] = given === undefined ? [] : Array.isArray(given) ? given : [null];
  const settings = rows.slice(0, VENDOR_LIMITS.settings).map(settingOf);
  if (rows.length <= VENDOR_LIMITS.settings && !settings.includes(null)) {
    return settings.filter((one) => one !== null);
  }
  refuse(
    `/${MANIFEST_FILE}/settings`,
    '"settings" lists {name, type: text|number|boolean, label: {en, zh}, initial}',
    '“settings”要写成 {name, type: text|number|boolean, label: {en, zh}, initial} 的列表',
  );
  return [];
}

function settingOf(given: unknown): VendorSetting | null {
  if (typeof given !== 'object' || given === null) return null;
  const { name, type, label, initial = null } = given as Readonly<Record<string, unknown>>;
  const known = type === 'text' || type === 'number' || type === 'boolean' ? type : null;
  if (typeof name !== 'string' || !SETTING.test(name) || known === null) return null;
  if (typeof label !== 'object' || label === null) return null;
  const { en, zh } = label as Readonly<Record<string, unknown>>;
  if (typeof en !== 'string' || typeof zh !== 'string') return null;
  if (initial !== null && !fitsSetting(known, initial)) return null;
  const first = initial as VendorSetting['initial'];
  return { name, type: known, label: { en: en.slice(0, 80), zh: zh.slice(0, 80) }, initial: first };
}

/** Whether a value may stand in a setting of the type. */
export function fitsSetting(type: VendorSetting['type'], value: unknown): boolean {
  if (typeof value === 'string' && value.length > 500) return false;
  return TYPES[type] === typeof value && (typeof value !== 'number' || Number.isFinite(value));
}

const REASONS: readonly (readonly [RegExp, (match: RegExpExecArray) => string])[] = [
  [
    /^it took (\d+) MB of memory, more than the (\d+) MB/,
    ([, took, most]) => `占用了 ${took} MB 内存，超过允许的 ${most} MB`,
  ],
  [/^it did not answer for ([\d.]+) s/, ([, seconds]) => `${seconds} 秒没有应答`],
  [/^it ended with code (\S+)/, ([, code]) => `自己结束了（代码 ${code}）`],
  [/^it was ended by (\S+)/, ([, signal]) => `被 ${signal} 结束了`],
  [
    /^it sent more than (\d+) KB a second/,
    ([, most]) => `发给中枢的数据太多（每秒最多 ${most} KB）`,
  ],
  [
    /^it sent more than (\d+) messages a second/,
    ([, most]) => `发给中枢的消息太多（每秒最多 ${most} 条）`,
  ],
  [/^it sent a message of more than (\d+) KB/, ([, most]) => `发给中枢的一条消息超过 ${most} KB`],
  [
    /^it wrote more than (\d+) KB a second to its standard error/,
    ([, most]) => `写到标准错误输出的内容太多（每秒最多 ${most} KB）`,
  ],
  [/^it does not read what the hub tells it/, () => '它不读取中枢发给它的内容'],
  [/^it closed its line to the hub/, () => '它关闭了与中枢的连接'],
];

/** Why a process had to be begun anew, as its supervisor says it of `id`, for people. */
export function faultReason(id: string, said: string): Words {
  const start = `${id} stopped: `;
  const en = said.startsWith(start) ? said.slice(start.length) : said;
  for (const [pattern, say] of REASONS) {
    const match = pattern.exec(en);
    if (match) return { en, zh: say(match) };
  }
  return { en, zh: en };
}
