// What of the batches that come from a vendor's process the core takes. The core is one deterministic machine that
// trusts its inputs: an item of a wrong shape would end it. Its own host has looked at each item, but the vendor's code
// can write past that host onto the same socket, so shape and rate are looked at again at the core's end.
import type { AdapterItem, AdapterToCore } from '../../hub/model/adapter-port.ts';
import { VENDOR_LIMITS } from '../../hub/model/vendor-adapter.ts';
import { allowance } from './allowance.ts';
import { ITEMS_MAX } from './outbox.ts';
import { LINE_BYTES_MAX, type LineRules } from './socket-port.ts';
import { asProblem } from './vendor-check.ts';
import { countedDrops } from './vendor-gate.ts';

type Fields = Readonly<Record<string, unknown>>;

const NAME_CHARACTERS_MAX = 200;
const TEXT_CHARACTERS_MAX = 10_000;
const VALUES_MAX = 500;
/** Some may have left, and others come, since the line was opened. */
const NODES_MAX = VENDOR_LIMITS.nodes * 2;
const REASONS = ['report', 'read', 'reconnect'] as const;
const OUTCOMES = ['sent', 'acknowledged', 'failed', 'timedOut'] as const;
/** Its own host lets through as many; what it kept while the core was away comes on top. */
const ITEMS = {
  perSecond: VENDOR_LIMITS.rates.items.perSecond * 2,
  atOnce: ITEMS_MAX + VENDOR_LIMITS.rates.items.atOnce * 2,
};

/** The batch as the core may take it, without the items that are none; null for what is no batch. */
export type BatchGate = (given: unknown) => AdapterToCore | null;

/** A gate for one line. @param dropped told of each item or message that is left out @param nowMs monotonic */
export function batchGate(dropped: () => void, nowMs: () => number): BatchGate {
  const mayTell = allowance(ITEMS, nowMs);
  const nodes = new Set<string>();
  /** Of each node something is kept, also of one that is no device yet. */
  function isOfFew(item: AdapterItem): boolean {
    if (!('node' in item)) return true;
    if (nodes.size < NODES_MAX) nodes.add(item.node);
    return nodes.has(item.node);
  }
  return (given) => {
    const { kind, host, number, items } = (isFields(given) ? given : {}) as Fields;
    if (kind !== 'batch' || !isName(host) || !Number.isSafeInteger(number)) return refused();
    if (!Array.isArray(items) || Number(number) < 1) return refused();
    const right: AdapterItem[] = [];
    for (const each of items) {
      const item = mayTell() ? asItem(each) : null;
      if (item === null || !isOfFew(item)) dropped();
      else right.push(item);
    }
    return { kind, host, number: Number(number), items: right };
  };
  function refused(): null {
    dropped();
    return null;
  }
}

/** The rules of a vendor's line to the core, and the gate for what comes over it. */
export function heldBatches(tell: { dropped(count: number): void; broken(reason: string): void }): {
  readonly rules: LineRules;
  readonly gate: BatchGate;
} {
  const nowMs = () => performance.now();
  const drop = countedDrops(tell.dropped, nowMs);
  return {
    // A batch may be longer than a message to main.
    rules: {
      ...VENDOR_LIMITS.line,
      lineBytesMax: LINE_BYTES_MAX,
      malformed: drop,
      broken: tell.broken,
    },
    gate: batchGate(drop, nowMs),
  };
}

function asItem(given: unknown): AdapterItem | null {
  if (!isFields(given)) return null;
  const item = given as Fields & AdapterItem;
  switch (item.kind) {
    case 'report': {
      const { kind, node, values, reason } = item;
      const isRight = isName(node) && areValues(values) && REASONS.includes(reason);
      return isRight ? { kind, node, values, reason } : null;
    }
    case 'event': {
      const { kind, node, property, value, monoMs } = item;
      const isRight = isName(node) && isName(property) && isValue(value);
      return isRight && Number.isFinite(monoMs) ? { kind, node, property, value, monoMs } : null;
    }
    case 'availability': {
      const { kind, node, online, reason } = item;
      if (!isName(node) || typeof online !== 'boolean') return null;
      return { kind, node, online, reason: isName(reason) ? reason : null };
    }
    case 'outcome': {
      const { kind, command, state, problem } = item;
      if (!isName(command) || !OUTCOMES.includes(state)) return null;
      const isFailed = state === 'failed' || state === 'timedOut';
      return { kind, command, state, problem: isFailed ? asProblem(problem) : null };
    }
    default:
      // Messages of the home's topics and what waits for a sleeping node are not lent to it.
      return null;
  }
}

function isFields(given: unknown): given is Fields {
  return typeof given === 'object' && given !== null && !Array.isArray(given);
}

function isName(given: unknown): given is string {
  return typeof given === 'string' && given !== '' && given.length <= NAME_CHARACTERS_MAX;
}

function areValues(given: unknown): boolean {
  if (!isFields(given)) return false;
  const values = Object.entries(given);
  return (
    values.length <= VALUES_MAX && values.every(([key, value]) => isName(key) && isValue(value))
  );
}

/** A value of a property, or a colour, which is a flat map of numbers and words. */
function isValue(given: unknown): boolean {
  if (isPlain(given)) return true;
  return isFields(given) && Object.keys(given).length <= 8 && Object.values(given).every(isPlain);
}

function isPlain(given: unknown): boolean {
  if (typeof given === 'string') return given.length <= TEXT_CHARACTERS_MAX;
  return typeof given === 'boolean' || Number.isFinite(given);
}
