// All that a Shelly says of itself, asked for piece by piece, and how its later words are laid over it.
import { HubError } from '../../../hub/model/errors.ts';
import type { Whole } from './convert.ts';
import { isJson, type Json, type Rpc } from './rpc.ts';

const ASK_WITHIN_MS = 5_000;
/** Components that people have added come a few at a time. */
const PAGES_MAX = 64;
const FIELDS_MAX = 96;

/** @throws HubError */
export async function readWhole(rpc: Rpc): Promise<Whole> {
  const status = await rpc.request('Shelly.GetStatus', {}, ASK_WITHIN_MS);
  const config = await rpc.request('Shelly.GetConfig', {}, ASK_WITHIN_MS);
  const added = await readAdded(rpc);
  return {
    status: { ...added.status, ...status },
    config: { ...added.config, ...config },
    attributes: added.attributes,
  };
}

/** The whole status alone. @throws HubError */
export function readStatus(rpc: Rpc): Promise<Json> {
  return rpc.request('Shelly.GetStatus', {}, ASK_WITHIN_MS);
}

/** What people have added: virtual components and Bluetooth devices. Older firmware knows none. */
async function readAdded(rpc: Rpc): Promise<Whole> {
  const found: Json[] = [];
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const answer = await readPage(rpc, found.length);
    const components: readonly unknown[] = Array.isArray(answer.components)
      ? answer.components
      : [];
    found.push(...components.filter(isJson));
    const total = typeof answer.total === 'number' ? answer.total : 0;
    if (components.length === 0 || found.length >= total) break;
  }
  const field = (name: 'status' | 'config' | 'attrs') =>
    Object.fromEntries(
      found.flatMap(({ key, [name]: own }) =>
        typeof key === 'string' ? [[key, isJson(own) ? own : {}]] : [],
      ),
    );
  return { status: field('status'), config: field('config'), attributes: field('attrs') };
}

async function readPage(rpc: Rpc, offset: number): Promise<Json> {
  const params = { offset, dynamic_only: true, include: ['status', 'config'] };
  try {
    return await rpc.request('Shelly.GetComponents', params, ASK_WITHIN_MS);
  } catch (error) {
    if (error instanceof HubError && error.code === 'rejected-by-device') return {};
    throw error;
  }
}

/** What a notification changes. */
export interface Overlaid {
  readonly status: Json;
  /** The components of which it says something. */
  readonly keys: ReadonlySet<string>;
  /** Components that it names and nobody knew. */
  readonly strangers: readonly string[];
}

/**
 * Lays the words of a notification over a status.
 * @param isWhole it says all of each component, and not only what has changed
 */
export function overlay(status: Json, said: Json, isWhole: boolean): Overlaid {
  const keys = new Set<string>();
  const strangers: string[] = [];
  const changes: [string, Json][] = [];
  for (const [key, own] of Object.entries(said)) {
    if (!isJson(own)) continue;
    const before = Object.hasOwn(status, key) ? status[key] : undefined;
    if (!isJson(before)) {
      strangers.push(key);
      continue;
    }
    keys.add(key);
    changes.push([key, isWhole ? own : merged(before, own)]);
  }
  return { status: { ...status, ...Object.fromEntries(changes) }, keys, strangers };
}

/** One level deeper than the component: `aenergy` comes with its `total` alone. */
function merged(before: Json, change: Json): Json {
  const fields = Object.entries(change).map(([field, value]): [string, unknown] => {
    const old = Object.hasOwn(before, field) ? before[field] : undefined;
    return [field, isJson(old) && isJson(value) ? { ...old, ...value } : value];
  });
  const result = { ...before, ...Object.fromEntries(fields) };
  return Object.keys(result).length > FIELDS_MAX ? before : result;
}
