// Announcements of five programs and of Home Assistant's documents, in the forms that are really published: all of each
// is a property, a command, or named as left out; what is told is understood, and what is asked goes out as the device
// expects it.

import { expect, test } from 'vitest';
import type { CommandBody } from '../../../hub/model/command.ts';
import { HubError } from '../../../hub/model/errors.ts';
import {
  type PropertyKey,
  type PropertyValue,
  parsePropertyKey,
  specOf,
} from '../../../hub/model/properties.ts';
import { checkValue } from '../../../hub/model/property-value.ts';
import { createRandom } from '../../../scripts/virtual-home/random.ts';
import { parseAnnouncement, parseDiscoveryTopic } from './announcement.ts';
import { type Conversion, convert, messagesOf } from './convert.ts';
import { Message } from './entity-config.ts';
import { CORPUS } from './testing/corpus.ts';
import type { Sample } from './testing/sample.ts';

function conversionOf({ topic, payload }: Sample): Conversion {
  const parsed = parseDiscoveryTopic('homeassistant', topic);
  if (parsed === null) throw new Error(`${topic} is no announcement`);
  const found = parseAnnouncement(topic, parsed, JSON.parse(JSON.stringify(payload)));
  if (found === null) throw new Error(`${topic} cannot be read`);
  return convert(found.entities, {});
}

/** What a message says, by the name of the property; firmware stands beside the properties. */
function saidBy(
  { bindings, firmware }: Conversion,
  topic: string,
  text: string,
): Record<string, PropertyValue> {
  const message = new Message(text);
  const said: Record<string, PropertyValue> = {};
  for (const { descriptor, told } of bindings.values()) {
    for (const telling of told) {
      const value = telling.topic === topic ? telling.read(message) : undefined;
      if (value === undefined) continue;
      expect(checkValue(specOf(descriptor), value), `${descriptor.key} of ${text}`).toBeNull();
      said[descriptor.name] = value;
    }
  }
  const version = firmware?.topic === topic ? firmware.read(message)?.text : undefined;
  return version === undefined ? said : { ...said, firmware: version };
}

function sentFor(conversion: Conversion, what: string, value: PropertyValue | null): string[] {
  const key = [...conversion.bindings.keys()].find((each) => parsePropertyKey(each).name === what);
  const body =
    value === null
      ? ({ kind: 'invoke', name: what, args: {} } as const)
      : ({ kind: 'set', property: key ?? (what as PropertyKey), value } as const);
  const on = (asked: PropertyKey) => (asked.startsWith('on') ? true : null);
  return messagesOf(conversion, body, on).map(({ topic, payload }) => `${topic} ${payload}`);
}

/** A row for the reader: what became of the announcement. */
function fate({ bindings, commands, firmware, leftOut }: Conversion): string {
  const keys = [...bindings.keys()];
  const rows = keys.filter((key) => !key.startsWith('x_'));
  const own = keys.filter((key) => key.startsWith('x_'));
  const parts = [
    rows.length === 0 ? '' : `mapped ${rows.join(' ')}`,
    commands.size === 0 ? '' : `commands ${[...commands.keys()].join(' ')}`,
    firmware === null ? '' : 'firmware',
    own.length === 0 ? '' : `vendor's ${own.join(' ')}`,
    leftOut.length === 0
      ? ''
      : `left out ${leftOut.map(({ what, why }) => `${what} (${why.en})`).join('; ')}`,
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

test('nothing of the corpus is lost: each announcement is mapped, a vendor’s own, or named as left out', () => {
  const lines: string[] = [];
  for (const sample of CORPUS) {
    const conversion = conversionOf(sample);
    const what = fate(conversion);
    lines.push(`${sample.source.padEnd(12)} ${sample.about.padEnd(48)} ${what}`);
    expect(what, sample.about).not.toBe('');
    const left = conversion.leftOut.map((each) => each.what);
    expect(left, sample.about).toEqual([...(sample.leaves ?? [])]);
    for (const { why } of conversion.leftOut) expect(why.zh).toMatch(/\p{Script=Han}/u);
  }
  process.stdout.write(`${lines.join('\n')}\n${CORPUS.length} kinds of announcement\n`);
  expect(CORPUS.length).toBeGreaterThanOrEqual(40);
  expect(new Set(CORPUS.map(({ source }) => source)).size).toBe(6);
});

test('what the devices of the corpus tell is understood', () => {
  for (const sample of CORPUS) {
    const conversion = conversionOf(sample);
    for (const [topic, text, wanted] of sample.says ?? []) {
      expect(saidBy(conversion, topic, text), `${sample.about}: ${text}`).toEqual(wanted);
    }
  }
});

test('what the devices of the corpus are told goes out as they expect it', () => {
  for (const sample of CORPUS) {
    const conversion = conversionOf(sample);
    for (const [what, value, wanted] of sample.does ?? []) {
      expect(sentFor(conversion, what, value), `${sample.about}: ${what}`).toEqual(wanted);
    }
  }
});

/** Where a command goes; one that the mutated announcement cannot carry says so in words. */
function topicsFor(conversion: Conversion, body: CommandBody): string[] {
  try {
    return messagesOf(conversion, body, () => null).map(({ topic }) => topic);
  } catch (error) {
    expect(error).toBeInstanceOf(HubError);
    return [];
  }
}

const COUNT = Number(process.env.INGLE_COUNT ?? 10_000);
const SEED = Number(process.env.INGLE_SEED ?? 42);

test('ten thousand mutated announcements and messages give properties that can be, or nothing', () => {
  process.stdout.write(`seed ${SEED}, ${COUNT} mutations\n`);
  const random = createRandom(SEED);
  const words = [
    'null',
    '[]',
    '{}',
    '1e999',
    '"__proto__"',
    '-1',
    '{',
    '"{{"',
    '"{{ value_json',
    '99999999',
    '"~"',
    '"#"',
  ];
  const mutate = (text: string): string => {
    let result = text;
    for (let times = random.integer(1, 4); times > 0; times -= 1) {
      const at = random.integer(0, result.length);
      const cut = random.integer(0, 8);
      result =
        result.slice(0, at) +
        (random.next() < 0.7 ? random.pick(words) : '') +
        result.slice(at + cut);
    }
    return result;
  };
  let read = 0;
  for (let n = 0; n < COUNT; n += 1) {
    const sample = random.pick(CORPUS);
    const parsed = parseDiscoveryTopic('homeassistant', sample.topic);
    let content: unknown;
    try {
      content = JSON.parse(mutate(JSON.stringify(sample.payload)));
    } catch {
      continue;
    }
    const found = parsed && parseAnnouncement(sample.topic, parsed, content);
    if (!found) continue;
    const conversion = convert(found.entities, {});
    read += 1;
    for (const { descriptor, told, write } of conversion.bindings.values()) {
      const spec = specOf(descriptor);
      for (const telling of told) {
        for (const [, text] of sample.says ?? []) telling.read(new Message(mutate(text)));
      }
      const value =
        descriptor.type === 'boolean' ? true : (descriptor.values?.[0] ?? descriptor.min ?? 1);
      if (write === undefined || checkValue(spec, value) !== null) continue;
      const body = { kind: 'set', property: descriptor.key, value } as const;
      for (const topic of topicsFor(conversion, body)) expect(topic).not.toMatch(/[+#]/);
    }
    for (const command of conversion.commands.values()) command.send();
  }
  process.stdout.write(`${read} of them could be read\n`);
  expect(read).toBeGreaterThan(COUNT / 20);
});
