// The words of one entity as the converters read them: texts, numbers, topics and templates, each checked, and each
// that cannot be followed told to whoever keeps the list of what was left out.
import type { Words } from '../../../hub/model/words.ts';
import type { LeftOut } from '../../contract/not-shown.ts';
import type { Entity, Fields } from './announcement.ts';
import { compileTemplate, type Rendered, type Template } from './template.ts';
import type { Value } from './template-value.ts';

const TOPIC_CHARACTERS_MAX = 256;
const LIST_MAX = 100;

/** A message of a device; its JSON is read once for all that look at it. */
export class Message {
  readonly text: string;
  #json: Value | undefined;
  #isRead = false;

  constructor(payload: Buffer | string) {
    this.text = typeof payload === 'string' ? payload : payload.toString('utf8');
  }

  /** Undefined where the message is not JSON. */
  get json(): Value {
    if (!this.#isRead) {
      this.#isRead = true;
      try {
        this.#json = JSON.parse(this.text) as Value;
      } catch {
        this.#json = undefined;
      }
    }
    return this.#json;
  }
}

/** Where something is told, and what a message there says; null for a message that says nothing of it. */
export interface Told {
  readonly topic: string;
  /** The topic and the template: the same where two entities tell the same. */
  readonly id: string;
  read(message: Message): Rendered | null;
}

const NOTHING = new Set(['', 'None', 'unknown', 'unavailable', 'null']);

/** Components whose every state goes by `value_template` where it has no template of its own. */
const WITH_DEFAULT_TEMPLATE: ReadonlySet<string> = new Set(['climate', 'water_heater']);

export class EntityConfig {
  readonly entity: Entity;
  /** Its words; whoever looks at one has seen to it. */
  readonly fields: Fields;
  readonly #leftOut: LeftOut[];
  readonly #seen = new Set<string>();

  constructor(entity: Entity, leftOut: LeftOut[]) {
    this.entity = entity;
    this.fields = new Proxy(entity.fields, {
      get: (fields, word: string) => {
        this.#seen.add(word);
        return fields[word];
      },
    });
    this.#leftOut = leftOut;
  }

  /** Words that say something and that nobody has looked at. */
  unseen(): readonly string[] {
    return Object.entries(this.entity.fields)
      .filter(([word, value]) => !this.#seen.has(word) && saysSomething(value))
      .map(([word]) => word);
  }

  /** What a person calls it: its name, or its object id. */
  get title(): string {
    const { name, object_id: objectId } = this.fields;
    if (typeof name === 'string' && name.trim() !== '') return name.trim().slice(0, 60);
    return typeof objectId === 'string' ? objectId.slice(0, 60) : this.entity.objectId;
  }

  /** Names a word of the announcement as left out. */
  leave(word: string, why: Words): void {
    this.#seen.add(word);
    const { component, objectId } = this.entity;
    this.#leftOut.push({ what: `${component}/${objectId}${word === '' ? '' : ` ${word}`}`, why });
  }

  has(name: string): boolean {
    const value = this.fields[name];
    return value !== undefined && value !== null && value !== '';
  }

  /** A text; a boolean as JSON writes it. */
  text(name: string, fallback: string): string {
    const value = this.fields[name];
    if (typeof value === 'boolean') return String(value);
    if (typeof value === 'number') return String(value);
    return typeof value === 'string' ? value : fallback;
  }

  number(name: string, fallback: number): number {
    const value = this.fields[name];
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    return typeof number === 'number' && Number.isFinite(number) ? number : fallback;
  }

  flag(name: string): boolean {
    const value = this.fields[name];
    return value === true || (typeof value === 'string' && /^(true|1|yes|on)$/i.test(value));
  }

  /** A list of words; absent or something else: the fallback. */
  list(name: string, fallback: readonly string[] = []): readonly string[] {
    const value = this.fields[name];
    if (!Array.isArray(value)) return fallback;
    return value
      .slice(0, LIST_MAX)
      .filter((item) => typeof item === 'string' || typeof item === 'number')
      .map((item) => String(item).slice(0, 64));
  }

  /** A topic that can be published to and listened on as it stands; null where there is none. */
  topic(name: string): string | null {
    const value = this.fields[name];
    if (value === undefined || value === null || value === '') return null;
    if (typeof value === 'string' && isTopic(value)) return value;
    this.leave(name, {
      en: `${name} is not a topic that a device can have`,
      zh: `${name} 不是设备可用的主题`,
    });
    return null;
  }

  /** A template; null where there is none, and undefined where there is one that cannot be followed. */
  template(name: string): Template | null | undefined {
    const value = this.fields[name];
    if (value === undefined || value === null || value === '') return null;
    try {
      if (typeof value !== 'string') throw new Error('it is not a text');
      return compileTemplate(value);
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      this.leave(name, {
        en: `its template cannot be followed: ${what}`,
        zh: `它的模板无法执行：${what}`,
      });
      return undefined;
    }
  }

  /**
   * What is told on a topic, through its template; null without a topic or where the template cannot be followed.
   * @param more what the template may look at beside the value
   */
  told(topicName: string, wishedTemplate: string | null, more: Beside = {}): Told | null {
    const topic = this.topic(topicName);
    const isByDefault =
      wishedTemplate !== null &&
      !this.has(wishedTemplate) &&
      WITH_DEFAULT_TEMPLATE.has(this.entity.component);
    const templateName = isByDefault ? 'value_template' : wishedTemplate;
    const template = templateName === null ? null : this.template(templateName);
    if (topic === null || template === undefined) return null;
    const id = `${topic} ${templateName === null ? '' : String(this.fields[templateName] ?? '')}`;
    return { topic, id, read: (message) => readThrough(template, message, more) };
  }

  /** What is sent to a topic, through its template; null without a topic or where the template cannot be followed. */
  sender(
    topicName: string,
    templateName: string | null,
  ): ((value: Value, more?: Beside) => Outgoing) | null {
    const topic = this.topic(topicName);
    const template = templateName === null ? null : this.template(templateName);
    if (topic === null || template === undefined) return null;
    const retain = this.flag('retain');
    return (value, more = {}) => ({
      topic,
      payload: template === null ? textOf(value) : template.render({ value, ...more }).text,
      retain,
    });
  }
}

/** What a template may look at beside the value. */
type Beside = Readonly<Record<string, Value>>;

/** A message to a device. */
export interface Outgoing {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
}

function textOf(value: Value): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}

function readThrough(template: Template | null, message: Message, more: Beside): Rendered | null {
  if (template === null) {
    return NOTHING.has(message.text) ? null : { text: message.text, value: message.text };
  }
  try {
    const rendered = template.render({ value: message.text, value_json: message.json, ...more });
    return NOTHING.has(rendered.text) ? null : rendered;
  } catch {
    // A message that the template was not made for says nothing of this property.
    return null;
  }
}

function saysSomething(value: Value): boolean {
  if (value === undefined || value === null || value === '' || value === false) return false;
  return !Array.isArray(value) || value.length > 0;
}

export function isTopic(text: string): boolean {
  return (
    text.length > 0 &&
    text.length <= TOPIC_CHARACTERS_MAX &&
    !/[+#]/.test(text) &&
    !text.includes('\0') &&
    !text.startsWith('$')
  );
}
