// How much one hub may send: so many requests and bytes at once, refilled with time. A hub that has read its credit
// paces itself; one that has not is refused with the time after which it may come again.

export interface RateLimits {
  /** Requests that may come at once, and how many come back each second. */
  readonly requests: number;
  readonly requestsPerSecond: number;
  /** The same for bytes of bodies. */
  readonly bytes: number;
  readonly bytesPerSecond: number;
  /** Hubs that are remembered; beyond it whoever was silent longest begins anew. */
  readonly hubsMax: number;
}

/** What is left to a hub. */
export interface Credit {
  readonly requests: number;
  readonly bytes: number;
  /** Milliseconds until there is something again; 0 while something is left. */
  readonly after_ms: number;
}

interface Bucket {
  requests: number;
  bytes: number;
  atMs: number;
}

export class RateLimit {
  readonly #limits: RateLimits;
  readonly #monoMs: () => number;
  /** In the order in which they were last used. */
  readonly #buckets = new Map<string, Bucket>();

  /** @param monoMs a clock that is never set */
  constructor(limits: RateLimits, monoMs: () => number) {
    this.#limits = limits;
    this.#monoMs = monoMs;
  }

  /**
   * Takes one request with so many bytes from the hub's credit.
   * @returns 0, or the milliseconds after which it would be taken: then nothing was taken
   */
  take(hub: string, bytes: number): number {
    const bucket = this.#filled(hub);
    const wanted = Math.min(bytes, this.#limits.bytes);
    const waitMs = this.#waitMs(bucket, 1, wanted);
    if (waitMs > 0) return waitMs;
    bucket.requests -= 1;
    bucket.bytes -= wanted;
    return 0;
  }

  /** What the hub may send now. */
  credit(hub: string): Credit {
    const bucket = this.#filled(hub);
    return {
      requests: Math.floor(bucket.requests),
      bytes: Math.floor(bucket.bytes),
      after_ms: this.#waitMs(bucket, 1, 1),
    };
  }

  #filled(hub: string): Bucket {
    const { requests, requestsPerSecond, bytes, bytesPerSecond, hubsMax } = this.#limits;
    const atMs = this.#monoMs();
    const before = this.#buckets.get(hub) ?? { requests, bytes, atMs };
    const seconds = (atMs - before.atMs) / 1_000;
    const bucket = {
      requests: Math.min(requests, before.requests + seconds * requestsPerSecond),
      bytes: Math.min(bytes, before.bytes + seconds * bytesPerSecond),
      atMs,
    };
    this.#buckets.delete(hub);
    this.#buckets.set(hub, bucket);
    if (this.#buckets.size > hubsMax) {
      const [oldest] = this.#buckets.keys();
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
    return bucket;
  }

  #waitMs(bucket: Bucket, requests: number, bytes: number): number {
    const { requestsPerSecond, bytesPerSecond } = this.#limits;
    return Math.ceil(
      1_000 *
        Math.max(
          0,
          (requests - bucket.requests) / requestsPerSecond,
          (bytes - bucket.bytes) / bytesPerSecond,
        ),
    );
  }
}
