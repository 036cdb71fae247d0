// The network of an installation: what its configuration says, held against the backup of its coordinator.
// Format of the backup: zigpy/open-coordinator-backup, version 1.
import type { MoveProblem, SourceFiles } from '../../../hub/model/moving-in.ts';
import type { NetworkParameters } from '../coordinator/network-file.ts';
import { CONFIGURATION, isMapOf, type Place, type SourceYaml } from './source-yaml.ts';

export const BACKUP = 'coordinator_backup.json';

/** In place of a value that Zigbee2MQTT makes and writes down at its first start. */
const GENERATE = 'GENERATE';

/** What Zigbee2MQTT takes where its configuration says nothing. */
const DEFAULTS = {
  panId: 0x1a62,
  extendedPanId: [0xdd, 0xdd, 0xdd, 0xdd, 0xdd, 0xdd, 0xdd, 0xdd],
  channel: 11,
  networkKey: [1, 3, 5, 7, 9, 11, 13, 15, 0, 2, 4, 6, 8, 10, 12, 13],
} as const;

/** The saved state of a coordinator, as far as it is looked at. */
export interface Backup extends NetworkParameters {
  readonly coordinator: string;
  /** The family of coordinators that it can go back to; null where it does not say. */
  readonly driver: 'zstack' | 'ember' | null;
}

type Tell = (place: Place, en: string, zh: string) => void;

/** Null where the network is not known whole, which is then told. */
export function readNetwork(
  files: SourceFiles,
  yaml: SourceYaml,
  problems: MoveProblem[],
): { readonly network: NetworkParameters; readonly backup: Backup | null } | null {
  const tell: Tell = (place, en, zh) => problems.push({ ...place, text: { en, zh } });
  const before = problems.length;
  const text = files[BACKUP];
  const backup = text === undefined ? null : readBackup(text, tell);
  const configured = readConfigured(yaml, backup, tell);
  if (configured === null || problems.length > before) return null;
  if (backup === null) return { network: configured, backup };
  const differing = differences(configured, backup);
  for (const { key, en, zh } of differing) {
    tell(
      configured.placeOf(key),
      `${en} is another than in ${BACKUP}: these are not one installation's files, or its network was changed since`,
      `${zh}与 ${BACKUP} 中的不一致：这些文件不属于同一个安装，或者网络后来改过`,
    );
  }
  if (differing.length > 0) return null;
  // The channel that the coordinator was saved on is the one that the devices are on.
  const { panId, networkKey, channel, extendedPanId } = backup;
  const own = isDefault(configured.extendedPanId) ? extendedPanId : configured.extendedPanId;
  return { network: { panId, networkKey, channel, extendedPanId: own }, backup };
}

interface Configured extends NetworkParameters {
  placeOf(key: string): Place;
}

function readConfigured(yaml: SourceYaml, backup: Backup | null, tell: Tell): Configured | null {
  const file = yaml.file(CONFIGURATION);
  if (file === null) return null;
  const advanced = isMapOf(file.data.advanced) ? file.data.advanced : {};
  const placeOf = (key: string): Place => ({
    file: CONFIGURATION,
    line: file.lineOf(['advanced', key]),
  });
  /** What is to be generated at the next start, as in a file that is never written to, is what the backup has. */
  const given = (key: string, saved: keyof NetworkParameters): unknown => {
    const value = yaml.value(advanced[key], placeOf(key));
    return value === GENERATE && backup !== null ? backup[saved] : value;
  };
  const wrong = (key: string, en: string, zh: string): null => {
    if (yaml.value(advanced[key], placeOf(key)) === GENERATE) {
      tell(
        placeOf(key),
        `${key} is still to be made: this Zigbee2MQTT has never run`,
        `${key} 尚未生成：这个 Zigbee2MQTT 从未运行过`,
      );
    } else tell(placeOf(key), `${key} is not ${en}`, `${key} 不是${zh}`);
    return null;
  };
  const number = (
    key: string,
    saved: 'panId' | 'channel',
    { min, max }: { readonly min: number; readonly max: number },
  ): number | null => {
    const value = wholeNumber(given(key, saved) ?? DEFAULTS[saved]);
    if (value !== null && value >= min && value <= max) return value;
    return wrong(key, `a whole number from ${min} to ${max}`, `${min} 到 ${max} 的整数`);
  };
  const bytes = (key: string, saved: 'extendedPanId' | 'networkKey'): readonly number[] | null => {
    const { length } = DEFAULTS[saved];
    const value = given(key, saved) ?? DEFAULTS[saved];
    if (isBytes(value, length)) return value;
    return wrong(key, `a list of ${length} bytes`, `${length} 个字节的列表`);
  };
  const panId = number('pan_id', 'panId', { min: 1, max: 0xfffe });
  const channel = number('channel', 'channel', { min: 11, max: 26 });
  const extendedPanId = bytes('ext_pan_id', 'extendedPanId');
  const networkKey = bytes('network_key', 'networkKey');
  if (panId === null || channel === null || extendedPanId === null || networkKey === null) {
    return null;
  }
  return { panId, channel, extendedPanId, networkKey, placeOf };
}

function readBackup(text: string, tell: Tell): Backup | null {
  const place: Place = { file: BACKUP, line: null };
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    tell(place, 'It is not whole: it is no JSON', '文件不完整：不是 JSON');
    return null;
  }
  const metadata = isMapOf(data) && isMapOf(data.metadata) ? data.metadata : {};
  if (!isMapOf(data) || metadata.format !== 'zigpy/open-coordinator-backup') {
    tell(
      place,
      'It has the form of Zigbee2MQTT before 1.22; start a newer Zigbee2MQTT once, which writes it anew',
      '它是 Zigbee2MQTT 1.22 之前的格式；请先用较新的 Zigbee2MQTT 启动一次，它会重写这个文件',
    );
    return null;
  }
  if (metadata.version !== 1) {
    const version = String(metadata.version);
    tell(
      place,
      `Its format is version ${version}; version 1 is known here`,
      `格式版本是 ${version}，这里只认识版本 1`,
    );
    return null;
  }
  const key = isMapOf(data.network_key) ? hexBytes(data.network_key.key, 16) : null;
  const extendedPanId = hexBytes(data.extended_pan_id, 8);
  const coordinator = hexBytes(data.coordinator_ieee, 8);
  const panId = typeof data.pan_id === 'string' ? Number.parseInt(data.pan_id, 16) : Number.NaN;
  const { channel } = data;
  const isWhole = key !== null && extendedPanId !== null && coordinator !== null;
  if (!isWhole || !(panId >= 1 && panId <= 0xfffe) || !isChannel(channel)) {
    tell(
      place,
      'Its key, PAN ids, channel or coordinator are missing or damaged',
      '其中的密钥、PAN 标识、信道或网关（协调器）地址缺失或损坏',
    );
    return null;
  }
  const stack = isMapOf(data.stack_specific) ? data.stack_specific : {};
  return {
    panId,
    channel,
    extendedPanId,
    networkKey: key,
    coordinator: `0x${Buffer.from(coordinator).toString('hex')}`,
    driver: isMapOf(stack.zstack) ? 'zstack' : isMapOf(stack.ezsp) ? 'ember' : null,
  };
}

function differences(configured: NetworkParameters, backup: NetworkParameters) {
  const same = (a: readonly number[], b: readonly number[]) =>
    a.every((byte, index) => byte === b[index]);
  const extended = configured.extendedPanId;
  const isExtendedAlike =
    isDefault(extended) ||
    same(extended, backup.extendedPanId) ||
    // Written backwards by some versions; zigbee-herdsman takes both.
    same(extended, backup.extendedPanId.toReversed());
  return [
    {
      key: 'pan_id',
      en: 'The PAN id',
      zh: 'PAN 标识',
      isAlike: configured.panId === backup.panId,
    },
    { key: 'ext_pan_id', en: 'The extended PAN id', zh: '扩展 PAN 标识', isAlike: isExtendedAlike },
    {
      key: 'network_key',
      en: 'The network key',
      zh: '网络密钥',
      isAlike: same(configured.networkKey, backup.networkKey),
    },
  ].filter(({ isAlike }) => !isAlike);
}

function isDefault(extendedPanId: readonly number[]): boolean {
  return extendedPanId.every((byte) => byte === 0xdd);
}

function isChannel(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 11 && value <= 26;
}

/** A number as YAML has it, or as people put it in quotes: 6754, "6754", "0x1a62". */
function wholeNumber(value: unknown): number | null {
  const isText = typeof value === 'string' && /^(0x[0-9a-f]+|\d+)$/i.test(value.trim());
  const number = isText ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) ? number : null;
}

function isBytes(value: unknown, length: number): value is readonly number[] {
  return (
    Array.isArray(value) &&
    value.length === length &&
    value.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= 255)
  );
}

function hexBytes(value: unknown, length: number): readonly number[] | null {
  if (typeof value !== 'string' || !/^[0-9a-f]+$/i.test(value)) return null;
  return value.length === 2 * length ? [...Buffer.from(value, 'hex')] : null;
}
