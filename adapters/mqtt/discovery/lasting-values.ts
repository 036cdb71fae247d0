// Values that hold only for a while after they were told: a sensor's that expire, and a motion sensor's that go off by
// themselves. Spec: https://www.home-assistant.io/integrations/sensor.mqtt/ (expire_after), binary_sensor.mqtt (off_delay).
import type { PropertyKey, PropertyValue } from '../../../hub/model/properties.ts';
import type { Binding } from './convert.ts';

export interface LastingEvents {
  /** A value has not been told again in time. */
  expired(key: PropertyKey): void;
  /** True is over. */
  off(key: PropertyKey): void;
}

export class LastingValues {
  readonly #events: LastingEvents;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #held = new Set<PropertyKey>();
  readonly #expired = new Set<PropertyKey>();
  #bindings: ReadonlyMap<PropertyKey, Binding> = new Map();
  #expiring: readonly PropertyKey[] = [];

  constructor(events: LastingEvents) {
    this.#events = events;
  }

  /** Takes over what is announced now; what is announced as before goes on as it was. */
  follow(bindings: ReadonlyMap<PropertyKey, Binding>): void {
    this.#bindings = bindings;
    this.#expiring = [...bindings.values()].flatMap(({ descriptor, expireAfterMs }) =>
      expireAfterMs === undefined ? [] : [descriptor.key],
    );
    for (const set of [this.#held, this.#expired]) {
      for (const key of set) if (!this.#expiring.includes(key)) set.delete(key);
    }
    for (const [id, timer] of this.#timers) {
      const [what, key] = parts(id);
      const binding = bindings.get(key);
      const span = what === 'off' ? binding?.offDelayMs : binding?.expireAfterMs;
      if (span !== undefined) continue;
      clearTimeout(timer);
      this.#timers.delete(id);
    }
  }

  told(key: PropertyKey, value: PropertyValue): void {
    const { expireAfterMs, offDelayMs } = this.#bindings.get(key) ?? {};
    if (expireAfterMs !== undefined) {
      this.#held.add(key);
      this.#expired.delete(key);
      this.#after(`expire ${key}`, expireAfterMs, () => {
        this.#held.delete(key);
        this.#expired.add(key);
        this.#events.expired(key);
      });
    }
    if (offDelayMs === undefined) return;
    if (value === true) this.#after(`off ${key}`, offDelayMs, () => this.#events.off(key));
    else this.#clear(`off ${key}`);
  }

  /**
   * `none`: nothing expires. `unheard`: nothing that expires was told yet. `held`: something of it holds. `over`: all
   * that was told of it has expired.
   */
  get state(): 'none' | 'unheard' | 'held' | 'over' {
    if (this.#expiring.length === 0) return 'none';
    if (this.#held.size > 0) return 'held';
    return this.#expired.size > 0 ? 'over' : 'unheard';
  }

  /** What was told and holds no longer. */
  get expired(): readonly PropertyKey[] {
    return [...this.#expired];
  }

  /** How long the last of them holds. */
  get longestMs(): number {
    const spans = this.#expiring.map((key) => this.#bindings.get(key)?.expireAfterMs ?? 0);
    return Math.max(0, ...spans);
  }

  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #after(id: string, ms: number, work: () => void): void {
    this.#clear(id);
    const timer = setTimeout(() => {
      this.#timers.delete(id);
      work();
    }, ms);
    this.#timers.set(id, timer);
  }

  #clear(id: string): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }
}

function parts(id: string): readonly [what: string, key: PropertyKey] {
  const at = id.indexOf(' ');
  return [id.slice(0, at), id.slice(at + 1) as PropertyKey];
}

/** Such as `90 seconds`, `5 minutes`, `12 hours`; the reason in Chinese reads it. */
export function spanText(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 120) return plural(seconds, 'second');
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? plural(minutes, 'minute') : plural(Math.round(minutes / 60), 'hour');
}

const plural = (count: number, unit: string) => `${count} ${unit}${count === 1 ? '' : 's'}`;
