// Reads a scene's own tests: `given` as a map, `when` and `then` as lists of what happens and what is expected.

import { nearestName } from '../../../hub/model/nearest-name.ts';
import type { PropertyValue } from '../../../hub/model/properties.ts';
import type { Words } from '../../../hub/model/words.ts';
import type { FoundProperty, ReadContext } from '../context.ts';
import type { Path } from '../document.ts';
import { mistake, withHint } from '../mistakes.ts';
import type { SceneTest, TestEvent, TestExpected, TestGiven, ValueOf } from '../tests.ts';

/** A test as its file has it. */
export interface TestFile {
  readonly given?: Readonly<Record<string, unknown>> | undefined;
  readonly when: readonly unknown[];
  readonly then: readonly unknown[];
}

type Map = Readonly<Record<string, unknown>>;

const EVENT_WORDS = ['after', 'time', 'run', 'online', 'offline', 'webhook', 'tag', 'mqtt'];
const EXPECTED_WORDS = ['nothing', 'notify', 'runs', 'ends', 'is'];
const STATES = ['running', 'done', 'failed', 'cancelled'] as const;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** Null: it is wrong, or names a device that is gone from a scene that was saved; such a test is left out. */
export function readTest(context: ReadContext, file: TestFile, index: number): SceneTest | null {
  if (namesTheGone(context, file)) return null;
  const path = ['tests', index];
  const given = readGiven(context, file.given ?? {}, [...path, 'given']);
  const when = file.when.map((item, at) => readEvent(context, item, [...path, 'when', at]));
  const expected = file.then.map((item, at) => readExpected(context, item, [...path, 'then', at]));
  if (file.then.length === 0) {
    const words = mistake(
      '`then` says what is expected, such as [{nothing: true}]',
      '`then` 要写期待什么,例如 [{nothing: true}]',
    );
    context.refuse([...path, 'then'], words);
  }
  const isWhole = given !== null && !when.includes(null) && !expected.includes(null);
  if (!isWhole) return null;
  return {
    number: index + 1,
    given,
    when: when.flatMap((one) => one ?? []),
    expected: expected.flatMap((one) => one ?? []),
  };
}

/** What is saved names devices by id, so an id that nobody has is a device's that was removed since. */
function namesTheGone(context: ReadContext, file: TestFile): boolean {
  const ids = JSON.stringify(file).match(/"dev_[0-9a-z_-]+(?=[."])/g) ?? [];
  return ids.some((text) => context.names.device(text.slice(1)) === undefined);
}

function readGiven(context: ReadContext, given: Map, path: Path): TestGiven | null {
  const { time, date, offline, ...others } = given;
  const minute = time === undefined ? null : clock(context, time, [...path, 'time']);
  if (date !== undefined && !(typeof date === 'string' && DATE.test(date))) {
    return context.refuse([...path, 'date'], writtenAs('2026-03-04', '`date`'));
  }
  const away = offline === undefined ? [] : Array.isArray(offline) ? offline : [offline];
  const devices = away.map((one, at) => {
    const place = Array.isArray(offline) ? [...path, 'offline', at] : [...path, 'offline'];
    return deviceNamed(context, one, place);
  });
  const values = readValues(context, others, path, 'given');
  if ((time !== undefined && minute === null) || values === null) return null;
  return {
    date: typeof date === 'string' ? date : null,
    minute,
    values: values.map(({ isPress: _, ...one }) => one),
    offline: devices.flatMap((one) => one ?? []),
  };
}

function readEvent(context: ReadContext, item: unknown, path: Path): TestEvent | null {
  const map = asMap(
    context,
    item,
    path,
    mistake(
      'What happens is a map such as {hall-motion.occupancy: true}',
      '发生的事要写成 {hall-motion.occupancy: true} 这样',
    ),
  );
  if (map === null) return null;
  const word = Object.keys(map).find((key) => EVENT_WORDS.includes(key));
  if (word === undefined) {
    const of = readValues(context, map, path, 'event');
    return of && { kind: 'values', of };
  }
  if (!isAlone(context, map, word, path)) return null;
  const at = [...path, word];
  const what = map[word];
  switch (word) {
    case 'after': {
      const ms = context.duration(String(what), at);
      return ms === null ? null : { kind: 'after', ms };
    }
    case 'time': {
      const minute = clock(context, what, at);
      return minute === null ? null : { kind: 'time', minute };
    }
    case 'run':
      return what === true ? { kind: 'run' } : context.refuse(at, writtenAs('run: true'));
    case 'online':
    case 'offline': {
      const device = deviceNamed(context, what, at);
      return device && { kind: word, device };
    }
    case 'webhook':
    case 'tag':
      return typeof what === 'string'
        ? { kind: word, name: what }
        : context.refuse(at, writtenAs(`${word}: NAME`));
    default: {
      const message = asMap(context, what, at, writtenAs('mqtt: {topic: a/b, payload: "1"}'));
      const { topic, payload = '' } = message ?? {};
      if (message === null) return null;
      return typeof topic === 'string'
        ? { kind: 'mqtt', topic, payload: String(payload) }
        : context.refuse(at, mistake('A message has a topic', '消息要有主题(topic)'));
    }
  }
}

function readExpected(context: ReadContext, item: unknown, path: Path): TestExpected | null {
  const map = asMap(
    context,
    item,
    path,
    mistake(
      'What is expected is a map such as {hall-lamp: {on: true}}',
      '期待的结果要写成 {hall-lamp: {on: true}} 这样',
    ),
  );
  if (map === null) return null;
  const word = Object.keys(map).find((key) => EXPECTED_WORDS.includes(key));
  if (word === undefined) return readActs(context, map, path);
  if (!isAlone(context, map, word, path)) return null;
  const at = [...path, word];
  const what = map[word];
  switch (word) {
    case 'nothing':
      return what === true ? { kind: 'nothing' } : context.refuse(at, writtenAs('nothing: true'));
    case 'notify':
      return typeof what === 'string' && what !== ''
        ? { kind: 'notify', text: what }
        : context.refuse(at, writtenAs('notify: "some of its words"'));
    case 'runs':
      return typeof what === 'number' && Number.isInteger(what) && what >= 0
        ? { kind: 'runs', count: what }
        : context.refuse(at, writtenAs('runs: 1'));
    case 'ends': {
      const state = STATES.find((one) => one === what);
      return state
        ? { kind: 'ends', state }
        : context.refuse(
            at,
            mistake(`\`ends\` is ${STATES.join(', ')}`, `\`ends\` 是 ${STATES.join('、')} 之一`),
          );
    }
    default: {
      const inner = asMap(context, what, at, writtenAs('is: {hall-lamp.on: true}'));
      const of = inner && readValues(context, inner, at, 'given');
      return of && { kind: 'is', of: of.map(({ isPress: _, ...one }) => one) };
    }
  }
}

/** `hall-lamp: {on: true}`, `bedroom-blind: stop` or `hall-lamp.on: true`. */
function readActs(context: ReadContext, map: Map, path: Path): TestExpected | null {
  const [key, ...others] = Object.keys(map);
  if (key === undefined)
    return context.refuse(path, mistake('Nothing is said here', '这里什么也没写'));
  const at = [...path, key];
  const what = map[key];
  if (key.includes('.')) {
    const of = readValues(context, map, path, 'given');
    return of && { kind: 'sets', of: of.map(({ isPress: _, ...one }) => one) };
  }
  if (others[0] !== undefined) {
    const words = mistake('Write each device as an item of its own', '每个设备请单独写一项');
    return context.refuse([...path, others[0]], words, 'key');
  }
  const device = context.names.device(key);
  if (device === undefined) return notKnown(context, key, at, EXPECTED_WORDS);
  context.remember(at, 'key', { text: key, name: key, id: device.id });
  if (typeof what === 'string') return { kind: 'command', device: device.id, name: what };
  const values = asMap(context, what, at, writtenAs('hall-lamp: {on: true}'));
  if (values === null) return null;
  const of = Object.entries(values).map(([property, value]): ValueOf | null => {
    const place = [...at, property];
    const descriptor = context.propertyOf(device, property, place, 'key');
    return descriptor && checkedValue(context, descriptor, value, place);
  });
  return of.includes(null) ? null : { kind: 'sets', of: of.flatMap((one) => one ?? []) };
}

function readValues(
  context: ReadContext,
  map: Map,
  path: Path,
  use: 'given' | 'event',
): (ValueOf & { readonly isPress: boolean })[] | null {
  const found = Object.entries(map).map(([key, value]) => {
    const at = [...path, key];
    if (!key.includes('.')) {
      return notKnown(
        context,
        key,
        at,
        use === 'event' ? EVENT_WORDS : ['time', 'date', 'offline'],
      );
    }
    const property = context.property(key, at, 'key');
    const one = property && checkedValue(context, property, value, at);
    return one && { ...one, isPress: property?.descriptor.access === 'event' };
  });
  return found.includes(null) ? null : found.flatMap((one) => one ?? []);
}

function checkedValue(
  context: ReadContext,
  { device, descriptor, spec }: FoundProperty,
  value: unknown,
  path: Path,
): ValueOf | null {
  // What is no value at all is refused as one that does not fit.
  const checked = context.value(spec, value as PropertyValue, path);
  return checked === null ? null : { device: device.id, property: descriptor.key, value: checked };
}

function notKnown(context: ReadContext, key: string, path: Path, words: readonly string[]): null {
  const names = [...words, ...context.names.handles()];
  const unknown = mistake(
    `"${key.slice(0, 40)}" is not known in a test`,
    `测试里没有“${key.slice(0, 40)}”这个词`,
  );
  const all = mistake(
    `write a device.property such as hall-lamp.on, or one of ${words.join(', ')}`,
    `请写“设备.属性”,例如 hall-lamp.on,或 ${words.join('、')} 之一`,
  );
  return context.refuse(path, withHint(unknown, nearestName(key, names), all), 'key');
}

function isAlone(context: ReadContext, map: Map, word: string, path: Path): boolean {
  const other = Object.keys(map).find((key) => key !== word);
  if (other === undefined) return true;
  context.refuse(
    [...path, other],
    mistake(
      `"${other}" stands beside "${word}"; make it an item of its own`,
      `“${other}”和“${word}”写在了一起;请把它另写一项`,
    ),
    'key',
  );
  return false;
}

function writtenAs(form: string, what = ''): Words {
  return mistake(`${what || 'It'} is written as ${form}`, `${what} 要写成 ${form}`.trimStart());
}

function asMap(context: ReadContext, data: unknown, path: Path, wanted: Words): Map | null {
  if (typeof data === 'object' && data !== null && !Array.isArray(data)) return data as Map;
  return context.refuse(path, wanted);
}

function clock(context: ReadContext, what: unknown, path: Path): number | null {
  return typeof what === 'string'
    ? context.time(what, path)
    : context.refuse(
        path,
        mistake(
          'A time is written in quotation marks, such as "23:10"',
          '时间要写在引号里,例如 "23:10"',
        ),
      );
}

function deviceNamed(context: ReadContext, what: unknown, path: Path) {
  if (typeof what !== 'string') {
    return context.refuse(path, mistake('A device is named by its handle', '设备要用它的代号来写'));
  }
  const device = context.device(what, path, 'value');
  if (device === null) return null;
  context.remember(path, 'value', { text: what, name: what, id: device.id });
  return device.id;
}
