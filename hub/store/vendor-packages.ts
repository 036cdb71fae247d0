// The packages of adapters that are not ours, on disk: each in a folder of its own version, and one file that says
// which are installed. A version is written whole before the file names it; what the file does not name is swept away.
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import type { VendorFiles, VendorManifest } from '../model/vendor-adapter.ts';

/** One that is installed. */
export interface VendorRecord {
  readonly manifest: VendorManifest;
  /** Of its version, within the packages' folder. */
  readonly folder: string;
  readonly isEnabled: boolean;
  readonly installedAtMs: number;
  readonly values: Readonly<Record<string, string | number | boolean | null>>;
  /** What was to be signed of its files, in base64, and who has; absent where nobody has. */
  readonly signed?: { readonly statement: string; readonly signatures: string };
}

export interface VendorPackages {
  list(): readonly VendorRecord[];
  /** Writes the files of a version and installs it in place of the one before. */
  install(record: Omit<VendorRecord, 'folder'>, files: VendorFiles): VendorRecord;
  /** @throws Error where it is not installed */
  set(record: VendorRecord): void;
  remove(id: string): void;
  /** Where the files of one stand. */
  folderOf(record: VendorRecord): string;
}

const REGISTRY = 'installed.json';

/** Opens the folder; what cannot be read of it is set aside and told to `lost`, and nothing is installed then. */
export function openVendorPackages(folder: string, lost: (why: string) => void): VendorPackages {
  const registry = path.join(folder, REGISTRY);
  let records = read();
  sweep();

  function read(): readonly VendorRecord[] {
    if (!existsSync(registry)) return [];
    try {
      const { adapters } = JSON.parse(readFileSync(registry, 'utf8')) as {
        adapters: readonly VendorRecord[];
      };
      return adapters.filter((one) => existsSync(path.join(folder, one.folder)));
    } catch (error) {
      const aside = `${registry}.damaged`;
      renameSync(registry, aside);
      lost(`${registry} cannot be read (${String(error)}) and stands as ${aside} now`);
      return [];
    }
  }

  function sweep(): void {
    if (!existsSync(folder)) return;
    const known = new Set([REGISTRY, `${REGISTRY}.damaged`, ...records.map((one) => one.folder)]);
    for (const name of readdirSync(folder)) {
      if (!known.has(name)) rmSync(path.join(folder, name), { recursive: true, force: true });
    }
  }

  function keep(next: readonly VendorRecord[]): void {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeWhole(registry, `${JSON.stringify({ adapters: next }, null, 2)}\n`);
    syncFolder(folder);
    records = next;
  }

  return {
    list: () => records,
    install(wish, files) {
      const { id, version } = wish.manifest;
      const name = `${id}-${version}-${wish.installedAtMs}`;
      const target = path.join(folder, name);
      for (const [file, text] of Object.entries(files)) {
        const full = path.join(target, file);
        mkdirSync(path.dirname(full), { recursive: true, mode: 0o700 });
        writeWhole(full, text);
      }
      // Its code is a module, whatever its own package.json says of it.
      if (!Object.hasOwn(files, 'package.json')) {
        writeFileSync(path.join(target, 'package.json'), '{"type": "module"}\n');
      }
      syncFolder(target);
      const record = { ...wish, folder: name };
      keep([...records.filter(({ manifest }) => manifest.id !== id), record]);
      sweep();
      return record;
    },
    set(record) {
      const index = records.findIndex(({ manifest }) => manifest.id === record.manifest.id);
      if (index < 0) throw new Error(`${record.manifest.id} is not installed`);
      keep(records.with(index, record));
    },
    remove(id) {
      keep(records.filter(({ manifest }) => manifest.id !== id));
      sweep();
    },
    folderOf: (record) => path.join(folder, record.folder),
  };
}

function writeWhole(file: string, text: string): void {
  const temporary = `${file}.new`;
  const handle = openSync(temporary, 'w', 0o600);
  try {
    writeSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(temporary, file);
}

function syncFolder(folder: string): void {
  const entry = openSync(folder, 'r');
  try {
    fsyncSync(entry);
  } finally {
    closeSync(entry);
  }
}
