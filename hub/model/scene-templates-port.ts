// What the household's shelf asks of scene templates: which there are, what of this home fits their slots, and the
// scene file that bindings make.
import type { InputProblem } from './errors.ts';
import type { Language } from './home.ts';
import type { SceneHome } from './scene-language-port.ts';

type Label = { readonly en: string; readonly zh: string };

/** Households that a template is meant for above others. */
export const TEMPLATE_HOUSEHOLDS = ['anyone', 'family', 'elder', 'child', 'pet'] as const;
export type TemplateHousehold = (typeof TEMPLATE_HOUSEHOLDS)[number];

export const TEMPLATE_GROUPS = ['day', 'light', 'climate', 'safety', 'care'] as const;
export type TemplateGroup = (typeof TEMPLATE_GROUPS)[number];

/** A value that a slot can be bound to. */
export type SlotValue = string | number | boolean | readonly string[];

/** What is bound to the slots; devices and rooms by handle or by id. */
export interface TemplateBindings {
  readonly devices: Readonly<Record<string, readonly string[]>>;
  readonly rooms: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, SlotValue>>;
}

/** Something of the home that fits a slot. */
export interface SlotChoice {
  readonly id: string;
  readonly handle: string;
  readonly name: string;
  /** Where it is; null: nowhere in particular, or it is a room itself. */
  readonly room: string | null;
}

export type SlotKind =
  | 'device'
  | 'devices'
  | 'room'
  | 'person'
  | 'number'
  | 'duration'
  | 'time'
  | 'days'
  | 'roles'
  | 'text'
  | 'mode'
  | 'choice';

/** A slot with what of this home fits it, best first. */
export interface SlotView {
  readonly name: string;
  readonly kind: SlotKind;
  readonly label: Label;
  readonly isOptional: boolean;
  /** What a device must be and have, in words. */
  readonly wants: Label | null;
  readonly unit: string | null;
  readonly min: number | null;
  readonly max: number | null;
  /** Of a duration: its bounds as the file writes them. */
  readonly from: string | null;
  readonly to: string | null;
  /** What it is where nothing is chosen; null: it must be chosen, or is left out. */
  readonly initial: SlotValue | null;
  /** Devices, rooms, people and modes that fit, best first; at most 100. */
  readonly choices: readonly SlotChoice[];
  /** Handles that are proposed. */
  readonly suggested: readonly string[];
  /** Values of a choice with their words. */
  readonly options: readonly { readonly value: string; readonly label: Label }[];
}

export interface TemplateBrief {
  readonly id: string;
  readonly name: Label;
  readonly description: Label;
  readonly group: TemplateGroup;
  readonly households: readonly TemplateHousehold[];
  /** The household's own, which can be changed and removed. */
  readonly isOwn: boolean;
  /** Labels of the slots for which the home has nothing that fits. */
  readonly missing: readonly Label[];
}

export interface TemplateView extends TemplateBrief {
  readonly slots: readonly SlotView[];
  /** The file as it is. */
  readonly text: string;
}

/** What is wrong with a binding. */
export interface SlotProblem {
  /** Null: it concerns no slot alone. */
  readonly slot: string | null;
  readonly text: Label;
  /** Handles of what would fit. */
  readonly fits: readonly string[];
}

/** The scene that bindings make, or what is wrong with them. */
export interface BoundTemplate {
  readonly problems: readonly SlotProblem[];
  /** Null while there are problems. */
  readonly scene: {
    readonly name: string;
    readonly text: string;
    readonly sentence: Label;
  } | null;
}

/** What a scene was made of. */
export interface UsedTemplate extends TemplateBindings {
  readonly template: string;
}

/** A template that was read, or its mistakes. */
export type CheckedTemplate =
  | { readonly errors: readonly InputProblem[]; readonly id: null }
  | { readonly errors: readonly []; readonly id: string };

/** The home as templates see it. */
export interface TemplateHome extends SceneHome {
  readonly language: Language;
  readonly modes: readonly string[];
}

export interface SceneTemplates {
  /** All templates, those of the library first; `own` are the files of the household's. */
  list(home: TemplateHome, own: readonly string[]): readonly TemplateBrief[];
  /** Null: there is none of this id. */
  show(id: string, home: TemplateHome, own: readonly string[]): TemplateView | null;
  /** What is not bound takes what the template proposes by itself, but for devices, rooms and people. */
  bind(
    id: string,
    wish: { readonly name: string | null; readonly bindings: TemplateBindings },
    home: TemplateHome,
    own: readonly string[],
  ): BoundTemplate | null;
  /** Checks a template file against homes that are made for it. */
  check(text: string): CheckedTemplate;
  /** What a stored scene says that it was made of; null: it was made of none, or cannot be read. */
  usesOf(stored: string, home: SceneHome): UsedTemplate | null;
  /** A template made of a stored scene: its devices and rooms become slots. */
  derive(
    stored: string,
    home: SceneHome,
    id: string,
  ):
    | { readonly text: string; readonly problem: null }
    | { readonly text: null; readonly problem: string };
}

/** Bounds of templates. */
export const TEMPLATE_LIMITS = {
  textBytes: 64 * 1024,
  slots: 30,
  /** Of the household's own. */
  own: 100,
} as const;
