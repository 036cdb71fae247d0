// What a hub stands on before anything of the home is built: its settings, its folder, its log, its clock, its storage
// with what was kept there, and the demo where there is no home yet.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Worker } from 'node:worker_threads';
import { createLiveFeed, type LiveFeedSource } from './core/live-feed.ts';
import { isDemoStart, startDemo } from './demo-start.ts';
import type { Hub } from './hub.ts';
import { createLog, type Log } from './log.ts';
import type { LogLevel } from './model/adapter-port.ts';
import type { HomeContents, Recovery } from './model/store-port.ts';
import { dataFolder, readSettings, type Settings } from './settings.ts';
import { type CoreLink, startCoreThread } from './threads/core-link.ts';
import { type EarlyThreads, earlyThreads, keepCompiledCode } from './threads/early-threads.ts';
import { holdFolder } from './threads/folder-lock.ts';
import { markRun, type RunMark } from './threads/run-mark.ts';
import { createStoreLink, type StoreLink } from './threads/store-link.ts';
import { createSystemClock, type SystemClock } from './threads/system-clock.ts';

/** A stop is asked for, then waited for this long, then forced. */
export const STOP_GRACE_MS = 6_000;

/** What has to be undone when the hub stops, the last first. */
export type AtStop = (undo: () => Promise<void> | void) => void;

/** Parts that others speak to before they are built: absent until then. */
export interface Late {
  core?: CoreLink;
  hub?: Hub;
}

export interface Ground {
  readonly startedAtMs: number;
  readonly isDemo: boolean;
  /** Where all that this hub keeps stands. */
  readonly folder: string;
  readonly allowFaults: boolean;
  /** As flags, environment and file say, without the page. */
  readonly asked: Settings;
  /** With the page, as it was at the start. */
  readonly page: Settings;
  /** What the hub runs by: those of the page, or of the demo. */
  readonly settings: Settings;
  readonly log: Log;
  readonly clock: SystemClock;
  readonly feed: LiveFeedSource;
  readonly store: StoreLink;
  readonly contents: HomeContents;
  readonly recovery: Recovery;
  readonly runMark: RunMark;
  readonly demo: Awaited<ReturnType<typeof startDemo>> | null;
  readonly early: EarlyThreads | null;
  readonly coreThread: Worker;
  readonly late: Late;
  nowMs(): number;
  /** Something of the hub's own health is other than before. */
  healthChanged(): void;
}

/** Opens all of it. @throws HubError for a setting that cannot be, a folder that is in use, files that cannot be read */
export async function openGround(flags: readonly string[], atStop: AtStop): Promise<Ground> {
  const startedAtMs = Date.now();
  const asked = readSettings(flags, process.env);
  const log = createLog(
    asked.get('log.level') as LogLevel,
    () => Date.now(),
    (line) => process.stderr.write(line),
  );
  const allowFaults = process.env.INGLE_FAULTS === '1';
  const bootClock = createSystemClock();
  const storeOf = { allowFaults, clock: bootClock, log: log.of('storage') };
  const nobody = { restarted: () => {}, changed: () => {} };
  const isDemo = await isDemoStart(asked, (dataFolder) =>
    createStoreLink({ ...storeOf, ...nobody, dataFolder }),
  );
  const folder = isDemo ? path.join(dataFolder(asked), 'demo') : dataFolder(asked);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  atStop(holdFolder(folder));
  const early = earlyThreads();
  if (early?.folder !== folder) {
    await early?.end();
    keepCompiledCode(folder);
  }
  // It loads its modules while storage opens the files.
  const coreThread = early?.take('core') ?? startCoreThread(folder);

  const late: Late = {};
  const feed = createLiveFeed(startedAtMs, (error) =>
    log.write('error', 'main', `A live client failed: ${String(error)}`),
  );
  const healthChanged = () =>
    feed.publish([{ topic: 'home', body: { kind: 'home', what: 'health' } }]);
  const store = createStoreLink({
    ...{ ...storeOf, dataFolder: folder, changed: healthChanged },
    firstThread: early?.take('storage'),
    restarted: () => late.core?.useStorePort(store.corePort()),
  });
  await store.start();
  const [contents, recovery] = await Promise.all([store.calls.load(), store.calls.recover()]);
  for (const note of recovery.notes) log.write('warn', 'storage', note);

  const demo = isDemo ? await startDemo(folder, asked, log) : null;
  const page = asked.withPage(contents.settings);
  const clock = createSystemClock(recovery.newestAtMs);
  const runMark = markRun(folder, clock.bootId);
  atStop(() => runMark.stopped());
  atStop(() => demo?.stop());
  atStop(() => store.stop(STOP_GRACE_MS));
  return {
    ...{ startedAtMs, isDemo, folder, allowFaults, asked, page, log, clock, feed, healthChanged },
    settings: demo ? readSettings([...flags, ...demo.flags], process.env) : page,
    ...{ store, contents, recovery, runMark, demo, early, coreThread, late },
    nowMs: () => clock.now().wallMs,
  };
}
