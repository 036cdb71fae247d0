// What is chosen for the slots of a template: at first what the hub proposes, or what a scene has bound already.
import type {
  SceneTemplateJson,
  SlotJson,
  TemplateJson,
} from '../../../api/scene-templates-shapes.ts';

/** What one slot holds: handles of devices, rooms or people, words, or the text of a field. */
export type Chosen = readonly string[];

type Uses = NonNullable<SceneTemplateJson['uses']>;
type Value = NonNullable<SlotJson['initial']>;

/** Bindings as the API takes them. */
export interface Bindings {
  readonly devices: Record<string, string[]>;
  readonly rooms: Record<string, string>;
  readonly values: Record<string, Value>;
}

/** Slots that take several at once. */
export function takesMany({ kind }: Pick<SlotJson, 'kind'>): boolean {
  return kind === 'devices' || kind === 'days' || kind === 'roles';
}

/** What the slots hold at first. */
export function firstChoice(template: TemplateJson, uses: Uses | null): Record<string, Chosen> {
  const chosen = template.slots.map((slot): [string, Chosen] => {
    const bound = uses && boundIn(slot, uses);
    return [slot.name, bound ?? (uses && slot.isOptional ? [] : proposed(slot))];
  });
  return Object.fromEntries(chosen);
}

function boundIn({ name, kind }: SlotJson, uses: Uses): Chosen | null {
  if (kind === 'device' || kind === 'devices') return uses.devices[name] ?? null;
  const value = kind === 'room' ? uses.rooms[name] : uses.values[name];
  return value === undefined ? null : textsOf(value);
}

function proposed({ suggested, initial }: SlotJson): Chosen {
  if (suggested.length > 0) return suggested;
  return initial === null ? [] : textsOf(initial);
}

function textsOf(value: Value): string[] {
  return Array.isArray(value) ? value : [String(value)];
}

/** The bindings of what is chosen; what is empty is left out. */
export function bindingsOf(
  slots: readonly SlotJson[],
  chosen: Readonly<Record<string, Chosen>>,
): Bindings {
  const bindings: Bindings = { devices: {}, rooms: {}, values: {} };
  for (const slot of slots) {
    const held = (chosen[slot.name] ?? []).filter((one) => one.trim() !== '');
    const [first] = held;
    if (first === undefined) continue;
    if (slot.kind === 'device' || slot.kind === 'devices') bindings.devices[slot.name] = held;
    else if (slot.kind === 'room') bindings.rooms[slot.name] = first;
    else bindings.values[slot.name] = slotValue(slot, first, held);
  }
  return bindings;
}

function slotValue(slot: SlotJson, first: string, held: string[]): Value {
  if (takesMany(slot)) return held;
  const number = Number(first.replace(',', '.'));
  return slot.kind === 'number' && Number.isFinite(number) ? number : first;
}
