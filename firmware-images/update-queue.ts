// Whose turn it is: updates of one adapter go one after the other, since two would halve each other's pace and fill the
// radio. What waits is bounded, and can be taken back.
import { ConflictError } from '../hub/model/errors.ts';
import type { AdapterId, DeviceId } from '../hub/model/identifiers.ts';

/** A house has as many devices; more is a program that asks in a circle. */
const WAITING_MAX = 200;

export interface QueuedUpdate {
  readonly device: DeviceId;
  readonly adapter: AdapterId;
  /** How the device is called, for whoever is refused. */
  readonly name: string;
  /** Aborted: it does not begin any more. */
  readonly signal: AbortSignal;
  /** Its place among so many that wait for the same adapter; told at first and whenever it moves up. */
  waits(place: number, of: number): void;
  /** Does it; whatever it rejects with is its own affair. */
  run(): Promise<void>;
  /** It was taken back while it waited. */
  takenBack(): void;
}

export class UpdateQueue {
  readonly #waiting: QueuedUpdate[] = [];
  readonly #running = new Map<AdapterId, QueuedUpdate>();

  /** Whether the adapter is sending an image. */
  isBusy(adapter: AdapterId): boolean {
    return this.#running.has(adapter);
  }

  /** @throws ConflictError where the device is in it already, or where too many wait */
  check(device: DeviceId, name: string): void {
    if ([...this.#running.values()].some((update) => update.device === device)) {
      throw new ConflictError(`${name} is being updated already`, {
        zh: { message: `${name} 已经在更新`, hint: null },
      });
    }
    if (this.#waiting.some((update) => update.device === device)) {
      throw new ConflictError(`The update of ${name} waits for its turn already`, {
        zh: { message: `${name} 的更新已经在排队`, hint: null },
      });
    }
    if (this.#waiting.length >= WAITING_MAX) {
      throw new ConflictError(`${WAITING_MAX} updates wait already`, {
        hint: 'Wait until some are done, or stop some.',
        zh: { message: `已有 ${WAITING_MAX} 个更新在排队`, hint: '请等其中一些完成，或停止一些。' },
      });
    }
  }

  /** Begins at once where nothing of the adapter is under way. */
  add(update: QueuedUpdate): void {
    this.check(update.device, update.name);
    if (!this.isBusy(update.adapter)) {
      this.#begin(update);
      return;
    }
    this.#waiting.push(update);
    this.#tell(update.adapter);
    update.signal.addEventListener('abort', () => this.#takeBack(update), { once: true });
  }

  #begin(update: QueuedUpdate): void {
    const { adapter } = update;
    this.#running.set(adapter, update);
    const over = (): void => {
      this.#running.delete(adapter);
      const next = this.#waiting.find((one) => one.adapter === adapter);
      if (next === undefined) return;
      this.#waiting.splice(this.#waiting.indexOf(next), 1);
      this.#begin(next);
      this.#tell(adapter);
    };
    update.run().then(over, over);
  }

  #takeBack(update: QueuedUpdate): void {
    const at = this.#waiting.indexOf(update);
    if (at < 0) return;
    this.#waiting.splice(at, 1);
    update.takenBack();
    this.#tell(update.adapter);
  }

  #tell(adapter: AdapterId): void {
    const own = this.#waiting.filter((update) => update.adapter === adapter);
    for (const [at, update] of own.entries()) update.waits(at + 1, own.length);
  }
}
