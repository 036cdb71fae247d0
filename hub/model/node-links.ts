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
