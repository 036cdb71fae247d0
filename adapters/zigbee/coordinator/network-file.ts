// The network's identity: PAN ids, channel and key, made once and kept for the life of the home. A network that
// gets another key loses every device, so nothing here is ever made anew beside an existing network.
import { randomBytes, randomInt } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { HubError } from '../../../hub/model/errors.ts';
import { writePrivateText } from '../../contract/private-file.ts';

export interface NetworkParameters {
  /** 0x0001–0xFFFE. */
  readonly panId: number;
  /** 8 bytes, neither all 0xDD (the libraries' example) nor all 0x00 or 0xFF. */
  readonly extendedPanId: readonly number[];
  /** 16 bytes; never logged. */
  readonly networkKey: readonly number[];
  readonly channel: number;
}

/** Far from the channels that most Wi-Fi access points use. */
const CHANNEL_DEFAULT = 15;

/** Where the adapter's files stand, all of mode 0600 in a folder of mode 0700. */
export interface ZigbeeFiles {
  readonly network: string;
  readonly database: string;
  readonly databaseBackup: string;
  readonly coordinatorBackup: string;
}

export function zigbeeFiles(folder: string): ZigbeeFiles {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  return {
    network: path.join(folder, 'network.json'),
    database: path.join(folder, 'database.db'),
    databaseBackup: path.join(folder, 'database.db.backup'),
    coordinatorBackup: path.join(folder, 'coordinator_backup.json'),
  };
}

/**
 * The network's parameters: read, else taken from the coordinator's backup, else made for a new network.
 * @param isRestored told when they came from the backup
 * @throws HubError `storage` when the file is damaged, or missing although a network exists
 */
export function loadNetwork(
  files: ZigbeeFiles,
  channel: number | undefined,
  isRestored: () => void = () => {},
): NetworkParameters {
  if (existsSync(files.network)) {
    const kept = readNetworkFile(files);
    return { ...kept, channel: channel ?? kept.channel };
  }
  const known = existsSync(files.coordinatorBackup) ? fromBackup(files) : null;
  if (known !== null) isRestored();
  else if (hasDevices(files.database)) throw lost(files);
  const network = known ?? generate(channel ?? CHANNEL_DEFAULT);
  saveNetwork(files, network);
  return { ...network, channel: channel ?? network.channel };
}

/** What the network's own file holds. @throws HubError `storage` when it is damaged */
export function readNetworkFile({ network }: ZigbeeFiles): NetworkParameters {
  return parse(readFileSync(network, 'utf8'), network);
}

/** Written only when it has changed, and whole: a temporary file, fsync, rename, fsync of the folder. */
export function saveNetwork(files: ZigbeeFiles, network: NetworkParameters): void {
  const text = `${JSON.stringify({ version: 1, ...network })}\n`;
  if (existsSync(files.network) && readFileSync(files.network, 'utf8') === text) return;
  writePrivateText(files.network, text);
}

/** herdsman writes its files with the process's default mode; the backup holds the network key. */
export function protectFiles(files: ZigbeeFiles): void {
  for (const file of Object.values(files)) if (existsSync(file)) chmodSync(file, 0o600);
}

function generate(channel: number): NetworkParameters {
  return {
    panId: randomInt(1, 0xffff),
    // The first byte keeps it apart from the reserved all-equal values.
    extendedPanId: [0x1e, ...randomBytes(7)],
    networkKey: [...randomBytes(16)],
    channel,
  };
}

/** Whether any node is paired. */
export function hasDevices(database: string): boolean {
  return countDevices(database) > 0;
}

/** How many nodes are paired. */
export function countDevices(database: string): number {
  if (!existsSync(database)) return 0;
  return readFileSync(database, 'utf8')
    .split('\n')
    .filter((line) => line.includes('"ieeeAddr"') && !line.includes('"type":"Coordinator"')).length;
}

function lost(files: ZigbeeFiles): HubError {
  return new HubError(
    'storage',
    `${files.network} is missing although devices are paired: their network key is unknown`,
    {
      hint: 'Put back network.json or coordinator_backup.json from a backup. To begin anew and pair all devices again, move database.db away.',
      zh: {
        message: `已有配对的设备，但缺少 ${files.network}：不知道它们的网络密钥`,
        hint: '请从备份放回 network.json 或 coordinator_backup.json。要重新开始并重新配对所有设备，请移走 database.db。',
      },
    },
  );
}

function damaged(file: string, cause?: unknown): HubError {
  return new HubError('storage', `${file} is damaged`, {
    hint: 'Put the file back from a backup; the network key in it cannot be made again.',
    zh: { message: `${file} 已损坏`, hint: '请从备份放回这个文件；其中的网络密钥无法再生成。' },
    cause,
  });
}

function parse(text: string, file: string): NetworkParameters {
  let read: Partial<Record<keyof NetworkParameters, unknown>>;
  try {
    read = JSON.parse(text) as typeof read;
  } catch (error) {
    throw damaged(file, error);
  }
  const { panId, channel } = read;
  const extendedPanId = bytesOf(read.extendedPanId, 8);
  const networkKey = bytesOf(read.networkKey, 16);
  const isWhole = extendedPanId !== null && networkKey !== null;
  if (!isWhole || !isBetween(panId, 1, 0xfffe) || !isBetween(channel, 11, 26)) throw damaged(file);
  return { panId, extendedPanId, networkKey, channel };
}

function fromBackup(files: ZigbeeFiles): NetworkParameters {
  const file = files.coordinatorBackup;
  return networkOfBackup(readFileSync(file, 'utf8'), file);
}

/**
 * The network in a coordinator's backup. Format: zigpy/open-coordinator-backup, version 1.
 * @throws HubError `storage` naming the file, when it is damaged
 */
export function networkOfBackup(backupText: string, file: string): NetworkParameters {
  try {
    const backup = JSON.parse(backupText) as {
      pan_id: string;
      extended_pan_id: string;
      channel: number;
      network_key: { key: string };
    };
    const text = JSON.stringify({
      panId: Number.parseInt(backup.pan_id, 16),
      extendedPanId: [...Buffer.from(backup.extended_pan_id, 'hex')],
      networkKey: [...Buffer.from(backup.network_key.key, 'hex')],
      channel: backup.channel,
    });
    return parse(text, file);
  } catch (error) {
    throw damaged(file, error);
  }
}

function isBetween(value: unknown, min: number, max: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max;
}

function bytesOf(value: unknown, length: number): readonly number[] | null {
  const isWhole =
    Array.isArray(value) &&
    value.length === length &&
    value.every((byte) => isBetween(byte, 0, 255));
  return isWhole ? (value as number[]) : null;
}
