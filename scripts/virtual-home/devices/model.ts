// What a device file says, and the check of it. The files beside this one hold the real descriptors of real
// devices (endpoints, profiles, device ids, clusters, basic strings, manufacturer codes) and nothing about a home.

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ZclType, type ZclTypeName, type ZclValue } from '../zcl/values.ts';

/** An attribute as a device file gives it: beyond, or in place of, what its cluster has by default. */
export interface AttributeModel {
  id: number;
  type: number;
  value: ZclValue;
  manufacturerCode: number;
  isWritable: boolean;
  /** Reporting that the device has from the factory: seconds, seconds, change. */
  reporting: { minSeconds: number; maxSeconds: number; change: number } | undefined;
}

/** One endpoint's simple descriptor and attributes. */
export interface EndpointModel {
  id: number;
  profile: number;
  device: number;
  version: number;
  servers: number[];
  clients: number[];
  attributes: Map<number, AttributeModel[]>;
}

/** A frame that a person or the device itself causes. */
export interface ActionFrame {
  /** Milliseconds after the action began. */
  afterMs: number;
  endpoint: number;
  cluster: number;
  command: number;
  payload: Buffer;
  manufacturerCode: number;
  isGlobal: boolean;
  toClient: boolean;
}

/** One model of device. */
export interface DeviceModel {
  /** The name of its file. */
  id: string;
  /** Vendor and model as zigbee-herdsman-converters names them; a test holds the file to it. */
  definition: { vendor: string; model: string };
  manufacturerName: string;
  modelId: string;
  descriptor: {
    isRouter: boolean;
    macCapability: number;
    manufacturerCode: number;
    bufferBytes: number;
    incomingBytes: number;
    outgoingBytes: number;
    serverMask: number;
  };
  /** How often a sleepy node asks its parent for frames; undefined when it always listens. */
  poll: { longMs: number; fastMs: number } | undefined;
  /** Whether it reports to the coordinator without having been bound. */
  reportsUnbound: boolean;
  endpoints: EndpointModel[];
  /** What pressing or turning it sends, by the name of the gesture. */
  actions: Map<string, ActionFrame[]>;
  /** What it sends after joining, and then once an hour. */
  heartbeat: ActionFrame[];
  /** Measures of the thing itself: seconds of travel, watts, ... */
  physics: Record<string, number>;
}

class ModelError extends Error {
  override readonly name = 'ModelError';
}

type Json = Record<string, unknown>;

function object(value: unknown, where: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ModelError(`${where}: an object is wanted`);
  }
  return Object.fromEntries(Object.entries(value));
}

function list(value: unknown, where: string): unknown[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new ModelError(`${where}: a list is wanted`);
  return value;
}

function text(value: unknown, where: string): string {
  if (typeof value !== 'string') throw new ModelError(`${where}: text is wanted`);
  return value;
}

/** A number, or hexadecimal text such as "0x0104". */
function number(value: unknown, where: string, fallback?: number): number {
  if (value === undefined && fallback !== undefined) return fallback;
  const parsed = typeof value === 'string' && value.startsWith('0x') ? Number(value) : value;
  if (typeof parsed !== 'number' || !Number.isFinite(parsed)) {
    throw new ModelError(`${where}: a number is wanted, not ${JSON.stringify(value)}`);
  }
  return parsed;
}

/** The types whose values are text in memory: all others are numbers. */
const TEXT_TYPES: ReadonlySet<number> = new Set([
  ZclType.string,
  ZclType.octets,
  ZclType.longString,
  ZclType.longOctets,
  ZclType.ieee,
  ZclType.key,
  ZclType.uint56,
  ZclType.uint64,
]);

function isTypeName(name: string): name is ZclTypeName {
  return Object.hasOwn(ZclType, name);
}

function zclType(value: unknown, where: string): number {
  const name = text(value, where);
  if (!isTypeName(name)) throw new ModelError(`${where}: no data type ${name}`);
  return ZclType[name];
}

function attribute(value: unknown, where: string): AttributeModel {
  const [id, type, content, options] = list(value, where);
  const dataType = zclType(type, where);
  const isText = TEXT_TYPES.has(dataType);
  const extra = object(options ?? {}, where);
  const [min, max, change] = list(extra.report, `${where}.report`);
  return {
    id: number(id, where),
    type: dataType,
    value: isText ? text(content, where) : number(content, where),
    manufacturerCode: number(extra.manufacturer, where, 0),
    isWritable: extra.writable === true,
    reporting:
      min === undefined
        ? undefined
        : {
            minSeconds: number(min, where),
            maxSeconds: number(max, where),
            change: number(change, where),
          },
  };
}

function frames(value: unknown, where: string): ActionFrame[] {
  return list(value, where).map((item) => {
    const frame = object(item, where);
    return {
      afterMs: number(frame.after, where, 0),
      endpoint: number(frame.endpoint, where, 1),
      cluster: number(frame.cluster, where),
      command: number(frame.command, where),
      payload: Buffer.from(text(frame.payload ?? '', where).replaceAll(' ', ''), 'hex'),
      manufacturerCode: number(frame.manufacturer, where, 0),
      isGlobal: frame.global === true,
      toClient: frame.toClient === true,
    };
  });
}

// Spec: ZCL 07-5123 r8 § 3.2.2.2, the identifiers of the Basic cluster.
const BASIC: readonly (readonly [string, number, ZclTypeName])[] = [
  ['zclVersion', 0x0000, 'uint8'],
  ['applicationVersion', 0x0001, 'uint8'],
  ['stackVersion', 0x0002, 'uint8'],
  ['hardwareVersion', 0x0003, 'uint8'],
  ['manufacturerName', 0x0004, 'string'],
  ['modelId', 0x0005, 'string'],
  ['dateCode', 0x0006, 'string'],
  ['powerSource', 0x0007, 'enum8'],
  ['softwareBuild', 0x4000, 'string'],
];

function basicAttributes(basic: Json): AttributeModel[] {
  return BASIC.flatMap(([name, id, type]) => {
    const value = basic[name];
    if (typeof value !== 'string' && typeof value !== 'number') return [];
    const isWritable = false;
    return [
      { id, type: ZclType[type], value, manufacturerCode: 0, isWritable, reporting: undefined },
    ];
  });
}

function endpoint(value: unknown, where: string, basic: AttributeModel[]): EndpointModel {
  const source = object(value, where);
  const servers = list(source.in, where).map((cluster) => number(cluster, `${where}.in`));
  const attributes = new Map<number, AttributeModel[]>();
  if (servers.includes(0)) attributes.set(0, [...basic]);
  for (const [key, rows] of Object.entries(object(source.attributes ?? {}, where))) {
    const cluster = number(key, `${where}.attributes`);
    const existing = attributes.get(cluster) ?? [];
    const own = list(rows, where).map((row, i) => attribute(row, `${where} ${key}[${i}]`));
    attributes.set(cluster, [...existing, ...own]);
  }
  return {
    id: number(source.id, where),
    profile: number(source.profile, where),
    device: number(source.device, where),
    version: number(source.version, where, 1),
    servers,
    clients: list(source.out, where).map((cluster) => number(cluster, `${where}.out`)),
    attributes,
  };
}

/** Checks one device file's content. Throws an error that names the place when it is not as it must be. */
export function parseModel(id: string, content: unknown): DeviceModel {
  const source = object(content, id);
  const basic = object(source.basic, `${id}.basic`);
  const node = object(source.node, `${id}.node`);
  const definition = object(source.definition, `${id}.definition`);
  const poll = source.poll === undefined ? undefined : object(source.poll, `${id}.poll`);
  return {
    id,
    definition: {
      vendor: text(definition.vendor, `${id}.definition.vendor`),
      model: text(definition.model, `${id}.definition.model`),
    },
    manufacturerName: text(basic.manufacturerName, `${id}.basic.manufacturerName`),
    modelId: text(basic.modelId, `${id}.basic.modelId`),
    descriptor: {
      isRouter: node.type === 'router',
      macCapability: number(node.macCapability, `${id}.node`),
      manufacturerCode: number(node.manufacturerCode, `${id}.node`),
      bufferBytes: number(node.bufferBytes, `${id}.node`),
      incomingBytes: number(node.incomingBytes, `${id}.node`),
      outgoingBytes: number(node.outgoingBytes, `${id}.node`),
      serverMask: number(node.serverMask, `${id}.node`),
    },
    poll:
      poll === undefined
        ? undefined
        : { longMs: number(poll.longMs, `${id}.poll`), fastMs: number(poll.fastMs, `${id}.poll`) },
    reportsUnbound: source.reportsUnbound === true,
    endpoints: list(source.endpoints, id).map((item, i) =>
      endpoint(item, `${id}.endpoints[${i}]`, basicAttributes(basic)),
    ),
    actions: new Map(
      Object.entries(object(source.actions ?? {}, id)).map(([name, steps]) => [
        name,
        frames(steps, `${id}.actions.${name}`),
      ]),
    ),
    heartbeat: frames(source.heartbeat, `${id}.heartbeat`),
    physics: Object.fromEntries(
      Object.entries(object(source.physics ?? {}, id)).map(([key, value]) => [
        key,
        number(value, `${id}.physics.${key}`),
      ]),
    ),
  };
}

/** All models of the folder, by the names of their files. */
export function loadModels(folder: string = import.meta.dirname): Map<string, DeviceModel> {
  const models = new Map<string, DeviceModel>();
  for (const file of readdirSync(folder).sort()) {
    if (!file.endsWith('.json') || file === 'home.json') continue;
    const id = path.basename(file, '.json');
    models.set(id, parseModel(id, JSON.parse(readFileSync(path.join(folder, file), 'utf8'))));
  }
  return models;
}

/** One device of the demo home. */
export interface Placement {
  model: string;
  ieee: string;
  name: string;
  room: string;
  /** Link quality at the coordinator, 0 to 255. */
  lqi: number;
  /** The name of the router that it joins through; undefined for the coordinator itself. */
  parent: string | undefined;
  /** The code on its label, with its checksum, in hexadecimal; undefined: it has none. */
  installCode?: string | undefined;
}

/** The demo home's devices, from `home.json`. */
export function loadHome(folder: string = import.meta.dirname): Placement[] {
  const home = object(JSON.parse(readFileSync(path.join(folder, 'home.json'), 'utf8')), 'home');
  return list(home.devices, 'home.devices').map((item, i) => {
    const where = `home.devices[${i}]`;
    const device = object(item, where);
    return {
      model: text(device.model, `${where}.model`),
      ieee: text(device.ieee, `${where}.ieee`),
      name: text(device.name, `${where}.name`),
      room: text(device.room, `${where}.room`),
      lqi: number(device.lqi, `${where}.lqi`),
      parent: device.parent === undefined ? undefined : text(device.parent, `${where}.parent`),
    };
  });
}
