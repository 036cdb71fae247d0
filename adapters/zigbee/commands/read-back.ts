// Reading a command back: the node's own word closes it, never our belief. What a node has not told by itself some
// moments after it took a command is asked for.
import type { Controller } from 'zigbee-herdsman';
import type { PropertyKey, PropertyValue } from '../../../hub/model/properties.ts';
import { valuesEqual } from '../../../hub/model/property-value.ts';
import type { AdapterContext } from '../../contract/adapter.ts';
import type { Binding } from '../definitions/binding.ts';
import type { Incoming } from '../incoming.ts';
import type { Node, WireState } from '../node.ts';
import { nodeError } from '../problems.ts';
import { getWire, newSending, type WireRequest } from './outgoing.ts';

/** When, after the transition, a node is asked for what it has not reported by itself. */
const CONFIRM_AFTER_MS = [400, 2_000, 8_000];
const CONFIRM_READ_LIMIT_MS = 5_000;

/** What was done, and what the node should say of itself afterwards. */
export interface Done {
  /** One reading back at a time for each; a newer one takes its place. */
  readonly id: string;
  readonly node: Node;
  readonly expected: ReadonlyMap<Binding, PropertyValue | null>;
  readonly transitionMs: number;
  /** The wire state that the converter takes the node to be in. */
  readonly state: WireState;
  readonly sinceMs: number;
}

export interface ReadBackOptions {
  readonly context: AdapterContext;
  readonly incoming: Incoming;
  controller(): Controller | null;
  /** Whether a newer command is under way in its place. */
  isBusy(id: string): boolean;
  nameOf(node: Node): string;
}

export class ReadBack {
  readonly #options: ReadBackOptions;
  readonly #confirmations = new Map<string, NodeJS.Timeout>();
  #isStopped = false;

  constructor(options: ReadBackOptions) {
    this.#options = options;
  }

  /** A newer command takes the place. */
  drop(id: string): void {
    clearTimeout(this.#confirmations.get(id));
    this.#confirmations.delete(id);
  }

  dropAll(): void {
    for (const timer of this.#confirmations.values()) clearTimeout(timer);
    this.#confirmations.clear();
  }

  stop(): void {
    this.#isStopped = true;
    this.dropAll();
  }

  /**
   * Asks, at growing distances, for what is not told. Lights also change `on` when their brightness is set, so what
   * the converter expects to change is asked for as well.
   */
  confirm(done: Done, step = 0): void {
    const { id, transitionMs } = done;
    this.drop(id);
    const afterMs = CONFIRM_AFTER_MS[step];
    if (afterMs === undefined || this.#isStopped) return;
    const delayMs = afterMs + (step === 0 ? transitionMs : 0);
    const check = async (): Promise<void> => {
      this.#confirmations.delete(id);
      const isDone = await this.#isConfirmed(done);
      const isCurrent = !this.#confirmations.has(id) && !this.#options.isBusy(id);
      if (!isDone && isCurrent) this.confirm(done, step + 1);
    };
    const timer = setTimeout(() => void check(), delayMs);
    this.#confirmations.set(id, timer);
  }

  async #isConfirmed({ node, state, sinceMs, ...done }: Done): Promise<boolean> {
    const expected = new Map(done.expected);
    for (const binding of companions(node, state)) {
      if (!expected.has(binding)) expected.set(binding, null);
    }
    const open = [...expected].filter(
      ([binding, value]) => !hasSaid(node, binding, value, sinceMs),
    );
    const requests = new Map<string, Pick<WireRequest, 'key' | 'endpointName'>>();
    for (const [{ canGet, converterKey: key, endpointName }] of open) {
      if (canGet) requests.set(`${key} ${endpointName}`, { key, endpointName });
    }
    for (const request of requests.values()) {
      const controller = this.#options.controller();
      if (controller === null) return true;
      const deadlineMs = Date.now() + CONFIRM_READ_LIMIT_MS;
      try {
        await getWire(node, request, newSending(node, { controller, deadlineMs }));
      } catch (error) {
        const text = nodeError(error, this.#options.nameOf(node)).message;
        this.#options.context.log('debug', `${request.key} could not be read back: ${text}`);
      }
    }
    this.#believeMute(node, open, state);
    return open.every(([binding, value]) => hasSaid(node, binding, value, sinceMs));
  }

  /** A node that can neither report nor be asked has only its acknowledgement: that is taken for its word. */
  #believeMute(
    node: Node,
    open: readonly (readonly [Binding, PropertyValue | null])[],
    state: WireState,
  ): void {
    const mute = open.filter(
      ([{ canGet, descriptor, wireKey }]) =>
        !canGet && descriptor.access === 'rw' && Object.hasOwn(state, wireKey),
    );
    const payload = Object.fromEntries(mute.map(([{ wireKey }]) => [wireKey, state[wireKey]]));
    this.#options.incoming.publish(node, payload, 'read');
  }
}

const COMPANIONS: ReadonlySet<string> = new Set(['on', 'brightness']);

/** What else the converter expects to change, unless it is known to be so. */
function companions(node: Node, state: WireState): Binding[] {
  return Object.entries(state).flatMap(([wireKey, wire]) =>
    (node.conversion?.byWireKey.get(wireKey) ?? []).filter((binding) => {
      const { descriptor, spec } = binding;
      if (!COMPANIONS.has(descriptor.name)) return false;
      const said = node.seen.get(descriptor.key as PropertyKey)?.value ?? null;
      return said === null || !valuesEqual(spec, said, binding.read(wire) ?? null);
    }),
  );
}

/** Whether the node has told this value since; without a value, whether it has told any. */
export function hasSaid(
  node: Node,
  { descriptor, spec }: Binding,
  value: PropertyValue | null,
  sinceMs: number,
): boolean {
  if (descriptor.access === 'w') return true;
  const said = node.seen.get(descriptor.key as PropertyKey);
  if (said === undefined || said.atMs < sinceMs) return false;
  return value === null || valuesEqual(spec, said.value, value);
}
