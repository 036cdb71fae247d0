// Every kind of entity, through the bytes of the published protocol: what it comes to, what its states mean, what is
// sent for it; and what a device of several comes to.
import { describe, expect, test } from 'vitest';
import { HubError } from '../../../hub/model/errors.ts';
import { type PropertyKey, parsePropertyKey } from '../../../hub/model/properties.ts';
import { type Conversion, convert, requestsOf, statesOf } from './convert.ts';
import { compact, type ListedEntity } from './entity.ts';
import { type Fields, loadLibrary } from './library.ts';
import { SAMPLE_ACTORS } from './testing/sample-actors.ts';
import { SAMPLE_LIGHTS } from './testing/sample-lights.ts';
import { SAMPLE_SENSORS } from './testing/sample-sensors.ts';
import { SAMPLE_SETTINGS } from './testing/sample-settings.ts';
import { decode, encode } from './testing/wire.ts';

const SAMPLES = [...SAMPLE_SETTINGS, ...SAMPLE_LIGHTS, ...SAMPLE_SENSORS, ...SAMPLE_ACTORS];

await loadLibrary();

/** The fields after their way over the network. */
function through(
  type: string,
  fields: Fields,
  lists: 'one by one' | 'in one piece' = 'one by one',
): Fields {
  const { id, body } = encode({ type, fields }, lists);
  return decode(id, body)?.fields ?? {};
}

function listed(kind: string, fields: Fields): ListedEntity {
  return { kind, fields: compact(through(`ListEntities${kind}Response`, { key: 7, ...fields })) };
}

const keysOf = ({ bindings }: Conversion) =>
  Object.fromEntries([...bindings].map(([key, { descriptor }]) => [key, descriptor.access]));

function sent(conversion: Conversion, body: Parameters<typeof requestsOf>[1]): Fields | string {
  try {
    const [request] = requestsOf(conversion, body, () => null);
    if (request === undefined) return 'nothing';
    const { key: _, ...fields } = compact(through(request.type, request.fields));
    // Of a number only 32 bits go over the network.
    return Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [
        name,
        typeof value === 'number' ? Number(value.toPrecision(7)) : value,
      ]),
    );
  } catch (error) {
    return error instanceof HubError ? error.code : String(error);
  }
}

const key = (text: string): PropertyKey => parsePropertyKey(text).key;

describe('an entity', () => {
  test.each(SAMPLES)('$about', ({ kind, entity, gives, says = [], does = [], commands = {} }) => {
    const conversion = convert([listed(kind, entity)], {});
    expect(keysOf(conversion)).toEqual(gives);
    for (const [state, values] of says) {
      const fields = through(`${kind}StateResponse`, { key: 7, ...state });
      expect(statesOf(conversion, `${kind}StateResponse`, fields).values).toEqual(values);
    }
    for (const [property, value, expected] of does) {
      const body = { kind: 'set', property: key(property), value } as const;
      // A false and a zero are not written, so what is sent never has them.
      const wanted = typeof expected === 'string' ? expected : compact(expected);
      expect(sent(conversion, body)).toEqual(
        typeof wanted === 'string' ? wanted : expect.objectContaining(wanted),
      );
    }
    for (const [name, expected] of Object.entries(commands)) {
      expect(sent(conversion, { kind: 'invoke', name, args: {} })).toEqual(compact(expected));
    }
  });
});

test('every kind that the protocol lists is tried here, or is left out with a reason', () => {
  const kinds = new Set(SAMPLES.map(({ kind }) => kind));
  expect([...kinds].sort()).toEqual(
    [
      ...['AlarmControlPanel', 'BinarySensor', 'Button', 'Climate', 'Cover', 'Date', 'DateTime'],
      ...['Event', 'Fan', 'Light', 'Lock', 'MediaPlayer', 'Number', 'Select', 'Sensor', 'Siren'],
      ...['Switch', 'Text', 'TextSensor', 'Time', 'Update', 'Valve'],
    ].sort(),
  );
  const { bindings, leftOut } = convert(
    [listed('Camera', { objectId: 'cam', name: 'Camera' })],
    {},
  );
  expect(bindings.size).toBe(0);
  expect(leftOut).toEqual([
    {
      what: 'Camera "Camera"',
      why: { en: 'the table of properties has no place for it', zh: '属性表里没有它的位置' },
    },
  ]);
});

test('a list of numbers is read however it is written', () => {
  const fields = { key: 7, supportedColorModesList: [3, 35] };
  for (const lists of ['one by one', 'in one piece'] as const) {
    const said = through('ListEntitiesLightResponse', fields, lists);
    expect(said.supportedColorModesList).toEqual([3, 35]);
  }
});

test('what happens at an event entity is told as a press', () => {
  const conversion = convert(
    [listed('Event', { objectId: 'bell', name: 'Bell', eventTypesList: ['press', 'ding'] })],
    {},
  );
  const told = (eventType: string) =>
    statesOf(conversion, 'EventResponse', through('EventResponse', { key: 7, eventType })).events;
  expect(told('press')).toEqual([['button', 'single']]);
  expect(told('ding')).toEqual([['button', 'ding']]);
  expect(told('something else')).toEqual([]);
});

test('an action of the device is a command with its arguments', () => {
  const args = [
    { type: 'ListEntitiesServicesArgument', fields: { name: 'text', type: 3 } },
    { type: 'ListEntitiesServicesArgument', fields: { name: 'times', type: 1 } },
    { type: 'ListEntitiesServicesArgument', fields: { name: 'level', type: 2 } },
    { type: 'ListEntitiesServicesArgument', fields: { name: 'loud', type: 0 } },
  ];
  const action = listed('Services', { name: 'play_tune', argsList: args });
  const conversion = convert([action], {});
  expect(conversion.commands.map(({ name }) => name)).toEqual(['play_tune']);
  const [request] = requestsOf(
    conversion,
    {
      kind: 'invoke',
      name: 'play_tune',
      args: { text: 'beep', times: 2, level: 0.5, loud: true },
    },
    () => null,
  );
  expect(request?.type).toBe('ExecuteServiceRequest');
  const told = through(request?.type ?? '', request?.fields ?? {});
  expect(told).toMatchObject({
    key: 7,
    argsList: [{ string: 'beep' }, { pb_int: 2 }, { pb_float: 0.5 }, { bool: true }],
  });
  expect(sent(conversion, { kind: 'invoke', name: 'play_tune', args: { text: 'beep' } })).toBe(
    'invalid-input',
  );
});

test('several of a kind stand at endpoints, and what belongs together at the same one', () => {
  const lamp = (at: number) =>
    listed('Light', {
      key: at,
      objectId: `lamp_${at}`,
      name: `Lamp ${at}`,
      supportedColorModesList: [3],
    });
  const relay = listed('Switch', { key: 9, objectId: 'relay', name: 'Relay' });
  const first = convert([lamp(1), lamp(2), relay], {});
  expect(Object.keys(keysOf(first))).toEqual([
    ...['on@1', 'brightness@1', 'on@2', 'brightness@2', 'on@3'],
  ]);
  const state = through('LightStateResponse', { key: 2, state: true, brightness: 0.3 });
  expect(statesOf(first, 'LightStateResponse', state).values).toEqual({
    'on@2': true,
    'brightness@2': 30,
  });
});

test('a device that is flashed with more or fewer entities gives no key to another of them', () => {
  const relay = (name: string, at: number) => listed('Switch', { key: at, objectId: name, name });
  const before = convert([relay('a', 1), relay('b', 2), relay('c', 3)], {});
  expect(Object.keys(keysOf(before))).toEqual(['on@1', 'on@2', 'on@3']);
  const after = convert([relay('new', 9), relay('c', 3), relay('a', 1)], before.places);
  expect(Object.keys(keysOf(after)).sort()).toEqual(['on@1', 'on@3', 'on@4']);
  const where = (name: string) =>
    [...after.bindings].find(([, { entity }]) => entity.objectId === name)?.[0];
  // What was said to the one that is gone must never move another.
  expect([where('a'), where('c'), where('new')]).toEqual(['on@1', 'on@3', 'on@4']);
  const back = convert([relay('b', 2), relay('a', 1)], after.places);
  expect(Object.keys(keysOf(back)).sort()).toEqual(['on@1', 'on@2']);
});

test('one relay that is renamed in its configuration keeps the plain key', () => {
  const relay = (name: string) => listed('Switch', { key: 1, objectId: name, name });
  const { places } = convert([relay('relay')], {});
  expect(Object.keys(keysOf(convert([relay('main_relay')], places)))).toEqual(['on']);
});

test('what is a property of its own has a name in both languages', () => {
  const lamp = { objectId: 'ring', name: 'Ring', supportedColorModesList: [39] };
  const led = { ...lamp, objectId: 'led', name: 'LED', entityCategory: 1, key: 8 };
  const { bindings } = convert([listed('Light', lamp), listed('Light', led)], {});
  const labels = [...bindings.values()].flatMap(({ descriptor: { name, label } }) =>
    name.startsWith('x_') && label !== undefined ? [label] : [],
  );
  expect(labels).toEqual([
    { en: 'Ring white', zh: 'Ring 白光' },
    { en: 'LED', zh: 'LED' },
    { en: 'LED brightness', zh: 'LED 亮度' },
    { en: 'LED colour', zh: 'LED 颜色' },
    { en: 'LED white', zh: 'LED 白光' },
  ]);
});

test('an entity is called as its configuration calls it, in Chinese beside the word of the table', () => {
  const warm = (name: string, key: number) =>
    listed('Sensor', {
      key,
      objectId: `t${key}`,
      name,
      deviceClass: 'temperature',
      unitOfMeasurement: '°C',
    });
  const labels = (...entities: ReturnType<typeof listed>[]) =>
    [...convert(entities, {}).bindings.values()].map(({ descriptor: { label } }) =>
      label === undefined ? null : [label.en, label.zh],
    );
  expect(labels(warm('Outside', 1), warm('室内', 2))).toEqual([
    ['Outside', 'Outside 温度'],
    ['室内 temperature', '室内'],
  ]);
  expect(labels(warm('Temperature', 1))).toEqual([null]);
  // It is called as its device is.
  expect(labels(listed('Switch', { key: 1, objectId: 'relay' }))).toEqual([null]);
});

test('stop goes to every cover, or to the one whose endpoint is given', () => {
  const cover = (at: number) =>
    listed('Cover', {
      key: at,
      objectId: `c${at}`,
      name: `C${at}`,
      supportsPosition: true,
      supportsStop: true,
    });
  const conversion = convert([cover(1), cover(2)], {});
  const keys = (args: Record<string, number>) =>
    requestsOf(conversion, { kind: 'invoke', name: 'stop', args }, () => null).map(
      ({ fields }) => fields.key,
    );
  expect(keys({})).toEqual([1, 2]);
  expect(keys({ endpoint: 2 })).toEqual([2]);
});

test('what is too much of a device is left out and said, and names are cut', () => {
  const many = Array.from({ length: 500 }, (_, at) =>
    listed('TextSensor', { key: at + 1, objectId: `t${at}`, name: `${'long name '.repeat(40)}` }),
  );
  const { bindings, leftOut } = convert(many, {});
  expect(bindings.size).toBe(400);
  expect(leftOut).toHaveLength(100);
  for (const { descriptor } of bindings.values()) {
    expect(descriptor.label?.en.length).toBeLessThanOrEqual(60);
  }
});
