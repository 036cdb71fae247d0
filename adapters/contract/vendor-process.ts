// How the process of an adapter that is not ours is started: what it may read, write and take. The hub and the kit for
// vendors start it alike.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { VENDOR_LIMITS } from '../../hub/model/vendor-adapter.ts';

/** What `fork` is given. */
export interface VendorProcess {
  readonly entry: string;
  readonly args: readonly string[];
  readonly execArgv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/**
 * The start of a vendor's process.
 * @param entry the file of `vendor.child`, as a source or as a bundle
 * @param dataFolder its own folder, which exists
 */
export function vendorProcess(
  entry: URL,
  vendor: {
    readonly id: string;
    readonly packageFolder: string;
    readonly main: string;
    readonly hosts: readonly string[];
    readonly dataFolder: string;
  },
): VendorProcess {
  const file = fileURLToPath(entry);
  const isSource = file.endsWith('.ts');
  const program = path.dirname(file);
  // In a clone the contract and the model are read file by file; a bundle is one file.
  const reads = isSource ? [program, path.resolve(program, '..', '..', 'hub', 'model')] : [file];
  return {
    entry: file,
    args: [vendor.id, path.join(vendor.packageFolder, vendor.main), JSON.stringify(vendor.hosts)],
    execArgv: [
      '--permission',
      ...[...reads, vendor.packageFolder, vendor.dataFolder].map((one) => `--allow-fs-read=${one}`),
      `--allow-fs-write=${vendor.dataFolder}`,
      '--disallow-code-generation-from-strings',
      '--disable-warning=SecurityWarning',
      `--max-old-space-size=${VENDOR_LIMITS.heapMb}`,
      '--max-semi-space-size=2',
      // One helper: a heap that is collected without an end must not take a core with each of its threads.
      '--v8-pool-size=1',
    ],
    // Nothing of the hub's environment: tokens may stand in it.
    env: { TZ: 'UTC', TMPDIR: process.env.TMPDIR, NODE_ENV: 'production' },
  };
}
