// The device of the round in the steps of a repeat over devices: the name that stands for it, and the steps with a
// device in its place.
import type { DeviceId } from '../../hub/model/identifiers.ts';
import type { Step } from './steps.ts';

/** Stands in the steps for the device of the round. No device has such an id. */
export const EACH = 'each' as DeviceId;

const bound = new WeakMap<Step, Map<DeviceId, Step>>();

/** The step with the device in the place of EACH; what does not name it stays the same object. */
export function boundStep(step: Step, device: DeviceId): Step {
  let known = bound.get(step);
  if (known === undefined) {
    known = new Map();
    bound.set(step, known);
  }
  const found = known.get(device) ?? replaced(step, device);
  known.set(device, found);
  return found;
}

/** Whether the node names EACH anywhere. */
export function namesEach(node: unknown): boolean {
  if (typeof node !== 'object' || node === null) return false;
  return Object.entries(node).some(
    ([key, value]) =>
      isEach(key, value) || (Array.isArray(value) && isEachAmong(key, value)) || namesEach(value),
  );
}

function isEach(key: string, value: unknown): boolean {
  return key === 'device' && value === EACH;
}

function isEachAmong(key: string, value: readonly unknown[]): boolean {
  return LISTS.has(key) && value.includes(EACH);
}

/** Keys under which devices stand as a list of their ids. */
const LISTS: ReadonlySet<string> = new Set(['devices', 'except']);

function replaced<Node>(node: Node, device: DeviceId): Node {
  if (typeof node !== 'object' || node === null) return node;
  let isSame = true;
  const entries = Object.entries(node).map(([key, value]): [string, unknown] => {
    const now = isEach(key, value)
      ? device
      : Array.isArray(value) && isEachAmong(key, value)
        ? value.map((one) => (one === EACH ? device : one))
        : replaced(value, device);
    if (now !== value) isSame = false;
    return [key, now];
  });
  if (isSame) return node;
  // The same keys with values of the same shape.
  return (
    Array.isArray(node) ? entries.map(([, value]) => value) : Object.fromEntries(entries)
  ) as Node;
}
