// What is done with the coordinator itself at a person's wish: its channel, its backups, another one in its place.
// Everything is checked before anything is written, and a backup is kept before anything is changed.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isMainThread } from 'node:worker_threads';
import type { Controller } from 'zigbee-herdsman';
import { ConflictError, HubError, ValidationError } from '../../../hub/model/errors.ts';
import type { CoordinatorBackup, MeshCall, StickCheck } from '../../../hub/model/mesh.ts';
import type { AdapterContext } from '../../contract/adapter.ts';
import { writePrivateText } from '../../contract/private-file.ts';
import { coordinatorProblem, lookAt, wrongDriver } from '../problems.ts';
import { DRIVERS, type Driver, isTcp, readSettings, type ZigbeeSettings } from '../settings.ts';
import { BackupShelf, demandSameNetwork } from './backup-shelf.ts';
import { changeChannel } from './herdsman.ts';
import { countDevices, hasDevices, protectFiles, type ZigbeeFiles } from './network-file.ts';
import type { Radio } from './radio.ts';
import { familyAt, lookAtZStack, networkAtZStack } from './stick-check.ts';
import { failedCommand } from './unknown-commands.ts';

const FOLDER = 'coordinator-backups';
const BACKUP_EVERY_MS = 24 * 3_600_000;
/** After a device was added its key is kept soon, and not with each of twenty. */
const BACKUP_AFTER_MS = 60_000;
/** The hub itself may be at the same port at the moment, trying: then it is looked at once more. */
const LOOKS_MAX = 3;
const LOOK_AGAIN_MS = 1_500;
/** The families whose drivers read and write the open coordinator format. */
const RESTORABLE: ReadonlySet<string> = new Set(['zstack', 'ember', 'zoh']);

type CoordinatorCall = Extract<MeshCall, { readonly kind: `coordinator${string}` | 'channelSet' }>;

export interface CoordinatorCareOptions {
  readonly context: AdapterContext;
  readonly files: ZigbeeFiles;
  radio(): Radio;
  controller(): Controller;
}

export class CoordinatorCare {
  readonly #options: CoordinatorCareOptions;
  readonly #shelf: BackupShelf;
  #timer: NodeJS.Timeout | undefined;
  #soon: NodeJS.Timeout | undefined;

  constructor(options: CoordinatorCareOptions) {
    this.#options = options;
    this.#shelf = new BackupShelf(path.join(options.context.dataFolder, FOLDER));
  }

  /** The network is up: what the library saved at its start is kept, and once a day what it saves then. */
  connected(): void {
    this.#keepSaved();
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#backupQuietly(), BACKUP_EVERY_MS);
  }

  /** A device was added: its key belongs into a backup before the day is over. */
  deviceAdded(): void {
    clearTimeout(this.#soon);
    this.#soon = setTimeout(() => this.#backupQuietly(), BACKUP_AFTER_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#soon);
  }

  async call(call: CoordinatorCall): Promise<unknown> {
    switch (call.kind) {
      case 'channelSet':
        return this.#setChannel(call.channel);
      case 'coordinatorCheck':
        return this.#check(call.port, driverNamed(call.driver));
      case 'coordinatorMove':
        return this.#move(call);
      case 'coordinatorBackups':
        return this.#shelf.list();
      case 'coordinatorBackup':
        return this.#backup();
      case 'coordinatorBackupAdd':
        return this.#shelf.keep(call.text, Date.now(), { isForced: true });
      case 'coordinatorBackupRead':
        return this.#shelf.read(call.name);
      case 'coordinatorRestore':
        return this.#restore(call.name);
      default:
        return call satisfies never;
    }
  }

  /** The library's own file as it is, without asking the coordinator. */
  #keepSaved(): void {
    const { files, context } = this.#options;
    if (!existsSync(files.coordinatorBackup)) return;
    try {
      this.#shelf.keep(readFileSync(files.coordinatorBackup, 'utf8'), Date.now());
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      context.log('warn', `No backup of the coordinator was kept: ${text}`);
    }
  }

  #backupQuietly(): void {
    this.#backup().catch((error: Error) =>
      this.#options.context.log('warn', `No backup of the coordinator was kept: ${error.message}`),
    );
  }

  async #backup(): Promise<CoordinatorBackup> {
    const { files } = this.#options;
    const driver = this.#options.radio().settings.driver ?? 'zstack';
    if (!RESTORABLE.has(driver)) {
      throw new HubError('unsupported', `The driver "${driver}" gives no backup`, {
        hint: 'Only sticks with the drivers zstack, ember and zoh can be saved and replaced.',
        zh: {
          message: `驱动“${driver}”不支持备份`,
          hint: '只有使用 zstack、ember、zoh 驱动的 USB 网关可以备份和更换。',
        },
      });
    }
    await this.#options.controller().backup().catch(givesNone);
    protectFiles(files);
    return this.#shelf.keep(readFileSync(files.coordinatorBackup, 'utf8'), Date.now());
  }

  async #setChannel(channel: number): Promise<{ from: number; to: number }> {
    const isChannel = Number.isInteger(channel) && channel >= 11 && channel <= 26;
    if (!isChannel) {
      throw new ValidationError(`There is no Zigbee channel ${channel}`, {
        hint: 'Channels are 11 to 26. 15, 20 and 25 lie between those of Wi-Fi.',
        errors: [{ path: '/channel', message: 'is 11 to 26', zh: '应为 11 到 26' }],
        zh: {
          message: `没有 Zigbee 信道 ${channel}`,
          hint: '信道为 11 到 26。15、20 和 25 位于 Wi-Fi 信道之间。',
        },
      });
    }
    const controller = this.#options.controller();
    const { channel: from } = await controller.getNetworkParameters();
    if (from === channel) {
      throw new ConflictError(`The network is on channel ${channel} already`, {
        zh: { message: `网络已经在信道 ${channel} 上`, hint: null },
      });
    }
    await changeChannel(controller, channel);
    const { channel: to } = await controller.getNetworkParameters();
    if (to !== channel) {
      throw new HubError('timed-out', `The coordinator stayed on channel ${to}`, {
        hint: 'The network goes on there. Try again, or another channel.',
        zh: {
          message: `网关（协调器）仍在信道 ${to} 上`,
          hint: '网络继续使用该信道。请重试或选择其他信道。',
        },
      });
    }
    // Before anything else can go wrong: at a start with the old channel all would be moved back.
    this.#options.radio().keepChannel(channel);
    await this.#backup().catch(() => {});
    const { type, meta } = await controller.getCoordinatorVersion();
    const detail = `${type} ${meta.revision ?? ''}, channel ${to}`;
    this.#options.context.state({ kind: 'connected', detail });
    return { from, to };
  }

  /** What is at a port. Nothing there is changed. @throws HubError in plain words */
  async #check(port: string, driver: Driver | undefined): Promise<StickCheck> {
    const radio = this.#options.radio();
    const settings = readSettings({ port, driver: driver ?? 'zstack' });
    if (port === radio.settings.port && radio.controller !== null) {
      const { channel, panId } = radio.network;
      const own = radio.settings.driver ?? null;
      return { driver: own, revision: null, network: 'same', panId, channel };
    }
    // In a worker the native binding of a serial line would end the whole hub: there it is only looked for.
    if (!isTcp(port) && !isMainThread) {
      if (!existsSync(port)) throw plainError(new Error(`ENOENT ${port}`), settings);
      const unknown = { revision: null, panId: null, channel: null };
      return { driver: driver ?? null, network: 'unknown', ...unknown };
    }
    const family = await familyAt(port);
    if (driver !== undefined && family !== null && family !== driver) {
      throw wrongDriver(settings, family);
    }
    if ((driver ?? family ?? 'zstack') !== 'zstack') {
      const unknown = { revision: null, panId: null, channel: null };
      return { driver: driver ?? family, network: 'unknown', ...unknown };
    }
    try {
      return await this.#atPort(port, () => lookAtZStack(port, radio.network));
    } catch (error) {
      const isVague = /Error while opening socket/.test(String(error));
      throw plainError((isVague ? await lookAt(settings) : null) ?? error, settings);
    }
  }

  async #atPort<Found>(port: string, look: () => Promise<Found>): Promise<Found> {
    const looks = port === this.#options.radio().settings.port ? LOOKS_MAX : 1;
    for (let count = 1; ; count++) {
      try {
        return await look();
      } catch (error) {
        if (count === looks) throw error;
        await delay(LOOK_AGAIN_MS);
      }
    }
  }

  async #move(
    call: Extract<MeshCall, { readonly kind: 'coordinatorMove' }>,
  ): Promise<{ check: StickCheck }> {
    const radio = this.#options.radio();
    const before = radio.settings;
    const driver = driverNamed(call.driver) ?? 'zstack';
    if (isTcp(call.port) !== isTcp(before.port)) {
      throw new HubError(
        'unsupported',
        'From USB to the network, or back, takes a start of the hub',
        {
          hint: 'Set zigbee.port and zigbee.driver, and start the hub again: a blank stick is then given the network.',
          zh: {
            message: '在 USB 和网络之间切换需要重新启动中枢',
            hint: '请设置 zigbee.port 和 zigbee.driver 并重新启动中枢：空白的网关会自动获得这个网络。',
          },
        },
      );
    }
    if (!RESTORABLE.has(driver)) {
      throw new HubError('unsupported', `The driver "${driver}" cannot take over a network`, {
        hint: 'It goes with the drivers zstack, ember and zoh; to others all devices have to be paired anew.',
        zh: {
          message: `驱动“${driver}”不能接管已有的网络`,
          hint: '只有 zstack、ember、zoh 驱动可以；其他驱动需要重新配对所有设备。',
        },
      });
    }
    const check = await this.#check(call.port, driver);
    if (call.keep === true) return this.#keepNetwork(call, check);
    if (check.network === 'other' && !call.overwrite) {
      throw new ConflictError('The new stick carries another Zigbee network', {
        hint: 'Nothing was written. If that network is of no use to anybody any more, say so: --overwrite, or the box in the page.',
        zh: {
          message: '新的 USB 网关上有另一个 Zigbee 网络',
          hint: '没有写入任何内容。如果那个网络已没人使用，请确认覆盖（--overwrite，或页面中的选项）。',
        },
      });
    }
    const { files } = this.#options;
    // A home without devices has nothing to take along, and makes its network there.
    const isNew = !hasDevices(files.database);
    if (radio.controller !== null) await this.#backup();
    else if (!isNew && check.network !== 'same' && !existsSync(files.coordinatorBackup)) {
      throw nothingToRestore();
    }
    const settings = {
      ...before,
      port: call.port,
      driver,
      baudRate: call.baudRate ?? before.baudRate,
    };
    const wish = { overwrites: call.overwrite, restores: false };
    await radio.reopen({ settings, wish });
    return { check };
  }

  /** A home without devices goes on with the network that a stick carries. */
  async #keepNetwork(
    { port, baudRate }: Extract<MeshCall, { readonly kind: 'coordinatorMove' }>,
    check: StickCheck,
  ): Promise<{ check: StickCheck }> {
    const radio = this.#options.radio();
    const { files } = this.#options;
    const devices = countDevices(files.database);
    if (devices > 0) throw hasOwnNetwork(devices);
    const isKnown = check.driver === 'zstack' && check.network === 'other';
    const network = isKnown ? await this.#atPort(port, () => networkAtZStack(port)) : null;
    if (network === null) throw nothingToKeep();
    const settings = {
      ...radio.settings,
      ...{ port, driver: 'zstack' as const },
      baudRate: baudRate ?? radio.settings.baudRate,
    };
    const file = files.coordinatorBackup;
    let before: string | null = null;
    await radio.reopen({
      settings,
      network,
      // The saved state of the home's empty network would contradict this one.
      prepare() {
        before = existsSync(file) ? readFileSync(file, 'utf8') : null;
        rmSync(file, { force: true });
      },
      undo() {
        if (before !== null) writePrivateText(file, before);
      },
    });
    return { check };
  }

  async #restore(name: string): Promise<null> {
    const radio = this.#options.radio();
    const { files } = this.#options;
    const { driver = 'zstack' } = radio.settings;
    if (driver !== 'zstack') {
      throw new HubError(
        'unsupported',
        `Writing a backup is tried with zstack only, not "${driver}"`,
        {
          hint: 'A blank stick of this family is given the newest backup by itself at the start.',
          zh: {
            message: `写入备份只在 zstack 上试过，不支持“${driver}”`,
            hint: '这类空白的网关会在启动时自动获得最新的备份。',
          },
        },
      );
    }
    const text = this.#shelf.read(name);
    demandSameNetwork(this.#shelf.networkOf(name), radio.network);
    if (radio.controller !== null) await this.#backup();
    const file = files.coordinatorBackup;
    let before: string | null = null;
    await radio.reopen({
      wish: { overwrites: true, restores: true },
      prepare() {
        before = existsSync(file) ? readFileSync(file, 'utf8') : null;
        writePrivateText(file, text);
      },
      undo() {
        if (before === null) rmSync(file, { force: true });
        else writePrivateText(file, before);
      },
    });
    return null;
  }
}

/** A coordinator that lacks what a backup is read from fails at it in the library's own way. @throws always */
function givesNone(error: unknown): never {
  if (!(error instanceof TypeError) && failedCommand(error) === null) throw error;
  throw new HubError('unsupported', 'This coordinator gives no backup', {
    hint: 'The network works, and could not be put onto another stick. A newer firmware of the coordinator may help.',
    zh: {
      message: '这个网关（协调器）不能备份',
      hint: '网络正常工作，但不能转移到另一个网关。更新网关的固件可能会有帮助。',
    },
    cause: error,
  });
}

/** Why a port cannot be looked at, in plain words. */
/** Of one look, behind which there are no further tries. */
function plainError(error: unknown, settings: ZigbeeSettings): HubError {
  const { code, message, hint, zh } = coordinatorProblem(error, settings);
  const once = (text: string | null | undefined) =>
    text?.replace(/ Ingle keeps trying\.$|Ingle 会继续尝试。$/, '');
  return new HubError(code, message, {
    hint: once(hint),
    zh: zh && { ...zh, hint: once(zh.hint) ?? null },
    cause: error,
  });
}

function nothingToRestore(): ConflictError {
  return new ConflictError('There is no backup of the coordinator that could be put onto another', {
    hint: 'Plug in the old stick once more, or import a backup: ingle coordinator import FILE',
    zh: {
      message: '没有可以写到另一个网关上的网关（协调器）备份',
      hint: '请再插上旧的网关，或导入备份：ingle coordinator import 文件',
    },
  });
}

function hasOwnNetwork(devices: number): ConflictError {
  const count = devices === 1 ? '1 device' : `${devices} devices`;
  return new ConflictError(`This home has a Zigbee network of its own with ${count}`, {
    hint: 'A hub runs one network. Remove the devices first, or take a hub that has none.',
    zh: {
      message: `这个家已有自己的 Zigbee 网络（${devices} 个设备）`,
      hint: '一个中枢只能有一个网络。请先移除这些设备，或使用没有设备的中枢。',
    },
  });
}

function nothingToKeep(): ConflictError {
  return new ConflictError('There is no other network on this coordinator that could be kept', {
    hint: 'Only the network of a Z-Stack coordinator can be read. A blank one is taken into service without --keep.',
    zh: {
      message: '这个网关（协调器）上没有可以保留的其他网络',
      hint: '只能读取 Z-Stack 网关的网络。空白的网关无需 --keep 即可启用。',
    },
  });
}

/** @throws ValidationError for a name that no driver has */
function driverNamed(name: string | null): Driver | undefined {
  if (name === null || name === '') return undefined;
  const driver = DRIVERS.find((one) => one === name);
  if (driver !== undefined) return driver;
  const takes = DRIVERS.join(', ');
  throw new ValidationError(`There is no coordinator driver "${name}"`, {
    hint: `It takes one of ${takes}.`,
    errors: [{ path: '/driver', message: `is one of ${takes}` }],
    zh: { message: `没有名为“${name}”的网关（协调器）驱动`, hint: `可选：${takes}。` },
  });
}
