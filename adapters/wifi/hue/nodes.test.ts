// What the resources of a Hue bridge become in the home, for devices of which a household has few: two lamps in one,
// effects of newer software, smart scenes, links that go one way.
import { describe, expect, it } from 'vitest';
import { adapterId } from '../../../hub/model/identifiers.ts';
import { type PropertyValue, propertyKey } from '../../../hub/model/properties.ts';
import { buildNodes, type HueNode, linkReason, mergePuts, putOf, valuesOf } from './nodes.ts';
import { type Resource, readResource } from './resources.ts';
import { UPDATE_WAITING } from './rows.ts';
import { type Fields, idOf, lamp, room } from './testing/hue-things.ts';

const BRIDGE = { adapter: adapterId('hue'), bridgeId: 'ecb5fafffe123456' };

function listing(list: readonly Fields[]): Map<string, Resource> {
  const read = list.flatMap((own) => readResource(own) ?? []);
  return new Map(read.map((resource) => [resource.id, resource]));
}

function nodesOf(resources: ReadonlyMap<string, Resource>, before: readonly HueNode[] = []) {
  const known = new Map(before.map(({ node, places }) => [node, places]));
  return buildNodes(resources, { ...BRIDGE, placesOf: (node) => known.get(node) ?? {} });
}

function onlyOf(
  resources: ReadonlyMap<string, Resource>,
  before: readonly HueNode[] = [],
): HueNode {
  const [node] = nodesOf(resources, before);
  if (node === undefined) throw new Error('there is no node');
  return node;
}

/** All but whether newer firmware is waiting, which every device of the vendor's tells. */
const propertiesOf = ({ description }: HueNode) =>
  description.properties.filter(({ name }) => name !== UPDATE_WAITING);
const keysOf = (node: HueNode) => propertiesOf(node).map(({ key }) => String(key));

function bodyOf(
  node: HueNode,
  resources: ReadonlyMap<string, Resource>,
  property: string,
  value: PropertyValue,
) {
  const key = property as ReturnType<typeof propertyKey>;
  return putOf(node, { kind: 'set', property: key, value }, resources);
}

/** A lamp with a second light in it, as those that shine to the front and to the back. */
function doubled(): Fields[] {
  const resources = structuredClone(lamp('Twilight', 'white').resources) as Fields[];
  const light = resources.find(({ type }) => type === 'light');
  const second = { ...structuredClone(light), id: idOf('light', 'back') };
  const device = resources.find(({ type }) => type === 'device');
  const services = device?.services as Fields[];
  services.push({ rid: second.id, rtype: 'light' });
  return [...resources, second];
}

describe('a device of a Hue bridge', () => {
  it('with two lights has an endpoint for each', () => {
    const node = onlyOf(listing(doubled()));
    expect(keysOf(node)).toEqual(['on@1', 'brightness@1', 'on@2', 'brightness@2']);
    const put = bodyOf(node, listing(doubled()), 'brightness@2', 30);
    expect(put.path).toBe(`light/${idOf('light', 'back')}`);
  });

  it('calls each of two lights as its owner does, where they are not called alike', () => {
    const twins = doubled();
    const labels = (list: readonly Fields[]) =>
      propertiesOf(onlyOf(listing(list))).map(({ label }) => label?.en);
    expect(labels(twins)).toEqual([undefined, undefined, undefined, undefined]);
    const back = twins.find(({ id }) => id === idOf('light', 'back')) ?? {};
    back.metadata = { ...(back.metadata as Fields), name: 'Wall' };
    expect(labels(twins)).toEqual([
      ...['Twilight', 'Twilight brightness', 'Wall', 'Wall brightness'],
    ]);
  });

  it('keeps the endpoints that its properties had when it gets more of them', () => {
    const single = onlyOf(listing(lamp('Twilight', 'white').resources));
    expect(keysOf(single)).toEqual(['on', 'brightness']);
    const node = onlyOf(listing(doubled()), [single]);
    expect(keysOf(node)).toEqual(['on', 'brightness', 'on@2', 'brightness@2']);
  });

  it('takes the effects of newer software, and sunrises with their duration', () => {
    const resources = structuredClone(lamp('New', 'color').resources) as Fields[];
    const light = resources.find(({ type }) => type === 'light') ?? {};
    delete light.effects;
    light.effects_v2 = {
      action: { effect_values: ['no_effect', 'cosmos'] },
      status: { effect: 'cosmos', effect_values: ['no_effect', 'cosmos'] },
    };
    const known = listing(resources);
    const node = onlyOf(known);
    expect(valuesOf(node, known, new Map())[propertyKey('effect')]).toBe('cosmos');
    expect(bodyOf(node, known, 'effect', 'cosmos').body).toEqual({
      effects_v2: { action: { effect: 'cosmos' } },
    });
    expect(bodyOf(node, known, 'effect', 'no_effect').body).toEqual({
      effects_v2: { action: { effect: 'no_effect' } },
      timed_effects: { effect: 'no_effect' },
    });
    expect(bodyOf(node, known, 'effect', 'sunrise').body).toEqual({
      timed_effects: { effect: 'sunrise', duration: 1_800_000 },
    });
  });

  it('that tells of nothing but newer firmware is of no use to the home', () => {
    const [device, , ...others] = lamp('Box', 'white').resources as Fields[];
    const node = onlyOf(listing([device ?? {}, ...others]));
    expect(node.description.properties.map(({ name }) => name)).toEqual([UPDATE_WAITING]);
    expect(node.description.support).toBe('unsupported');
  });

  it.each([
    ['connected', null],
    ['unidirectional_incoming', null],
    ['disconnected', 'The Hue bridge has no radio contact to it'],
    ['connectivity_issue', 'The Hue bridge has no radio contact to it'],
    ['pending_discovery', 'The Hue bridge is still looking for it'],
  ])('whose link is %s is told so', (status, reason) => {
    const resources = structuredClone(lamp('Desk', 'white').resources) as Fields[];
    for (const own of resources) if (own.type === 'zigbee_connectivity') own.status = status;
    const known = listing(resources);
    const told = linkReason(onlyOf(known), known);
    if (reason === null) expect(told).toBeNull();
    else expect(told).toContain(reason);
  });

  it('that chimes is a siren with chimes that can be muted', () => {
    const speaker = {
      id: idOf('speaker'),
      type: 'speaker',
      alarm: { sound_values: ['siren', 'no_sound'], status: { sound: 'no_sound' } },
      chime: { sound_values: ['bleep', 'rise'], status: { sound: 'no_sound' } },
      mute: { mute: 'unmute' },
    };
    const services = [{ rid: speaker.id, rtype: 'speaker' }];
    const own = { id: idOf('chime'), type: 'device', metadata: { name: 'Chime' }, services };
    const known = listing([own, speaker]);
    const node = onlyOf(known);
    expect(node.description.kind).toBe('alarm');
    expect(valuesOf(node, known, new Map())).toEqual({ siren: false, x_muted: false });
    expect(bodyOf(node, known, 'siren', true).body).toEqual({ alarm: { sound: 'siren' } });
    expect(bodyOf(node, known, 'x_chime', 'rise').body).toEqual({ chime: { sound: 'rise' } });
  });

  it('whose reading is not valid tells none, whatever its last report was', () => {
    const motion = { motion: false, motion_valid: false, motion_report: { motion: true } };
    const sensor = { id: idOf('area'), type: 'convenience_area_motion', enabled: true, motion };
    const area = {
      id: idOf('motion area'),
      type: 'motion_area_configuration',
      name: 'Sofa',
      services: [{ rid: sensor.id, rtype: sensor.type }],
    };
    const known = listing([area, sensor]);
    const node = onlyOf(known);
    expect(node.description).toMatchObject({ title: 'Sofa (Hue motion area)', kind: 'motion' });
    expect(valuesOf(node, known, new Map())).toEqual({ x_motion_enabled: true });
    motion.motion_valid = true;
    const later = listing([area, sensor]);
    expect(valuesOf(onlyOf(later), later, new Map())).toMatchObject({ occupancy: true });
  });

  it('that is the bridge itself is none of the home', () => {
    const services = [{ rid: idOf('b'), rtype: 'bridge' }];
    const own = { id: idOf('self'), type: 'device', metadata: { name: 'Hue Bridge' }, services };
    expect(nodesOf(listing([own]))).toEqual([]);
  });
});

describe('a room of a Hue bridge', () => {
  const things = [lamp('Desk', 'color')];
  const smart = {
    id: idOf('smart'),
    type: 'smart_scene',
    metadata: { name: 'Natural light' },
    group: { rid: idOf('room', 'Study'), rtype: 'room' },
  };

  it('recalls scenes and smart scenes, each in its own way, also two of one name', () => {
    const twin = { ...smart, id: idOf('twin'), metadata: { name: 'Relax' } };
    const known = listing([...room('Study', things, ['Relax']), smart, twin]);
    const node = onlyOf(known);
    const values = node.description.properties.find(({ name }) => name === 'x_scene')?.values;
    expect(values).toEqual(['Relax', 'Natural light', `Relax (${idOf('twin').slice(0, 4)})`]);
    expect(bodyOf(node, known, 'x_scene', 'Relax').body).toEqual({ recall: { action: 'active' } });
    expect(bodyOf(node, known, 'x_scene', 'Natural light')).toMatchObject({
      path: `smart_scene/${smart.id}`,
      body: { recall: { action: 'activate' } },
      lane: 'group',
    });
  });

  it('with more scenes than the hub takes lists the others as not shown', () => {
    const names = Array.from({ length: 102 }, (_, n) => `Scene ${n}`);
    const all = listing([
      ...things.flatMap(({ resources }) => resources),
      ...room('Hall', things, names),
    ]);
    const node = nodesOf(all).find(({ scenes }) => scenes.size > 0);
    expect(node?.scenes.size).toBe(100);
    expect(node?.description.notShown?.map(({ what }) => what)).toEqual([
      ...['scene "Scene 100"', 'scene "Scene 101"'],
    ]);
  });

  it('that is the whole bridge switches all lights', () => {
    const resources = room('Home', things, []).map((own) =>
      own.type === 'room' ? { ...own, type: 'bridge_home', metadata: undefined } : own,
    );
    const known = listing(resources);
    const node = onlyOf(known);
    expect(node.description).toMatchObject({ title: 'All lights (Hue)', kind: 'other' });
    expect(bodyOf(node, known, 'on', false)).toMatchObject({
      path: `grouped_light/${idOf('group', 'Home')}`,
      lane: 'group',
    });
  });

  it('without lamps is no node', () => {
    const [own] = room('Attic', [], []);
    expect(nodesOf(listing(own === undefined ? [] : [{ ...own, services: [] }]))).toEqual([]);
  });
});

describe('two bodies for one lamp', () => {
  it('are one, of which a colour and a colour temperature exclude each other', () => {
    const warm = { color_temperature: { mirek: 366 } };
    const red = { color: { xy: { x: 0.6, y: 0.3 } } };
    expect(mergePuts({ on: { on: true }, ...warm }, red)).toEqual({ on: { on: true }, ...red });
    expect(mergePuts({ dimming: { brightness: 5 }, ...red }, warm)).toEqual({
      ...{ dimming: { brightness: 5 }, ...warm },
    });
    expect(mergePuts(red, { on: { on: false } })).toEqual({ ...red, on: { on: false } });
  });
});
