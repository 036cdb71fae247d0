// What an adapter is: the interface that a protocol's package implements and what it may use to talk to
// the hub. The host (host.ts) numbers, batches and repeats messages; an adapter only tells what happens.
import type {
  AdapterCall,
  AdapterNotice,
  AdapterSettings,
  AdapterState,
  CoreToAdapter,
  LogLevel,
  PairProgress,
  ReportReason,
  WaitingItem,
} from '../../hub/model/adapter-port.ts';
import type { NodeDescription } from '../../hub/model/device.ts';
import type { Problem } from '../../hub/model/errors.ts';
import type { AdapterId, CommandId, NodeAddress } from '../../hub/model/identifiers.ts';
import type { FromBridge, ToBridge } from '../../hub/model/matter-bridge.ts';
import type { MeshCare } from '../../hub/model/mesh.ts';
import type { FromShare, ToShare } from '../../hub/model/mqtt.ts';
import type { PropertyKey, PropertyValue } from '../../hub/model/properties.ts';

/** A command as the core sends it; `timeoutMs` counts from its arrival. */
export type AdapterCommand = Extract<CoreToAdapter, { readonly kind: 'command' }>;

/** How a command went on. A command has at most one `sent`, one `acknowledged` and one end. */
export type OutcomeState = 'sent' | 'acknowledged' | 'failed' | 'timedOut';

/**
 * What the hub gives an adapter. Nothing here throws or blocks; everything may be called at any time between
 * `createAdapter` and the end of `stop()`, and is ignored afterwards. Calls of one tick leave in one message.
 */
export interface AdapterContext {
  /** The name of this adapter; every description carries it. */
  readonly id: AdapterId;
  /** An existing private folder (0700) under the data folder, this adapter's own. */
  readonly dataFolder: string;
  /** As the household set them, unchecked: the adapter throws a ValidationError from `start()` for a bad one. */
  readonly settings: AdapterSettings;
  /** The household's name of a node, for logs; undefined for a node that has none yet. */
  nameOf(node: NodeAddress): string | undefined;
  /** New values of a node, in the table's units. Repeating an unchanged value is allowed and cheap. */
  report(
    node: NodeAddress,
    values: Readonly<Record<PropertyKey, PropertyValue>>,
    reason: ReportReason,
  ): void;
  /** A stateless happening, now. It is dropped when the core has not taken it within 10 s. */
  event(node: NodeAddress, property: PropertyKey, value: PropertyValue): void;
  /** Whether a node can be reached; `reason` in plain English words, null while online. */
  availability(node: NodeAddress, online: boolean, reason: string | null): void;
  /** How far a command has come; `problem` is null unless it failed or timed out. */
  outcome(command: CommandId, state: OutcomeState, problem: Problem | null): void;
  /** A setting waits for its sleeping node from now on, or still does after a start; its outcome ends that. */
  waiting(item: Omit<WaitingItem, 'kind'>): void;
  /** A message on a topic that the home listens on, now; dropped when the core has not taken it within 10 s. */
  message(topic: string, payload: string, isRetained: boolean): void;
  /** What a node is: for each known node after `start()`, and again whenever it has changed. */
  described(description: NodeDescription): void;
  /** A node has left for good and needs pairing to come back. */
  left(node: NodeAddress): void;
  /** A step of pairing. */
  pairProgress(progress: PairProgress): void;
  /** What a person should know though the adapter works: all there is now, worst first; the first 20 are shown. */
  notices(notices: readonly AdapterNotice[]): void;
  /** What is wrong in its mesh, whole, whenever that has changed; only for an adapter with a mesh. */
  care(care: MeshCare): void;
  /** What the Matter bridge asks and tells; only for the adapter that runs it. */
  bridge(said: FromBridge): void;
  /** Somebody wants something of a shared device; only for the adapter that shares them. */
  share(asked: FromShare): void;
  /** How the adapter itself is. The host says `starting` and `stopped`; the adapter says the rest. */
  state(state: AdapterState): void;
  /** A line for the log, without secrets. */
  log(level: LogLevel, text: string): void;
  /**
   * Gives up this host: the process or worker ends and main starts a fresh one. For what cannot be mended from
   * inside, such as a library whose stop hangs. Does not return control to anything useful afterwards.
   */
  abandon(reason: string): void;
}

/** One protocol. The constructor function only stores; `start()` begins. */
export interface Adapter {
  /**
   * Checks the settings and begins; called once. Resolves as soon as connecting goes on in the background (at
   * most 10 s), with or without the radio: what fails later is told by `state`. Rejects only for what a person
   * must mend first, such as a bad setting or an unreadable file.
   */
  start(): Promise<void>;
  /** Ends all it began, within 5 s, leaving no timer and no socket. May be called twice and before `start()`. */
  stop(): Promise<void>;
  /**
   * Acts on a command: `outcome` is called `sent` when it really leaves, then `acknowledged`, or `failed` or
   * `timedOut`, the latter not later than `timeoutMs` after this call. Must not throw; the host turns what is
   * thrown or rejected into `failed`. Called concurrently.
   */
  send(command: AdapterCommand): Promise<void> | void;
  /** Nobody wants any more what this adapter has told as waiting; its outcome is `failed`, `cancelled`. Must not throw. */
  cancel?(command: CommandId): void;
  /** The home listens on these topics, whatever it did before; only for an adapter that carries messages. Must not throw. */
  listen?(topics: readonly string[]): void;
  /** News of what is offered on the Matter bridge; only for the adapter that runs it. Must not throw. */
  bridge?(update: ToBridge): void;
  /** News of what is shared; only for the adapter that shares it. Must not throw. */
  share?(update: ToShare): void;
  /**
   * Answers main. Resolves with plain data; rejects with a HubError. Called concurrently. `pair` and `pairStop`
   * resolve once joining is open or closed; progress is told apart. An adapter that cannot do a call rejects
   * with `unsupported`. Bounded by 60 s, except `interview` (180 s).
   */
  call(body: AdapterCall): Promise<unknown>;
}

/** What an adapter's package exports. */
export type CreateAdapter = (context: AdapterContext) => Adapter;
