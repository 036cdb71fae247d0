// A Matter node as others may use it, too: what its certificates are worth, in which fabrics it is, and the window
// through which another home's controller takes it.
import type { Problem } from './errors.ts';
import type { Actor } from './hub-port.ts';
import type { DeviceId, NodeAddress } from './identifiers.ts';

/**
 * `official`: proved to be its maker's own. `test`: made for development. `unknown`: cannot be proved here. `revoked`:
 * withdrawn by its maker. `expired`: given when it, or what vouches for it, did not hold. `wrong`: it contradicts itself.
 */
export type AttestationVerdict = 'official' | 'test' | 'unknown' | 'revoked' | 'expired' | 'wrong';

/** What is done with a node whose certificates are not proved to be its maker's own. */
export const ATTESTATION_POLICIES = ['warn', 'refuse'] as const;
export type AttestationPolicy = (typeof ATTESTATION_POLICIES)[number];

/** A home that the node belongs to. */
export interface NodeFabric {
  /** Its number at this node, 1–254. */
  readonly index: number;
  /** It is this hub. */
  readonly isOwn: boolean;
  /** As its controller has named it; may be empty. */
  readonly label: string;
  readonly vendorId: number;
  /** 16 hexadecimal digits. */
  readonly fabricId: string;
}

/** The node may be added by another controller. */
export interface NodeWindow {
  /** 11 digits; null: somebody else has opened the window, and has the code. */
  readonly manualCode: string | null;
  /** The text of its QR code; null as above. */
  readonly qrText: string | null;
  /** Wall time; null where somebody else has opened it. */
  readonly closesAtMs: number | null;
}

/** How long a window may be open. Spec: Matter 1.4 Core § 11.19.8.1. */
export const WINDOW_SECONDS = { min: 180, max: 900 } as const;

export interface MatterNodeReport<Id = NodeAddress> {
  /** The bridge on which the device hangs; null for a node of its own. */
  readonly bridge: Id | null;
  /** What hangs on this bridge; empty for what is none. */
  readonly bridged: readonly Id[];
  readonly endpoints: readonly {
    readonly number: number;
    readonly deviceTypes: readonly number[];
  }[];
  /** Null for a node that was added before this was kept. */
  readonly attestation: AttestationVerdict | null;
  /** Null while the node does not answer, and for what hangs on a bridge. */
  readonly fabrics: readonly NodeFabric[] | null;
  /** How many homes it can belong to; null where it does not say. */
  readonly fabricsMax: number | null;
  readonly window: NodeWindow | null;
  /** Why it could not be asked; null: it was, or there is nothing to ask. */
  readonly problem: Problem | null;
}

/** What went with a node that was removed: the devices on a bridge. */
export interface RemovedNodes {
  readonly removed: readonly NodeAddress[];
}

export type MatterNodeCall =
  /** Answers with `MatterNodeReport`. */
  | { readonly kind: 'matterNode'; readonly node: NodeAddress }
  /** Opens the node to another controller; answers with `NodeWindow`. */
  | { readonly kind: 'shareNode'; readonly node: NodeAddress; readonly seconds: number }
  /** Closes the window again; answers with null, also where none is open. */
  | { readonly kind: 'unshareNode'; readonly node: NodeAddress }
  /** Has the node leave another home; answers with null. */
  | { readonly kind: 'removeFabric'; readonly node: NodeAddress; readonly index: number };

/** By the household's devices. */
export interface MatterNodesPort {
  report(device: DeviceId): Promise<MatterNodeReport<DeviceId>>;
  share(device: DeviceId, seconds: number, actor: Actor): Promise<NodeWindow>;
  unshare(device: DeviceId, actor: Actor): Promise<void>;
  removeFabric(device: DeviceId, index: number, actor: Actor): Promise<void>;
}
