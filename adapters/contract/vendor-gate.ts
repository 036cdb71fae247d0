// What of the words that come from a vendor's process main believes. Its own host has looked at them already, but the
// vendor's code lives in the same process and can write past that host: so each is looked at again here, outside.
import type { AdapterToMain } from '../../hub/model/adapter-port.ts';
import { VENDOR_LIMITS } from '../../hub/model/vendor-adapter.ts';
import { allowance } from './allowance.ts';
import { asNotices, asProblem, asState, descriptionProblem } from './vendor-check.ts';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
const NOTICES_MAX = 20;
const LOG_CHARACTERS_MAX = 2_000;
const NODE_CHARACTERS_MAX = 200;
const DROPPED_TOLD_EVERY_MS = 60_000;

/** The message as main may take it; null for one that is none, is not an adapter's of others, or is one too many. */
export type VendorGate = (given: unknown) => AdapterToMain | null;

/** A gate for one life of a process. @param nowMs monotonic */
export function vendorGate(nowMs: () => number): VendorGate {
  const { rates, nodes: nodesMax } = VENDOR_LIMITS;
  const mayDescribe = allowance(rates.descriptions, nowMs);
  const mayLog = allowance(rates.logs, nowMs);
  const nodes = new Set<string>();

  return (given) => {
    if (typeof given !== 'object' || given === null) return null;
    const message = given as Readonly<Record<string, unknown>>;
    switch (message.kind) {
      case 'state': {
        const own = (message.state as { kind?: unknown } | null)?.kind;
        if (!mayDescribe()) return null;
        if (own === 'starting' || own === 'stopped') return { kind: 'state', state: { kind: own } };
        const state = asState(message.state);
        return state && { kind: 'state', state };
      }
      case 'described': {
        if (!mayDescribe() || descriptionProblem(message.description) !== null) return null;
        const described = message as Extract<AdapterToMain, { kind: 'described' }>;
        const { node } = described.description;
        if (nodes.size >= nodesMax && !nodes.has(node)) return null;
        nodes.add(node);
        return { kind: 'described', description: described.description };
      }
      case 'left': {
        const { node } = message as Extract<AdapterToMain, { kind: 'left' }>;
        const isNode = typeof node === 'string' && node.length <= NODE_CHARACTERS_MAX;
        return isNode && mayDescribe() ? { kind: 'left', node } : null;
      }
      case 'notices':
        if (!mayDescribe()) return null;
        return { kind: 'notices', notices: asNotices(message.notices).slice(0, NOTICES_MAX) };
      case 'answer': {
        const { call, result = null, problem } = message;
        if (typeof call !== 'number') return null;
        const said = problem === null || problem === undefined ? null : asProblem(problem);
        return { kind: 'answer', call, result, problem: said };
      }
      case 'pong': {
        const { number, rssBytes } = message;
        if (typeof number !== 'number') return null;
        return { kind: 'pong', number, rssBytes: typeof rssBytes === 'number' ? rssBytes : null };
      }
      case 'log': {
        const level = LEVELS.find((one) => one === message.level);
        if (level === undefined || typeof message.text !== 'string' || !mayLog()) return null;
        return { kind: 'log', level, text: message.text.slice(0, LOG_CHARACTERS_MAX) };
      }
      case 'stopped':
        return { kind: 'stopped' };
      default:
        // Pairing, the bridge, what is shared and the mesh are none of its business.
        return null;
    }
  };
}

/** Counts what is dropped; `tell` is given the count at the first, and then once a minute. */
export function countedDrops(tell: (count: number) => void, nowMs: () => number): () => void {
  let count = 0;
  let toldAtMs: number | null = null;
  return () => {
    count += 1;
    if (toldAtMs !== null && nowMs() - toldAtMs < DROPPED_TOLD_EVERY_MS) return;
    toldAtMs = nowMs();
    tell(count);
  };
}
