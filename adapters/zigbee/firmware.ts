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
import type { FirmwareIdentity, FirmwareState, HeardFirmware } from '../../hub/model/firmware.ts';
import type { NodeAddress } from '../../hub/model/identifiers.ts';
import type { Node } from './node.ts';

/** As Zigbee2MQTT does it: 200 bytes a second leave the network room for everything else. */
const SENDING = { requestTimeout: 150_000, responseDelay: 250, baseSize: 50 };
const CHECK_LIMIT_MS = 55_000;
const EMPTY_INDEX = 'no-images.json';

export class FirmwareUpdates {
  readonly #folder: () => string;
  readonly #states = new Map<NodeAddress, FirmwareState>();
  /** What nodes said that they run, also when they asked by themselves. */
  readonly #identities = new Map<NodeAddress, FirmwareIdentity>();
  /** Looks at the node again once it has restarted. */
  readonly #restarted: (node: Node) => Promise<void>;

  constructor(folder: () => string, restarted: (node: Node) => Promise<void>) {
    this.#folder = folder;
    this.#restarted = restarted;
  }

  state(node: Node): FirmwareState {
    return this.#states.get(node.address) ?? { kind: 'idle' };
  }

  /** Which of the nodes take images, and what they have said so far, asked or by themselves. */
  heardOf(nodes: Iterable<Node>): HeardFirmware[] {
    return [...nodes].filter(isClient).map(({ address, device }) => ({
      node: address,
      manufacturerCode: device.manufacturerID ?? null,
      identity: this.#identities.get(address) ?? null,
    }));
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
      this.#identities.delete(node.address);
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

  /** A node has asked for an image, or, while it is being sent one, for a part of it. */
  heard(node: Node, { type, data }: Events.MessagePayload): void {
    if (type === 'commandQueryNextImageRequest') this.#identify(node, data);
    if (type !== 'commandImageBlockRequest') return;
    const offset = 'fileOffset' in data ? data.fileOffset : undefined;
    if (this.state(node).kind !== 'running' || typeof offset !== 'number') return;
    this.#states.set(node.address, { kind: 'running', bytes: offset });
  }

  #identify(node: Node, data: Events.MessagePayload['data']): void {
    const read = (field: string): number | null => {
      const value = Object.entries(data).find(([name]) => name === field)?.[1];
      return typeof value === 'number' ? value : null;
    };
    const manufacturerCode = read('manufacturerCode');
    const imageType = read('imageType');
    const fileVersion = read('fileVersion');
    if (manufacturerCode === null || imageType === null || fileVersion === null) return;
    const hardwareVersion = read('hardwareVersion');
    const identity = { manufacturerCode, imageType, fileVersion, hardwareVersion };
    this.#identities.set(node.address, identity);
  }

  /** The coordinator is gone, and with it whatever was being sent. */
  lost(): void {
    this.#states.clear();
  }

  #demandClient(node: Node): void {
    if (isClient(node)) return;
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

function isClient({ device }: Node): boolean {
  return device.endpoints.some((endpoint) => endpoint.supportsOutputCluster('genOta'));
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
