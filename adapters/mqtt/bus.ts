// The messages of MQTT as the adapter's protocols use them, whoever carries them: the hub's own broker or another.
import type { Problem } from '../../hub/model/errors.ts';

/** Messages of a subscription. `payload` is at most 256 KB; a retained one was said before anybody listened. */
export type OnMessage = (topic: string, payload: Buffer, isRetained: boolean) => void;

export interface BusEvents {
  /** Messages can go and come; again after each loss. */
  connected(detail: string): void;
  lost(problem: Problem, retryAtMs: number | null): void;
  /** Somebody was refused, in words that help: a wrong topic, a wrong password. */
  refused(problem: Problem): void;
}

export interface Bus {
  start(): Promise<void>;
  stop(): Promise<void>;
  readonly isConnected: boolean;
  /** Sends with QoS 0. @throws HubError `unreachable` while there is no connection */
  publish(topic: string, payload: string, retain?: boolean): void;
  /** All messages of the filter from now on; survives a lost connection. */
  subscribe(filter: string, onMessage: OnMessage): void;
  unsubscribe(filter: string): void;
  /** What the broker says on a topic when this client is gone without a word; a broker of our own needs none. */
  tellEnd?(topic: string, payload: string): void;
  /** Says again what is kept on the topics of a filter that somebody else listens on already. */
  replay(filter: string, onMessage: OnMessage): void;
}
