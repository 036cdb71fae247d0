// The household's scenes: checked before they are saved, every version kept, shown with the devices' present names.
// What a scene file means is the scenes' own business; it comes in through SceneLanguage.
import type { CoreInput } from '../model/core-port.ts';
import type { DeviceRecord } from '../model/device.ts';
import { ConflictError, HubError, ValidationError } from '../model/errors.ts';
import type { Role, SceneRecord } from '../model/home.ts';
import type { Actor, Async, Household, SceneView } from '../model/hub-port.ts';
import type { SceneId } from '../model/identifiers.ts';
import type { RunTrace } from '../model/run.ts';
import type { SceneLanguage } from '../model/scene-language-port.ts';
import type { SceneSwitch } from '../model/scene-world.ts';
import type { HomeContents, StoreCalls } from '../model/store-port.ts';

/** What a home holds at most. */
export const SCENES_MAX = 10_000;

/** Roles that may edit scenes, and so have scenes that switch others. */
const MAY_EDIT: readonly Role[] = ['owner', 'adult'];

export interface SceneShelfOptions {
  readonly language: SceneLanguage;
  readonly store: Async<StoreCalls>;
  nowMs(): number;
  tellCore(input: Exclude<CoreInput, { request: number }>): void;
  lastRun(scene: SceneId): RunTrace | null;
  /** When the scene's next time-of-day trigger comes, as the core has planned it. */
  nextAtMs(scene: SceneId): number | null;
  changed(): void;
}

/** The household's own means, lent to the shelf. */
export interface ShelfTools {
  readonly contents: { scenes: readonly SceneRecord[] } & Pick<
    HomeContents,
    'devices' | 'rooms' | 'members'
  >;
  inTurn<Result>(work: () => Promise<Result>): Promise<Result>;
  audit(actor: Actor, action: string, subject: string, detail?: string): Promise<void>;
  find<Item extends { readonly id: string }>(
    items: readonly Item[],
    id: string,
    what: string,
  ): Item;
  freshId(prefix: string): string;
  /** The home's own subjects, which scene files call as they call devices. */
  subjects(): readonly DeviceRecord[];
}

/** What reading a scene's file gives. */
type ReadScene = Omit<SceneView, 'record' | 'lastRun' | 'nextAtMs'>;

/** Scenes switched on and off because another one says so. */
export interface SceneSwitching {
  /**
   * Saves the edit as a person's, with the rights of the author; where it is so already nothing is saved.
   * @throws NotFoundError, or HubError `forbidden` where the author may not edit scenes.
   */
  switchScene(wish: SceneSwitch): Promise<void>;
}

export interface SceneShelf {
  edits(
    tools: ShelfTools,
  ): Pick<Household, 'scenes' | 'showScene' | 'checkScene' | 'saveScene' | 'removeScene'> &
    SceneSwitching;
}

export function createSceneShelf(options: SceneShelfOptions): SceneShelf {
  const { language, store } = options;
  /** Views cost a parse each; they hold until the home's names or the scene change. */
  const views = new Map<SceneId, { key: string; view: ReadScene }>();

  return {
    edits({ contents, inTurn, audit, find, freshId, subjects }) {
      const sceneHome = () => ({
        devices: [...contents.devices, ...subjects()],
        rooms: contents.rooms,
        scenes: contents.scenes,
      });

      function namesKey(): string {
        const devices = contents.devices.map((one) => `${one.id}${one.handle}${one.version}`);
        const rooms = contents.rooms.map((one) => one.name);
        return `${devices.join()} ${rooms.join()} ${JSON.stringify(subjects())}`;
      }

      /** Present names of the scenes that a scene names, as far as they can be told from its text. */
      function scenesNamedIn({ source }: SceneRecord): string {
        const ids = source.match(/scene_[0-9a-z_-]+/g) ?? [];
        if (ids.length === 0) return '';
        return ids.map((id) => contents.scenes.find((one) => one.id === id)?.name).join();
      }

      function readView(record: SceneRecord): ReadScene {
        const checked = language.check(record.source, sceneHome());
        const text = language.show(record.source, sceneHome());
        if (checked.scene) {
          const { sentence, room, devices, isOneTap } = checked.scene;
          return { text, sentence, room, devices, isOneTap, problem: null };
        }
        const [first] = checked.errors;
        return {
          text,
          sentence: { en: record.name, zh: record.name },
          room: null,
          devices: [],
          isOneTap: false,
          problem: {
            code: 'invalid-input',
            message: first ? first.message : `${record.name} cannot run`,
            hint: 'Edit the scene, or put the missing device back.',
            errors: checked.errors,
          },
        };
      }

      function viewOf(record: SceneRecord, key: string): SceneView {
        const known = views.get(record.id);
        const whole = `${record.version} ${key} ${scenesNamedIn(record)}`;
        const view = known?.key === whole ? known.view : readView(record);
        if (known?.key !== whole) views.set(record.id, { key: whole, view });
        return {
          record,
          ...view,
          lastRun: options.lastRun(record.id),
          nextAtMs: record.enabled ? options.nextAtMs(record.id) : null,
        };
      }

      return {
        scenes() {
          const key = namesKey();
          return contents.scenes.map((record) => viewOf(record, key));
        },
        showScene: (stored) => language.show(stored, sceneHome()),
        checkScene(text) {
          const { errors, scene } = language.check(text, sceneHome());
          return { errors, sentence: scene?.sentence ?? null, name: scene?.name ?? null };
        },
        saveScene: (id, text, { version, enabled }, actor) =>
          inTurn(async () => {
            const before = id === null ? null : find(contents.scenes, id, 'scene');
            if (before && version !== null && version !== before.version) {
              throw new ConflictError(
                `${before.name} was changed meanwhile: you edited version ${version}, it is at ${before.version}`,
                { hint: 'Look at the present version and make your change again.' },
              );
            }
            if (!before && contents.scenes.length >= SCENES_MAX) {
              throw new HubError(
                'busy',
                `The home has ${SCENES_MAX} scenes, the most that it can hold`,
              );
            }
            const { errors, scene } = language.check(text, sceneHome());
            if (!scene) {
              throw new ValidationError('The scene has mistakes and was not saved', {
                hint: 'Each mistake below says where it is and what would be right.',
                errors,
              });
            }
            const twin = contents.scenes.find(
              (one) => one.id !== id && one.name.toLowerCase() === scene.name.toLowerCase(),
            );
            if (twin) {
              throw new ConflictError(`There is a scene called "${twin.name}" already`, {
                hint: 'Choose another name, or edit that one.',
              });
            }
            const record: SceneRecord = {
              id: before?.id ?? (freshId('scene_') as SceneId),
              name: scene.name,
              enabled: enabled ?? before?.enabled ?? true,
              source: scene.stored,
              author: actor.member?.id ?? before?.author ?? null,
              version: (before?.version ?? 0) + 1,
              updatedAtMs: options.nowMs(),
            };
            await store.putScene(record);
            contents.scenes = before
              ? contents.scenes.map((one) => (one.id === record.id ? record : one))
              : [...contents.scenes, record];
            await audit(actor, before ? 'scene.set' : 'scene.add', record.id, record.name);
            options.tellCore({ kind: 'scene', scene: record });
            options.changed();
            return viewOf(record, namesKey());
          }),
        switchScene: ({ scene: id, enabled, by, author }) =>
          inTurn(async () => {
            const before = find(contents.scenes, id, 'scene');
            const member = contents.members.find((one) => one.id === author) ?? null;
            // A scene acts with its author's rights; it outlives an author who has left.
            if (member !== null && !MAY_EDIT.includes(member.role)) {
              throw new HubError('forbidden', `${member.name} may not switch ${before.name}`, {
                hint: 'A scene of an owner or another adult of the home can.',
              });
            }
            if (before.enabled === enabled) {
              options.tellCore({ kind: 'scene', scene: before });
              return;
            }
            const record: SceneRecord = {
              ...before,
              enabled,
              version: before.version + 1,
              updatedAtMs: options.nowMs(),
            };
            await store.putScene(record);
            contents.scenes = contents.scenes.map((one) => (one.id === id ? record : one));
            const cause = { kind: 'local' as const };
            await audit(
              { member, cause },
              'scene.switch',
              id,
              `${enabled ? 'on' : 'off'} by ${by}`,
            );
            options.tellCore({ kind: 'scene', scene: record });
            options.changed();
          }),
        removeScene: (id, actor) =>
          inTurn(async () => {
            const record = find(contents.scenes, id, 'scene');
            await store.removeScene(id);
            contents.scenes = contents.scenes.filter((one) => one.id !== id);
            views.delete(id);
            await audit(actor, 'scene.remove', id, record.name);
            options.tellCore({ kind: 'sceneRemoved', id });
            options.changed();
          }),
      };
    },
  };
}
