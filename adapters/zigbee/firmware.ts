// Firmware over the air: what a node runs, and sending it an image from a file of this machine. The library would ask
// the public index on the internet where it is given no path, so it is always given one.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Events } from 'zigbee-herdsman';
import {
  ConflictError,
  HubError,
  TimeoutError,
  toProblem,
  ValidationError,
} from '../../hub/model/errors.ts';
import type { FirmwareIdentity, FirmwareState } from '../../hub/model/firmware.ts';
import type { NodeAddress } from '../../hub/model/identifiers.ts';
import type { Node } from './node.ts';

/** As Zigbee2MQTT does it: 200 bytes a second leave the network room for everything else. */
const SENDING = { requestTimeout: 150_000, responseDelay: 250, baseSize: 50 };
const CHECK_LIMIT_MS = 55_000;
const EMPTY_INDEX = 'no-images.json';

export class FirmwareUpdates {
  readonly #folder: () => string;
  readonly #states = new Map<NodeAddress, FirmwareState>();
  /** Looks at the node again once it has restarted. */
  readonly #restarted: (node: Node) => Promise<void>;

  constructor(folder: () => string, restarted: (node: Node) => Promise<void>) {
    this.#folder = folder;
    this.#restarted = restarted;
  }

  state(node: Node): FirmwareState {
    return this.#states.get(node.address) ?? { kind: 'idle' };
  }

  /** @throws HubError where the node takes no images or does not answer */
  async check(node: Node): Promise<FirmwareIdentity> {
    this.#demandClient(node);
    this.#demandIdle(node);
    node.isUpdating = true;
    try {
      const url = this.#emptyIndex();
      const asking = node.device.checkOta({ url }, undefined, {});
      const { current } = await limited(asking, `${node.address} did not say what it runs`);
      const { manufacturerCode, imageType, fileVersion, hardwareVersion } = current;
      return { manufacturerCode, imageType, fileVersion, hardwareVersion: hardwareVersion ?? null };
    } finally {
      node.isUpdating = false;
    }
  }

  /** Begins to send; how it goes is told by `state`. */
  start(node: Node, file: string): void {
    this.#demandClient(node);
    this.#demandIdle(node);
    if (!path.isAbsolute(file) || file.endsWith('.json')) {
      throw new ValidationError(`"${file}" is not the path of an image`);
    }
    node.isUpdating = true;
    this.#states.set(node.address, { kind: 'running', bytes: 0 });
    void this.#send(node, file);
  }

  async #send(node: Node, file: string): Promise<void> {
    const end = (state: FirmwareState) => {
      node.isUpdating = false;
      this.#states.set(node.address, state);
    };
    try {
      const [, updated] = await node.device.updateOta(
        { url: file },
        undefined,
        undefined,
        {},
        (percent) => {
          if (percent >= 100) this.#states.set(node.address, { kind: 'restarting' });
        },
        { ...SENDING },
      );
      if (updated === undefined) {
        throw new HubError('rejected-by-device', `${node.address} does not take this image`);
      }
      node.isUpdating = false;
      await this.#restarted(node).catch(() => {});
      end({ kind: 'done' });
    } catch (error) {
      const isOurs = error instanceof HubError;
      const message = error instanceof Error ? error.message : String(error);
      const problem = isOurs
        ? toProblem(error)
        : {
            code: 'timed-out' as const,
            message: `The image did not get through: ${message}`,
            hint: 'The device goes on with the firmware that it has. Bring it nearer and try again.',
          };
      end({ kind: 'failed', problem });
    }
  }

  abort(node: Node): void {
    node.device.abortOta();
  }

  /** A node that is being sent an image has asked for a part of it. */
  asked(node: Node, { data }: Events.MessagePayload): void {
    const offset = 'fileOffset' in data ? data.fileOffset : undefined;
    if (this.state(node).kind !== 'running' || typeof offset !== 'number') return;
    this.#states.set(node.address, { kind: 'running', bytes: offset });
  }

  /** The coordinator is gone, and with it whatever was being sent. */
  lost(): void {
    this.#states.clear();
  }

  #demandClient(node: Node): void {
    if (node.device.endpoints.some((endpoint) => endpoint.supportsOutputCluster('genOta'))) return;
    throw new HubError('unsupported', `${node.address} takes no firmware over the air`);
  }

  #demandIdle(node: Node): void {
    if (!node.isUpdating) return;
    throw new ConflictError(`${node.address} is being updated already`);
  }

  #emptyIndex(): string {
    const folder = this.#folder();
    const file = path.resolve(folder, EMPTY_INDEX);
    if (!existsSync(file)) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      writeFileSync(file, '[]\n', { mode: 0o600 });
    }
    return file;
  }
}

async function limited<Result>(work: Promise<Result>, message: string): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const hint = 'Keep it awake by pressing its button, and try again.';
    timer = setTimeout(() => reject(new TimeoutError(message, { hint })), CHECK_LIMIT_MS);
  });
  try {
    return await Promise.race([work, late]);
  } catch (error) {
    if (error instanceof HubError) throw error;
    throw new TimeoutError(message, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}
