// Scene files as the household's shelf wants them: checked text in, stored text and sentences out.
import type { SceneLanguage } from '../../hub/model/scene-language-port.ts';
import { homeNames } from './names.ts';
import { devicesOf } from './scene.ts';
import { sceneSentence } from './sentences.ts';
import { toShown, toStored } from './stored.ts';

/** Checks and shows scene files against the home's present names. */
export function createSceneLanguage(): SceneLanguage {
  return {
    check(text, { devices, rooms, scenes }) {
      const names = homeNames(devices, rooms, scenes);
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
    show: (stored, { devices, rooms, scenes }) =>
      toShown(stored, homeNames(devices, rooms, scenes)),
  };
}
