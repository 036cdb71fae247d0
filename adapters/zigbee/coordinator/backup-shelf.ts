// Generations of the coordinator's backup: what makes a stick this home's coordinator, so that another can take its
// place. Private files in the open coordinator format; the newest are kept, and equal ones are not kept twice.
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { HubError, NotFoundError, ValidationError } from '../../../hub/model/errors.ts';
import type { CoordinatorBackup } from '../../../hub/model/mesh.ts';
import { writePrivateText } from '../../contract/private-file.ts';
import { type NetworkParameters, networkOfBackup } from './network-file.ts';

/** Generations that are kept. */
const GENERATIONS_MAX = 12;
/** Of a network of 500 nodes it has about 150 kB. */
const BYTES_MAX = 2_000_000;
const NAME = /^coordinator-\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}-\d{3}Z\.json$/;

interface Opened {
  readonly backup: CoordinatorBackup;
  readonly network: NetworkParameters;
  /** Of what does not change by itself: counters of frames do with each one. */
  readonly mark: string;
}

function notABackup(why: string, zh: string): ValidationError {
  return new ValidationError(`This is no backup of a coordinator: ${why}`, {
    hint: 'It takes a file of the open coordinator format, such as coordinator_backup.json of Zigbee2MQTT, or one that this hub has exported.',
    zh: {
      message: `这不是网关（协调器）的备份：${zh}`,
      hint: '需要 open coordinator 格式的文件，例如 Zigbee2MQTT 的 coordinator_backup.json，或由本中枢导出的文件。',
    },
  });
}

function open(text: string, name: string, atMs: number): Opened {
  if (text.length > BYTES_MAX) throw notABackup('it is too large', '文件太大');
  let read: {
    readonly metadata?: {
      readonly format?: unknown;
      readonly version?: unknown;
      readonly source?: unknown;
      readonly internal?: { readonly znpVersion?: unknown };
    };
    readonly devices?: readonly { readonly ieee_address?: unknown }[];
    readonly coordinator_ieee?: unknown;
  };
  try {
    read = JSON.parse(text) as typeof read;
  } catch {
    throw notABackup('it is not JSON', '不是 JSON');
  }
  const { metadata, devices } = read;
  if (metadata?.format !== 'zigpy/open-coordinator-backup' || metadata.version !== 1) {
    throw notABackup('its format is another', '格式不同');
  }
  if (!Array.isArray(devices)) throw notABackup('it lists no devices', '没有设备列表');
  let network: NetworkParameters;
  try {
    network = networkOfBackup(text, name);
  } catch {
    throw notABackup('its network is not whole', '网络参数不完整');
  }
  const addresses = devices.map(({ ieee_address }) => String(ieee_address)).sort();
  const mark = createHash('sha256')
    .update(JSON.stringify([network, addresses, read.coordinator_ieee]))
    .digest('hex');
  const backup = {
    name,
    atMs,
    bytes: Buffer.byteLength(text),
    channel: network.channel,
    panId: network.panId,
    devices: devices.length,
    source: sourceOf(metadata),
  };
  return { backup, network, mark };
}

function sourceOf(metadata: {
  readonly source?: unknown;
  readonly internal?: { readonly znpVersion?: unknown };
}): string {
  const version = metadata.internal?.znpVersion;
  if (version !== undefined) return 'zstack';
  return String(metadata.source ?? '').slice(0, 60);
}

export class BackupShelf {
  readonly #folder: string;

  /** @param folder is made when the first is kept */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Newest first. A file that cannot be read is left out. */
  list(): CoordinatorBackup[] {
    return this.#names().flatMap((name) => {
      try {
        return [open(this.read(name), name, timeOf(name)).backup];
      } catch {
        return [];
      }
    });
  }

  /**
   * Keeps a backup, unless the newest says the same; only frame counters differ then, which matter for a day.
   * @throws ValidationError when the text is no backup
   */
  keep(text: string, atMs: number, { isForced = false } = {}): CoordinatorBackup {
    const name = `coordinator-${new Date(atMs).toISOString().replaceAll(/[:.]/g, '-')}.json`;
    const opened = open(text, name, atMs);
    const [newest] = this.#names();
    if (newest !== undefined && !isForced) {
      const before = this.#openQuietly(newest);
      const isSame = before?.mark === opened.mark && atMs - timeOf(newest) < DAY_MS;
      if (isSame) return before.backup;
    }
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    chmodSync(this.#folder, 0o700);
    writePrivateText(path.join(this.#folder, name), text);
    for (const old of this.#names().slice(GENERATIONS_MAX)) {
      rmSync(path.join(this.#folder, old), { force: true });
    }
    return opened.backup;
  }

  /** @throws NotFoundError */
  read(name: string): string {
    const file = path.join(this.#folder, name);
    if (!NAME.test(name) || !existsSync(file)) {
      throw new NotFoundError('backup of the coordinator', name.slice(0, 80), {
        hint: '`ingle coordinator backups` lists those that there are.',
        zh: {
          message: `没有名为 ${name.slice(0, 80)} 的网关（协调器）备份`,
          hint: '用 `ingle coordinator backups` 查看已有的备份。',
        },
      });
    }
    return readFileSync(file, 'utf8');
  }

  /** The network that a backup is of. @throws NotFoundError, ValidationError */
  networkOf(name: string): NetworkParameters {
    return open(this.read(name), name, timeOf(name)).network;
  }

  #names(): string[] {
    if (!existsSync(this.#folder)) return [];
    return readdirSync(this.#folder)
      .filter((name) => NAME.test(name))
      .sort()
      .reverse();
  }

  #openQuietly(name: string): Opened | null {
    try {
      return open(this.read(name), name, timeOf(name));
    } catch {
      return null;
    }
  }
}

const DAY_MS = 86_400_000;

function timeOf(name: string): number {
  const [, date, hours, minutes, seconds, ms] =
    /^coordinator-(.{10})T(..)-(..)-(..)-(...)Z/.exec(name) ?? [];
  return Date.parse(`${date}T${hours}:${minutes}:${seconds}.${ms}Z`);
}

/** Refuses a backup of another network than the home's. @throws HubError `conflict` */
export function demandSameNetwork(backup: NetworkParameters, own: NetworkParameters): void {
  const isSame =
    backup.panId === own.panId &&
    Buffer.from(backup.extendedPanId).equals(Buffer.from(own.extendedPanId)) &&
    Buffer.from(backup.networkKey).equals(Buffer.from(own.networkKey));
  if (isSame) return;
  throw new HubError('conflict', "This backup is of another network than this home's", {
    hint: "Its devices are not this home's: nothing was written. Choose a backup that was made by this home.",
    zh: {
      message: '这个备份属于另一个网络，不是这个家的网络',
      hint: '其中的设备不是这个家的：没有写入任何内容。请选择由这个家生成的备份。',
    },
  });
}
