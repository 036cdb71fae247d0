// Scene templates for this household: the library's and its own, bound to the home as it is now. Its own are kept in
// the settings of home.db, a row each. What a template means is the scenes' business; it comes in by SceneTemplates.
import type { DeviceRecord } from '../model/device.ts';
import { ConflictError, HubError, NotFoundError, ValidationError } from '../model/errors.ts';
import type { SceneRecord } from '../model/home.ts';
import { modesOf } from '../model/home-values.ts';
import type { Actor, Async, Household, TemplateEdits } from '../model/hub-port.ts';
import {
  type SceneTemplates,
  type SlotProblem,
  TEMPLATE_LIMITS,
  type TemplateHome,
} from '../model/scene-templates-port.ts';
import type { HomeContents, StoreCalls } from '../model/store-port.ts';

/** Where they stand in home.db; no setting of such a name can be set in the page. */
const PREFIX = 'household.template.';

/** The household's own means, lent to the shelf. */
export interface TemplateShelfTools {
  readonly templates: SceneTemplates;
  readonly store: Pick<Async<StoreCalls>, 'putSetting'>;
  readonly contents: { settings: HomeContents['settings'] } & Pick<
    HomeContents,
    'devices' | 'rooms' | 'scenes' | 'home'
  >;
  inTurn<Result>(work: () => Promise<Result>): Promise<Result>;
  audit(actor: Actor, action: string, subject: string, detail?: string): Promise<void>;
  subjects(): readonly DeviceRecord[];
  saveScene: Household['saveScene'];
}

export interface TemplateShelf {
  readonly edits: TemplateEdits;
  /** Slots of the template that the scene was made of, into which the device as given does not fit any more. */
  misfitsOf(scene: SceneRecord, device: DeviceRecord): readonly SlotProblem[];
}

/** The household's shelf of templates. */
export function createTemplateShelf(tools: TemplateShelfTools): TemplateShelf {
  const { templates, store, contents, inTurn, audit } = tools;

  function home(): TemplateHome {
    const { devices, rooms, scenes } = contents;
    return {
      ...{ devices: [...devices, ...tools.subjects()], rooms, scenes },
      language: contents.home.language,
      modes: modesOf(contents.home),
    };
  }

  function own(): string[] {
    return Object.keys(contents.settings)
      .filter((name) => name.startsWith(PREFIX))
      .sort()
      .map((name) => contents.settings[name] ?? '');
  }

  function find<Found>(id: string, found: Found | null): Found {
    if (found !== null) return found;
    throw new NotFoundError('template', id, { hint: 'GET /api/scene-templates lists them all.' });
  }

  async function keep(id: string, text: string | null): Promise<void> {
    const name = PREFIX + id;
    await store.putSetting(name, text);
    const { [name]: _old, ...others } = contents.settings;
    contents.settings = text === null ? others : { ...others, [name]: text };
  }

  function misfitsOf(scene: SceneRecord, device: DeviceRecord): readonly SlotProblem[] {
    const now = home();
    const used = templates.usesOf(scene.source, now);
    if (used === null) return [];
    const problemsIn = (one: TemplateHome): readonly SlotProblem[] =>
      templates.bind(used.template, { name: scene.name, bindings: used }, one, own())?.problems ??
      [];
    const known = new Set(problemsIn(now).map(({ slot }) => slot));
    const devices = now.devices.map((one) => (one.id === device.id ? device : one));
    return problemsIn({ ...now, devices }).filter(({ slot }) => !known.has(slot));
  }

  const edits: TemplateEdits = {
    templates: () => templates.list(home(), own()),
    template: (id) => find(id, templates.show(id, home(), own())),
    bindTemplate: (id, wish) => find(id, templates.bind(id, wish, home(), own())),
    templateOf: ({ source }) => templates.usesOf(source, home()),
    deriveTemplate({ source, name }, id) {
      const { text, problem } = templates.derive(source, home(), id);
      if (text !== null) return text;
      throw new HubError('invalid-input', `No template can be made of "${name}"`, {
        hint: problem,
      });
    },
    checkTemplate: (text) => templates.check(text),
    async makeScene(id, { name, bindings, scene, version, enabled }, actor) {
      const before =
        scene === null ? null : (contents.scenes.find((one) => one.id === scene) ?? null);
      const wish = { name: name ?? before?.name ?? null, bindings };
      const bound = find(id, templates.bind(id, wish, home(), own()));
      if (bound.scene === null) {
        throw new ValidationError('The template cannot be bound so', {
          hint: 'Each mistake below names its slot and what would fit.',
          zh: { message: '这样填，模板不能成为场景', hint: '下面写出每一处问题和合适的选择。' },
          errors: bound.problems.map(({ slot, text, fits }) => ({
            path: slot === null ? '' : `/bindings/${slot}`,
            message: fits.length === 0 ? text.en : `${text.en} (fits: ${fits.join(', ')})`,
          })),
        });
      }
      const options = { version, ...(enabled === null ? {} : { enabled }) };
      return tools.saveScene(scene, bound.scene.text, options, actor);
    },
    saveTemplate: (text, actor) =>
      inTurn(async () => {
        const { id, errors } = templates.check(text);
        if (id === null) {
          throw new ValidationError('The template has mistakes and was not saved', {
            hint: 'Each mistake below says where it is and what would be right.',
            zh: { message: '模板有错误，没有保存', hint: '下面写出每处错误的位置和正确的写法。' },
            errors,
          });
        }
        const known = templates.list(home(), own());
        if (known.some((one) => one.id === id && !one.isOwn)) {
          throw new ConflictError(`"${id}" is a template of the library`, {
            hint: 'Give yours another name behind `template:`.',
            zh: { message: `“${id}”是自带的模板`, hint: '请在 `template:` 后面换一个名称。' },
          });
        }
        const isNew = !known.some((one) => one.id === id);
        if (isNew && own().length >= TEMPLATE_LIMITS.own) {
          throw new HubError(
            'busy',
            `The home has ${TEMPLATE_LIMITS.own} templates of its own, the most it can have`,
            { zh: { message: `自己的模板已有 ${TEMPLATE_LIMITS.own} 个，不能再多`, hint: null } },
          );
        }
        await keep(id, text);
        await audit(actor, 'template.set', id);
        return find(id, templates.show(id, home(), own()));
      }),
    removeTemplate: (id, actor) =>
      inTurn(async () => {
        const { isOwn } = find(id, templates.show(id, home(), own()));
        if (!isOwn) {
          throw new ConflictError(`"${id}" is a template of the library and stays`, {
            zh: { message: `“${id}”是自带的模板，不能移除`, hint: null },
          });
        }
        await keep(id, null);
        await audit(actor, 'template.remove', id);
      }),
  };
  return { edits, misfitsOf };
}
