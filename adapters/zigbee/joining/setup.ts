// What a definition does with its node beyond converting: hooks at start, interview and announce, and the one-time
// configuration (bindings, reporting), repeated until it has worked and remembered in the library's database.
import type { Controller } from 'zigbee-herdsman';
import * as zhc from 'zigbee-herdsman-converters';
import type { AdapterContext } from '../../contract/adapter.ts';
import { within } from '../../contract/host.ts';
import type { Node } from '../node.ts';

type Event = Parameters<typeof zhc.onEvent>[0];
export type HookType = 'start' | 'deviceJoined' | 'deviceAnnounce' | 'deviceNetworkAddressChanged';

const CONFIGURE_LIMIT_MS = 60_000;
const CONFIGURE_ATTEMPTS_MAX = 3;
const CONFIGURE_AGAIN_MS = 10_000;

export class Setup {
  readonly #context: AdapterContext;
  readonly #exposesChanged: (node: Node) => void;

  constructor(context: AdapterContext, exposesChanged: (node: Node) => void) {
    this.#context = context;
    this.#exposesChanged = exposesChanged;
  }

  /** Calls the definition's hook; custom clusters, for one, exist only once `start` was called. */
  async hook(node: Node, type: HookType): Promise<void> {
    await this.#call(node, { type, data: this.#data(node) });
  }

  async interviewed(node: Node, status: 'started' | 'successful' | 'failed'): Promise<void> {
    await this.#call(node, { type: 'deviceInterview', data: { ...this.#data(node), status } });
  }

  /** Ends the definition's timers of a node. */
  async stop(node: Node): Promise<void> {
    await this.#call(node, { type: 'stop', data: { ieeeAddr: node.device.ieeeAddr } });
    node.hasStarted = false;
  }

  /** Whether the node still has to be configured. */
  isPending(node: Node): boolean {
    const { definition, device } = node;
    if (definition?.configure === undefined || !node.isInterviewed) return false;
    const configured: unknown = device.meta.configured;
    if (configured === undefined) return true;
    // A definition that wants to be configured again says so by its version.
    return definition.version !== '0.0.0' && configured !== definition.version;
  }

  /**
   * Configures a node that needs it: three attempts at most, 10 s apart, unless `isForced`. Sleeping nodes are
   * configured when they have just been heard. Resolves with whether it is configured now.
   */
  async configure(node: Node, controller: Controller, isForced = false): Promise<boolean> {
    const { definition, device } = node;
    if (definition?.configure === undefined) return true;
    if (!isForced && !this.isPending(node)) return true;
    const isTired =
      node.configureAttempts >= CONFIGURE_ATTEMPTS_MAX ||
      Date.now() - node.configureAtMs < CONFIGURE_AGAIN_MS;
    if (node.isConfiguring || (isTired && !isForced)) return false;
    const [coordinator] = controller.getDevicesByType('Coordinator');
    const [endpoint] = coordinator?.endpoints ?? [];
    if (endpoint === undefined) return false;
    node.isConfiguring = true;
    try {
      const configuring = Promise.resolve(definition.configure(device, endpoint, definition));
      await within(configuring, CONFIGURE_LIMIT_MS, 'Configuring');
      device.meta.configured = definition.version;
      device.save();
      node.configureAttempts = 0;
      node.configureProblem = null;
      return true;
    } catch (error) {
      node.configureAttempts += 1;
      const text = error instanceof Error ? error.message : String(error);
      node.configureProblem = text;
      this.#context.log(
        'warn',
        `${node.address} could not be configured (attempt ${node.configureAttempts}): ${text}`,
      );
      return false;
    } finally {
      node.configureAtMs = Date.now();
      node.isConfiguring = false;
    }
  }

  #data(node: Node) {
    return {
      device: node.device,
      state: node.state,
      options: node.options,
      deviceExposesChanged: () => this.#exposesChanged(node),
    };
  }

  async #call(node: Node, event: Event): Promise<void> {
    const { definition } = node;
    try {
      if (event.type === 'start') {
        node.hasStarted = true;
      } else if (event.type !== 'stop' && !node.hasStarted && definition?.onEvent !== undefined) {
        node.hasStarted = true;
        await definition.onEvent({ type: 'start', data: this.#data(node) });
      }
      await zhc.onEvent(event);
      await definition?.onEvent?.(event);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.#context.log(
        'warn',
        `The definition of ${node.address} failed at ${event.type}: ${text}`,
      );
    }
  }
}
