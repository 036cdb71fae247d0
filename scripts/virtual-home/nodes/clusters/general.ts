// The clusters that most devices have: basic, power, identify, groups, scenes, poll control.
// Spec: ZCL 07-5123 r8 § 3.2, 3.3, 3.5, 3.6, 3.7, 3.16.

import { ByteWriter } from '../../bytes.ts';
import { ZclStatus } from '../../zcl/frame.ts';
import { ZclType, type ZclValue } from '../../zcl/values.ts';
import {
  type ClusterBehaviour,
  type ClusterServer,
  type CommandOutcome,
  DONE,
} from '../cluster-server.ts';

const GROUPS_MAX = 16;
const SCENES_MAX = 16;

function response(command: number, payload: Buffer): CommandOutcome {
  return { kind: 'response', command, payload };
}

export const basic: ClusterBehaviour = {
  cluster: 0x0000,
  attributes: [
    { id: 0x0000, type: ZclType.uint8, value: 3 },
    { id: 0x0007, type: ZclType.enum8, value: 3 },
    { id: 0x0010, type: ZclType.string, value: '', isWritable: true },
    { id: 0xfffd, type: ZclType.uint16, value: 3 },
  ],
  // Reset to factory defaults: attributes go back, the network stays.
  commands: { 0: () => DONE },
};

export const powerConfiguration: ClusterBehaviour = {
  cluster: 0x0001,
  attributes: [
    { id: 0x0020, type: ZclType.uint8, value: 30 },
    { id: 0x0021, type: ZclType.uint8, value: 180 },
    { id: 0x0031, type: ZclType.enum8, value: 4 },
    { id: 0x0033, type: ZclType.uint8, value: 2 },
    { id: 0x0035, type: ZclType.bitmap8, value: 0 },
    { id: 0x003e, type: ZclType.bitmap32, value: 0 },
  ],
  inputs: {
    battery: (server, value, policy) => {
      const unitsPerPercent = server.node.model.physics.batteryUnitsPerPercent ?? 2;
      server.set(0x0021, Math.round(Number(value) * unitsPerPercent), policy);
    },
    batteryVoltage: (server, value, policy) =>
      server.set(0x0020, Math.round(Number(value) * 10), policy),
  },
  state: (server) => ({
    battery: server.number(0x0021) / (server.node.model.physics.batteryUnitsPerPercent ?? 2),
  }),
};

export const identify: ClusterBehaviour = {
  cluster: 0x0003,
  attributes: [{ id: 0x0000, type: ZclType.uint16, value: 0, isWritable: true }],
  commands: {
    0: (server, payload) => {
      startIdentifying(server, payload.uint16());
      return DONE;
    },
    1: (server) => {
      const left = server.number(0);
      if (left === 0) return { kind: 'silent' };
      return response(0x00, new ByteWriter().uint16(left).done());
    },
    64: () => DONE,
  },
  written: (server) => startIdentifying(server, server.number(0)),
  state: (server) => (server.number(0) > 0 ? { identifying: true } : {}),
};

function startIdentifying(server: ClusterServer, seconds: number): void {
  server.set(0, seconds);
  if (seconds === 0) {
    server.end('identify');
    return;
  }
  server.repeat('identify', 1_000, () => {
    server.set(0, Math.max(0, server.number(0) - 1));
    return server.number(0) > 0;
  });
}

function groupsOf(server: ClusterServer): Set<number> {
  const groups = server.node.groups.get(server.endpoint) ?? new Set<number>();
  server.node.groups.set(server.endpoint, groups);
  return groups;
}

function addGroup(server: ClusterServer, group: number): number {
  const groups = groupsOf(server);
  if (!groups.has(group) && groups.size >= GROUPS_MAX) return ZclStatus.insufficientSpace;
  groups.add(group);
  server.node.configurationChanged();
  return ZclStatus.success;
}

export const groups: ClusterBehaviour = {
  cluster: 0x0004,
  attributes: [{ id: 0x0000, type: ZclType.bitmap8, value: 0 }],
  commands: {
    0: (server, payload) => {
      const group = payload.uint16();
      const status = addGroup(server, group);
      return response(0x00, new ByteWriter().uint8(status).uint16(group).done());
    },
    1: (server, payload) => {
      const group = payload.uint16();
      const status = groupsOf(server).has(group) ? 0 : ZclStatus.notFound;
      return response(0x01, new ByteWriter().uint8(status).uint16(group).uint8(0).done());
    },
    2: (server, payload) => {
      const wanted = new Set(Array.from({ length: payload.uint8() }, () => payload.uint16()));
      const all = [...groupsOf(server)];
      const found = wanted.size === 0 ? all : all.filter((group) => wanted.has(group));
      const writer = new ByteWriter().uint8(GROUPS_MAX - all.length).uint8(found.length);
      for (const group of found) writer.uint16(group);
      return response(0x02, writer.done());
    },
    3: (server, payload) => {
      const group = payload.uint16();
      const status = groupsOf(server).delete(group) ? 0 : ZclStatus.notFound;
      server.node.configurationChanged();
      return response(0x03, new ByteWriter().uint8(status).uint16(group).done());
    },
    4: (server) => {
      groupsOf(server).clear();
      server.node.configurationChanged();
      return DONE;
    },
    5: (server, payload) => {
      const group = payload.uint16();
      if ((server.sibling(0x0003)?.number(0) ?? 0) > 0) addGroup(server, group);
      return DONE;
    },
  },
};

/** The attributes that a scene keeps, by cluster. */
const SCENE_ATTRIBUTES: readonly (readonly [number, readonly number[]])[] = [
  [0x0006, [0x0000]],
  [0x0008, [0x0000]],
  [0x0300, [0x0003, 0x0004, 0x0007, 0x0008]],
  [0x0102, [0x0008]],
];

interface StoredScene {
  attributes: { cluster: number; id: number; value: ZclValue }[];
}

function sceneKey(group: number, scene: number): string {
  return `${group}/${scene}`;
}

function isScene(value: unknown): value is StoredScene {
  return typeof value === 'object' && value !== null && 'attributes' in value;
}

function storeScene(server: ClusterServer, key: string): number {
  if (!server.notes.has(key) && server.notes.size >= SCENES_MAX) return ZclStatus.insufficientSpace;
  const attributes = SCENE_ATTRIBUTES.flatMap(([cluster, ids]) =>
    ids.flatMap((id) => {
      const value = server.sibling(cluster)?.attribute(id)?.value;
      return value === undefined ? [] : [{ cluster, id, value }];
    }),
  );
  server.notes.set(key, { attributes } satisfies StoredScene);
  server.set(0x0000, server.notes.size);
  return ZclStatus.success;
}

export const scenes: ClusterBehaviour = {
  cluster: 0x0005,
  attributes: [
    { id: 0x0000, type: ZclType.uint8, value: 0 },
    { id: 0x0001, type: ZclType.uint8, value: 0 },
    { id: 0x0002, type: ZclType.uint16, value: 0 },
    { id: 0x0003, type: ZclType.bool, value: 0 },
    { id: 0x0004, type: ZclType.bitmap8, value: 0 },
  ],
  commands: {
    0: (server, payload) => {
      const group = payload.uint16();
      const scene = payload.uint8();
      const status = storeScene(server, sceneKey(group, scene));
      return response(0x00, new ByteWriter().uint8(status).uint16(group).uint8(scene).done());
    },
    1: (server, payload) => {
      const group = payload.uint16();
      const scene = payload.uint8();
      const exists = server.notes.has(sceneKey(group, scene));
      const writer = new ByteWriter().uint8(exists ? 0 : ZclStatus.notFound);
      writer.uint16(group).uint8(scene);
      if (exists) writer.uint16(0).uint8(0);
      return response(0x01, writer.done());
    },
    2: (server, payload) => {
      const group = payload.uint16();
      const scene = payload.uint8();
      const status = server.notes.delete(sceneKey(group, scene)) ? 0 : ZclStatus.notFound;
      return response(0x02, new ByteWriter().uint8(status).uint16(group).uint8(scene).done());
    },
    3: (server, payload) => {
      const group = payload.uint16();
      for (const key of server.notes.keys()) {
        if (key.startsWith(`${group}/`)) server.notes.delete(key);
      }
      return response(0x03, new ByteWriter().uint8(0).uint16(group).done());
    },
    4: (server, payload) => {
      const group = payload.uint16();
      const scene = payload.uint8();
      const status = storeScene(server, sceneKey(group, scene));
      return response(0x04, new ByteWriter().uint8(status).uint16(group).uint8(scene).done());
    },
    5: (server, payload) => {
      const group = payload.uint16();
      const scene = server.notes.get(sceneKey(group, payload.uint8()));
      if (!isScene(scene)) return { kind: 'status', status: ZclStatus.notFound };
      for (const { cluster, id, value } of scene.attributes)
        server.sibling(cluster)?.set(id, value);
      return DONE;
    },
    6: (server, payload) => {
      const group = payload.uint16();
      const ids = [...server.notes.keys()]
        .filter((key) => key.startsWith(`${group}/`))
        .map((key) => Number(key.split('/')[1]));
      const writer = new ByteWriter()
        .uint8(0)
        .uint8(SCENES_MAX - server.notes.size)
        .uint16(group);
      writer.uint8(ids.length).bytes(Uint8Array.from(ids));
      return response(0x06, writer.done());
    },
  },
};

export const pollControl: ClusterBehaviour = {
  cluster: 0x0020,
  attributes: [
    { id: 0x0000, type: ZclType.uint32, value: 13_200, isWritable: true },
    { id: 0x0001, type: ZclType.uint32, value: 24 },
    { id: 0x0002, type: ZclType.uint16, value: 2 },
    { id: 0x0003, type: ZclType.uint16, value: 40, isWritable: true },
  ],
  commands: {
    // Check-in response, fast poll stop, set long poll interval, set short poll interval.
    0: () => DONE,
    1: () => DONE,
    2: (server, payload) => {
      server.set(0x0001, payload.uint32());
      return DONE;
    },
    3: (server, payload) => {
      server.set(0x0002, payload.uint16());
      return DONE;
    },
  },
  joined: (server) => {
    const checkIn = () => {
      const quarterSeconds = server.number(0x0000);
      if (quarterSeconds === 0) return;
      server.later('check-in', quarterSeconds * 250, () => {
        const isBound = server.node.bindings.some((binding) => binding.cluster === 0x0020);
        if (isBound) server.notify(0x00, Buffer.alloc(0));
        checkIn();
      });
    };
    checkIn();
  },
};
