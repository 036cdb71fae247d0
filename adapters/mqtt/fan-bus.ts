// One bus for several listeners: each has a view of its own, in which it subscribes and unsubscribes as if it were
// alone. The bus itself subscribes to each filter once.
import type { Bus, OnMessage } from './bus.ts';

export class FanBus {
  readonly #bus: Bus;
  readonly #listeners = new Map<string, Set<OnMessage>>();

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  /** The bus as one listener sees it; starting and stopping it is not his. */
  view(): Bus {
    const bus = this.#bus;
    const own = new Map<string, OnMessage>();
    return {
      start: async () => {},
      stop: async () => {},
      get isConnected() {
        return bus.isConnected;
      },
      publish: (topic, payload, retain) => bus.publish(topic, payload, retain),
      subscribe: (filter, onMessage) => {
        if (own.has(filter)) return;
        own.set(filter, onMessage);
        this.#add(filter, onMessage);
      },
      unsubscribe: (filter) => {
        const onMessage = own.get(filter);
        if (onMessage === undefined) return;
        own.delete(filter);
        this.#remove(filter, onMessage);
      },
      replay: (filter, onMessage) => bus.replay(filter, onMessage),
      tellEnd: (topic, payload) => bus.tellEnd?.(topic, payload),
    };
  }

  #add(filter: string, onMessage: OnMessage): void {
    const known = this.#listeners.get(filter);
    if (known) {
      known.add(onMessage);
      this.#bus.replay(filter, onMessage);
      return;
    }
    const listeners = new Set([onMessage]);
    this.#listeners.set(filter, listeners);
    this.#bus.subscribe(filter, (topic, payload, isRetained) => {
      for (const listener of listeners) listener(topic, payload, isRetained);
    });
  }

  #remove(filter: string, onMessage: OnMessage): void {
    const listeners = this.#listeners.get(filter);
    listeners?.delete(onMessage);
    if (listeners?.size !== 0) return;
    this.#listeners.delete(filter);
    this.#bus.unsubscribe(filter);
  }
}
