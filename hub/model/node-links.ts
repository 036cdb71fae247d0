// What a Zigbee node reports, how often, and to whom its clusters are bound: shown, and set within its limits.
import type { Problem } from './errors.ts';
import type { DeviceId, NodeAddress } from './identifiers.ts';

/** One attribute that is reported: at the earliest after `minimumSeconds`, at the latest after `maximumSeconds`. */
export interface Reporting {
  readonly endpoint: number;
  /** The library's name of the cluster, such as `msTemperatureMeasurement`. */
  readonly cluster: string;
  readonly attribute: string;
  readonly minimumSeconds: number;
  /** 0: only on change. 65,535: not at all. */
  readonly maximumSeconds: number;
  /** In the attribute's own steps; null for what is on or off, and where it is not known. */
  readonly change: number | null;
}

export type BindingTarget<Id> =
  | { readonly kind: 'hub' }
  | { readonly kind: 'device'; readonly id: Id; readonly endpoint: number }
  | { readonly kind: 'group'; readonly group: number };

export interface NodeBinding<Id = NodeAddress> {
  readonly endpoint: number;
  readonly cluster: string;
  readonly to: BindingTarget<Id>;
}

/** How far a node is set up by its definition: its bindings and reports. */
export type SetUp =
  | { readonly kind: 'done' }
  | { readonly kind: 'none' }
  | { readonly kind: 'pending'; readonly attempts: number; readonly problem: string | null };

export interface NodeLinks<Id = NodeAddress> {
  readonly setUp: SetUp;
  /** Whether the node itself was asked just now; else what it was told, and has agreed to. */
  readonly isAsked: boolean;
  /** Why it did not answer, where it was asked and did not. */
  readonly problem: Problem | null;
  readonly reporting: readonly Reporting[];
  readonly bindings: readonly NodeBinding<Id>[];
  /** What each endpoint has: input clusters report, output clusters command what they are bound to. */
  readonly endpoints: readonly {
    readonly endpoint: number;
    readonly inputs: readonly string[];
    readonly outputs: readonly string[];
  }[];
}

/** What may be set; `configure` does again what the definition does after joining. */
export type LinkChange<Id = NodeAddress> =
  | { readonly kind: 'report'; readonly reporting: Reporting }
  | { readonly kind: 'bind' | 'unbind'; readonly binding: NodeBinding<Id> }
  | { readonly kind: 'configure' };

export interface NodeLinksPort {
  /** @throws HubError `unsupported` for a device that is not Zigbee, `unreachable` without its coordinator */
  links(device: DeviceId, isAsked: boolean): Promise<NodeLinks<DeviceId>>;
  /** Resolves once the node has agreed. @throws HubError that says what it takes, or why it did not */
  changeLinks(device: DeviceId, change: LinkChange<DeviceId>): Promise<NodeLinks<DeviceId>>;
}

/** A binding or a group of a node that is replaced, as it is made again with the node that takes its place. */
export interface InheritedLink<Id = NodeAddress> {
  /** `to`: it commands the other; `from`: the other commands it; `group`: it is a member. */
  readonly kind: 'to' | 'from' | 'group';
  /** The other node; null for a group. */
  readonly other: Id | null;
  /** Null where the other is no group. */
  readonly group: number | null;
  readonly cluster: string;
  /** `impossible`: the new node lacks the cluster; `waiting`: to be told to a node once it is awake. */
  readonly state: 'impossible' | 'waiting' | 'made';
}

/** Links that a node has still to be told, since it sleeps or does not answer. */
export interface WaitingLinks {
  /** Who is to be told. */
  readonly node: NodeAddress;
  /** The node that has taken another's place; the same where it is to be told itself. */
  readonly of: NodeAddress;
  readonly count: number;
  readonly sinceMs: number;
}
