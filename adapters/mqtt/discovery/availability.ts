// Whether a device is there, by the topics that its entities name for it.

import type { LeftOut } from '../../contract/not-shown.ts';
import { type Entity, isFields } from './announcement.ts';
import { isSameWord } from './draft.ts';
import { EntityConfig, type Message, type Told } from './entity-config.ts';

interface Source {
  readonly told: Told;
  readonly available: string;
  readonly notAvailable: string;
}

/** One way to know; a device is there when one of its rules says so. */
export interface AvailabilityRule {
  readonly mode: 'all' | 'any' | 'latest';
  readonly sources: readonly Source[];
}

const SOURCES_MAX = 8;

/** The different rules of a device's entities; none where the device tells nothing of it. */
export function availabilityOf(
  entities: readonly Entity[],
  leftOut: LeftOut[],
): readonly AvailabilityRule[] {
  const rules = new Map<string, AvailabilityRule>();
  for (const entity of entities) {
    const config = new EntityConfig(entity, leftOut);
    const list = Array.isArray(entity.fields.availability) ? entity.fields.availability : null;
    const configs =
      list === null
        ? [config]
        : list
            .filter((item) => isFields(item))
            .slice(0, SOURCES_MAX)
            .map((fields) => new EntityConfig({ ...entity, fields }, leftOut));
    const [topic, template] =
      list === null ? ['availability_topic', 'availability_template'] : ['topic', 'value_template'];
    const sources = configs.flatMap((each) => {
      const told = each.has(topic) ? each.told(topic, template) : null;
      const available = each.text('payload_available', 'online');
      const notAvailable = each.text('payload_not_available', 'offline');
      return told === null ? [] : [{ told, available, notAvailable }];
    });
    if (sources.length === 0) continue;
    const said = config.text('availability_mode', 'latest');
    const mode = said === 'all' || said === 'any' ? said : 'latest';
    const id = JSON.stringify([mode, sources.map((each) => [each.told.topic, each.available])]);
    rules.set(id, { mode, sources });
  }
  return [...rules.values()];
}

/** Keeps what was said of a device's availability. */
export class AvailabilityState {
  readonly #rules: readonly AvailabilityRule[];
  readonly #said = new Map<Source, boolean>();
  readonly #latest = new Map<AvailabilityRule, boolean>();

  constructor(rules: readonly AvailabilityRule[]) {
    this.#rules = rules;
  }

  get topics(): readonly string[] {
    return this.#rules.flatMap(({ sources }) => sources.map(({ told }) => told.topic));
  }

  heard(topic: string, message: Message): void {
    for (const rule of this.#rules) {
      for (const source of rule.sources) {
        if (source.told.topic !== topic) continue;
        const word = source.told.read(message)?.text ?? message.text;
        const isThere = isSameWord(word, source.available);
        if (!isThere && !isSameWord(word, source.notAvailable)) continue;
        this.#said.set(source, isThere);
        this.#latest.set(rule, isThere);
      }
    }
  }

  /** True or false as was said; null while nothing was said that decides it. Without any rule it is there. */
  get isOnline(): boolean | null {
    if (this.#rules.length === 0) return true;
    const each = this.#rules.map((rule) => this.#judge(rule));
    if (each.includes(true)) return true;
    return each.includes(null) ? null : false;
  }

  #judge(rule: AvailabilityRule): boolean | null {
    if (rule.mode === 'latest') return this.#latest.get(rule) ?? null;
    const said = rule.sources.map((source) => this.#said.get(source) ?? null);
    if (rule.mode === 'any') return said.includes(true) ? true : said.includes(null) ? null : false;
    return said.includes(false) ? false : said.includes(null) ? null : true;
  }
}
