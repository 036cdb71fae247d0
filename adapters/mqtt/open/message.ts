// What a vendor's program says over MQTT, read as the same asks that come over HTTP: strictly, so that a slip of the
// pen is told and does not become something else.
import { ValidationError } from '../../../hub/model/errors.ts';
import type { OpenAsk } from '../../../hub/model/open-interface.ts';
import type { PropertyValue } from '../../../hub/model/properties.ts';

type Fields = Readonly<Record<string, unknown>>;

const EXAMPLES = {
  description:
    '{"name": "Lamp", "manufacturer": "Acme", "model": "L1", "properties": [{"property": "on"}]}',
  report: '{"on": true}',
  event: '{"property": "button", "value": "single"}',
  availability: 'online, or offline',
  outcome: '{"id": "cmd_…", "state": "acknowledged"}',
} as const;

/** The last word of a topic on which a program speaks. */
export type AskTopic = keyof typeof EXAMPLES;

export function isAsk(what: string): what is AskTopic {
  return Object.hasOwn(EXAMPLES, what);
}

/**
 * Reads a message. What is a momentary thing must not have been kept by the broker: it would happen again at each
 * start.
 * @throws ValidationError with an example of what would be right
 */
export function readAsk(device: string, what: AskTopic, text: string, isKept: boolean): OpenAsk {
  if (isKept && (what === 'event' || what === 'outcome')) {
    throw new ValidationError(`The ${what} was kept by the broker, and so is old`, {
      hint: `Publish ${what}s without the retain flag.`,
    });
  }
  if (what === 'availability') return availability(device, text);
  const fields = fieldsOf(what, text);
  switch (what) {
    case 'description':
      return { kind: 'describe', device, description: fields };
    case 'report': {
      // As over HTTP, or the values alone.
      const { values } = fields;
      const isWrapped = Object.keys(fields).length === 1 && isFields(values);
      return {
        ...{ kind: 'report', device, isKept },
        values: (isWrapped ? values : fields) as Record<string, PropertyValue>,
      };
    }
    case 'event': {
      const { property, value } = fields;
      if (typeof property !== 'string') throw wrong(what, '"property" is missing');
      return { kind: 'event', device, property, value: value as PropertyValue };
    }
    case 'outcome': {
      const { id, state, message } = fields;
      if (typeof id !== 'string')
        throw wrong(what, '"id", which came with the command, is missing');
      if (state !== 'acknowledged' && state !== 'failed') {
        throw wrong(what, `"state" is acknowledged or failed, not ${shown(state)}`);
      }
      return { kind: 'outcome', id, state, message: typeof message === 'string' ? message : null };
    }
    default:
      return what satisfies never;
  }
}

function availability(device: string, text: string): OpenAsk {
  const said = text.trim();
  if (said === 'online' || said === 'offline') {
    return { kind: 'availability', device, online: said === 'online', reason: null };
  }
  const { online, reason } = fieldsOf('availability', text);
  if (typeof online !== 'boolean') throw wrong('availability', `it says ${shown(text)}`);
  const why = typeof reason === 'string' ? reason : null;
  return { kind: 'availability', device, online, reason: why };
}

function fieldsOf(what: AskTopic, text: string): Fields {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw wrong(what, `${shown(text)} is no JSON`);
  }
  if (isFields(content)) return content;
  throw wrong(what, `${shown(content)} is no JSON object`);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
  return `"${text.slice(0, 60)}"`;
}

function wrong(what: AskTopic, why: string): ValidationError {
  return new ValidationError(`This is no ${what}: ${why}`, {
    hint: `It looks like ${EXAMPLES[what]}`,
  });
}
