// The household's scenes: checked before they are saved, every version kept, shown with the devices' present names.
// What a scene file means is the scenes' own business; it comes in through SceneLanguage.
import type { CoreInput } from '../model/core-port.ts';
import type { DeviceRecord } from '../model/device.ts';
import {
  ConflictError,
  HubError,
  type InputProblem,
  NotFoundError,
  ValidationError,
} from '../model/errors.ts';
import type { Role, SceneRecord } from '../model/home.ts';
import type { Actor, Async, Household, SceneView, SceneWish } from '../model/hub-port.ts';
import type { SceneId } from '../model/identifiers.ts';
import type { RunTrace } from '../model/run.ts';
import type { SceneHome, SceneLanguage, SceneReach } from '../model/scene-language-port.ts';
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
  edits(tools: ShelfTools): Pick<
    Household,
    | 'scenes'
    | 'showScene'
    | 'checkScene'
    | 'saveScene'
    | 'saveScenes'
    | 'sceneDifferences'
    | 'removeScene'
  > &
    SceneSwitching & {
      /** What is wrong with a scene if a device is as given. */
      mistakesWith(scene: SceneRecord, device: DeviceRecord): readonly InputProblem[];
      /** Which devices a scene means by room, label and kind. */
      reachesOf(scene: SceneRecord): readonly SceneReach[];
    };
}

export function createSceneShelf(options: SceneShelfOptions): SceneShelf {
  const { language, store } = options;
  /** Views cost a parse each; they hold until the home's names or the scene change. */
  const views = new Map<SceneId, { key: string; view: ReadScene }>();

  return {
    edits({ contents, inTurn, audit, find, freshId, subjects }) {
      const sceneHome = (scenes: SceneHome['scenes'] = contents.scenes): SceneHome => ({
        devices: [...contents.devices, ...subjects()],
        rooms: contents.rooms,
        scenes,
      });

      /** The scenes as they will be called, so that those that are saved together can name each other. */
      function sceneHomeWith(wishes: readonly SceneWish[], ids: readonly SceneId[]): SceneHome {
        const names = new Map(
          wishes.flatMap(({ text }, index) => {
            const [id, name] = [ids[index], language.nameOf(text)];
            return id === undefined || name === null ? [] : [[id, name] as const];
          }),
        );
        const known = contents.scenes.map(({ id, name }) => ({ id, name: names.get(id) ?? name }));
        const fresh = [...names].filter(([id]) => !contents.scenes.some((one) => one.id === id));
        return sceneHome([...known, ...fresh.map(([id, name]) => ({ id, name }))]);
      }

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
            zh: {
              message: first?.zh ?? `“${record.name}”无法运行`,
              hint: '请修改场景，或把缺少的设备接回来。',
            },
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

      /** The record that a wished scene becomes, checked against those that will stand beside it. */
      function recordOf(
        wish: SceneWish,
        index: number | null,
        others: readonly SceneRecord[],
        as: { readonly id: SceneId; readonly home: SceneHome; readonly actor: Actor },
      ): SceneRecord {
        const { id, text, version, enabled } = wish;
        const before = id === null ? null : find(contents.scenes, id, 'scene');
        if (before && version !== null && version !== before.version) {
          throw new ConflictError(
            `${before.name} was changed meanwhile: you edited version ${version}, it is at ${before.version}`,
            {
              hint: 'Look at the present version and make your change again.',
              zh: {
                message: `“${before.name}”已被别人改过：你改的是第 ${version} 版，现在是第 ${before.version} 版`,
                hint: '请查看现在的版本，再改一次。',
              },
            },
          );
        }
        const { errors, scene } = language.check(text, as.home);
        if (!scene) {
          const place = index === null ? '' : `/scenes/${index}`;
          throw new ValidationError('The scene has mistakes and was not saved', {
            hint: 'Each mistake below says where it is and what would be right.',
            zh: {
              message: '场景有错误，没有保存',
              hint: '下面每一处错误都写明了位置和正确的写法。',
            },
            errors: errors.map((one) => ({ ...one, path: place + one.path })),
          });
        }
        const twin = others.find(
          (one) => one.id !== id && one.name.toLowerCase() === scene.name.toLowerCase(),
        );
        if (twin) {
          throw new ConflictError(`There is a scene called "${twin.name}" already`, {
            hint: 'Choose another name, or edit that one.',
            zh: { message: `已经有名为“${twin.name}”的场景`, hint: '请换一个名称，或修改那一个。' },
          });
        }
        return {
          id: as.id,
          name: scene.name,
          enabled: enabled ?? before?.enabled ?? true,
          ...((wish.shadow ?? before?.shadow) ? { shadow: true } : {}),
          source: scene.stored,
          author: as.actor.member?.id ?? before?.author ?? null,
          version: (before?.version ?? 0) + 1,
          updatedAtMs: options.nowMs(),
        };
      }

      /** Saves all of them and removes others, or does nothing at all. */
      async function save(
        wishes: readonly SceneWish[],
        removed: readonly SceneId[],
        actor: Actor,
      ): Promise<SceneView[]> {
        for (const id of removed) find(contents.scenes, id, 'scene');
        const saved = new Set(wishes.map(({ id }) => id));
        const untouched = contents.scenes.filter(
          ({ id }) => !saved.has(id) && !removed.includes(id),
        );
        const isSingle = wishes.length === 1 && removed.length === 0;
        const records: SceneRecord[] = [];
        const ids = wishes.map(({ id }) => id ?? (freshId('scene_') as SceneId));
        const home = sceneHomeWith(wishes, ids);
        for (const [index, wish] of wishes.entries()) {
          const others = [...untouched, ...records];
          if (records.some(({ id }) => id === wish.id)) {
            throw new ValidationError(`The scene ${wish.id} stands in it twice`);
          }
          const id = ids[index];
          if (id === undefined) continue;
          records.push(recordOf(wish, isSingle ? null : index, others, { id, home, actor }));
        }
        if (untouched.length + records.length > SCENES_MAX) {
          throw new HubError(
            'busy',
            `The home has ${SCENES_MAX} scenes, the most that it can hold`,
            {
              hint: 'Remove scenes that are not needed.',
              zh: {
                message: `家里已有 ${SCENES_MAX} 个场景，不能再多`,
                hint: '请删除不需要的场景。',
              },
            },
          );
        }
        if (isSingle && records[0]) await store.putScene(records[0]);
        else await store.putScenes(records, removed);
        const isNew = (id: SceneId) => !contents.scenes.some((one) => one.id === id);
        const actions = records.map(({ id }) => (isNew(id) ? 'scene.add' : 'scene.set'));
        const byId = new Map(records.map((record) => [record.id, record]));
        contents.scenes = [
          ...contents.scenes
            .filter(({ id }) => !removed.includes(id))
            .map((one) => byId.get(one.id) ?? one),
          ...records.filter(({ id }) => isNew(id)),
        ];
        for (const [index, record] of records.entries()) {
          await audit(actor, actions[index] ?? 'scene.set', record.id, record.name);
        }
        for (const id of removed) {
          views.delete(id);
          await audit(actor, 'scene.remove', id);
        }
        const [only] = records;
        if (isSingle && only) options.tellCore({ kind: 'scene', scene: only });
        else options.tellCore({ kind: 'scenes', scenes: records, removed });
        options.changed();
        const key = namesKey();
        return records.map((record) => viewOf(record, key));
      }

      return {
        scenes() {
          const key = namesKey();
          return contents.scenes.map((record) => viewOf(record, key));
        },
        mistakesWith(scene, device) {
          const home = sceneHome();
          const devices = home.devices.map((one) => (one.id === device.id ? device : one));
          return language.check(scene.source, { ...home, devices }).errors;
        },
        reachesOf: ({ source }) => language.check(source, sceneHome()).scene?.reaches ?? [],
        showScene: (stored) => language.show(stored, sceneHome()),
        checkScene(text) {
          const { errors, scene } = language.check(text, sceneHome());
          return { errors, sentence: scene?.sentence ?? null, name: scene?.name ?? null };
        },
        saveScene: (id, text, options, actor) =>
          inTurn(async () => {
            const [view] = await save([{ id, text, ...options }], [], actor);
            if (view === undefined) throw new NotFoundError('scene', id ?? '');
            return view;
          }),
        saveScenes: (wanted, removed, actor) => inTurn(() => save(wanted, removed, actor)),
        sceneDifferences: (before, after) =>
          language.differences(before.source, after.source, sceneHome()),
        switchScene: ({ scene: id, enabled, by, author }) =>
          inTurn(async () => {
            const before = find(contents.scenes, id, 'scene');
            const member = contents.members.find((one) => one.id === author) ?? null;
            // A scene acts with its author's rights; it outlives an author who has left.
            if (member !== null && !MAY_EDIT.includes(member.role)) {
              throw new HubError('forbidden', `${member.name} may not switch ${before.name}`, {
                hint: 'A scene of an owner or another adult of the home can.',
                zh: {
                  message: `${member.name} 无权开关 ${before.name}`,
                  hint: '主人或家里其他成人的场景可以。',
                },
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
