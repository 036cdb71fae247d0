// Moving in from Zigbee2MQTT: its network, devices, names and groups become this home's. What the parts of the hub say
// to one another about it; the source's format belongs to adapters/zigbee, the plan and its words to the household.
import type { Actor } from './hub-port.ts';
import type { NodeAddress } from './identifiers.ts';
import type { Job } from './job.ts';
import type { Words } from './words.ts';

/** The texts of an installation's files, by their path inside its data folder. */
export type SourceFiles = Readonly<Record<string, string>>;

/** One fault of the source, or of this home, that keeps it from moving in. */
export interface MoveProblem {
  /** The file inside the data folder; null for what is no file's fault. */
  readonly file: string | null;
  readonly line: number | null;
  readonly text: Words;
}

export interface SourceDevice {
  readonly node: NodeAddress;
  /** As Zigbee2MQTT's owner called it; null where it was never named. */
  readonly name: string | null;
  readonly manufacturer: string | null;
  readonly model: string | null;
  readonly isRouter: boolean;
  readonly isInterviewed: boolean;
}

export interface SourceGroup {
  readonly id: number;
  readonly name: string;
  readonly members: readonly NodeAddress[];
}

/** The network as it runs; its key stays in the files. */
export interface SourceNetwork {
  readonly panId: number;
  /** Sixteen hexadecimal digits. */
  readonly extendedPanId: string;
  readonly channel: number;
  /** Of the coordinator that it was saved from; null without a backup of it. */
  readonly coordinator: NodeAddress | null;
}

/** How Zigbee2MQTT reached its coordinator; null where its configuration does not say. */
export interface SourcePort {
  readonly port: string | null;
  readonly driver: string | null;
  readonly baudRate: number | null;
}

/** What was read of an installation. */
export interface SourceHome {
  readonly network: SourceNetwork;
  readonly port: SourcePort;
  readonly devices: readonly SourceDevice[];
  readonly groups: readonly SourceGroup[];
  /** What is not taken along, each with its reason. */
  readonly leftOut: readonly Words[];
}

/** The home is null exactly where there are problems. */
export interface SourceReading {
  readonly problems: readonly MoveProblem[];
  readonly home: SourceHome | null;
}

/** The Zigbee network that this hub has already. */
export interface OwnNetwork {
  /** Whether it is the source's: its key, PAN ids alike. */
  readonly isSame: boolean;
  readonly devices: number;
}

/** Another program that has the coordinator open. */
export interface Holder {
  readonly pid: number | null;
  /** As much of its command line as tells it apart; empty where it cannot be read. */
  readonly command: string;
}

/** What the jobs worker does of it: reading, looking, and writing the adapter's files while the adapter is stopped. */
export interface MovingCalls {
  readZigbee2Mqtt(files: SourceFiles): SourceReading;
  /** Null where the hub has no Zigbee network yet. */
  ownZigbeeNetwork(files: SourceFiles): OwnNetwork | null;
  /** Who, other than this hub, has the coordinator at this port open; null for nobody that can be seen. */
  coordinatorHolder(port: string): Promise<Holder | null>;
  /** Puts the source's network in place of the adapter's own. Done already: does nothing. */
  takeZigbee2Mqtt(files: SourceFiles): void;
}

export interface MoveLine {
  /** `leave`: stays as it is, or is not taken along. */
  readonly action: 'add' | 'change' | 'keep' | 'leave';
  readonly what: 'network' | 'room' | 'device' | 'group' | 'note';
  readonly name: string | null;
  readonly text: Words;
}

/** What moving in would do. With problems nothing can be done. */
export interface MovePlan {
  /** Names it when it is carried out; good for 30 minutes and until the next plan. Null with problems. */
  readonly id: string | null;
  readonly problems: readonly MoveProblem[];
  readonly lines: readonly MoveLine[];
  /** Stands in the way now, but not of the plan: another program holds the coordinator. */
  readonly warning: Words | null;
}

export interface MoveRequest {
  readonly files: SourceFiles;
  /** Where the coordinator is for this hub; null: where Zigbee2MQTT's configuration says, or this hub's own setting. */
  readonly port: string | null;
  readonly driver: string | null;
}

export interface MovingIn {
  /** Says what moving in would do, or all that is wrong. Changes nothing. */
  plan(request: MoveRequest): Promise<MovePlan>;
  /**
   * Does what a plan said, as a job of kind `zigbee2mqtt`. May be done again: what is here already is left alone.
   * @throws NotFoundError for a plan that is gone, ConflictError while another program holds the coordinator
   */
  start(plan: string, actor: Actor): Promise<Job>;
}
