// What main and the core's worker shell say to each other.
import type { MessagePort } from 'node:worker_threads';
import type { LogLevel } from '../model/adapter-port.ts';
import type { ClockState } from '../model/clock.ts';
import type { CoreCommit, CoreInput } from '../model/core-port.ts';
import type { HubStart } from '../model/home-values.ts';
import type { AdapterId } from '../model/identifiers.ts';
import type { Patch } from '../model/state-table.ts';
import type { LastValue } from '../model/store-port.ts';

/** What the core's thread is made with. */
export interface CoreWorkerData {
  readonly dataFolder: string;
}

/** What a core is started with; `entries` are storage's after a start of the hub, main's mirror after a crash of the core. */
export interface CoreBoot {
  /** Whether it takes the place of a core that died, and goes on from what main was told. */
  readonly isRestart: boolean;
  readonly clock: ClockState;
  /** Milliseconds added to the machine's wall clock while a person's browser holds it. */
  readonly wallOffsetMs: number;
  readonly lastSeq: number;
  readonly lastRecord: number;
  readonly entries: readonly Patch[];
  readonly lastValues: readonly LastValue[];
  /** Wall time at which the home was last seen to live; null: that is not known. */
  readonly lastAliveMs: number | null;
  /** How the hub came to run; null where only the core did anew. */
  readonly hubStart: HubStart | null;
  /** Settings of the home, given before anything else. */
  readonly settings: readonly CoreInput[];
  /** Inputs that ended the core three times; they are passed over. */
  readonly quarantined: readonly string[];
}

export type MainToCore =
  | { readonly kind: 'start'; readonly boot: CoreBoot; readonly store: MessagePort }
  | { readonly kind: 'store'; readonly port: MessagePort }
  | { readonly kind: 'adapter'; readonly adapter: AdapterId; readonly port: MessagePort }
  | {
      readonly kind: 'adapterSocket';
      readonly adapter: AdapterId;
      readonly path: string;
      readonly token: string;
      /** Its code is not ours: what comes is counted and looked at before the core takes it. */
      readonly isVendor: boolean;
    }
  /** Of one moment, in their order. */
  | { readonly kind: 'inputs'; readonly inputs: readonly CoreInput[] }
  | { readonly kind: 'wallOffset'; readonly ms: number; readonly state: ClockState }
  | { readonly kind: 'ping'; readonly number: number }
  | { readonly kind: 'stop' };

export type CoreToMain =
  | { readonly kind: 'ready' }
  /** Sent as JSON text. */
  | CoreCommit
  | { readonly kind: 'socketReady'; readonly adapter: AdapterId; readonly path: string }
  /** So many things that a vendor's process sent were none, and left out. */
  | { readonly kind: 'adapterDropped'; readonly adapter: AdapterId; readonly count: number }
  /** A vendor's process is beyond what it may send: it is to be ended. */
  | { readonly kind: 'adapterBroken'; readonly adapter: AdapterId; readonly reason: string }
  | { readonly kind: 'pong'; readonly number: number; readonly rssBytes: number | null }
  | { readonly kind: 'log'; readonly level: LogLevel; readonly text: string }
  /** Said before the worker ends over an input that it cannot work. */
  | { readonly kind: 'poisoned'; readonly input: string; readonly message: string }
  | { readonly kind: 'stopped' };
