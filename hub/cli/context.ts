// What every verb gets: the client, the words of the chosen language, the printer; and the ways in which a
// verb finds the thing that a person named.
import type { BridgeFabricJson, BridgeJson } from '../api/matter-bridge-shapes.ts';
import type {
  DeviceJson,
  MemberJson,
  PropertyInfoJson,
  RoomJson,
  SceneJson,
} from '../api/shapes.ts';
import { type Choice, choose, type Nameable } from './choose.ts';
import { CliError } from './cli-error.ts';
import type { Client } from './client.ts';
import type { Messages } from './messages/en.ts';
import type { Printer } from './printer.ts';
import type { Environment } from './tokens.ts';

export type Language = 'en' | 'zh';

export interface Context {
  readonly client: Client;
  readonly language: Language;
  readonly words: Messages;
  readonly printer: Printer;
  readonly environment: Environment;
  /** Whether the hub is this machine, where local root's verbs work. */
  readonly isLocal: boolean;
  /** Whether --hub was given. */
  readonly hasNamedHub: boolean;
}

type Thing = keyof Messages['things'];

const LIST_COMMANDS: Partial<Record<Thing, string>> = {
  device: 'ingle devices',
  scene: 'ingle scenes',
  fabric: 'ingle matter bridge fabrics',
};

function picked<Item extends Nameable>(
  { words }: Context,
  thing: Thing,
  typed: string,
  choice: Choice<Item>,
): Item {
  switch (choice.kind) {
    case 'found':
      return choice.item;
    case 'several': {
      const names = choice.items.map((item) => `${item.name} (${item.handle ?? item.id})`);
      throw new CliError(
        'invalid-input',
        words.errors.several(words.things[thing], typed, words.list(names)),
        { hint: words.errors.severalHint },
      );
    }
    case 'none': {
      const near = choice.near.map((item) => `"${item.name}"`).join(words.usage.or);
      const list = LIST_COMMANDS[thing];
      const hint = near !== '' ? words.usage.didYouMean(near) : list && words.errors.listHint(list);
      throw new CliError('not-found', words.errors.noSuch(words.things[thing], typed), {
        hint: hint ?? null,
      });
    }
    default:
      return choice satisfies never;
  }
}

export async function findDevice(context: Context, typed: string): Promise<DeviceJson> {
  const devices = await context.client.list<DeviceJson>('/api/devices');
  return picked(context, 'device', typed, choose(typed, devices));
}

export async function findScene(context: Context, typed: string): Promise<SceneJson> {
  const scenes = await context.client.list<SceneJson>('/api/scenes');
  return picked(context, 'scene', typed, choose(typed, scenes));
}

export async function findMember(context: Context, typed: string): Promise<MemberJson> {
  const members = await context.client.list<MemberJson>('/api/members');
  return picked(context, 'member', typed, choose(typed, members));
}

/** A controller's home on the Matter bridge. */
export async function findFabric(context: Context, typed: string): Promise<BridgeFabricJson> {
  const { fabrics } = await context.client.get<BridgeJson>('/api/matter/bridge');
  return picked(context, 'fabric', typed, choose(typed, fabrics));
}

/** The room, or null when there is none and `canMiss` allows that. */
export async function findRoom(
  context: Context,
  typed: string,
  canMiss: boolean,
): Promise<RoomJson | null> {
  const rooms = await context.client.list<RoomJson>('/api/rooms');
  const choice = choose(typed, rooms);
  if (choice.kind === 'none' && canMiss) return null;
  return picked(context, 'room', typed, choice);
}

/** The table of properties by name; it does not change while a verb runs. */
export async function propertyTable(
  context: Context,
): Promise<ReadonlyMap<string, PropertyInfoJson>> {
  const rows = await context.client.list<PropertyInfoJson>('/api/properties');
  return new Map(rows.map((row) => [row.name, row]));
}

/** The header of an edit: refused when somebody else changed the thing in between. */
export function ifMatch(version: number): Record<string, string> {
  return { 'if-match': `"${version}"` };
}

/** Refuses a verb of local root that is asked of a hub elsewhere. */
export function demandLocal({ isLocal, words }: Context, verb: string): void {
  if (isLocal) return;
  throw new CliError('forbidden', words.errors.localOnly(verb), {
    hint: words.errors.localOnlyHint,
  });
}

const MOMENTS = {
  en: new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' }),
  zh: new Intl.DateTimeFormat('zh-CN', { dateStyle: 'medium', timeStyle: 'medium', hour12: false }),
};
const CLOCK_TIMES = {
  en: new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' }),
  zh: new Intl.DateTimeFormat('zh-CN', { timeStyle: 'medium', hour12: false }),
};

function formatted(format: Intl.DateTimeFormat, at: string): string {
  const time = new Date(at);
  if (Number.isNaN(time.getTime())) return at;
  // Chinese has a space between its characters and figures, which Intl leaves out.
  return format.format(time).replaceAll(/\d(?=\p{Script=Han})|\p{Script=Han}(?=\d)/gu, '$& ');
}

/** A time with its date, in the reader's zone. */
export function moment(at: string, language: Language): string {
  return formatted(MOMENTS[language], at);
}

/** A time of day, in the reader's zone. */
export function clockTime(at: string, language: Language): string {
  return formatted(CLOCK_TIMES[language], at);
}
