// A scene's own tests as data: how the home is at first, what happens, and what is expected of the scene.
import type { DeviceId } from '../../hub/model/identifiers.ts';
import type { PropertyValue } from '../../hub/model/properties.ts';
import type { RunState } from '../../hub/model/run.ts';
import type { MinuteOfDay, PropertyRef } from './values.ts';

/** A property with the value that it has, gets, or is expected to get. */
export interface ValueOf extends PropertyRef {
  readonly value: PropertyValue;
}

/** How the home is at first. What is not said is not known. */
export interface TestGiven {
  /** `2026-03-04`; null: a Wednesday in March. */
  readonly date: string | null;
  /** By the clock on the wall; null: noon. */
  readonly minute: MinuteOfDay | null;
  readonly values: readonly ValueOf[];
  readonly offline: readonly DeviceId[];
}

/** Something that happens. */
export type TestEvent =
  | { readonly kind: 'values'; readonly of: readonly (ValueOf & { readonly isPress: boolean })[] }
  /** So much time passes. */
  | { readonly kind: 'after'; readonly ms: number }
  /** Time passes until the clock shows this. */
  | { readonly kind: 'time'; readonly minute: MinuteOfDay }
  /** Somebody starts the scene by hand. */
  | { readonly kind: 'run' }
  | { readonly kind: 'online' | 'offline'; readonly device: DeviceId }
  | { readonly kind: 'webhook' | 'tag'; readonly name: string }
  | { readonly kind: 'mqtt'; readonly topic: string; readonly payload: string };

/** Something that is expected when all that happens has happened. */
export type TestExpected =
  /** The scene asked for these values. */
  | { readonly kind: 'sets'; readonly of: readonly ValueOf[] }
  | { readonly kind: 'command'; readonly device: DeviceId; readonly name: string }
  /** It told somebody something with these words in it. */
  | { readonly kind: 'notify'; readonly text: string }
  /** It asked for nothing and told nobody anything. */
  | { readonly kind: 'nothing' }
  /** So many runs began. */
  | { readonly kind: 'runs'; readonly count: number }
  /** How the last run ended. */
  | { readonly kind: 'ends'; readonly state: RunState }
  /** The values are so in the end. */
  | { readonly kind: 'is'; readonly of: readonly ValueOf[] };

/** An example of what the scene does, for whoever runs it. */
export interface SceneTest {
  /** From 1, as in the file. */
  readonly number: number;
  readonly given: TestGiven;
  readonly when: readonly TestEvent[];
  /** `then` of the file. */
  readonly expected: readonly TestExpected[];
}
