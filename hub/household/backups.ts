// Backups of the whole home: made when somebody asks and each night, encrypted to a code that only the household has,
// the newest few kept. Writing them is the jobs worker's; here is what of it is the household's business.
import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { BackupCalls, Backups, KeptBackup } from '../model/backup.ts';
import { toRfc3339 } from '../model/clock.ts';
import { ConflictError, fromProblem, HubError, NotFoundError, toProblem } from '../model/errors.ts';
import type { Actor, Async, Household } from '../model/hub-port.ts';
import type { Job, OpenJob } from '../model/job.ts';
import { problemLine } from '../model/problem-words.ts';
import type { Words } from '../model/words.ts';

/** Where the recipient stands in home.db; no setting of this name can be set in the page. */
export const BACKUP_RECIPIENT_SETTING = 'household.backup-recipient';
/** Older ones go once a newer one is whole. */
const KEPT_MAX = 7;
const NAME = /^\d{4}-\d\d-\d\dT\d{6}Z\.ingle-backup$/;
const LOOK_EVERY_MS = 250;
/** Each night: where the newest is almost a day old, at an hour at which nobody is up. */
const NIGHT_HOURS = [2, 3, 4];
const NIGHTLY_AFTER_MS = 20 * 3_600_000;
const NIGHT_LOOK_EVERY_MS = 15 * 60_000;

export interface BackupsOptions {
  readonly folder: string;
  readonly version: string;
  readonly calls: Async<BackupCalls>;
  readonly household: Pick<Household, 'contents' | 'setBackupRecipient'>;
  nowMs(): number;
  /** Hour of the day where the home is, 0 to 23; null while the clock is unset. */
  hour(): number | null;
  openJob(kind: string, step: Job['step']): OpenJob;
  /** What went wrong without anybody waiting for it. */
  failed(text: string): void;
}

export interface BackupsHost extends Backups {
  /** Looks each quarter of an hour from now on. */
  startNights(): void;
  /** Begins the night's backup where it is time, and there is a recovery code. */
  lookAtNight(): Promise<void>;
  stop(): void;
}

const NO_CODE = {
  hint: 'Make one first: in House › Backups, or `ingle backup code`. It opens the backups, and only you have it.',
  zh: {
    message: '还没有恢复码',
    hint: '请先在“全屋 › 备份”中生成，或运行“ingle backup code”。只有它能打开备份，由你保管。',
  },
};

export function createBackups(options: BackupsOptions): BackupsHost {
  const { folder, household, calls } = options;
  let running: Job | null = null;
  let timer: NodeJS.Timeout | undefined;

  const recipient = () => household.contents().settings[BACKUP_RECIPIENT_SETTING] ?? null;

  async function list(): Promise<KeptBackup[]> {
    const names = (await readdir(folder).catch(() => [])).filter((name) => NAME.test(name));
    const kept = await Promise.all(
      names.map(async (name) => {
        const { size } = await stat(path.join(folder, name)).catch(() => ({ size: -1 }));
        return { name, atMs: atOf(name), bytes: size };
      }),
    );
    return kept.filter(({ bytes }) => bytes >= 0).sort((a, b) => b.atMs - a.atMs);
  }

  async function demand(name: string): Promise<string> {
    const known = (await list()).some((one) => one.name === name);
    if (!known) throw new NotFoundError('backup', name);
    return path.join(folder, name);
  }

  function begin(to: string): Job {
    const step = { name: 'backup', index: 1, of: 1 };
    const job = options.openJob('backup', step);
    running = job.record();
    void write(to, job)
      .then((line) => job.end('done', null, line))
      .catch((error: unknown) => {
        const problem = toProblem(error);
        job.end('failed', problem, problemLine(problem));
        options.failed(problem.message);
      })
      .finally(() => {
        running = null;
      });
    return job.record();
  }

  async function write(to: string, job: OpenJob): Promise<Words> {
    const at = toRfc3339(options.nowMs());
    const name = nameOf(options.nowMs());
    const home = household.contents().home.name;
    await calls.startBackup({ recipient: to, name, hub: options.version, home, at });
    for (;;) {
      const state = await calls.backupState();
      if (state.kind === 'failed') throw fromProblem(state.problem);
      if (state.kind === 'written') {
        job.update({ progress: 1, result: { ...state.kept, at } });
        break;
      }
      if (state.kind === 'none') {
        throw new HubError('internal', 'What wrote the backup has ended', {
          hint: 'Make the backup again.',
          zh: { message: '写备份的程序中途结束了', hint: '请重新备份。' },
        });
      }
      const { bytes, of } = state.progress;
      job.update({ progress: of === 0 ? 0 : bytes / of });
      await delay(LOOK_EVERY_MS);
    }
    for (const old of (await list()).slice(KEPT_MAX)) await rm(path.join(folder, old.name));
    return { en: `${name} is written.`, zh: `${name} 已写好。` };
  }

  async function lookAtNight(): Promise<void> {
    const to = recipient();
    const hour = options.hour();
    if (to === null || running !== null || hour === null || !NIGHT_HOURS.includes(hour)) return;
    const [newest] = await list();
    const ageMs = options.nowMs() - (newest?.atMs ?? Number.NEGATIVE_INFINITY);
    // A clock that was set back is no reason for one after the other.
    if (ageMs >= 0 && ageMs < NIGHTLY_AFTER_MS) return;
    begin(to);
  }

  return {
    recipient,
    list,
    async renewCode(actor) {
      const made = await calls.newRecoveryCode();
      await household.setBackupRecipient(made.recipient, actor);
      return made;
    },
    async start(_actor: Actor) {
      const to = recipient();
      if (to === null) throw new ConflictError('There is no recovery code yet', NO_CODE);
      if (running !== null) {
        throw new ConflictError('A backup is being written already', {
          hint: 'Wait until it is whole.',
          zh: { message: '正在写备份', hint: '请等它完成。' },
        });
      }
      return begin(to);
    },
    fileOf: demand,
    async remove(name) {
      await rm(await demand(name));
    },
    lookAtNight,
    startNights() {
      timer = setInterval(() => {
        lookAtNight().catch((error: unknown) => options.failed(toProblem(error).message));
      }, NIGHT_LOOK_EVERY_MS);
      timer.unref();
    },
    stop() {
      clearInterval(timer);
    },
  };
}

/** `2026-11-22T030000Z.ingle-backup`: sorts by time, and is a file's name on every system. */
function nameOf(atMs: number): string {
  const at = new Date(atMs).toISOString().slice(0, 19).replaceAll(':', '');
  return `${at}Z.ingle-backup`;
}

function atOf(name: string): number {
  const [date = '', time = ''] = name.split('T');
  const clock = `${time.slice(0, 2)}:${time.slice(2, 4)}:${time.slice(4, 6)}`;
  return Date.parse(`${date}T${clock}Z`);
}
