// What one protocol's part of the demo home gives to the whole: its devices, the settings that the hub needs for
// them, and how they are brought in.
import type { Actor, HubPort } from '../../hub/model/hub-port.ts';

/** A device of the demo home: under which address the hub knows it, and what the household calls it. */
export interface DemoPlacement {
  readonly node: string;
  readonly name: string;
  /** In small letters, such as `living room`. */
  readonly room: string;
}

export interface DemoHelpers {
  readonly actor: Actor;
  /** Waits until it is so. @throws HubError `timed-out`, also when the demo stops */
  until(what: string, isSo: () => boolean): Promise<void>;
  isJoined(node: string): boolean;
}

export interface DemoPart {
  /** Settings that the hub needs to find its devices, as flags. */
  readonly flags: readonly string[];
  readonly placements: readonly DemoPlacement[];
  /** Brings in what is not there yet, as a person would. */
  join(hub: HubPort, helpers: DemoHelpers): Promise<void>;
  stop(): Promise<void>;
}
