// Scene templates: listed with what fits this home, previewed, made into scenes, kept and made of scenes.
import { NotFoundError } from '../model/errors.ts';
import { sceneId } from '../model/identifiers.ts';
import type { TemplateBrief, TemplateView } from '../model/scene-templates-port.ts';
import {
  type ApiContext,
  type ApiParts,
  actorOf,
  type Handlers,
  inputId,
  listPart,
  pathId,
  versioned,
} from './context.ts';
import type {
  SceneTemplateJson,
  SlotJson,
  TemplateBriefJson,
  TemplateJson,
} from './scene-templates-shapes.ts';
import { sceneTextView } from './views.ts';

type Value = NonNullable<SlotJson['initial']>;

function idOf(c: ApiContext): string {
  return (c.req.param('id') ?? '').slice(0, 64);
}

function briefView({
  id,
  name,
  description,
  group,
  households,
  isOwn,
  missing,
}: TemplateBrief): TemplateBriefJson {
  return {
    id,
    name,
    description,
    group,
    households: [...households],
    isOwn,
    missing: [...missing],
  };
}

function valueView(value: string | number | boolean | readonly string[]): Value {
  return typeof value === 'object' ? [...value] : value;
}

function templateView(view: TemplateView): TemplateJson {
  const slots = view.slots.map((slot) => ({
    ...slot,
    initial: slot.initial === null ? null : valueView(slot.initial),
    choices: [...slot.choices],
    suggested: [...slot.suggested],
    options: [...slot.options],
  }));
  return { ...briefView(view), slots, text: view.text };
}

export function sceneTemplateRoutes({ hub }: ApiParts) {
  const { household } = hub;
  return {
    'GET /api/scene-templates': (c, { query }) => {
      const { items, next } = listPart(household.templates(), query);
      return c.json({ items: items.map(briefView), next });
    },
    'POST /api/scene-templates': async (c, { body }) => {
      const saved = await household.saveTemplate(body.text, actorOf(c));
      c.header('Location', `/api/scene-templates/${saved.id}`);
      return c.json(templateView(saved), 201);
    },
    'GET /api/scene-templates/:id': (c) => {
      const template = household.template(idOf(c));
      c.header('Vary', 'Accept');
      if (!/\b(application|text)\/yaml\b/.test(c.req.header('Accept') ?? '')) {
        return c.json(templateView(template));
      }
      c.header('Content-Type', 'application/yaml; charset=utf-8');
      return c.body(template.text);
    },
    'DELETE /api/scene-templates/:id': async (c) => {
      await household.removeTemplate(idOf(c), actorOf(c));
      return c.body(null, 204);
    },
    'POST /api/scene-templates/:id/preview': (c, { body }) => {
      const { problems, scene } = household.bindTemplate(idOf(c), {
        name: body.name ?? null,
        bindings: body.bindings,
      });
      return c.json({
        problems: problems.map(({ slot, text, fits }) => ({ slot, text, fits: [...fits] })),
        scene,
      });
    },
    'POST /api/scene-templates/:id/scenes': async (c, { body }) => {
      const { name, bindings, enabled, scene, version } = body;
      const wish = {
        name: name ?? null,
        bindings,
        scene: scene === undefined ? null : inputId(scene, sceneId, '/scene'),
        version: version ?? null,
        enabled: enabled ?? null,
      };
      const made = await household.makeScene(idOf(c), wish, actorOf(c));
      c.header('Location', `/api/scenes/${made.record.id}`);
      c.status(201);
      return versioned(c, sceneTextView(made));
    },
    'GET /api/scenes/:id/template': (c, { query }) => {
      const id = pathId(c, sceneId, 'scene');
      const scene = household.scenes().find(({ record }) => record.id === id);
      if (scene === undefined) throw new NotFoundError('scene', id);
      const uses = household.templateOf(scene.record);
      const answer: SceneTemplateJson = {
        uses: uses && {
          template: uses.template,
          devices: Object.fromEntries(
            Object.entries(uses.devices).map(([slot, list]) => [slot, [...list]]),
          ),
          rooms: { ...uses.rooms },
          values: Object.fromEntries(
            Object.entries(uses.values).map(([slot, value]) => [slot, valueView(value)]),
          ),
        },
        text: household.deriveTemplate(scene.record, query.id ?? 'my-template'),
      };
      return c.json(answer);
    },
  } satisfies Partial<Handlers>;
}
