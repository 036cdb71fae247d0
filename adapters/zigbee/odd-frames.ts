// What odd frames may not do to the library: fail where nobody catches it, leave behind something that makes every
// later message of their node fail, or pile up answers. Seen while the line was fuzzed: a node that reports a number as
// its manufacturer's name had each of its messages rejected from then on, over restarts too, until the adapter ended of
// too many rejections; and answers that a flood asked for were kept by the tens of thousands, each for its turn.
import { Controller } from 'zigbee-herdsman';
import { Device } from 'zigbee-herdsman/dist/controller/model/device.js';
import { Endpoint } from 'zigbee-herdsman/dist/controller/model/endpoint.js';
import logging from 'zigbee-herdsman/dist/utils/logger.js';

/** Attributes of the Basic cluster that are text. Spec: ZCL 07-5123 r8 § 3.2.2.2. */
const TEXTS = ['modelId', 'manufacturerName', 'dateCode', 'swBuildId'] as const;
/** What the library does with each thing that comes from the coordinator. */
const HANDLERS = ['onZclPayload', 'onZdoResponse', 'onDeviceJoined', 'onDeviceLeave'] as const;
const NAMESPACE = 'ingle:frames';
/** Messages of one node whose answers are on their way; further ones are taken in, and not answered. */
const ANSWERING_MAX = 16;
/** Nodes that are being let in or sent away; further ones have to come again, as they do. */
const JOINING_MAX = 256;

type Basic = Readonly<Record<string, unknown>>;
interface Node {
  updateGenBasic(data: Basic): void;
  onZclData(...args: unknown[]): Promise<void>;
}
interface Answering {
  commandResponse(...args: unknown[]): Promise<void>;
}
type Handlers = Record<(typeof HANDLERS)[number], (...args: unknown[]) => Promise<void>>;

const mended = new WeakSet<object>();

/** Puts it in place for all devices and controllers of this process. May be called twice. */
export function standOddFrames(): void {
  const node = Device.prototype as unknown as Node;
  if (mended.has(node)) return;
  mended.add(node);
  const update = node.updateGenBasic;
  node.updateGenBasic = function (this: Node, data) {
    update.call(this, plausible(data));
  };
  node.onZclData = limited(ANSWERING_MAX, node.onZclData, async () => {});
  const endpoint = Endpoint.prototype as unknown as Answering;
  endpoint.commandResponse = limited(ANSWERING_MAX, endpoint.commandResponse, async () => {
    throw new Error(`${ANSWERING_MAX} answers to this node are on their way already`);
  });
  const handlers = Controller.prototype as unknown as Handlers;
  handlers.onDeviceJoined = limited(JOINING_MAX, handlers.onDeviceJoined, async () => {
    throw new Error(`${JOINING_MAX} nodes are joining already`);
  });
  for (const name of HANDLERS) {
    const original = handlers[name];
    handlers[name] = function (this: Handlers, ...args) {
      return caught(name, () => original.apply(this, args));
    };
  }
}

type Act = (...args: unknown[]) => Promise<void>;

/** The same, at most so many at a time for each thing that it is called on. */
function limited(max: number, act: Act, tooMany: () => Promise<void>): Act {
  const running = new WeakMap<object, number>();
  return async function (this: object, ...args) {
    const count = running.get(this) ?? 0;
    if (count >= max) return tooMany();
    running.set(this, count + 1);
    try {
      await act.apply(this, args);
    } finally {
      running.set(this, (running.get(this) ?? 1) - 1);
    }
  };
}

/** Takes names away that an odd frame has left in the list of devices. */
export function mendNames(controller: Controller): void {
  for (const device of controller.getDevicesIterator()) {
    if (isOdd(device.modelID)) device.modelID = '';
    if (isOdd(device.manufacturerName)) device.manufacturerName = '';
  }
}

function isOdd(name: unknown): boolean {
  return name !== undefined && typeof name !== 'string';
}

function plausible(data: Basic): Basic {
  const odd = TEXTS.filter((key) => Object.hasOwn(data, key) && typeof data[key] !== 'string');
  if (odd.length === 0) return data;
  return Object.fromEntries(
    Object.entries(data).filter(([key]) => !odd.some((name) => name === key)),
  );
}

async function caught(name: string, act: () => unknown): Promise<void> {
  try {
    await act();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    // The library's logger is another one once the hub has set its own.
    logging.logger.warning(`${name} failed: ${why}`, NAMESPACE);
  }
}
