// Scene files as the household's shelf wants them: checked text in, stored text and sentences out.

import type { RoomId } from '../../hub/model/identifiers.ts';
import type { SceneLanguage } from '../../hub/model/scene-language-port.ts';
import { sceneDifferences } from './diff.ts';
import { readDocument } from './document.ts';
import { homeNames } from './names.ts';
import { parseScene } from './parse.ts';
import { reachesOf } from './reaches.ts';
import { devicesOf } from './scene.ts';
import { sceneSentence } from './sentences.ts';
import { toShown, toStored } from './stored.ts';

/** Checks and shows scene files against the home's present names. */
export function createSceneLanguage(): SceneLanguage {
  return {
    nameOf(text) {
      const { data } = readDocument(text, []);
      const name = typeof data === 'object' && data !== null && 'scene' in data ? data.scene : null;
      return typeof name === 'string' ? name.trim() : null;
    },
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
          reaches: reachesOf(scene),
        },
      };
    },
    differences(before, after, { devices, rooms, scenes }) {
      const names = homeNames(devices, rooms, scenes);
      const [was, is] = [before, after].map((text) => parseScene(text, names));
      if (!was?.scene || !is?.scene) return null;
      const roomName = (room: RoomId): string => names.room(room)?.name ?? room;
      return sceneDifferences(was.scene, is.scene, names, roomName);
    },
    show: (stored, { devices, rooms, scenes }) =>
      toShown(stored, homeNames(devices, rooms, scenes)),
  };
}
