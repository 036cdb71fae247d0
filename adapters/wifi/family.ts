// What the families of Wi-Fi devices have in common, as the one adapter that runs them sees it: how a device, or a
// bridge of devices, is opened, kept and spoken to.
import type { NodeDescription } from '../../hub/model/device.ts';
import type { CommandId, NodeAddress } from '../../hub/model/identifiers.ts';
import type { Words } from '../../hub/model/words.ts';
import type { AdapterCommand, AdapterContext } from '../contract/adapter.ts';
import type { Json } from './known-devices.ts';
import type { LanAddress } from './lan-address.ts';

/** A device, or a bridge of devices, that is connected to by its address. */
export interface LanPeer {
  /** Its own lasting identity, such as a MAC or a bridge's id: added again, it takes its former place. */
  readonly id: string;
  /** As kept and shown: `host` or `host:port`. */
  readonly address: string;
  readonly isOnline: boolean;
  readonly nodes: readonly NodeAddress[];
  /** What is kept of it on disk, in a file of mode 0600: of a secret no more than is needed. */
  kept(): Json;
  /** What its nodes are, as far as is known. */
  descriptions(): readonly NodeDescription[];
  /** Connects, or goes on with the connection of `open`; after a loss again and again, with growing pauses. */
  start(): void;
  /** Ends all that it began. */
  stop(): void;
  /** As `Adapter.send`. */
  send(command: AdapterCommand): Promise<void>;
  /** As `Adapter.cancel`; absent where nothing ever waits. @returns whether it waited here */
  cancel?(command: CommandId): boolean;
  /** Asks for its values. @throws HubError when it cannot be reached */
  refresh(node: NodeAddress): Promise<void>;
  /** Forgets a node. @returns whether others are left */
  remove(node: NodeAddress): boolean;
}

/** What a peer may use. */
export interface LanTools {
  readonly context: AdapterContext;
  /** What is kept of it has changed. */
  changed(): void;
  /** What is kept of the peer of this id, for one that is added again; undefined: there is none. */
  former(id: string): Json | undefined;
}

/** How somebody wants to add a peer. */
export interface OpenRequest {
  readonly address: LanAddress;
  /** A password or a key; null where none was given. */
  readonly secret: string | null;
  /** Aborted when nobody wants it any more, or the time is over. */
  readonly signal: AbortSignal;
  /** Tells the person what to do now, such as to press a button. */
  ask(words: Words): void;
}

/** One family of Wi-Fi devices. */
export interface LanFamily {
  /** As people call it: `Shelly`. */
  readonly title: string;
  /** Types of its mDNS services, such as `shelly` for `_shelly._tcp`. */
  readonly services: readonly string[];
  readonly portDefault: number;
  readonly peersMax: number;
  /** A peer of an earlier run; undefined when what was kept is damaged. */
  restore(kept: unknown, tools: LanTools): LanPeer | undefined;
  /**
   * Talks to what is at the address until it is known, and gives it back connected but not started.
   * @throws HubError with the reason: out of reach, a wrong secret, not one of the family
   */
  open(request: OpenRequest, tools: LanTools): Promise<LanPeer>;
}
