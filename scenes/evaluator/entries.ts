// What the index keeps: one entry for each thing that can set a scene off.
import type { SceneId } from '../../hub/model/identifiers.ts';
import type { Subject } from '../language/values.ts';
import type { PastEntry } from './pasts.ts';
import type { PatternEntry } from './triggers/patterns.ts';
import type { StateEntry } from './triggers/state.ts';
import type { TimeEntry } from './triggers/time.ts';

/** Where an entry comes from: the scene, the trigger of it, and which of its subjects. */
export interface EntryOrigin {
  readonly scene: SceneId;
  readonly trigger: number;
  readonly item: number;
  readonly subject: Subject;
  /** Of its scene; absent: 0. */
  readonly priority?: number;
  /** Which trigger it is of those that the trigger is made of. */
  readonly part?: number;
}

/** One thing that can set a scene off. Entries of one subject are kept in order of priority, scene and trigger. */
export type IndexEntry = EntryOrigin & (StateEntry | TimeEntry | PastEntry | PatternEntry);
