// The mesh of a radio network, as a survey found it: who reaches the home through whom, and how well; what is wrong
// in it; and the coordinator's backups. What an adapter with a mesh is asked, and answers.
import type { Problem } from './errors.ts';
import type { NodeAddress } from './identifiers.ts';
import type { WaitingLinks } from './node-links.ts';

export type MeshRole = 'coordinator' | 'router' | 'endDevice';

/** How a node was reached at one time. */
export interface MeshPoint {
  readonly atMs: number;
  readonly parent: NodeAddress | null;
  /** LQI of the link to the parent, 0–255; null: not measured. */
  readonly linkQuality: number | null;
}

export interface MeshNode {
  readonly node: NodeAddress;
  readonly networkAddress: number;
  readonly role: MeshRole;
  /** Through whom it reaches the coordinator; null for the coordinator, and where nobody knows it. */
  readonly parent: NodeAddress | null;
  /** Whether the parent was told by a table; else it is the best way over the links that were heard. */
  readonly isParentKnown: boolean;
  /** LQI of the link to the parent, the lower of both ends. */
  readonly linkQuality: number | null;
  /** Links to the coordinator along the parents; null where there is no way. */
  readonly hops: number | null;
  readonly lastSeenAtMs: number | null;
  readonly isOnline: boolean | null;
  /** What came of asking it for its tables; null: end devices are not asked. */
  readonly asked: 'answered' | 'silent' | 'refused' | null;
  /** Oldest first; a point where the way or its quality changed, else one every 6 h. */
  readonly history: readonly MeshPoint[];
}

/** Two nodes that hear one another. */
export interface MeshLink {
  readonly from: NodeAddress;
  readonly to: NodeAddress;
  /** 0–255, the lower of what both ends told. */
  readonly linkQuality: number;
  /** Active routes of all tables that use it. */
  readonly routes: number;
}

export interface Mesh {
  /** When the last survey ended; null: there was none yet. */
  readonly takenAtMs: number | null;
  readonly tookMs: number | null;
  readonly nodes: readonly MeshNode[];
  /** Strongest first. */
  readonly links: readonly MeshLink[];
}

/** How far a survey is. */
export type SurveyState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running'; readonly asked: number; readonly of: number }
  | { readonly kind: 'done'; readonly silent: readonly NodeAddress[] }
  | { readonly kind: 'failed'; readonly problem: Problem };

/** How far asking every listening node is; `sleeping` are heard when they wake. */
export interface ReachState {
  readonly isRunning: boolean;
  readonly asked: number;
  readonly of: number;
  readonly silent: readonly NodeAddress[];
  readonly sleeping: readonly NodeAddress[];
}

/** A router that is gone, and who reached the home through it and has not been heard since. */
export interface LostRouter {
  readonly router: NodeAddress;
  /** When it was last heard. */
  readonly sinceMs: number;
  readonly nodes: readonly NodeAddress[];
}

/** A node that says more than the network can bear; only its newest values are taken. */
export interface Flooding {
  readonly node: NodeAddress;
  readonly sinceMs: number;
  readonly perSecond: number;
}

/** What is wrong in a mesh at present; told anew whenever it changes. */
export interface MeshCare {
  readonly lostRouters: readonly LostRouter[];
  readonly flooding: readonly Flooding[];
  /** Bindings and groups of replaced nodes that somebody has still to be told of. */
  readonly links: readonly WaitingLinks[];
}

/** One kept copy of what makes the coordinator this home's, in the open coordinator format. */
export interface CoordinatorBackup {
  readonly name: string;
  readonly atMs: number;
  readonly bytes: number;
  readonly channel: number;
  readonly panId: number;
  readonly devices: number;
  /** The program and radio that it came from, such as `zStack3x0`. */
  readonly source: string;
}

/** What is at a port, found out without changing anything there. */
export interface StickCheck {
  /** The coordinator driver that it answers to; null: it cannot be told without starting it. */
  readonly driver: string | null;
  readonly revision: string | null;
  /** Its own network: `blank`, this home's, another one's, or it cannot be told. */
  readonly network: 'blank' | 'same' | 'other' | 'unknown';
  readonly panId: number | null;
  readonly channel: number | null;
}

/** How the coordinator is, and what can be done with it. */
export interface CoordinatorView {
  readonly port: string;
  readonly driver: string;
  readonly state: 'starting' | 'connecting' | 'connected' | 'fault' | 'stopped';
  readonly detail: string | null;
  readonly problem: Problem | null;
  readonly channel: number | null;
  readonly panId: number | null;
}

/** A serial device that may be a coordinator. */
export interface StickFound {
  readonly port: string;
  readonly name: string;
  /** By its name; null: it says nothing. */
  readonly driver: string | null;
}

/** What main asks of an adapter with a mesh and a coordinator. */
export type MeshCall =
  | { readonly kind: 'mesh' }
  /** Begins a survey; answers at once. One that runs goes on. */
  | { readonly kind: 'meshSurvey' }
  | { readonly kind: 'meshSurveyState' }
  | { readonly kind: 'meshSurveyStop' }
  /** Begins to ask every listening node whether it is there. */
  | { readonly kind: 'meshReach' }
  | { readonly kind: 'meshReachState' }
  | { readonly kind: 'meshRelease'; readonly node: NodeAddress }
  /** Moves the whole network; answers once the coordinator is there, about 13 s later. */
  | { readonly kind: 'channelSet'; readonly channel: number }
  /** Looks at a port without changing what is there. */
  | { readonly kind: 'coordinatorCheck'; readonly port: string; readonly driver: string | null }
  /** Goes on with the network at another coordinator; answers once it runs there, or it is back where it was. */
  | {
      readonly kind: 'coordinatorMove';
      readonly port: string;
      readonly driver: string;
      readonly baudRate: number | null;
      /** Whether a network that is on it may be overwritten. */
      readonly overwrite: boolean;
      /** Whether a home without devices goes on with the network that is on it. */
      readonly keep?: boolean;
    }
  | { readonly kind: 'coordinatorBackups' }
  /** Reads the coordinator's state and keeps it; answers with `CoordinatorBackup`. */
  | { readonly kind: 'coordinatorBackup' }
  /** Keeps a backup from elsewhere, after checking it. */
  | { readonly kind: 'coordinatorBackupAdd'; readonly text: string }
  /** The text of a kept backup; it holds the network's key. */
  | { readonly kind: 'coordinatorBackupRead'; readonly name: string }
  /** Writes a kept backup onto the coordinator. */
  | { readonly kind: 'coordinatorRestore'; readonly name: string };

export const NO_CARE: MeshCare = { lostRouters: [], flooding: [], links: [] };

const MESH_CALLS: ReadonlySet<string> = new Set<MeshCall['kind']>([
  'mesh',
  'meshSurvey',
  'meshSurveyState',
  'meshSurveyStop',
  'meshReach',
  'meshReachState',
  'meshRelease',
  'channelSet',
  'coordinatorCheck',
  'coordinatorMove',
  'coordinatorBackups',
  'coordinatorBackup',
  'coordinatorBackupAdd',
  'coordinatorBackupRead',
  'coordinatorRestore',
]);

/** Whether a call is one of these. */
export function isMeshCall(call: { readonly kind: string }): call is MeshCall {
  return MESH_CALLS.has(call.kind);
}
