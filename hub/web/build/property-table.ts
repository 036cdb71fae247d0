// A build step: cuts hub/model's table of properties and kinds down to what the page shows, one language at
// a time, with each icon's path in the place of its name. The whole table would cost more than the page.
import * as mdi from '@mdi/js';
import type { Plugin } from 'vite';
import { DEVICE_KINDS } from '../../model/device-kind.ts';
import type { Language } from '../../model/home.ts';
import { PROPERTIES } from '../../model/properties.ts';
import type { PropertyFamily, PropertyType } from '../../model/property-row.ts';

/** What one property is called in one language. */
export interface PropertyWording {
  readonly label: string;
  readonly values?: Readonly<Record<string, string>>;
  readonly words?: { readonly true: string; readonly false: string };
}

/** The words of one language: for properties by name, for kinds of device by kind. */
export interface PropertyWords {
  readonly properties: Readonly<Record<string, PropertyWording>>;
  readonly kinds: Readonly<Record<string, string>>;
}

/** What of a property does not depend on the language. */
export interface PropertyFacts {
  readonly type: PropertyType;
  readonly family: PropertyFamily;
  readonly unit?: string;
  readonly precision?: number;
}

/** Facts of properties by name. */
export type PropertyFactsTable = Readonly<Record<string, PropertyFacts>>;

/** Paths of icons, by kind of device or by property. */
export type IconTable = Readonly<Record<string, string>>;

const PREFIX = 'virtual:property-';
const ICONS: Readonly<Record<string, string>> = mdi;

function iconPath(name: string): string {
  const path = ICONS[name];
  if (path === undefined) throw new Error(`@mdi/js has no icon ${name}`);
  return path;
}

/** The words of one language, as the page imports them. */
export function wordsOf(language: Language): PropertyWords {
  const properties: Record<string, PropertyWording> = {};
  for (const row of PROPERTIES) {
    properties[row.name] = {
      label: row.label[language],
      ...(row.values === undefined
        ? {}
        : {
            values: Object.fromEntries(
              Object.entries(row.values).map(([value, label]) => [value, label[language]]),
            ),
          }),
      ...(row.words === undefined
        ? {}
        : { words: { true: row.words.true[language], false: row.words.false[language] } }),
    };
  }
  const kinds = Object.fromEntries(
    Object.entries(DEVICE_KINDS).map(([kind, { label }]) => [kind, label[language]]),
  );
  return { properties, kinds };
}

/** The facts that hold in every language. */
export function factsOf(): PropertyFactsTable {
  const facts: Record<string, PropertyFacts> = {};
  for (const { name, type, family, unit, precision } of PROPERTIES) {
    facts[name] = {
      type,
      family,
      ...(unit === undefined ? {} : { unit }),
      ...(precision === undefined ? {} : { precision }),
    };
  }
  return facts;
}

/** The icon of each property. */
export function propertyIcons(): IconTable {
  return Object.fromEntries(PROPERTIES.map(({ name, icon }) => [name, iconPath(icon)]));
}

/** The icon of each kind of device. */
export function kindIcons(): IconTable {
  return Object.fromEntries(
    Object.entries(DEVICE_KINDS).map(([kind, { icon }]) => [kind, iconPath(icon)]),
  );
}

const MODULES: Readonly<Record<string, () => unknown>> = {
  'words/en': () => wordsOf('en'),
  'words/zh': () => wordsOf('zh'),
  facts: factsOf,
  icons: propertyIcons,
  'kind-icons': kindIcons,
};

/** The Vite plugin: each of the modules above as `virtual:property-NAME`, with its data as the default export. */
export function propertyTable(): Plugin {
  return {
    name: 'ingle:property-table',
    resolveId(id) {
      return id.startsWith(PREFIX) ? `\0${id}` : undefined;
    },
    load(id) {
      if (!id.startsWith(`\0${PREFIX}`)) return undefined;
      const make = MODULES[id.slice(PREFIX.length + 1)];
      if (make === undefined) throw new Error(`There is no module ${id.slice(1)}`);
      return `export default ${JSON.stringify(make())};`;
    },
  };
}
