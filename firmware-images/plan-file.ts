// What is under way, on disk before anybody is told that it is: updates that wait or run, the roll-out, and images that
// failed on a device. A hub that was ended in the middle goes on from here.
import path from 'node:path';
import * as v from 'valibot';
import { HubError } from '../hub/model/errors.ts';
import type { FirmwareHold, RolloutPart } from '../hub/model/firmware.ts';
import type { DeviceId, JobId } from '../hub/model/identifiers.ts';
import { readIfThere } from './read-limited.ts';
import { writeWhole } from './write-whole.ts';

const FILE = 'updates.json';
const FILE_BYTES_MAX = 4 * 1024 * 1024;
const HOLDS_MAX = 500;

export interface PlannedUpdate {
  readonly job: JobId;
  readonly device: DeviceId;
  /** The image's file name once it is chosen. */
  readonly image: string | null;
  readonly isDowngrade: boolean;
  readonly isAnyway: boolean;
  readonly atMs: number | null;
  /** How often it was begun. */
  readonly attempts: number;
  /** The roll-out that it is a part of. */
  readonly rollout: JobId | null;
}

export interface PlannedRollout {
  readonly job: JobId;
  readonly parts: readonly RolloutPart[];
  readonly isAnyway: boolean;
  readonly isNow: boolean;
}

export interface Plans {
  readonly updates: readonly PlannedUpdate[];
  readonly rollouts: readonly PlannedRollout[];
  /** By the image's checksum. */
  readonly holds: Readonly<Record<string, FirmwareHold>>;
}

const EMPTY: Plans = { updates: [], rollouts: [], holds: {} };

const words = v.object({ en: v.string(), zh: v.string() });
const id = <Id extends string>() => v.custom<Id>((value) => typeof value === 'string');
const shape = v.object({
  updates: v.array(
    v.object({
      job: id<JobId>(),
      device: id<DeviceId>(),
      image: v.nullable(v.string()),
      isDowngrade: v.boolean(),
      isAnyway: v.boolean(),
      atMs: v.nullable(v.number()),
      attempts: v.number(),
      rollout: v.nullable(id<JobId>()),
    }),
  ),
  rollouts: v.array(
    v.object({
      job: id<JobId>(),
      isAnyway: v.boolean(),
      isNow: v.boolean(),
      parts: v.array(
        v.object({
          device: id<DeviceId>(),
          name: v.string(),
          group: v.string(),
          image: v.string(),
          isCanary: v.boolean(),
          state: v.picklist(['waiting', 'updating', 'watched', 'done', 'failed', 'leftAlone']),
          job: v.nullable(id<JobId>()),
          reason: v.nullable(words),
        }),
      ),
    }),
  ),
  holds: v.record(
    v.string(),
    v.object({ device: id<DeviceId>(), name: v.string(), reason: words, atMs: v.number() }),
  ),
});

export class PlanFile {
  readonly #file: string;
  #plans: Plans = EMPTY;
  #writing: Promise<void> = Promise.resolve();

  constructor(folder: string) {
    this.#file = path.join(folder, FILE);
  }

  get plans(): Plans {
    return this.#plans;
  }

  /** Reads what was under way. @throws HubError `storage` where the file is damaged */
  async load(): Promise<void> {
    const bytes = await readIfThere(this.#file, FILE_BYTES_MAX);
    if (bytes === null) return;
    try {
      this.#plans = v.parse(shape, JSON.parse(bytes.toString('utf8')));
    } catch (error) {
      throw new HubError('storage', `${this.#file} is damaged: updates are not taken up`, {
        cause: error,
      });
    }
  }

  /** Resolves once the change is on disk. @throws HubError `storage`; the change is then taken back */
  change(edit: (plans: Plans) => Plans): Promise<void> {
    const written = this.#writing.then(async () => {
      const before = this.#plans;
      const next = edit(before);
      if (JSON.stringify(next) === JSON.stringify(before)) return;
      this.#plans = next;
      try {
        await writeWhole(this.#file, Buffer.from(`${JSON.stringify(next)}\n`));
      } catch (error) {
        this.#plans = before;
        throw error;
      }
    });
    this.#writing = written.catch(() => {});
    return written;
  }

  async putUpdate(update: PlannedUpdate): Promise<void> {
    await this.change((plans) => {
      const others = plans.updates.filter(({ job }) => job !== update.job);
      return { ...plans, updates: [...others, update] };
    });
  }

  async dropUpdate(job: JobId): Promise<void> {
    await this.change((plans) => ({
      ...plans,
      updates: plans.updates.filter((one) => one.job !== job),
    }));
  }

  async putRollout(rollout: PlannedRollout): Promise<void> {
    await this.change((plans) => {
      const others = plans.rollouts.filter(({ job }) => job !== rollout.job);
      return { ...plans, rollouts: [...others, rollout] };
    });
  }

  async dropRollout(job: JobId): Promise<void> {
    await this.change((plans) => ({
      ...plans,
      rollouts: plans.rollouts.filter((one) => one.job !== job),
    }));
  }

  holdOf(sha512: string): FirmwareHold | null {
    return this.#plans.holds[sha512] ?? null;
  }

  /** Sets or, with null, lifts the hold on an image. */
  async hold(sha512: string, hold: FirmwareHold | null): Promise<void> {
    await this.change((plans) => {
      const { [sha512]: _, ...others } = plans.holds;
      const all = hold === null ? others : { ...others, [sha512]: hold };
      return { ...plans, holds: Object.fromEntries(Object.entries(all).slice(-HOLDS_MAX)) };
    });
  }
}
