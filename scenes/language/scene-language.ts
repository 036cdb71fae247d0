// Scene files as the household's shelf wants them: checked text in, stored text and sentences out.
import type { DeviceRecord } from '../../hub/model/device.ts';
import type { InputProblem } from '../../hub/model/errors.ts';
import type { RoomRecord } from '../../hub/model/home.ts';
import type { DeviceId, RoomId } from '../../hub/model/identifiers.ts';
import { homeNames } from './names.ts';
import { devicesOf } from './scene.ts';
import { sceneSentence } from './sentences.ts';
import { toShown, toStored } from './stored.ts';

/** The things that a scene file can name. */
interface NamedThings {
  readonly devices: readonly DeviceRecord[];
  readonly rooms: readonly RoomRecord[];
}

type Checked =
  | { readonly errors: readonly InputProblem[]; readonly scene: null }
  | {
      readonly errors: readonly [];
      readonly scene: {
        readonly name: string;
        readonly stored: string;
        readonly sentence: { readonly en: string; readonly zh: string };
        readonly room: RoomId | null;
        readonly devices: readonly DeviceId[];
        readonly isOneTap: boolean;
      };
    };

/** Checks and shows scene files against the home's present names. */
export function createSceneLanguage() {
  return {
    check(text: string, { devices, rooms }: NamedThings): Checked {
      const names = homeNames(devices, rooms);
      const result = toStored(text, names);
      if (result.errors !== undefined) return { errors: result.errors, scene: null };
      const { scene, stored } = result;
      return {
        errors: [],
        scene: {
          name: scene.name,
          stored,
          sentence: sceneSentence(scene, names),
          room: scene.room,
          devices: devicesOf(scene),
          isOneTap: scene.when.length === 0,
        },
      };
    },
    show: (stored: string, { devices, rooms }: NamedThings): string =>
      toShown(stored, homeNames(devices, rooms)),
  };
}
