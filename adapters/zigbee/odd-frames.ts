// What one odd frame may not do to the library: fail where nobody catches it, or leave behind something that makes every
// later message of its node fail. Seen while the line was fuzzed: a node that reports a number as its manufacturer's name
// had each of its messages rejected from then on, over restarts too, until the adapter ended of too many rejections.
import { Controller } from 'zigbee-herdsman';
import { Device } from 'zigbee-herdsman/dist/controller/model/device.js';
import { logger } from 'zigbee-herdsman/dist/utils/logger.js';

/** Attributes of the Basic cluster that are text. Spec: ZCL 07-5123 r8 § 3.2.2.2. */
const TEXTS = ['modelId', 'manufacturerName', 'dateCode', 'swBuildId'] as const;
/** What the library does with each thing that comes from the coordinator. */
const HANDLERS = ['onZclPayload', 'onZdoResponse', 'onDeviceJoined', 'onDeviceLeave'] as const;
const NAMESPACE = 'ingle:frames';

type Basic = Readonly<Record<string, unknown>>;
interface Node {
  updateGenBasic(data: Basic): void;
}
type Handlers = Record<(typeof HANDLERS)[number], (...args: unknown[]) => unknown>;

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
  const handlers = Controller.prototype as unknown as Handlers;
  for (const name of HANDLERS) {
    const original = handlers[name];
    handlers[name] = function (this: Handlers, ...args) {
      return caught(name, () => original.apply(this, args));
    };
  }
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
    logger.warning(`${name} failed: ${error instanceof Error ? error.message : error}`, NAMESPACE);
  }
}
