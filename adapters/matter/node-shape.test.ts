// The table per cluster against the standard itself: every device type that matter.js knows, with every attribute that
// it may have, is looked at; all of it is either a property or told as not shown.
import { type ClusterModel, type DeviceTypeModel, Matter } from '@matter/main/model';
import { describe, expect, test } from 'vitest';
import type { NodePart } from './node-parts.ts';
import { describe as describeNode, type NodeShape, SWITCH, shapeOf } from './node-shape.ts';
import { rowsOf } from './table/rows-of.ts';
import { type ClusterView, type EndpointView, factsOf } from './views.ts';

/** Modes, inputs, areas and levels that a node may offer. */
const LISTS: Readonly<Record<string, unknown>> = {
  featureMap: 3,
  supportedModes: [
    { label: 'One', mode: 0 },
    { label: 'Two', mode: 1 },
  ],
  inputList: [{ index: 0, name: 'HDMI' }],
  outputList: [{ index: 0, name: 'Loudspeaker' }],
  targetList: [{ identifier: 1, name: 'Guide' }],
  installedChimeSounds: [{ chimeId: 0, name: 'Ding' }],
  supportedTemperatureLevels: ['Low', 'High'],
  spinSpeeds: ['800', '1200'],
  operationalStateList: [0, 1, 2, 3].map((operationalStateId) => ({ operationalStateId })),
};

function clusterView(model: ClusterModel): ClusterView {
  const attributes = new Map(
    model.attributes
      .map((attribute) => factsOf(attribute as never))
      .filter(({ id }) => id < 0xfff8 || id > 0xffff || id === 0xfffc)
      .map((facts) => {
        const plain = { boolean: true, number: 1, enum: 0, string: 'text', other: 0 }[facts.kind];
        return [facts.id, { ...facts, value: LISTS[facts.name] ?? plain }];
      }),
  );
  const commands = new Set(model.commands.map(({ propertyName }) => propertyName));
  return {
    ...{ endpoint: 1, id: Number(model.id), name: model.name },
    isApplication: model.classification === 'application',
    ...{ commands, attributes },
  };
}

function endpointOf(type: DeviceTypeModel): EndpointView {
  const servers = type.requirements.filter(
    ({ element, isDisallowed }) => element === 'serverCluster' && !isDisallowed,
  );
  const clusters = servers.flatMap(
    ({ name }) => Matter.clusters.find((each) => each.name === name) ?? [],
  );
  return { number: 1, deviceTypes: [type.id], parts: [], clusters: clusters.map(clusterView) };
}

const shape = (endpoints: readonly EndpointView[]): NodeShape =>
  shapeOf({ endpoints, isBridge: false } satisfies Pick<NodePart, 'endpoints' | 'isBridge'>);

/** Those that only control or watch others, and what shows pictures and tariffs in the terms of no household. */
const WITHOUT_PROPERTIES = new Set([
  ...['OnOffLightSwitch', 'DimmerSwitch', 'ColorDimmerSwitch', 'ControlBridge', 'PumpController'],
  ...[
    'DoorLockController',
    'WindowCoveringController',
    'ThermostatController',
    'ClosureController',
  ],
  ...['CastingVideoClient', 'VideoRemoteControl', 'CameraController', 'OnOffSensor', 'HeatPump'],
  ...['SolarPower', 'BatteryStorage', 'Oven', 'Intercom', 'AudioDoorbell', 'Doorbell', 'Camera'],
  ...[
    'VideoDoorbell',
    'FloodlightCamera',
    'SnapshotCamera',
    'MeterReferencePoint',
    'IrrigationSystem',
  ],
  ...['ElectricalEnergyTariff', 'ContentApp', 'Refrigerator', 'NetworkInfrastructureManager'],
]);

const TYPES = Matter.deviceTypes.filter(
  ({ classification, id }) => classification === 'simple' && id !== undefined && id !== 0x000e,
);

describe('every application device type of the standard', () => {
  test('the library knows those that this table was made for', () => {
    expect(TYPES.length).toBeGreaterThan(70);
  });

  test.each(TYPES.map((type) => [type.name, type] as const))(
    '%s: what it has is a property, or told as not shown',
    (name, type) => {
      const endpoint = endpointOf(type);
      const { bindings, buttons, commands, kind, notShown, properties } = shape([endpoint]);
      const shown = new Set(
        bindings.flatMap((each) =>
          [each.attributeId, ...each.with].map((id) => `${each.clusterId}.${id}`),
        ),
      );
      for (const cluster of endpoint.clusters) {
        if (!cluster.isApplication) continue;
        const told = notShown.find(({ what }) => what.startsWith(`${cluster.name} (`));
        for (const attribute of cluster.attributes.values()) {
          if (attribute.id >= 0xfff8 && attribute.id <= 0xffff) continue;
          const isShown = shown.has(`${cluster.id}.${attribute.id}`);
          const isTold = told?.parts.includes(attribute.name) === true || told?.parts.length === 48;
          // What only limits or explains a property is in its limits, its unit or its choices.
          const rows = rowsOf(endpoint, cluster);
          const isSeen = rows.some(({ seen = [] }) => seen.includes(attribute.id));
          const isButton = buttons.size > 0 && cluster.id === SWITCH;
          expect([attribute.name, isShown || isTold || isSeen || isButton]).toEqual([
            attribute.name,
            true,
          ]);
        }
      }
      expect(new Set(properties.map(({ key }) => key)).size).toBe(properties.length);
      if (WITHOUT_PROPERTIES.has(name)) return;
      expect([name, properties.length > 0 || commands.length > 0, kind]).toEqual([
        name,
        true,
        expect.not.stringMatching(/^other$/),
      ]);
    },
  );

  test('each property of an own word is called something in both languages, and so are its values', () => {
    const own = TYPES.flatMap((type) => shape([endpointOf(type)]).properties).filter(({ name }) =>
      name.startsWith('x_'),
    );
    expect(own.length).toBeGreaterThan(100);
    for (const { key, label, valueLabels = {} } of own) {
      for (const each of [label, ...Object.values(valueLabels)]) {
        expect([key, each?.en.trim(), each?.zh.trim()]).not.toContain('');
        expect([key, each]).not.toContain(undefined);
      }
    }
  });
});

const IDENTITY = {
  ...{ vendor: 'Maker', product: 'Bridge', label: null, software: null, own: null },
};
const BARE = { vendor: null, product: null, label: null, software: null, isReachable: true };

/** How a device is described that consists of these endpoints. */
function described(endpoints: readonly EndpointView[], bridged: NodePart['bridged'] = BARE) {
  const part: NodePart = { key: 'e2', endpoints, bridged, isBridge: false, room: null };
  const at = { adapter: 'matter' as never, node: 'n' as never };
  return describeNode(shapeOf(part), part, IDENTITY, at);
}

describe('a device that its bridge says little of', () => {
  const view = (typeName: string | undefined, deviceTypes: readonly number[]): EndpointView => ({
    ...{ number: 2, deviceTypes, parts: [], clusters: [] },
    ...(typeName === undefined ? {} : { typeName }),
  });

  test('is called by its own label, else by its product, else by its type, else by its bridge', () => {
    const light = [view('OnOffLight', [0x13, 0x0100])];
    expect(described(light, { ...BARE, label: 'Hall', product: 'Glow' }).title).toBe('Hall');
    expect(described(light, { ...BARE, product: 'Glow' }).title).toBe('Glow');
    expect(described(light)).toMatchObject({ title: 'On/off light', model: 'On/off light' });
    expect(described([view('BridgedNode', [0x13]), view('TemperatureSensor', [0x302])]).title).toBe(
      'Temperature sensor',
    );
    expect(described([view(undefined, [0xfff10001])]).title).toBe('Bridge');
  });

  test('lists clusters of its maker by number, and says how many more there are', () => {
    const cluster = (id: number): ClusterView => ({
      ...{ endpoint: 2, id, name: `Cluster$${id.toString(16)}`, isApplication: false },
      ...{ commands: new Set<string>(), attributes: new Map() },
    });
    const clusters = Array.from({ length: 70 }, (_, index) => cluster(0xfff10000 + index));
    const { notShown = [] } = described([{ ...view(undefined, [1]), clusters }]);
    expect(notShown[0]?.what).toBe("Maker's own (0xfff10000)");
    expect(notShown.length).toBe(64);
    expect(notShown.at(-1)?.what).toBe('+ 7');
  });
});
