// The adapters that come with the hub and that a person switches on and off while it runs: what each asks for, what it
// takes, and where that is set so firmly that nobody can change it from here.
import type { Actor, AdapterHealth } from './hub-port.ts';
import type { AdapterId } from './identifiers.ts';
import type { Words } from './words.ts';

/** A setting of such an adapter, by a name that only it knows. */
export interface OwnAdapterSetting {
  readonly name: string;
  readonly type: 'text' | 'number';
  readonly label: Words;
  readonly value: string | number | null;
  /** What it can be on this machine; absent: anything of its type. */
  readonly choices?: readonly string[];
}

/** Where a setting stands that the page cannot win against. */
export type FixedBy = 'flag' | 'environment' | 'file' | 'demo';

export interface OwnAdapterView {
  readonly id: AdapterId;
  readonly isOn: boolean;
  /** Null while it is off. */
  readonly health: AdapterHealth | null;
  readonly settings: readonly OwnAdapterSetting[];
  /** Null: it can be switched and set here. */
  readonly fixedBy: FixedBy | null;
  /** About what it adds to the memory of the hub while it is on, as measured. */
  readonly needsBytes: number;
}

export interface OwnAdapterChange {
  readonly enabled?: boolean | undefined;
  readonly values?: Readonly<Record<string, string | number | boolean | null>> | undefined;
}

export interface OwnAdapters {
  list(): readonly OwnAdapterView[];
  /**
   * Switches one on or off, or sets what it asks for; it begins anew where anything changed. What is set is kept.
   * @throws NotFoundError, ValidationError, or HubError `unsupported` where it is set elsewhere
   */
  change(id: string, change: OwnAdapterChange, actor: Actor): Promise<OwnAdapterView>;
}
