// The outside record of a house that is killed again and again: what was asked of the hub, what it acknowledged, what
// was seen of its runs. It is kept by the driver alone, from answers and the live stream; the hub is held against it.
import { expect } from 'vitest';

/** A journal record is on disk this long after its decision on a healthy disk; more than that is counted. */
const ON_DISK_WITHIN_MS = 50;
/** On a disk that others use as well it may take longer, but never so long. */
const ON_DISK_AT_LAST_MS = 1_000;
/** How late an act may be: a busy machine, and the disk that a message waits for. */
export const ACT_WITHIN_MS = 1_500;
/** Deadlines are in whole milliseconds of two clocks. */
const EARLY_MAX_MS = 30;
/** A gap from which on the rules of `after-outage` hold; shorter ones are no outage. */
export const OUTAGE_MS = 10_000;

type Fields = Readonly<Record<string, unknown>>;

interface Entity {
  /** Null: it is not there. */
  acknowledged: Fields | null;
  /** What was asked when the hub died; it may be there or not, but whole. */
  asked?: Fields | null;
}

/** A run that was seen under way, and the message that it owes. */
export interface SeenRun {
  readonly id: string;
  /** Number of the input that began it: records are on disk in this order. */
  readonly seq: number;
  readonly scene: string;
  /** When its message is due, in wall milliseconds. */
  readonly dueMs: number;
  readonly seenMs: number;
  /** `drop`: an outage ends it without a message. */
  readonly afterOutage: 'resume' | 'drop';
  /** Others come before it: its message is due no earlier, and nobody can say how much later. */
  readonly isQueued: boolean;
}

/** A level that began to hold, as the live stream told, and the message that it owes. */
interface SeenHold {
  readonly seq: number;
  readonly dueMs: number;
  readonly seenMs: number;
}

interface Life {
  readonly readyMs: number;
  /** When Zigbee was connected: what hangs on a device's state waits until the device is within reach. */
  connectedMs: number;
  killedMs: number;
}

export interface Message {
  readonly id: string;
  readonly run: string | null;
  readonly text: string;
  readonly atMs: number;
}

export class OutsideRecord {
  readonly #entities = new Map<string, Entity>();
  readonly #lives: Life[] = [];
  readonly #owed = new Map<string, SeenRun>();
  readonly #joining = new Set<string>();
  #holds: SeenHold[] = [];
  /** When a level was made to hold, seen or not: it did not hold any more then, so what was before it is over. */
  readonly #begunHoldsMs: number[] = [];
  #settled = 0;
  #durableSeq = 0;
  /** Runs and holds that were seen for 50 ms or more before a kill, and nothing told that they were on disk. */
  unproven = 0;
  /** What was wrong at once, such as an answer that should not be. */
  readonly faults: string[] = [];

  get lives(): number {
    return this.#lives.length;
  }

  get settledRuns(): number {
    return this.#settled;
  }

  /** Runs whose message has not come yet. */
  get owed(): readonly SeenRun[] {
    return [...this.#owed.values()];
  }

  get owedHolds(): number {
    return this.#holds.length;
  }

  acknowledged(key: string): Fields | null {
    return this.#entities.get(key)?.acknowledged ?? null;
  }

  keys(prefix: string): string[] {
    return [...this.#entities].flatMap(([key, { acknowledged }]) =>
      key.startsWith(prefix) && acknowledged !== null ? [key.slice(prefix.length)] : [],
    );
  }

  /** An edit is on its way. */
  ask(key: string, fields: Fields | null): void {
    const entity = this.#entities.get(key) ?? { acknowledged: null };
    entity.asked = fields;
    this.#entities.set(key, entity);
  }

  /** The hub has said that the edit is done. */
  acknowledge(key: string, fields: Fields | null): void {
    this.#joining.delete(key);
    this.#entities.set(key, { acknowledged: fields });
  }

  /** A device was told to join, and may come in at any time from now on. */
  joins(key: string): void {
    this.#joining.add(key);
  }

  /** The hub has refused the edit. */
  refuse(key: string): void {
    delete this.#entities.get(key)?.asked;
  }

  /** What is known of it is void. */
  forget(key: string): void {
    this.#entities.delete(key);
  }

  /** Holds what the hub shows after a restart against what was acknowledged, or was asked and is there whole. */
  checkEntities(shown: ReadonlyMap<string, Fields>): void {
    for (const [key, entity] of this.#entities) {
      const found = shown.get(key) ?? null;
      const isAsAcknowledged = isLike(found, entity.acknowledged);
      // A device that was told to join goes on trying, and comes in when the network is opened for another one.
      const hasJoinedLate = found !== null && this.#joining.delete(key);
      const isAsAsked =
        hasJoinedLate || (entity.asked !== undefined && isLike(found, entity.asked));
      if (!isAsAcknowledged && !isAsAsked) {
        expect({ [key]: found }).toEqual({ [key]: entity.acknowledged, asked: entity.asked });
      }
      const asked = isAsAcknowledged ? entity.acknowledged : (entity.asked ?? found);
      this.#entities.set(key, { acknowledged: asked });
    }
  }

  /** Scenes run. */
  born(readyMs: number): void {
    const never = Number.POSITIVE_INFINITY;
    this.#lives.push({ readyMs, connectedMs: never, killedMs: never });
  }

  /** Devices are within reach. */
  connected(connectedMs: number): void {
    const life = this.#lives.at(-1);
    if (life) life.connectedMs = connectedMs;
  }

  /** The hub is killed now: what was seen only just before need not be on disk. */
  killed(killedMs: number): void {
    const life = this.#lives.at(-1);
    if (life) life.killedMs = killedMs;
    const isOnDisk = ({ seq, seenMs }: SeenHold): boolean => {
      if (seenMs < (life?.readyMs ?? 0) || seq <= this.#durableSeq) return true;
      if (seenMs <= killedMs - ON_DISK_AT_LAST_MS) return true;
      if (seenMs <= killedMs - ON_DISK_WITHIN_MS) this.unproven += 1;
      return false;
    };
    for (const [id, run] of this.#owed) if (!isOnDisk(run)) this.#owed.delete(id);
    this.#holds = this.#holds.filter(isOnDisk);
    this.#durableSeq = 0;
  }

  /** A message is told only once its record is on disk, and with it all records before. */
  durable(seq: number): void {
    this.#durableSeq = Math.max(this.#durableSeq, seq);
  }

  seen(run: SeenRun): void {
    if (this.#isAlive && !this.#owed.has(run.id)) this.#owed.set(run.id, run);
  }

  /** A level that does not hold is made to. */
  beganHold(atMs: number): void {
    this.#begunHoldsMs.push(atMs);
  }

  /** When the hub must have said what it owes for a hold that it was shown: until then the level is to stay. */
  holdsUntilMs(): number {
    const connectedMs = this.#lives.at(-1)?.connectedMs ?? Number.POSITIVE_INFINITY;
    const dueMs = Math.max(0, ...this.#holds.map((hold) => hold.dueMs));
    return dueMs === 0 ? 0 : Math.max(dueMs, connectedMs) + ACT_WITHIN_MS;
  }

  seenHold(hold: SeenHold): void {
    if (this.#isAlive) this.#holds.push(hold);
  }

  /** A run that ended without its message for a reason, such as a disk that was too slow. */
  excuse(id: string): void {
    this.#owed.delete(id);
  }

  /** Every message once, each owed message in its time; those whose time has not come are left for later. */
  checkMessages(messages: readonly Message[], nowMs: number): void {
    const byRun = new Map<string, Message[]>();
    for (const message of messages) {
      if (message.run === null) continue;
      byRun.set(message.run, [...(byRun.get(message.run) ?? []), message]);
    }
    for (const [run, found] of byRun) {
      if (found.length > 1) expect({ run, messages: found }).toEqual({ run, messages: 'one' });
    }
    for (const run of [...this.#owed.values()]) {
      const [message] = byRun.get(run.id) ?? [];
      const latestMs = run.isQueued ? null : this.#latestMs(run.dueMs, nowMs, 'readyMs');
      const mayBeDropped = run.afterOutage === 'drop' && this.#isOutageBefore(run);
      if (message === undefined) {
        if (latestMs === null) continue;
        if (!mayBeDropped) {
          const lives = this.#lives.slice(-3);
          expect({ run, latestMs, lives }).toEqual({ run, latestMs, message: 'one' });
        }
      } else {
        expect(mayBeDropped, `${run.scene} (${run.id}) was to end with the outage`).toBe(false);
        expect(message.text, `the message of ${run.id}`).toBe(run.scene);
        expect(message.atMs, `${run.scene} acted early`).toBeGreaterThan(run.dueMs - EARLY_MAX_MS);
        const limitMs = latestMs ?? nowMs;
        expect(message.atMs, `${run.scene} acted late`).toBeLessThanOrEqual(limitMs);
      }
      this.#owed.delete(run.id);
      this.#settled += 1;
    }
  }

  /** The messages of holds: each one once, in its time. */
  checkHolds(messages: readonly Message[], nowMs: number): void {
    this.#holds = this.#holds.filter((hold) => {
      const latestMs = this.#latestMs(hold.dueMs, nowMs, 'connectedMs');
      const nextMs = this.#begunHoldsMs.find((atMs) => atMs > hold.seenMs);
      const untilMs = Math.min(latestMs ?? nowMs, nextMs ?? nowMs);
      const found = messages.filter(
        ({ atMs }) => atMs > hold.dueMs - EARLY_MAX_MS && atMs <= untilMs,
      );
      if (found.length === 1) {
        this.#settled += 1;
        return false;
      }
      const isYetToCome = found.length === 0 && latestMs === null && nextMs === undefined;
      if (!isYetToCome) {
        const lives = this.#lives.slice(-3);
        expect({ hold, found, latestMs, lives }).toEqual({ hold, found: 'one message' });
      }
      return true;
    });
  }

  /** When the act must have happened: in the first life that was long enough for it; null while there was none. */
  #latestMs(dueMs: number, nowMs: number, from: 'readyMs' | 'connectedMs'): number | null {
    for (const life of this.#lives) {
      const fromMs = Math.max(dueMs, life[from]);
      if (Math.min(life.killedMs, nowMs) - fromMs >= ACT_WITHIN_MS) return fromMs + ACT_WITHIN_MS;
    }
    return null;
  }

  /** What the dying hub sent is read after its kill too; nobody knows then whether it was on the disk. */
  get #isAlive(): boolean {
    return this.#lives.at(-1)?.killedMs === Number.POSITIVE_INFINITY;
  }

  #isOutageBefore({ seenMs, dueMs }: SeenRun): boolean {
    return this.#lives.some(({ killedMs }, index) => {
      const next = this.#lives[index + 1];
      const isOutage = next !== undefined && next.readyMs - killedMs > OUTAGE_MS;
      return isOutage && killedMs > seenMs && killedMs < dueMs;
    });
  }
}

function isLike(found: Fields | null, wanted: Fields | null): boolean {
  if (found === null || wanted === null) return found === wanted;
  return Object.entries(wanted).every(
    ([name, value]) => JSON.stringify(found[name]) === JSON.stringify(value),
  );
}
