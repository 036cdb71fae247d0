// Binds a template's slots to a home: checks what is chosen, and writes the scene file that comes of it.
import { Document, isCollection, isMap, visit } from 'yaml';
import type { InputProblem } from '../../hub/model/errors.ts';
import type { Label } from '../../hub/model/property-row.ts';
import type {
  BoundTemplate,
  SlotProblem,
  TemplateBindings,
  TemplateHome,
} from '../../hub/model/scene-templates-port.ts';
import { homeNames, type SceneNames } from '../language/names.ts';
import { parseScene } from '../language/parse.ts';
import { sceneSentence } from '../language/sentences.ts';
import { both } from '../language/words.ts';
import { type BoundSlot, fill } from './fill.ts';
import { type Fit, fitsOf, misfit, peopleOf, realDevices, wantedWords } from './fit.ts';
import { slotValueProblem } from './slot-values.ts';
import { type DeviceSlot, isDeviceSlot, type Slot, type Template } from './template.ts';

/** A map of a scene's file stands on one line up to so many characters. */
const LINE_MAX = 76;

/** The scene of the bindings. What is not bound takes the slot's own value; devices, rooms and people take none. */
export function bindTemplate(
  template: Template,
  wish: { readonly name: string | null; readonly bindings: TemplateBindings },
  home: TemplateHome,
): BoundTemplate {
  const names = homeNames(home.devices, home.rooms, home.scenes);
  const binding = new Binding(template, wish.bindings, home, names);
  const bound = binding.all();
  if (binding.problems.length > 0) return { problems: binding.problems, scene: null };
  const { data, used } = fill(
    template.body,
    new Set(template.slots.map(({ name }) => name)),
    bound,
  );
  const name = wish.name?.trim() || freeName(template.name[home.language], home);
  const uses = binding.uses(bound);
  let text = sceneText(name, data, uses);
  let parsed = parseScene(text, names);
  if (parsed.errors?.every(({ path }) => path.startsWith('/tests'))) {
    // What was bound does not suit the examples, such as sunset where they need a time of day.
    text = sceneText(name, { ...data, tests: undefined }, uses);
    parsed = parseScene(text, names);
  }
  const { scene, errors } = parsed;
  if (!scene) {
    const problems = errors.map((error) => problemAt(error, used, template, binding.fits()));
    return { problems, scene: null };
  }
  return { problems: [], scene: { name: scene.name, text, sentence: sceneSentence(scene, names) } };
}

class Binding {
  readonly problems: SlotProblem[] = [];
  readonly #template: Template;
  readonly #bindings: TemplateBindings;
  readonly #home: TemplateHome;
  readonly #names: SceneNames;
  #fits: ReadonlyMap<string, Fit> | null = null;

  constructor(
    template: Template,
    bindings: TemplateBindings,
    home: TemplateHome,
    names: SceneNames,
  ) {
    this.#template = template;
    this.#bindings = bindings;
    this.#home = home;
    this.#names = names;
  }

  fits(): ReadonlyMap<string, Fit> {
    this.#fits ??= fitsOf(this.#template, this.#home);
    return this.#fits;
  }

  all(): ReadonlyMap<string, BoundSlot> {
    const bound = new Map<string, BoundSlot>();
    for (const slot of this.#template.slots) {
      const found = isDeviceSlot(slot) ? this.#devices(slot) : this.#value(slot);
      if (found !== null) bound.set(slot.name, found);
    }
    this.#refuseUnknown();
    return bound;
  }

  /** What the scene says of how it was made. */
  uses(bound: ReadonlyMap<string, BoundSlot>): Record<string, unknown> {
    const of = (kinds: (slot: Slot) => boolean): Record<string, unknown> =>
      Object.fromEntries(
        this.#template.slots.filter(kinds).flatMap((slot): [string, unknown][] => {
          const found = bound.get(slot.name);
          if (found === undefined) return [];
          if (found.kind === 'value') return [[slot.name, found.value]];
          const handles = found.devices.map(({ handle }) => handle);
          return [[slot.name, handles.length === 1 ? handles[0] : handles]];
        }),
      );
    const parts = {
      devices: of(isDeviceSlot),
      rooms: of(({ kind }) => kind === 'room'),
      values: of((slot) => !isDeviceSlot(slot) && slot.kind !== 'room'),
    };
    const some = Object.entries(parts).filter(([, map]) => Object.keys(map).length > 0);
    return { template: this.#template.id, ...Object.fromEntries(some) };
  }

  #refuse(slot: Slot, text: Label): null {
    const fits = (this.fits().get(slot.name)?.choices ?? []).slice(0, 12);
    this.problems.push({
      slot: slot.name,
      text: both(`${slot.label.en}: ${text.en}`, `${slot.label.zh}:${text.zh}`),
      fits: fits.map(({ handle }) => handle),
    });
    return null;
  }

  /** Says what fits, or that nothing does. */
  #wanted(slot: Slot): null {
    const choices = (this.fits().get(slot.name)?.choices ?? []).slice(0, 5).map(({ name }) => name);
    const wants = isDeviceSlot(slot) ? wantedWords(slot) : both('one of the home', '家中的一个');
    return this.#refuse(
      slot,
      choices.length > 0
        ? both(
            `choose ${wants.en}, such as ${choices.join(', ')}`,
            `请选择${wants.zh}，例如 ${choices.join('、')}`,
          )
        : both(`${wants.en} is wanted, and the home has none`, `需要${wants.zh}，家中还没有`),
    );
  }

  #devices(slot: DeviceSlot): BoundSlot | null {
    const asked = this.#bindings.devices[slot.name] ?? [];
    if (asked.length === 0) return slot.isOptional ? null : this.#wanted(slot);
    if (asked.length > slot.max) {
      return this.#refuse(
        slot,
        both(`at most ${slot.max} can be chosen`, `最多选择 ${slot.max} 个`),
      );
    }
    const devices = [...new Set(asked)].map((handle) => {
      const device = realDevices(this.#home).find(
        (one) => one.handle === handle || one.id === handle,
      );
      if (device === undefined) {
        return this.#refuse(
          slot,
          both(`there is no device "${handle.slice(0, 64)}"`, `没有设备“${handle.slice(0, 64)}”`),
        );
      }
      const problem = misfit(slot, device);
      if (problem === null) return { handle: device.handle, name: device.name };
      const wants = wantedWords(slot);
      return this.#refuse(
        slot,
        both(`${problem.en}; ${wants.en} is wanted`, `${problem.zh}；需要${wants.zh}`),
      );
    });
    const found = devices.filter((one) => one !== null);
    return found.length === devices.length ? { kind: 'devices', devices: found } : null;
  }

  #value(slot: Exclude<Slot, DeviceSlot>): BoundSlot | null {
    const asked =
      slot.kind === 'room' ? this.#bindings.rooms[slot.name] : this.#bindings.values[slot.name];
    const value = asked ?? slot.initial;
    if (value === null || value === '') return slot.isOptional ? null : this.#wanted(slot);
    const known = this.#known(slot);
    const said = slot.kind === 'room' ? (this.#names.room(String(value))?.handle ?? value) : value;
    const problem = slotValueProblem(slot, said, known);
    if (problem !== null) return this.#refuse(slot, problem);
    return { kind: 'value', value: said };
  }

  #known({ kind }: Slot): readonly string[] | null {
    if (kind === 'room') return this.#names.roomHandles();
    if (kind === 'mode') return this.#home.modes;
    return kind === 'person' ? peopleOf(this.#home).map(({ handle }) => handle) : null;
  }

  #refuseUnknown(): void {
    const { devices, rooms, values } = this.#bindings;
    const kinds = [
      [Object.keys(devices), isDeviceSlot],
      [Object.keys(rooms), (slot: Slot) => slot.kind === 'room'],
      [Object.keys(values), (slot: Slot) => !isDeviceSlot(slot) && slot.kind !== 'room'],
    ] as const;
    for (const [names, isOfKind] of kinds) {
      for (const name of names) {
        if (this.#template.slots.some((slot) => slot.name === name && isOfKind(slot))) continue;
        const known = this.#template.slots.map((slot) => slot.name).join(', ');
        const text = both(
          `There is no such slot "${name.slice(0, 40)}"; there are ${known}`,
          `没有“${name.slice(0, 40)}”这一项；有 ${known}`,
        );
        this.problems.push({ slot: name, text, fits: [] });
      }
    }
  }
}

/** A mistake of the filled scene, told by the slot that it came of. */
function problemAt(
  { path, message, zh = message }: InputProblem,
  used: ReadonlyMap<string, readonly string[]>,
  template: Template,
  fits: ReadonlyMap<string, Fit>,
): SlotProblem {
  for (let place = path; place !== ''; place = place.slice(0, place.lastIndexOf('/'))) {
    const names = used.get(place);
    // What was filled in last is what stands at the place itself.
    const slot = template.slots.find(({ name }) => name === names?.at(-1));
    if (slot === undefined) continue;
    const choices = fits.get(slot.name)?.choices ?? [];
    return {
      slot: slot.name,
      text: both(`${slot.label.en}: ${message}`, `${slot.label.zh}:${zh}`),
      fits: choices.slice(0, 12).map(({ handle }) => handle),
    };
  }
  return { slot: null, text: both(message, zh), fits: [] };
}

/** The name, with a number where a scene of the home has it already. */
function freeName(name: string, { scenes }: TemplateHome): string {
  const taken = new Set(scenes.map((scene) => scene.name.toLowerCase()));
  for (let count = 1; ; count++) {
    const wish = count === 1 ? name : `${name} ${count}`;
    if (!taken.has(wish.toLowerCase())) return wish;
  }
}

/** The file: maps that are short stand on one line, as people write them. */
function sceneText(
  name: string,
  data: Readonly<Record<string, unknown>>,
  uses: Record<string, unknown>,
): string {
  const document = new Document({ scene: name, ...data, uses }, { aliasDuplicateObjects: false });
  visit(document, {
    Collection(_key, node, path) {
      // The top level and its lists stay as blocks.
      if (path.length < 3 || !isCollection(node)) return;
      const isItem = path.length === 4 && isMap(node);
      const length = JSON.stringify(node.toJSON()).length;
      node.flow = length <= LINE_MAX && !(isItem && node.items.length > 1);
      if (node.flow) return visit.SKIP;
      return;
    },
  });
  return document.toString({ lineWidth: 110, flowCollectionPadding: false });
}
