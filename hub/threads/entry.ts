// Where the code of each thread and child process stands: a source file in a clone, a bundle in a release.
// scripts/package/build.ts bundles one file a thread, flat in one folder, and sets INGLE_BUNDLED there.

/** Set to true by the build; not defined at all when the sources run. */
declare const INGLE_BUNDLED: boolean | undefined;

/** Source of each thread's entry, from the repository's root. The bundle has the same file name, ending in .js. */
export const WORKER_SOURCES = {
  core: 'hub/core/core.worker.ts',
  storage: 'hub/store/storage.worker.ts',
  jobs: 'hub/store/jobs.worker.ts',
  sync: 'sync/uplink/sync.worker.ts',
  zigbee: 'adapters/zigbee/zigbee.worker.ts',
  'zigbee-child': 'adapters/zigbee/zigbee.child.ts',
  lan: 'adapters/lan.worker.ts',
  matter: 'adapters/matter/matter.worker.ts',
  'vendor-child': 'adapters/contract/vendor.child.ts',
} as const;

export type WorkerName = keyof typeof WORKER_SOURCES;

/** The bundle's file name of a thread's entry, such as `core.worker.js`. */
export function bundleName(name: WorkerName): string {
  const source = WORKER_SOURCES[name];
  return source.slice(source.lastIndexOf('/') + 1).replace(/\.ts$/, '.js');
}

/** The file URL that `new Worker(url)` takes; `fileURLToPath` of it is what `fork` takes. */
export function workerEntry(name: WorkerName): URL {
  return typeof INGLE_BUNDLED === 'undefined'
    ? new URL(`../../${WORKER_SOURCES[name]}`, import.meta.url)
    : new URL(bundleName(name), import.meta.url);
}

/** The folder from which an adapter of a vendor's own is made. */
export function templateFolder(): URL {
  return typeof INGLE_BUNDLED === 'undefined'
    ? new URL('../../adapters/contract/vendor-template/', import.meta.url)
    : new URL('vendor-template/', import.meta.url);
}
