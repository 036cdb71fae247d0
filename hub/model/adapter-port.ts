// The messages of an adapter host: straight to the core (reports and commands), and to main (control).
// Every message is plain data, so it crosses a MessagePort and a Unix socket (as one JSON line) alike.
import type { Cause } from './cause.ts';
import type { CommandBody } from './command.ts';
import type { NodeDescription } from './device.ts';
import type { Problem } from './errors.ts';
import type { FirmwareOffer } from './firmware.ts';
import type { CommandId, NodeAddress } from './identifiers.ts';
import type { BridgeAsk, FromBridge, ToBridge } from './matter-bridge.ts';
import type { MatterNodeCall } from './matter-node.ts';
import type { MeshCall, MeshCare } from './mesh.ts';
import type { FromShare, MqttAccount, MqttCall, ToShare } from './mqtt.ts';
import type { LinkChange } from './node-links.ts';
import type { OpenCall } from './open-interface.ts';
import type { PropertyKey, PropertyValue } from './properties.ts';
import type { Words } from './words.ts';

/** Why a value came: by itself, as the answer to a read, or because the adapter has just reconnected. */
export type ReportReason = 'report' | 'read' | 'reconnect';

export type AdapterItem =
  | {
      readonly kind: 'report';
      readonly node: NodeAddress;
      readonly values: Readonly<Record<PropertyKey, PropertyValue>>;
      readonly reason: ReportReason;
    }
  | {
      readonly kind: 'event';
      readonly node: NodeAddress;
      readonly property: PropertyKey;
      readonly value: PropertyValue;
      /** Monotonic milliseconds at which it happened: a press older than 10 s must not act. */
      readonly monoMs: number;
    }
  | {
      readonly kind: 'availability';
      readonly node: NodeAddress;
      readonly online: boolean;
      /** In plain words, English; null while online. */
      readonly reason: string | null;
    }
  /** A message on a topic that the home listens on. */
  | {
      readonly kind: 'message';
      readonly topic: string;
      readonly payload: string;
      /** It was said before anybody listened: it tells how things are, and that nothing happened. */
      readonly isRetained: boolean;
      /** As of an event. */
      readonly monoMs: number;
    }
  | {
      readonly kind: 'outcome';
      readonly command: CommandId;
      readonly state: 'sent' | 'acknowledged' | 'failed' | 'timedOut';
      readonly problem: Problem | null;
    }
  | WaitingItem;

/**
 * A setting is kept for its sleeping node until that wakes: told when it begins to wait, and again after each start of
 * the adapter, which keeps it over its own and the hub's restarts. An outcome ends it.
 */
export interface WaitingItem {
  readonly kind: 'waiting';
  readonly command: CommandId;
  readonly node: NodeAddress;
  readonly property: PropertyKey;
  readonly value: PropertyValue;
  readonly cause: Cause;
  /** Wall milliseconds. */
  readonly askedAtMs: number;
  /** Wall milliseconds after which it is given up. */
  readonly untilMs: number;
}

/** Adapter → core. Batches are numbered from 1 for the life of the adapter host and sent again until acknowledged. */
export type AdapterToCore = {
  readonly kind: 'batch';
  /** Names this life of the host, so that numbering may start again. */
  readonly host: string;
  readonly number: number;
  readonly items: readonly AdapterItem[];
};

/** Core → adapter. `topics` are all filters that the home listens on; the adapter forgets those of before. */
export type CoreToAdapter =
  | { readonly kind: 'topics'; readonly filters: readonly string[] }
  | { readonly kind: 'taken'; readonly host: string; readonly upTo: number }
  | {
      readonly kind: 'command';
      readonly id: CommandId;
      readonly node: NodeAddress;
      readonly body: CommandBody;
      /**
       * Milliseconds from now after which the command must no longer be sent; a setting that has been told as waiting
       * is kept for longer.
       */
      readonly timeoutMs: number;
      /** Who asked for it; only towards a node that may sleep, where it is kept with what waits. */
      readonly cause?: Cause;
    }
  /** Nobody wants any more what waits for a node to wake; its outcome says so. */
  | { readonly kind: 'cancel'; readonly command: CommandId };

/** Settings of one adapter as main gives them; the adapter checks its own. */
export type AdapterSettings = Readonly<Record<string, string | number | boolean | null>>;

/** How an adapter is: `connecting` until its radio or network answers; `fault` says what is wrong and what to do. */
export type AdapterState =
  | { readonly kind: 'starting' }
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected'; readonly detail: string }
  | { readonly kind: 'fault'; readonly problem: Problem; readonly retryAtMs: number | null }
  | { readonly kind: 'stopped' };

/** A step of pairing, shown live in page and CLI. */
export type PairProgress =
  | { readonly kind: 'open'; readonly secondsLeft: number }
  | { readonly kind: 'found'; readonly node: NodeAddress }
  | {
      readonly kind: 'interviewing';
      readonly node: NodeAddress;
      readonly index: number;
      readonly of: number;
    }
  | { readonly kind: 'configuring'; readonly node: NodeAddress }
  | {
      readonly kind: 'described';
      readonly node: NodeAddress;
      readonly description: NodeDescription;
    }
  /** Something to know about the node that hinders nothing; a warning is shown to whoever adds it. */
  | {
      readonly kind: 'note';
      readonly node: NodeAddress;
      readonly text: Words;
      readonly isWarning?: true;
    }
  | {
      readonly kind: 'failed';
      readonly node: NodeAddress | null;
      readonly problem: Problem;
      /** Until the next try that comes by itself; null or absent: none does. */
      readonly retryInSeconds?: number | null;
    }
  /** Something is there that can be added by its address; it is not taken by itself. */
  | {
      readonly kind: 'proposed';
      readonly address: string;
      /** As it calls itself, at most 64 characters. */
      readonly name: string;
      readonly model: string | null;
    }
  /** What the person is to do now, such as to press a button. */
  | { readonly kind: 'asked'; readonly text: Words }
  | { readonly kind: 'closed' };

/** Something that a person should know though the adapter works. */
export interface AdapterNotice {
  readonly severity: 'warning' | 'fault';
  readonly text: Words;
}

/** What main asks of an adapter; each call is answered by `answer` with the same `call` number. */
export type AdapterCall =
  | {
      readonly kind: 'pair';
      readonly seconds: number;
      readonly via: NodeAddress | null;
      readonly installCode: string | null;
      /** A commissioning code, for a protocol that has them. */
      readonly code?: string | null;
      /** `host` or `host:port` on the home's network; null: whatever the adapter can find by itself. */
      readonly address?: string | null;
      /** The device's own password; never logged. */
      readonly password?: string | null;
    }
  | { readonly kind: 'pairStop' }
  /** May answer with `RemovedNodes`: what went with it. */
  | { readonly kind: 'remove'; readonly node: NodeAddress; readonly force: boolean }
  | { readonly kind: 'rename'; readonly node: NodeAddress; readonly name: string }
  | { readonly kind: 'interview'; readonly node: NodeAddress }
  | { readonly kind: 'refresh'; readonly node: NodeAddress }
  /** What it reports and is bound to; answers with `NodeLinks`. `isAsked`: the node itself is asked. */
  | { readonly kind: 'links'; readonly node: NodeAddress; readonly isAsked: boolean }
  /** Sets one of these; answers with `NodeLinks` once the node has agreed. */
  | { readonly kind: 'changeLinks'; readonly node: NodeAddress; readonly change: LinkChange }
  /**
   * The bindings and groups of a node whose place another one takes, as `InheritedLink[]`; unless it is only the plan,
   * they are made again with that one, now or when those who are to be told are awake. May be told twice.
   */
  | {
      readonly kind: 'inheritLinks';
      readonly from: NodeAddress;
      readonly to: NodeAddress;
      readonly isPlan: boolean;
    }
  /** Puts them back as they were before `to` took the place of `from`. */
  | { readonly kind: 'returnLinks'; readonly from: NodeAddress; readonly to: NodeAddress }
  | { readonly kind: 'describe' }
  | { readonly kind: 'statistics' }
  /** What the node runs; answers with `FirmwareIdentity`. */
  | { readonly kind: 'firmwareCheck'; readonly node: NodeAddress }
  /** Which nodes take images, and what they have said so far; answers with a list of `HeardFirmware`. */
  | { readonly kind: 'firmwareHeard' }
  /** Begins to send the image, or waits for the node to ask for it; answers once the file is verified. */
  | { readonly kind: 'firmwareUpdate'; readonly node: NodeAddress; readonly image: FirmwareOffer }
  /** Answers with `FirmwareState`. */
  | { readonly kind: 'firmwareState'; readonly node: NodeAddress }
  | { readonly kind: 'firmwareAbort'; readonly node: NodeAddress }
  /** Accounts of the adapter's own server; each call answers with `AccountList`, `accountAdd` with `NewAccount`. */
  /** Sends a message over MQTT, with QoS 0. */
  | {
      readonly kind: 'publish';
      readonly topic: string;
      readonly payload: string;
      readonly retain: boolean;
    }
  | MeshCall
  | { readonly kind: 'accounts' }
  | { readonly kind: 'accountRemove'; readonly name: string }
  /** Of the Matter bridge; answers with `BridgeStatus`. */
  | { readonly kind: 'bridge'; readonly ask: BridgeAsk }
  | MatterNodeCall
  | MqttCall
  | OpenCall;

/** Who may connect to an adapter's own server, and where that is. */
export interface AccountList {
  /** Null while the server does not listen, or where the household's own is used. */
  readonly port: number | null;
  readonly accounts: readonly MqttAccount[];
}

/** A new account with its password, which is told this once. */
export interface NewAccount {
  readonly name: string;
  readonly password: string;
  readonly port: number | null;
}

/** Main → adapter host. */
export type MainToAdapter =
  | {
      readonly kind: 'start';
      readonly dataFolder: string;
      readonly settings: AdapterSettings;
      readonly names: Readonly<Record<NodeAddress, string>>;
    }
  | { readonly kind: 'call'; readonly call: number; readonly body: AdapterCall }
  /** News for the Matter bridge. */
  | { readonly kind: 'bridge'; readonly update: ToBridge }
  /** News of what is shared over MQTT. */
  | { readonly kind: 'share'; readonly update: ToShare }
  | { readonly kind: 'ping'; readonly number: number }
  /** On request of a test: stands still and answers nothing until it is ended. */
  | { readonly kind: 'hang' }
  | { readonly kind: 'stop' };

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Adapter host → main. */
export type AdapterToMain =
  | { readonly kind: 'state'; readonly state: AdapterState }
  | { readonly kind: 'described'; readonly description: NodeDescription }
  | { readonly kind: 'left'; readonly node: NodeAddress }
  | { readonly kind: 'pair'; readonly progress: PairProgress }
  /** The Matter bridge's own words. */
  | { readonly kind: 'bridge'; readonly said: FromBridge }
  /** Somebody wants something of a device that is shared over MQTT. */
  | { readonly kind: 'share'; readonly asked: FromShare }
  /** All there are now, at most 20; those of before are over. */
  | { readonly kind: 'notices'; readonly notices: readonly AdapterNotice[] }
  /** What is wrong in its mesh now. */
  | { readonly kind: 'care'; readonly care: MeshCare }
  | {
      readonly kind: 'answer';
      readonly call: number;
      readonly result: unknown;
      readonly problem: Problem | null;
    }
  | { readonly kind: 'pong'; readonly number: number; readonly rssBytes: number | null }
  | { readonly kind: 'log'; readonly level: LogLevel; readonly text: string }
  | { readonly kind: 'stopped' };
