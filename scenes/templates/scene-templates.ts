// The scene templates as the household's shelf wants them: the library and the household's own, shown for this home,
// bound to it, checked, and made of its scenes.

import type { SceneHome } from '../../hub/model/scene-language-port.ts';
import type {
  SceneTemplates,
  SlotView,
  TemplateBrief,
  UsedTemplate,
} from '../../hub/model/scene-templates-port.ts';
import { homeNames } from '../language/names.ts';
import { parseScene } from '../language/parse.ts';
import { bindTemplate } from './bind.ts';
import { checkTemplate } from './check-template.ts';
import { deriveTemplate } from './derive.ts';
import { type Fit, fitsOf, wantedWords } from './fit.ts';
import { CARE_TEMPLATES } from './library/care.ts';
import { CLIMATE_TEMPLATES } from './library/climate.ts';
import { DAY_TEMPLATES } from './library/day.ts';
import { LIGHT_TEMPLATES } from './library/light.ts';
import { SAFETY_TEMPLATES } from './library/safety.ts';
import { readTemplate } from './read-template.ts';
import { AUDIENCE_WORDS } from './slot-values.ts';
import { isDeviceSlot, type Slot, type Template } from './template.ts';

/** The files of the library, in the order in which they are shown. */
export const LIBRARY: readonly string[] = [
  ...DAY_TEMPLATES,
  ...LIGHT_TEMPLATES,
  ...CLIMATE_TEMPLATES,
  ...SAFETY_TEMPLATES,
  ...CARE_TEMPLATES,
];

/** Templates are read once each; of the household's own as many as there can be. */
const READ_MAX = 300;

/** The library and what the household has of its own. */
export function createSceneTemplates(): SceneTemplates {
  const read = new Map<string, Template | null>();
  let library: readonly Template[] | null = null;

  function readOnce(text: string): Template | null {
    const known = read.get(text);
    if (known !== undefined) return known;
    if (read.size >= READ_MAX) read.clear();
    const { template } = readTemplate(text);
    read.set(text, template);
    return template;
  }

  function all(own: readonly string[]): { template: Template; isOwn: boolean }[] {
    library ??= LIBRARY.flatMap((text) => readTemplate(text).template ?? []);
    return [
      ...library.map((template) => ({ template, isOwn: false })),
      ...own.flatMap((text) => {
        const template = readOnce(text);
        return template ? [{ template, isOwn: true }] : [];
      }),
    ];
  }

  return {
    list: (home, own) =>
      all(own).map(({ template, isOwn }) => brief(template, isOwn, fitsOf(template, home))),
    show(id, home, own) {
      const found = all(own).find(({ template }) => template.id === id);
      if (found === undefined) return null;
      const { template, isOwn } = found;
      const fits = fitsOf(template, home);
      return {
        ...brief(template, isOwn, fits),
        slots: template.slots.map((slot) => slotView(slot, fits)),
        text: template.text,
      };
    },
    bind(id, wish, home, own) {
      const found = all(own).find(({ template }) => template.id === id);
      return found === undefined ? null : bindTemplate(found.template, wish, home);
    },
    check(text) {
      const { template, errors } = checkTemplate(text);
      return template === null ? { errors, id: null } : { errors: [], id: template.id };
    },
    usesOf,
    derive: deriveTemplate,
  };
}

function brief(template: Template, isOwn: boolean, fits: ReadonlyMap<string, Fit>): TemplateBrief {
  const { id, name, description, group, households, slots } = template;
  const missing = slots
    .filter(
      (slot) =>
        !slot.isOptional && (isDeviceSlot(slot) || slot.kind === 'room' || slot.kind === 'person'),
    )
    .filter(({ name }) => fits.get(name)?.choices.length === 0)
    .map(({ label }) => label);
  return { id, name, description, group, households, isOwn, missing };
}

function slotView(slot: Slot, fits: ReadonlyMap<string, Fit>): SlotView {
  const { choices = [], suggested = [] } = fits.get(slot.name) ?? {};
  const isNumber = slot.kind === 'number';
  const isDuration = slot.kind === 'duration';
  const plain = {
    ...{ name: slot.name, kind: slot.kind, label: slot.label, isOptional: slot.isOptional },
    wants: isDeviceSlot(slot) ? wantedWords(slot) : null,
    unit: isNumber ? slot.unit : null,
    min: isNumber ? slot.min : null,
    max: isNumber ? slot.max : slot.kind === 'devices' ? slot.max : null,
    from: isDuration ? slot.from : null,
    to: isDuration ? slot.to : null,
    ...{ choices, suggested },
  };
  const initial = isDeviceSlot(slot) ? null : slot.initial;
  return { ...plain, initial, options: optionsOf(slot) };
}

function optionsOf(slot: Slot): SlotView['options'] {
  if (slot.kind === 'roles')
    return AUDIENCE_WORDS.map((value) => ({ value, label: { en: value, zh: value } }));
  if (slot.kind !== 'choice') return [];
  return Object.entries(slot.options).map(([value, label]) => ({ value, label }));
}

/** Devices and rooms by their handles of now; what is gone is left out. */
function usesOf(stored: string, home: SceneHome): UsedTemplate | null {
  const names = homeNames(home.devices, home.rooms, home.scenes);
  const { scene } = parseScene(stored, names);
  if (!scene?.uses) return null;
  const { template, devices, rooms, values } = scene.uses;
  return {
    template,
    devices: Object.fromEntries(
      Object.entries(devices).map(([slot, ids]) => [
        slot,
        ids.flatMap((id) => names.device(id)?.handle ?? []),
      ]),
    ),
    rooms: Object.fromEntries(
      Object.entries(rooms).flatMap(([slot, id]) => {
        const room = names.room(id);
        return room ? [[slot, room.handle]] : [];
      }),
    ),
    values,
  };
}
