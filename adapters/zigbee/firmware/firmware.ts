// Firmware over the air: what a node runs, and sending it an image from a file of this machine, at once or when it
// asks by itself. The library would ask the public index on the internet where it is given no path, so it is always
// given one. One image at a time: two would halve each other's pace and fill the radio.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Events } from 'zigbee-herdsman';
import {
  ConflictError,
  HubError,
  type Problem,
  TimeoutError,
  toProblem,
  ValidationError,
} from '../../../hub/model/errors.ts';
import type {
  FirmwareIdentity,
  FirmwareNames,
  FirmwareOffer,
  FirmwareState,
  HeardFirmware,
} from '../../../hub/model/firmware.ts';
import type { NodeAddress } from '../../../hub/model/identifiers.ts';
import type { Node } from '../node.ts';
import { type ImageFile, openImageFile } from './image-file.ts';

const SENDING = { requestTimeout: 150_000, baseSize: 50 };
const CHECK_LIMIT_MS = 55_000;
const EMPTY_INDEX = 'no-images.json';
/** Spec: ZCL 07-5123 r8 § 11.13.3, image notify with a query jitter that every node asks at. */
const NOTIFY = { payloadType: 0, queryJitter: 100 };
const SUCCESS = 0;

export interface FirmwareOptions {
  /** Where the adapter keeps its files. */
  folder(): string;
  /** Between two blocks of an image: 250 ms, as Zigbee2MQTT has it, leave the network room for everything else. */
  blockDelayMs(): number;
  /** What the household calls a node. */
  nameOf(node: Node): string;
  /** Looks at the node again once it has restarted. */
  restarted(node: Node): Promise<void>;
}

/** An image that is being sent, or waits for its node to ask. */
interface Sending {
  readonly node: Node;
  readonly image: FirmwareOffer;
  readonly file: ImageFile;
  state: FirmwareState;
}

/** The node's own question, where it began an update by asking. */
interface Question {
  readonly data: Events.MessagePayload['data'];
  readonly sequence: number;
}

export class FirmwareUpdates {
  readonly #options: FirmwareOptions;
  readonly #sending = new Map<NodeAddress, Sending>();
  /** How the last one of each node ended. */
  readonly #ended = new Map<NodeAddress, FirmwareState>();
  /** What nodes said that they run, also when they asked by themselves. */
  readonly #identities = new Map<NodeAddress, FirmwareIdentity>();

  constructor(options: FirmwareOptions) {
    this.#options = options;
  }

  state({ address }: Node): FirmwareState {
    return this.#sending.get(address)?.state ?? this.#ended.get(address) ?? { kind: 'idle' };
  }

  /** Which of the nodes take images, and what they have said so far, asked or by themselves. */
  heardOf(nodes: Iterable<Node>): HeardFirmware[] {
    return [...nodes].filter(isClient).map((node) => ({
      node: node.address,
      manufacturerCode: node.device.manufacturerID ?? null,
      identity: this.#identities.get(node.address) ?? null,
      names: namesOf(node),
    }));
  }

  /** @throws HubError where the node takes no images or does not answer */
  async check(node: Node): Promise<FirmwareIdentity> {
    const name = this.#demand(node);
    node.isUpdating = true;
    try {
      const url = this.#emptyIndex();
      const asking = node.device.checkOta({ url }, undefined, {});
      const { current } = await limited(asking, name);
      const { manufacturerCode, imageType, fileVersion, hardwareVersion } = current;
      return {
        ...{ manufacturerCode, imageType, fileVersion },
        hardwareVersion: hardwareVersion ?? null,
        names: namesOf(node),
      };
    } finally {
      node.isUpdating = false;
    }
  }

  /** @returns its name @throws HubError where it takes no images, or is at one */
  #demand(node: Node): string {
    const name = this.#options.nameOf(node);
    if (!isClient(node)) {
      throw new HubError('unsupported', `${name} takes no firmware over the air`, {
        hint: 'Its maker has not provided for it; nothing is wrong with it.',
        zh: {
          message: `${name} 不支持无线更新固件`,
          hint: '厂商没有提供这个功能，设备本身没有问题。',
        },
      });
    }
    if (node.isUpdating) {
      throw new ConflictError(`${name} is being updated already`, {
        hint: 'Wait until that has ended, or stop it: ingle firmware abort DEVICE',
        zh: {
          message: `${name} 正在更新`,
          hint: '请等它结束，或停止它：ingle firmware abort 设备',
        },
      });
    }
    return name;
  }

  /** Begins to send, or waits for the node to ask; how it goes is told by `state`. */
  start(node: Node, image: FirmwareOffer): void {
    this.#demand(node);
    if (!path.isAbsolute(image.path)) {
      throw new ValidationError(`"${image.path}" is not the path of an image`);
    }
    if (!image.whenAsked && this.#isBusy) {
      throw new HubError('busy', 'Another device is being sent its image', {
        zh: { message: '正在给另一个设备发送固件', hint: null },
      });
    }
    const file = openImageFile(image);
    this.#sending.get(node.address)?.file.close();
    const sending: Sending = { node, image, file, state: { kind: 'armed' } };
    this.#sending.set(node.address, sending);
    if (!image.whenAsked) void this.#send(sending, null);
  }

  async #send(sending: Sending, question: Question | null): Promise<void> {
    const { node, image, file } = sending;
    const { address } = node;
    const name = this.#options.nameOf(node);
    const end = (state: FirmwareState) => {
      file.close();
      node.isUpdating = false;
      // The coordinator may have gone meanwhile, and another sending have begun.
      if (this.#sending.get(address) !== sending) return;
      this.#sending.delete(address);
      this.#ended.set(address, state);
    };
    node.isUpdating = true;
    sending.state = { kind: 'running', bytes: 0, of: file.imageBytes };
    try {
      const [, updated] = await node.device.updateOta(
        { url: file.path, downgrade: image.isDowngrade },
        question?.data as Parameters<typeof node.device.updateOta>[1],
        question?.sequence,
        {},
        (percent) => {
          if (percent >= 100) sending.state = { kind: 'restarting' };
        },
        { ...SENDING, responseDelay: this.#options.blockDelayMs() },
      );
      if (updated === undefined) {
        throw new HubError('rejected-by-device', `${name} does not take this image`, {
          hint: 'It goes on with the firmware that it has.',
          zh: { message: `${name} 不接受这个固件`, hint: '它继续运行原来的固件。' },
        });
      }
      node.isUpdating = false;
      this.#identities.delete(address);
      await this.#options.restarted(node).catch(() => {});
      end({ kind: 'done' });
    } catch (error) {
      const problem = error instanceof HubError ? toProblem(error) : sendingProblem(name, error);
      end({ kind: 'failed', problem });
    }
  }

  abort(node: Node): void {
    const sending = this.#sending.get(node.address);
    if (sending?.state.kind !== 'armed') {
      node.device.abortOta();
      return;
    }
    sending.file.close();
    this.#sending.delete(node.address);
  }

  /** A node has asked for an image, or, while it is being sent one, for a part of it. */
  heard(node: Node, message: Events.MessagePayload): void {
    const sending = this.#sending.get(node.address);
    if (message.type === 'commandQueryNextImageRequest') {
      const identity = this.#identify(node, message.data);
      if (identity === null || sending === undefined) return;
      if (sending.state.kind === 'armed') this.#asked(sending, identity, message);
      else if (sending.state.kind === 'running') answerAgain(sending, message);
      return;
    }
    if (message.type !== 'commandImageBlockRequest') return;
    const offset = 'fileOffset' in message.data ? message.data.fileOffset : undefined;
    if (sending?.state.kind !== 'running' || typeof offset !== 'number') return;
    sending.state = { ...sending.state, bytes: Math.min(offset, sending.state.of) };
  }

  /** A node that was cut off from its power has forgotten what it was sent: it is told to ask again. */
  announced(node: Node): void {
    if (this.#sending.get(node.address)?.state.kind !== 'running') return;
    const endpoint = node.device.endpoints.find((one) => one.supportsOutputCluster('genOta'));
    endpoint?.commandResponse('genOta', 'imageNotify', NOTIFY).catch(() => {
      // It asks by itself, or the sending runs into its limit.
    });
  }

  /** An image waits for this node, and the node has asked: if it is for it and the radio is free, it is sent. */
  #asked(sending: Sending, identity: FirmwareIdentity, message: Events.MessagePayload): void {
    const { image, node, file } = sending;
    const { manufacturerCode, imageType, fileVersion } = identity;
    const isFor = image.manufacturerCode === manufacturerCode && image.imageType === imageType;
    if (isFor && image.fileVersion === fileVersion) {
      // The hub was ended when it had it whole already.
      file.close();
      this.#sending.delete(node.address);
      this.#ended.set(node.address, { kind: 'done' });
      return;
    }
    if (!isFor) {
      file.close();
      this.#sending.delete(node.address);
      const name = this.#options.nameOf(node);
      const problem: Problem = {
        code: 'rejected-by-device',
        message: `${name} asked for another kind of image than the one that waits for it`,
        hint: 'It goes on with the firmware that it has. Import an image that its maker made for it.',
        zh: {
          message: `${name} 请求的固件种类与等待中的不同`,
          hint: '它继续运行原来的固件。请导入厂商为它提供的固件。',
        },
      };
      this.#ended.set(node.address, { kind: 'failed', problem });
      return;
    }
    const sequence = message.meta.zclTransactionSequenceNumber;
    // While another is being sent its image, this one is told that there is none; it asks again later.
    if (this.#isBusy || sequence === undefined) return;
    void this.#send(sending, { data: message.data, sequence });
  }

  #identify(node: Node, data: Events.MessagePayload['data']): FirmwareIdentity | null {
    const read = (field: string): number | null => {
      const value = Object.entries(data).find(([name]) => name === field)?.[1];
      return typeof value === 'number' ? value : null;
    };
    const manufacturerCode = read('manufacturerCode');
    const imageType = read('imageType');
    const fileVersion = read('fileVersion');
    if (manufacturerCode === null || imageType === null || fileVersion === null) return null;
    const hardwareVersion = read('hardwareVersion');
    const names = namesOf(node);
    const identity = { manufacturerCode, imageType, fileVersion, hardwareVersion, names };
    this.#identities.set(node.address, identity);
    return identity;
  }

  /** The coordinator is gone, and with it whatever was being sent. */
  lost(): void {
    for (const { file } of this.#sending.values()) file.close();
    this.#sending.clear();
    this.#ended.clear();
  }

  get #isBusy(): boolean {
    return [...this.#sending.values()].some(({ state }) => state.kind !== 'armed');
  }

  #emptyIndex(): string {
    const folder = this.#options.folder();
    const file = path.resolve(folder, EMPTY_INDEX);
    if (!existsSync(file)) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      writeFileSync(file, '[]\n', { mode: 0o600 });
    }
    return file;
  }
}

/** It asks anew in the middle. The library waits for blocks, whichever come, so the answer is given here. */
function answerAgain({ image, file }: Sending, { endpoint, meta }: Events.MessagePayload): void {
  const { manufacturerCode, imageType, fileVersion } = image;
  const answer = {
    ...{ status: SUCCESS, manufacturerCode, imageType, fileVersion },
    imageSize: file.imageBytes,
  };
  endpoint
    .commandResponse(
      'genOta',
      'queryNextImageResponse',
      answer,
      undefined,
      meta.zclTransactionSequenceNumber,
    )
    .catch(() => {
      // It asks once more.
    });
}

function sendingProblem(name: string, error: unknown): Problem {
  const text = error instanceof Error ? error.message : String(error);
  const isRefused = text.includes('failed with reason');
  return {
    code: isRefused ? 'rejected-by-device' : 'timed-out',
    message: isRefused
      ? `${name} refused the image when it had it whole: ${text}`
      : `The image did not get through: ${text}`,
    hint: 'The device goes on with the firmware that it has.',
    zh: {
      message: isRefused ? `${name} 收完固件后拒绝了它（${text}）` : `固件没有传完（${text}）`,
      hint: '设备继续运行原来的固件。',
    },
  };
}

function isClient({ device }: Node): boolean {
  return device.endpoints.some((endpoint) => endpoint.supportsOutputCluster('genOta'));
}

/** The public index calls devices as they call themselves, or as their definition says in place of that. */
function namesOf({ device, definition }: Node): FirmwareNames {
  const ota: object = typeof definition?.ota === 'object' ? definition.ota : {};
  const said = new Map<string, unknown>(Object.entries(ota));
  const texts = (...values: readonly unknown[]) =>
    values.filter((value): value is string => typeof value === 'string' && value !== '');
  return {
    modelIds: texts(device.modelID, said.get('modelId')),
    manufacturerNames: texts(device.manufacturerName, said.get('manufacturerName')),
    otaHeaderString: texts(said.get('otaHeaderString'))[0] ?? null,
  };
}

async function limited<Result>(work: Promise<Result>, name: string): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const message = `${name} did not say what it runs`;
  const options = {
    hint: 'Check that it has power; keep one with a battery awake by pressing its button. Then try again.',
    zh: {
      message: `${name} 没有说明它运行的固件`,
      hint: '请检查它是否有电；电池设备请按它的按键使其保持唤醒。然后再试一次。',
    },
  };
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimeoutError(message, options)), CHECK_LIMIT_MS);
  });
  try {
    return await Promise.race([work, late]);
  } catch (error) {
    if (error instanceof HubError) throw error;
    throw new TimeoutError(message, { ...options, cause: error });
  } finally {
    clearTimeout(timer);
  }
}
