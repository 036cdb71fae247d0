// Watches the process of a vendor's adapter from outside while the kit tries it, as the hub would: its memory,
// whether it answers, where it wants to connect, and what of its words the hub would not take. One that is beyond
// help is ended.
import { setTimeout as sleep } from 'node:timers/promises';
import { VENDOR_LIMITS } from '../../hub/model/vendor-adapter.ts';
import type { Demand, Run } from './conformance.ts';
import type { OpenLine } from './scripted-hub.ts';
import { WORDS } from './vendor-complaints.ts';

const PING_EVERY_MS = 200;
/** While it loads it may be silent for longer. */
const LOAD_MS = 15_000;
const SILENT_MS_MAX = 2_000;
/** One that is silent for so long does not come back. */
const HANGS_MS = 5_000;
const IDLE_MS = 2_000;
/** What the collector leaves lying about for a moment. */
const GROWTH_BYTES_MAX = 8 * 1024 * 1024;
const LOGS_MAX = 1_000;

const megabytes = (bytes: number) => Math.round(bytes / 1024 / 1024);

/** The line to the adapter, watched, and what is demanded of what was seen. */
export function watchVendor(open: OpenLine): { open: OpenLine; demands: readonly Demand[] } {
  const logs: string[] = [];
  const pending = new Map<number, number>();
  let [isLoaded, longestMs, bytes, bytesMax, lastPing] = [false, 0, 0, 0, 0];
  let ended: string | null = null;

  const watched: OpenLine = (onMain, onExit) => {
    const line = open(
      (message) => {
        if (message.kind === 'log' && logs.length < LOGS_MAX) logs.push(message.text);
        if (message.kind !== 'pong' || message.number > 0) return onMain(message);
        const sentMs = pending.get(message.number);
        if (sentMs !== undefined && isLoaded) silent(performance.now() - sentMs);
        pending.delete(message.number);
        isLoaded = true;
        bytes = message.rssBytes ?? 0;
        bytesMax = Math.max(bytesMax, bytes);
        const most = VENDOR_LIMITS.memoryBytes;
        if (bytes > most) {
          end(`It took ${megabytes(bytes)} MB of memory, more than the ${megabytes(most)} MB`);
        }
      },
      (code) => {
        clearInterval(timer);
        onExit(code);
      },
    );
    const timer = setInterval(() => {
      const [oldestMs] = pending.values();
      const silentMs = oldestMs === undefined ? 0 : performance.now() - oldestMs;
      if (isLoaded) silent(silentMs);
      if (silentMs > (isLoaded ? HANGS_MS : LOAD_MS)) {
        end(`It did not answer for ${Math.round(silentMs / 1_000)} s: it loops, or waits for ever`);
      }
      // Numbers below 0 are the watch's own.
      lastPing -= 1;
      pending.set(lastPing, performance.now());
      line.toHost({ kind: 'ping', number: lastPing });
    }, PING_EVERY_MS);
    const silent = (ms: number) => {
      longestMs = Math.max(longestMs, ms);
    };
    const end = (why: string) => {
      ended ??= why;
      clearInterval(timer);
      void line.kill();
    };
    return line;
  };

  const logged = (...begins: readonly string[]) =>
    logs.find((text) => begins.some((one) => text.startsWith(one)));
  const demandOf = (en: string, zh: string, check: (run: Run) => Promise<void> | void): Demand => ({
    text: { en, zh },
    check: async (run) => check(run),
    isAboutTheWhole: true,
  });
  const demands = [
    demandOf(
      'it takes no more memory than it may, and no more while nothing happens',
      '占用的内存不超过允许的，空闲时不增长',
      async ({ hub }) => {
        if (bytesMax > VENDOR_LIMITS.memoryBytes) throw new Error(`${ended}`);
        const before = bytes;
        if (hub.exitCode === undefined) await sleep(IDLE_MS);
        const grewBytes = bytes - before;
        if (bytesMax > VENDOR_LIMITS.memoryBytes) throw new Error(`${ended}`);
        if (grewBytes > GROWTH_BYTES_MAX) {
          throw new Error(`It grew by ${megabytes(grewBytes)} MB in ${IDLE_MS / 1_000} s of rest`);
        }
      },
    ),
    demandOf('it always answers, and never stands still', '始终有应答，从不停住', () => {
      if (ended !== null && longestMs > SILENT_MS_MAX) throw new Error(ended);
      if (!isLoaded && ended !== null) throw new Error(ended);
      if (longestMs > SILENT_MS_MAX) {
        throw new Error(
          `It did not answer for ${Math.round(longestMs)} ms: work in smaller pieces`,
        );
      }
    }),
    demandOf('it connects only to the hosts that it declares', '只连接声明过的地址', () => {
      const said = logged(WORDS.undeclared.log);
      if (said !== undefined) throw new Error(`${said}. Add it to "hosts" of ingle-adapter.json`);
    }),
    demandOf(
      'it tells no more than the hub takes, and nothing that cannot be',
      '上报不超量，也没有不可能的内容',
      () => {
        const said = logged(
          WORDS.wrong.log,
          WORDS.flood.log,
          WORDS.malformed.log,
          'The hub ends it',
        );
        if (said !== undefined) throw new Error(said);
      },
    ),
    demandOf('nothing in its code fails', '代码没有出错', ({ hub }) => {
      const fell = logs.find((text) => /^(?:The \S+ adapter failed|A rejection of)/.test(text));
      if (fell !== undefined) throw new Error(fell.split('\n', 3).join(' '));
      const failed = hub.items.find(
        (item) => item.kind === 'outcome' && item.problem?.code === 'internal',
      );
      if (failed?.kind === 'outcome') throw new Error(`${failed.problem?.message}`);
    }),
  ];
  return { open: watched, demands };
}
