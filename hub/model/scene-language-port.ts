// What the household's shelf asks of the scenes' language: checking a file and showing it with present names.
import type { DeviceRecord } from './device.ts';
import type { InputProblem } from './errors.ts';
import type { RoomRecord, SceneRecord } from './home.ts';
import type { DeviceId, RoomId } from './identifiers.ts';
import type { DeviceKind } from './properties.ts';

/** The things that a scene file can name. */
export interface SceneHome {
  readonly devices: readonly DeviceRecord[];
  readonly rooms: readonly RoomRecord[];
  readonly scenes: readonly Pick<SceneRecord, 'id' | 'name'>[];
}

/** One difference of two versions of a scene. */
export interface SceneDifference {
  readonly kind: 'added' | 'removed' | 'changed';
  readonly part: 'name' | 'room' | 'description' | 'when' | 'while' | 'do' | 'how' | 'tests';
  readonly text: { readonly en: string; readonly zh: string };
}

/** Devices that a scene means by what they are, without naming them: all that is not null must fit. */
export interface SceneReach {
  readonly room: RoomId | null;
  readonly label: string | null;
  readonly kind: DeviceKind | null;
  readonly except: readonly DeviceId[];
  /** Properties that it sets or looks at, and commands; a device without them is passed by. Empty: whatever they have. */
  readonly uses: readonly { readonly kind: 'set' | 'read' | 'command'; readonly name: string }[];
}

/** All mistakes of a file with their places, or what it says. */
export type CheckedScene =
  | { readonly errors: readonly InputProblem[]; readonly scene: null }
  | {
      readonly errors: readonly [];
      readonly scene: {
        readonly name: string;
        /** The text with ids in the place of handles. */
        readonly stored: string;
        readonly sentence: { readonly en: string; readonly zh: string };
        readonly room: RoomId | null;
        readonly devices: readonly DeviceId[];
        readonly isOneTap: boolean;
        readonly reaches: readonly SceneReach[];
      };
    };

export interface SceneLanguage {
  /** The name that a file gives its scene; null where it cannot be read. */
  nameOf(text: string): string | null;
  check(text: string, home: SceneHome): CheckedScene;
  /** What differs between two stored versions, in plain words; null where one of them cannot be read any more. */
  differences(before: string, after: string, home: SceneHome): readonly SceneDifference[] | null;
  /** The text with the devices' present handles. */
  show(stored: string, home: SceneHome): string;
}
