// Care of the radio network as the front doors see it: the map, what is wrong, and the coordinator. Long work is jobs.
import type { Actor } from './hub-port.ts';
import type { DeviceId } from './identifiers.ts';
import type { Job } from './job.ts';
import type {
  CoordinatorBackup,
  CoordinatorView,
  Flooding,
  Mesh,
  StickCheck,
  StickFound,
} from './mesh.ts';

/** Where the network is to go on. */
export interface MoveWish {
  readonly port: string;
  readonly driver: string;
  readonly baudRate: number | null;
  readonly overwrite: boolean;
  /** A home without devices goes on with the network that is on it. */
  readonly keep?: boolean;
}

/** Where a coordinator is; a driver of null is that which the stick's name speaks for, or else `zstack`. */
export interface CoordinatorChoice {
  readonly port: string;
  readonly driver: string | null;
}

export interface RadioCare {
  /** The last survey, with who is there now. @throws HubError `unreachable` without a coordinator */
  mesh(): Promise<Mesh>;
  /** A survey as a job of kind `meshSurvey`. @throws ConflictError while one runs */
  survey(actor: Actor): Promise<Job>;
  /** Devices of which only the newest values are taken. */
  flooding(): readonly (Flooding & { readonly device: DeviceId | null })[];
  /** Lets a flooding device go. @throws NotFoundError where it is not held */
  release(device: DeviceId): Promise<void>;
  coordinator(): Promise<CoordinatorView>;
  /** Serial devices that are plugged in. */
  sticks(): readonly StickFound[];
  /**
   * Keeps which coordinator the hub takes from its next start on: its port and its driver, or neither of them.
   * @returns what was kept @throws HubError `invalid-input`
   */
  use(choice: CoordinatorChoice, actor: Actor): Promise<{ port: string; driver: string }>;
  /** Looks at a port; changes nothing. @throws HubError in plain words */
  check(port: string, driver: string | null): Promise<StickCheck>;
  /** Moves the network to another channel, as a job. @throws HubError where that cannot be */
  setChannel(channel: number, actor: Actor): Promise<Job>;
  /** Goes on at another coordinator, as a job. @throws HubError before anything is written, where that cannot be */
  move(wish: MoveWish, actor: Actor): Promise<Job>;
  backups(): Promise<readonly CoordinatorBackup[]>;
  backup(): Promise<CoordinatorBackup>;
  addBackup(text: string): Promise<CoordinatorBackup>;
  /** The text of a backup, which holds the network's key. @throws NotFoundError */
  readBackup(name: string): Promise<string>;
  /** Writes a backup onto the coordinator, as a job. */
  restore(name: string, actor: Actor): Promise<Job>;
}
