// The adapters of others: installs their packages, runs each in a process of its own with a line to the core, and says
// of each how it is. What runs stands among the hub's other adapters.
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { packageStatement } from '../adapters/contract/package-statement.ts';
import { vendorProcess } from '../adapters/contract/vendor-process.ts';
import type { AdapterLineWish } from './adapter-lines.ts';
import { ADAPTERS } from './adapter-table.ts';
import type { SupportTier } from './model/device.ts';
import { ConflictError, HubError, NotFoundError, ValidationError } from './model/errors.ts';
import type { Actor } from './model/hub-port.ts';
import { type AdapterId, adapterId } from './model/identifiers.ts';
import {
  faultReason,
  fitsSetting,
  readManifest,
  SIGNATURES_FILE,
  VENDOR_LIMITS,
  type VendorAdapters,
  type VendorAdapterView,
} from './model/vendor-adapter.ts';
import type { Words } from './model/words.ts';
import { tierOf } from './preferred-packages.ts';
import { openVendorPackages, type VendorRecord } from './store/vendor-packages.ts';
import type { AdapterLink } from './threads/adapter-link.ts';
import { workerEntry } from './threads/entry.ts';
import { ComputeAccount } from './threads/process-share.ts';

const STOP_GRACE_MS = 6_000;
/** Names that mean something else: folders of the data folder, and words of the API. */
const TAKEN = [
  'core',
  'storage',
  'home',
  'hub',
  'sync',
  'vendor',
  'firmware',
  'tasmota',
  'virtual-home',
];

export interface VendorAdaptersOptions {
  readonly dataFolder: string;
  /** The hub's own adapters, among which those of others stand while they are switched on. */
  readonly adapters: Map<AdapterId, AdapterLink>;
  nowMs(): number;
  /** Public keys of those whose word makes an adapter preferred, as they are set now. */
  keys(): string;
  /** Makes the line to one, as to any other adapter. */
  lineTo(wish: AdapterLineWish): AdapterLink;
  audit(actor: Actor, action: string, subject: string, detail: string): Promise<void>;
  /** Its process is gone for good, and its devices are out of reach. */
  switchedOff(id: AdapterId, reason: string): void;
  changed(): void;
  /** Whether code of others runs beside the hub's own from now on. */
  othersRun(isSo: boolean): void;
  lost(why: string): void;
}

export interface VendorAdaptersHost extends VendorAdapters {
  /** Starts those that are switched on. */
  start(): void;
}

/** Opens what is installed; nothing runs before `start`. */
export function createVendorAdapters(options: VendorAdaptersOptions): VendorAdaptersHost {
  const { adapters, nowMs } = options;
  const packages = openVendorPackages(path.join(options.dataFolder, 'vendor'), options.lost);
  const faults = new Map<string, { readonly atMs: number; readonly reason: Words }>();
  let tail: Promise<unknown> = Promise.resolve();
  let isStarted = false;

  /** One change at a time. */
  function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = tail.then(work, work).finally(tellOthersRun);
    tail = result.catch(() => {});
    return result;
  }

  function tellOthersRun(): void {
    if (isStarted) options.othersRun(packages.list().some(({ isEnabled }) => isEnabled));
  }

  function find(id: string): VendorRecord {
    const found = packages.list().find(({ manifest }) => manifest.id === id);
    if (found) return found;
    throw new NotFoundError('adapter', id.slice(0, 40), {
      hint: '`ingle adapter list` lists those that are installed.',
      zh: {
        message: `没有安装适配器“${id.slice(0, 40)}”`,
        hint: '`ingle adapter list` 列出已安装的。',
      },
    });
  }

  const tierNow = ({ signed }: VendorRecord): SupportTier => tierOf(signed, options.keys());

  function run(record: VendorRecord): void {
    const { manifest, values } = record;
    const id = adapterId(manifest.id);
    const dataFolder = path.join(options.dataFolder, id);
    mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
    let restarts = 0;
    const link: AdapterLink = options.lineTo({
      ...{ id, title: manifest.title },
      shell: 'child',
      entries: { child: 'vendor-child' },
      settings: () => ({ ...initialValues(record), ...values }),
      asKept: (description) => ({ ...description, adapter: id, tier: tierNow(record) }),
      vendor: {
        process: () =>
          vendorProcess(workerEntry('vendor-child'), {
            ...{ id, packageFolder: packages.folderOf(record), dataFolder },
            ...{ main: manifest.main, hosts: manifest.hosts },
          }),
        memoryBytesMax: VENDOR_LIMITS.memoryBytes,
        // Its own for as long as it is switched on: it is not given more for falling.
        account: new ComputeAccount(VENDOR_LIMITS.computes, performance.now()),
      },
      changed() {
        const part = link.part();
        if (part.restarts <= restarts) return;
        restarts = part.restarts;
        const reason = faultReason(id, part.problem?.message ?? 'it ended');
        faults.set(id, { atMs: nowMs(), reason });
      },
    });
    adapters.set(id, link);
    if (isStarted) link.start();
  }

  async function halt(id: string): Promise<void> {
    const link = adapters.get(adapterId(id));
    adapters.delete(adapterId(id));
    await link?.stop(STOP_GRACE_MS);
  }

  function view(record: VendorRecord): VendorAdapterView {
    const { manifest, isEnabled, installedAtMs, values } = record;
    const link = adapters.get(adapterId(manifest.id));
    return {
      ...{ manifest, isEnabled, installedAtMs },
      tier: tierNow(record),
      values: { ...initialValues(record), ...values },
      memoryBytes: link?.memoryBytes() ?? null,
      lastFault: faults.get(manifest.id) ?? null,
      health: link?.health() ?? null,
    };
  }

  for (const record of packages.list()) if (record.isEnabled) run(record);

  return {
    start() {
      isStarted = true;
      for (const { manifest, isEnabled } of packages.list()) {
        if (isEnabled) adapters.get(adapterId(manifest.id))?.start();
      }
      tellOthersRun();
    },
    list: () => packages.list().map(view),
    install: (files, actor) =>
      inTurn(async () => {
        const manifest = readManifest(files);
        const { id, version } = manifest;
        if (TAKEN.includes(id) || ADAPTERS.some((row) => row.id === id)) {
          throw new ConflictError(`"${id}" is the name of a part of the hub`, {
            hint: 'The package needs another "id".',
            zh: { message: `“${id}”是中枢自己一部分的名称`, hint: '这个包需要换一个“id”。' },
          });
        }
        const before = packages.list().find((one) => one.manifest.id === id);
        if (!before && packages.list().length >= VENDOR_LIMITS.adapters) {
          throw new HubError(
            'busy',
            `${VENDOR_LIMITS.adapters} adapters are installed, the most there can be`,
            {
              hint: 'Remove one first.',
              zh: {
                message: `已安装 ${VENDOR_LIMITS.adapters} 个适配器，不能再多`,
                hint: '请先删除一个。',
              },
            },
          );
        }
        await halt(id);
        faults.delete(id);
        const signatures = files[SIGNATURES_FILE];
        const statement = packageStatement(files).toString('base64');
        const record = packages.install(
          {
            ...(signatures === undefined ? {} : { signed: { statement, signatures } }),
            ...{ manifest, installedAtMs: nowMs(), isEnabled: before?.isEnabled ?? true },
            values: fitting(before?.values ?? {}, manifest.settings),
          },
          files,
        );
        if (record.isEnabled) run(record);
        await options.audit(actor, 'adapter.install', id, `${manifest.vendor} ${version}`);
        options.changed();
        return view(record);
      }),
    change: (id, wish, actor) =>
      inTurn(async () => {
        const before = find(id);
        const values = { ...before.values, ...checkedValues(before, wish.values ?? {}) };
        const record = { ...before, values, isEnabled: wish.enabled ?? before.isEnabled };
        packages.set(record);
        await halt(id);
        faults.delete(id);
        if (record.isEnabled) run(record);
        else options.switchedOff(adapterId(id), `${before.manifest.title} is switched off`);
        await options.audit(actor, 'adapter.set', id, record.isEnabled ? 'on' : 'off');
        options.changed();
        return view(record);
      }),
    remove: (id, actor) =>
      inTurn(async () => {
        const { manifest } = find(id);
        await halt(id);
        options.switchedOff(adapterId(id), `${manifest.title} was removed`);
        packages.remove(id);
        faults.delete(id);
        rmSync(path.join(options.dataFolder, id), { recursive: true, force: true });
        await options.audit(actor, 'adapter.remove', id, '');
        options.changed();
      }),
  };
}

type Values = VendorRecord['values'];

function initialValues({ manifest }: VendorRecord): Values {
  return Object.fromEntries(manifest.settings.map(({ name, initial }) => [name, initial]));
}

/** Of the values those that a newer version still asks for. */
function fitting(values: Values, settings: VendorRecord['manifest']['settings']): Values {
  return Object.fromEntries(
    Object.entries(values).filter(([name, value]) => {
      const setting = settings.find((one) => one.name === name);
      return setting !== undefined && (value === null || fitsSetting(setting.type, value));
    }),
  );
}

function checkedValues({ manifest }: VendorRecord, values: Values): Values {
  for (const [name, value] of Object.entries(values)) {
    const setting = manifest.settings.find((one) => one.name === name);
    if (setting && (value === null || fitsSetting(setting.type, value))) continue;
    const known = manifest.settings.map((one) => `${one.name} (${one.type})`).join(', ');
    throw new ValidationError(
      `${manifest.title} has no setting ${name.slice(0, 40)} of this kind`,
      {
        hint: `It has ${known || 'none'}.`,
        zh: {
          message: `${manifest.title} 没有这样的设置：${name.slice(0, 40)}`,
          hint: known ? `它有 ${known}。` : '它没有设置。',
        },
      },
    );
  }
  return values;
}
