// A node that says more than a household's network can bear: from then on only its newest values are taken, every few
// seconds, so that the others are heard as before. It is let go by itself once it is calm, or by hand.
import type { NodeAddress } from '../../../hub/model/identifiers.ts';
import type { Flooding } from '../../../hub/model/mesh.ts';

/** More than this many messages in each second of half a minute. A bulb that is dimmed says some ten, for seconds. */
export const FLOOD_PER_SECOND = 10;
export const FLOOD_SECONDS = 30;
/** Of a quarantined node the newest of each kind of message is taken this often. */
const THIN_MS = 5_000;
/** Below half the limit for this long it is calm. */
const CALM_SECONDS = 30;
/** Kinds of message of one node that are kept; of more the oldest is forgotten. */
const KINDS_MAX = 64;
const SECOND_MS = 1_000;

interface Watched {
  second: number;
  count: number;
  /** Seconds in a row above the limit, or, in quarantine, below half of it. */
  streak: number;
  quarantine: {
    readonly sinceMs: number;
    perSecond: number;
    readonly newest: Map<string, () => void>;
    takenAtMs: number;
  } | null;
}

export interface FloodGuardOptions {
  readonly perSecond?: number | undefined;
  readonly seconds?: number | undefined;
  /** Wall milliseconds. */
  now(): number;
  /** Whom there is to tell of has changed. */
  changed(flooding: readonly Flooding[]): void;
}

export class FloodGuard {
  readonly #limit: number;
  readonly #seconds: number;
  readonly #options: FloodGuardOptions;
  readonly #nodes = new Map<NodeAddress, Watched>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: FloodGuardOptions) {
    this.#options = options;
    this.#limit = options.perSecond ?? FLOOD_PER_SECOND;
    this.#seconds = options.seconds ?? FLOOD_SECONDS;
  }

  /** Acts on a message of a node now, or, where the node is in quarantine, on the newest of its kind a little later. */
  take(node: NodeAddress, kind: () => string, act: () => void): void {
    const watched = this.#count(node);
    const { quarantine } = watched;
    if (quarantine === null) {
      act();
      return;
    }
    const key = kind();
    const { newest } = quarantine;
    newest.delete(key);
    if (newest.size >= KINDS_MAX) newest.delete(newest.keys().next().value ?? '');
    newest.set(key, act);
    this.#timer ??= setInterval(() => this.#look(), SECOND_MS);
  }

  #count(node: NodeAddress): Watched {
    const second = Math.floor(this.#options.now() / SECOND_MS);
    let watched = this.#nodes.get(node);
    if (watched === undefined) {
      watched = { second, count: 0, streak: 0, quarantine: null };
      this.#nodes.set(node, watched);
    }
    if (watched.second !== second) this.#secondEnded(watched, second);
    watched.count += 1;
    if (watched.quarantine === null && this.#isFlooding(watched)) {
      watched.quarantine = {
        sinceMs: this.#options.now(),
        perSecond: watched.count,
        newest: new Map(),
        takenAtMs: this.#options.now(),
      };
      watched.streak = 0;
      this.#timer ??= setInterval(() => this.#look(), SECOND_MS);
      this.#tell();
    }
    return watched;
  }

  #isFlooding(watched: Watched): boolean {
    return watched.streak >= this.#seconds && watched.count > this.#limit;
  }

  /** A second is over, or several of which all but the first were silent. */
  #secondEnded(watched: Watched, second: number): void {
    const gone = second - watched.second;
    if (watched.quarantine === null) {
      const isAbove = watched.count > this.#limit && gone === 1;
      watched.streak = isAbove ? watched.streak + 1 : 0;
    } else {
      watched.quarantine.perSecond = watched.count;
      const isCalm = watched.count <= this.#limit / 2;
      watched.streak = isCalm ? watched.streak + gone : 0;
    }
    watched.second = second;
    watched.count = 0;
  }

  /** Once a second while any node is in quarantine. */
  #look(): void {
    const now = this.#options.now();
    const second = Math.floor(now / SECOND_MS);
    let isAny = false;
    let isReleased = false;
    for (const watched of this.#nodes.values()) {
      const { quarantine } = watched;
      if (quarantine === null) continue;
      if (watched.second !== second) this.#secondEnded(watched, second);
      const isCalm = watched.streak >= Math.min(CALM_SECONDS, this.#seconds);
      if (isCalm || now - quarantine.takenAtMs >= THIN_MS) {
        quarantine.takenAtMs = now;
        const acts = [...quarantine.newest.values()];
        quarantine.newest.clear();
        for (const act of acts) act();
      }
      if (isCalm) {
        watched.quarantine = null;
        watched.streak = 0;
        isReleased = true;
      } else {
        isAny = true;
      }
    }
    if (!isAny) this.#stopLooking();
    if (isReleased) this.#tell();
  }

  /** Takes a node out of quarantine by hand; if it goes on, it is back after the stated time. Whether it was in it. */
  release(node: NodeAddress): boolean {
    const watched = this.#nodes.get(node);
    if (watched?.quarantine === null || watched === undefined) return false;
    for (const act of watched.quarantine.newest.values()) act();
    this.#nodes.delete(node);
    this.#tell();
    return true;
  }

  /** The node has left. */
  forget(node: NodeAddress): void {
    const wasQuarantined = this.#nodes.get(node)?.quarantine !== null;
    if (this.#nodes.delete(node) && wasQuarantined) this.#tell();
  }

  /** The network is gone: what was kept is not acted on. */
  stop(): void {
    this.#stopLooking();
    const wasAny = this.flooding.length > 0;
    this.#nodes.clear();
    if (wasAny) this.#tell();
  }

  get flooding(): Flooding[] {
    return [...this.#nodes].flatMap(([node, { quarantine }]) =>
      quarantine === null
        ? []
        : [{ node, sinceMs: quarantine.sinceMs, perSecond: quarantine.perSecond }],
    );
  }

  #stopLooking(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #tell(): void {
    this.#options.changed(this.flooding);
  }
}
