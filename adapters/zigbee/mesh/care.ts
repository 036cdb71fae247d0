// Care of the network as the adapter sees it: one thing to start, to stop, to ask, and to pass messages through.
import type { Controller } from 'zigbee-herdsman';
import type { NodeAddress } from '../../../hub/model/identifiers.ts';
import type { MeshCall } from '../../../hub/model/mesh.ts';
import type { WaitingLinks } from '../../../hub/model/node-links.ts';
import type { AdapterContext } from '../../contract/adapter.ts';
import { newSending } from '../commands/outgoing.ts';
import { CoordinatorCare } from '../coordinator/coordinator-care.ts';
import { sendWithin } from '../coordinator/herdsman.ts';
import type { ZigbeeFiles } from '../coordinator/network-file.ts';
import type { Radio } from '../coordinator/radio.ts';
import type { Node } from '../node.ts';
import type { ZigbeeSettings } from '../settings.ts';
import { MeshKeeper } from './mesh-keeper.ts';

const PING_LIMIT_MS = 2_500;

export interface CareOptions {
  readonly context: AdapterContext;
  readonly settings: ZigbeeSettings;
  readonly files: ZigbeeFiles;
  radio(): Radio;
  /** @throws HubError `unreachable` without a coordinator */
  live(): Controller;
  nodes(): Iterable<Node>;
  /** A node did not answer: whether it is there is judged by others. */
  suspect(node: Node): void;
}

/** What a message is, as far as the newest of its kind makes older ones worthless. */
interface Heard {
  readonly cluster: string | number;
  readonly type: string;
  readonly endpoint: { readonly ID: number };
  readonly data: unknown;
}

export class Care {
  readonly #options: CareOptions;
  readonly #mesh: MeshKeeper;
  readonly #coordinator: CoordinatorCare;

  constructor(options: CareOptions) {
    this.#options = options;
    const { context, settings, files } = options;
    const controller = () => options.radio().controller;
    this.#mesh = new MeshKeeper({
      context,
      settings,
      controller,
      nodes: options.nodes,
      ask: (node) => this.#ask(node),
    });
    this.#coordinator = new CoordinatorCare({
      context,
      files,
      radio: options.radio,
      controller: options.live,
    });
  }

  connected(): void {
    this.#mesh.connected();
    this.#coordinator.connected();
  }

  lost(): void {
    this.#mesh.lost();
  }

  stop(): void {
    this.#mesh.stop();
    this.#coordinator.stop();
  }

  linksWait(links: readonly WaitingLinks[]): void {
    this.#mesh.linksWait(links);
  }

  /** A node was taken into the home. */
  added(): void {
    this.#coordinator.deviceAdded();
    this.#mesh.added();
  }

  left(node: NodeAddress): void {
    this.#mesh.flood.forget(node);
  }

  /** Acts on what a node says by itself: at once, or, where it says too much, on the newest of its kind later. */
  hear(node: NodeAddress, message: Heard, act: () => void): void {
    this.#mesh.heard();
    // Answers were asked for, and images are fetched in hundreds of small parts.
    const isUnasked = !message.type.endsWith('Response') && message.cluster !== 'genOta';
    if (isUnasked) this.#mesh.flood.take(node, () => kindOf(message), act);
    else act();
  }

  async call(call: MeshCall): Promise<unknown> {
    switch (call.kind) {
      case 'mesh':
        return this.#mesh.mesh(this.#options.live());
      case 'meshSurvey':
        this.#options.live();
        this.#mesh.begin();
        return null;
      case 'meshSurveyState':
        return this.#mesh.surveyState;
      case 'meshSurveyStop':
        this.#mesh.endSurvey();
        return null;
      case 'meshReach':
        this.#options.live();
        this.#mesh.beginReach();
        return null;
      case 'meshReachState':
        return this.#mesh.reachState;
      case 'meshRelease':
        this.#mesh.release(call.node);
        return null;
      default:
        return this.#coordinator.call(call);
    }
  }

  async #ask(node: Node): Promise<boolean> {
    const { controller } = this.#options.radio();
    if (controller === null) return false;
    try {
      const sending = newSending(node, { controller, deadlineMs: Date.now() + PING_LIMIT_MS });
      await sendWithin(sending, () => node.device.ping(true));
      return true;
    } catch {
      this.#options.suspect(node);
      return false;
    }
  }
}

function kindOf({ cluster, type, endpoint, data }: Heard): string {
  const parts = typeof data === 'object' && data !== null ? Object.keys(data).join() : '';
  return `${endpoint.ID}|${cluster}|${type}|${parts}`;
}
