// Firmware of Matter nodes: what one runs, and giving it an image of the hub's catalogue. A node fetches it by itself
// after it was told, when it likes; it is over when it says that it runs the image. One whose transfer was cut off, by
// whatever end of it, is told again as soon as it has given up.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  ConflictError,
  HubError,
  type Problem,
  toProblem,
  UnreachableError,
  ValidationError,
} from '../../hub/model/errors.ts';
import type {
  FirmwareIdentity,
  FirmwareOffer,
  FirmwareState,
  HeardFirmware,
} from '../../hub/model/firmware.ts';
import type { NodeAddress } from '../../hub/model/identifiers.ts';
import { within } from '../contract/host.ts';
import type { Node } from './node.ts';
import type { OtaProvider } from './ota-provider.ts';

const BASIC_INFORMATION = 0x0028;
export const OTA_REQUESTOR = 0x002a;
/** Spec: Matter 1.0 Core § 11.1.6, attributes of Basic Information. */
const Attribute = { vendorId: 2, productId: 4, hardwareVersion: 7, softwareVersion: 9 };
const READ_LIMIT_MS = 10_000;
const ASK_EVERY_MS = 1_000;
const ASKED_FOR_MS = 12_000;
/** A node that is back says so; one that does not is asked after this. */
const QUIET_RESTART_MS = 3_000;
/** A node may ask ten minutes after it was told. Spec: Matter 1.0 Core § 11.19.3.3.2. */
const SILENT_LIMIT_MS = 15 * 60_000;
/** From its consent to apply the image until it is back and says what it runs. */
const RESTART_LIMIT_MS = 10 * 60_000;
/** UpdateState of a requestor, and its values while it does nothing. Spec: Matter 1.0 Core § 11.19.6.4.3. */
const UPDATE_STATE = 2;
const [UNKNOWN, IDLE] = [0, 1];
/** A node that was told and does nothing may still be waiting for its turn, up to ten minutes. */
const TURN_LIMIT_MS = 11 * 60_000;
/** A node that has just started may lose the word to its own start, as matter.js's does: it is told once more. */
const ONCE_MORE_MS = 15_000;
/** A transfer of which nothing was fetched for so long is none, where the node says that it does nothing. */
const STILL_MS = 20_000;
/** After it gave up it is told again, twice as late each time. */
const AGAIN_MS = 2_000;
const TOLD_MAX = 7;
/** matter.js's requestor answers only once it has given up what it was at. */
const HEARS_WITHIN_MS = 60_000;

interface Offered {
  readonly node: Node;
  readonly image: FirmwareOffer;
  state: FirmwareState;
  movedAtMs: number;
  isAsked: boolean;
  asked: number;
  /** How often it was told of the image, and when last. */
  told: number;
  toldAtMs: number;
  /** How often it was told once more because it had not begun. */
  inVain: number;
  /** Since it was told last it was at it, or away. */
  hasBegun: boolean;
  /** It is being told just now. */
  isHearing: boolean;
}

export class FirmwareUpdates {
  readonly #provider: () => Promise<OtaProvider>;
  readonly #nameOf: (node: NodeAddress) => string | undefined;
  readonly #offered = new Map<NodeAddress, Offered>();
  #opened: OtaProvider | null = null;

  constructor(
    provider: () => Promise<OtaProvider>,
    nameOf: (node: NodeAddress) => string | undefined,
  ) {
    this.#provider = provider;
    this.#nameOf = nameOf;
  }

  /** Those that take images, with what they run, which the standard has them tell. */
  heardOf(nodes: Iterable<Node>): HeardFirmware[] {
    return [...nodes].filter(takesImages).map((node) => {
      const identity = identityOf(node);
      return {
        node: node.address,
        manufacturerCode: identity?.manufacturerCode ?? null,
        identity: node.isOnline === true ? identity : null,
      };
    });
  }

  /** Reads it anew. @throws HubError where it takes no images or does not answer */
  async check(node: Node): Promise<FirmwareIdentity> {
    const name = this.#demand(node);
    try {
      const reading = node.peer.read(AbortSignal.timeout(READ_LIMIT_MS));
      await within(reading, READ_LIMIT_MS, `Reading ${name}`);
    } catch (error) {
      throw new UnreachableError(`${name} did not say what it runs`, {
        hint: 'Is it powered and on the network?',
        zh: { message: `${name} 没有说明它运行的固件`, hint: '它是否通电并在网络上？' },
        cause: error,
      });
    }
    const identity = identityOf(node);
    if (identity !== null) return identity;
    throw new HubError('unsupported', `${name} does not say what it runs`);
  }

  /** Tells the node that there is an image for it; how it goes is told by `state`. */
  async start(node: Node, image: FirmwareOffer): Promise<void> {
    const name = this.#demand(node);
    const under = this.#offered.get(node.address)?.state.kind;
    if (under === 'running' || under === 'restarting' || under === 'armed') {
      throw new ConflictError(`${name} is being updated already`, {
        zh: { message: `${name} 正在更新`, hint: null },
      });
    }
    if (image.isDowngrade) {
      throw new HubError('unsupported', 'A Matter device takes no older firmware', {
        hint: 'The standard has it refuse what is not newer.',
        zh: { message: 'Matter 设备不接受更旧的固件', hint: '标准规定它拒绝不更新的固件。' },
      });
    }
    const bytes = await readVerified(image);
    this.#opened ??= await this.#provider();
    const offered: Offered = {
      ...{
        node,
        image,
        isAsked: false,
        asked: 0,
        told: 0,
        inVain: 0,
        hasBegun: false,
        isHearing: false,
      },
      state: { kind: 'armed' },
      movedAtMs: performance.now(),
      toldAtMs: performance.now(),
    };
    this.#offered.set(node.address, offered);
    const { manufacturerCode: vendorId, imageType: productId, fileVersion } = image;
    try {
      const product = { vendorId, productId, softwareVersion: fileVersion };
      await this.#opened.offer(node.peer.fabricAddress, { ...product, bytes });
    } catch (error) {
      this.#offered.delete(node.address);
      throw new UnreachableError(`${name} cannot be told of its image`, {
        hint: 'It has to be within reach. Try again once it is back.',
        zh: { message: `无法告知 ${name} 有新固件`, hint: '它必须能联系上。等它恢复后再试。' },
        cause: error,
      });
    }
    // matter.js has told it already, and does not say whether it took the word.
    void this.#announce(offered);
  }

  state({ address, peer }: Node): FirmwareState {
    const offered = this.#offered.get(address);
    if (offered === undefined) return { kind: 'idle' };
    const before = offered.state;
    if (before.kind === 'done' || before.kind === 'failed') return before;
    offered.state = this.#look(offered);
    if (JSON.stringify(offered.state) !== JSON.stringify(before)) {
      offered.movedAtMs = performance.now();
    }
    this.#tellAgain(offered);
    const { kind } = offered.state;
    const isBack = this.#opened?.progress(peer.fabricAddress).kind === 'applied';
    const silentMs = performance.now() - offered.movedAtMs;
    if (kind === 'restarting' && (isBack || silentMs > QUIET_RESTART_MS)) this.#ask(offered);
    if (kind === 'done' || kind === 'failed') {
      this.#opened?.withdraw(peer.fabricAddress).catch(() => {
        // It is offered until it has expired there; the node runs it or refused it.
      });
    }
    return offered.state;
  }

  /** The node says by an event what it is at, sooner than by its attribute. */
  happened(node: Node, event: string, payload: unknown): void {
    const offered = this.#offered.get(node.address);
    if (offered === undefined || event !== 'StateTransition') return;
    const { newState } = (payload ?? {}) as { readonly newState?: unknown };
    if (newState !== IDLE) offered.hasBegun = true;
  }

  /** A node that does nothing, though it was told and has been at it or away since, has lost its transfer. */
  #tellAgain(offered: Offered): void {
    const { node, state } = offered;
    // It may fetch already while the word to it is not answered yet.
    if (state.kind === 'running') offered.hasBegun = true;
    if ((state.kind !== 'armed' && state.kind !== 'running') || offered.isHearing) return;
    if (node.isOnline !== true || isAtIt(node)) {
      offered.hasBegun = true;
      return;
    }
    const nowMs = performance.now();
    if (state.kind === 'running' && nowMs - offered.movedAtMs < STILL_MS) return;
    // One that does not begin is told twice more, since the word may have been lost, and then given up.
    const silentMs = offered.inVain === 0 ? ONCE_MORE_MS : TURN_LIMIT_MS;
    const pauseMs = offered.hasBegun ? AGAIN_MS * 2 ** Math.max(0, offered.told - 1) : silentMs;
    const isGivenUp = offered.told >= TOLD_MAX || (!offered.hasBegun && offered.inVain >= 2);
    if (nowMs - offered.toldAtMs < pauseMs || isGivenUp) return;
    offered.inVain = offered.hasBegun ? 0 : offered.inVain + 1;
    offered.toldAtMs = nowMs;
    offered.movedAtMs = nowMs;
    offered.hasBegun = false;
    offered.state = { kind: 'armed' };
    void this.#opened
      ?.endTransfer(node.peer.fabricAddress)
      .catch(() => {})
      .then(() => this.#announce(offered));
  }

  /** Tells the node that there is an image for it. One that does not take the word is told again. */
  async #announce(offered: Offered): Promise<void> {
    const { part, peer } = offered.node;
    const at = part.endpoints.find(({ clusters }) =>
      clusters.some(({ id }) => id === OTA_REQUESTOR),
    );
    const fields = this.#opened?.announcement;
    if (at === undefined || fields === undefined) return;
    const to = { endpoint: at.number, clusterId: OTA_REQUESTOR, command: 'announceOtaProvider' };
    offered.isHearing = true;
    // Counted also where it is not taken: one that refuses the word would be told for ever.
    offered.told += 1;
    try {
      await peer.invoke({ ...to, fields }, AbortSignal.timeout(HEARS_WITHIN_MS));
    } catch {
      // It is at a transfer still that has been cut off, or away.
      offered.hasBegun = true;
    }
    offered.isHearing = false;
  }

  /**
   * A node that says that it shuts down is connected to again only when somebody asks it. The question stands for
   * longer each time: one that is taken back early would begin the search for it anew, and one that it has heard in
   * the moment in which it went would be waited for in vain.
   */
  #ask(offered: Offered): void {
    if (offered.isAsked) return;
    offered.isAsked = true;
    const limitMs = Math.min(RESTART_LIMIT_MS, ASKED_FOR_MS * 2 ** offered.asked);
    offered.asked += 1;
    const pause = new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    const asking = offered.node.peer.read(AbortSignal.timeout(limitMs));
    void Promise.allSettled([pause, asking]).then(() => {
      offered.isAsked = false;
    });
  }

  #look({ node, image, state, movedAtMs }: Offered): FirmwareState {
    const isRunning = identityOf(node)?.fileVersion === image.fileVersion;
    if (isRunning && node.isOnline === true) return { kind: 'done' };
    const silentMs = performance.now() - movedAtMs;
    const progress = this.#opened?.progress(node.peer.fabricAddress) ?? { kind: 'failed' as const };
    const failed = (code: Problem['code'], en: string, zh: string): FirmwareState => {
      const name = this.#nameOf(node.address) ?? node.address;
      const hint = 'It goes on with the firmware that it has.';
      const chinese = { message: `${name}${zh}`, hint: '它继续运行原来的固件。' };
      return {
        kind: 'failed',
        problem: { code, message: `${name} ${en}`, hint, zh: chinese },
      };
    };
    switch (progress.kind) {
      case 'applied':
      case 'applying':
        if (silentMs <= RESTART_LIMIT_MS) return { kind: 'restarting' };
        return failed('rejected-by-device', 'did not come back with its image', '更新后没有恢复');
      case 'failed':
        // It may be on its way back with the image: its restart ends what it was offered, too.
        if (state.kind === 'restarting' && silentMs <= RESTART_LIMIT_MS) return state;
        return failed('timed-out', 'ended the transfer of its image', '中断了固件传输');
      case 'fetching':
        if (silentMs > SILENT_LIMIT_MS) break;
        return { kind: 'running', bytes: progress.bytes, of: progress.of || image.fileSize };
      case 'told':
        if (silentMs > SILENT_LIMIT_MS) break;
        return state.kind === 'running' ? state : { kind: 'armed' };
      default:
        progress satisfies never;
    }
    return failed('timed-out', 'did not fetch its image', '没有来取固件');
  }

  async abort({ address, peer }: Node): Promise<void> {
    const offered = this.#offered.get(address);
    if (offered === undefined) return;
    // What is being applied cannot be called back; it may have begun since somebody looked last.
    offered.state = this.#look(offered);
    if (offered.state.kind === 'restarting' || offered.state.kind === 'done') return;
    await this.#opened?.withdraw(peer.fabricAddress);
    this.#offered.delete(address);
  }

  /** @returns the node's name @throws HubError where it takes no images */
  #demand(node: Node): string {
    const name = this.#nameOf(node.address) ?? node.address;
    if (takesImages(node)) return name;
    throw new HubError('unsupported', `${name} takes no firmware over the air`, {
      zh: { message: `${name} 不支持无线更新固件`, hint: null },
    });
  }
}

/** What hangs on a bridge is updated by it. */
function takesImages({ isBridged, part }: Node): boolean {
  const { endpoints } = part;
  return (
    !isBridged && endpoints.some(({ clusters }) => clusters.some(({ id }) => id === OTA_REQUESTOR))
  );
}

/** It says that it asks, fetches or applies. */
function isAtIt({ part, peer }: Node): boolean {
  return part.endpoints.some(({ number, clusters }) => {
    if (!clusters.some(({ id }) => id === OTA_REQUESTOR)) return false;
    const state = Number(peer.attribute(number, OTA_REQUESTOR, UPDATE_STATE) ?? IDLE);
    return state !== UNKNOWN && state !== IDLE;
  });
}

function identityOf({ peer }: Node): FirmwareIdentity | null {
  const attributes = peer.cluster(0, BASIC_INFORMATION)?.attributes;
  const number = (id: number): number | null => {
    const value = attributes?.get(id)?.value;
    return typeof value === 'number' ? value : null;
  };
  const manufacturerCode = number(Attribute.vendorId);
  const imageType = number(Attribute.productId);
  const fileVersion = number(Attribute.softwareVersion);
  if (manufacturerCode === null || imageType === null || fileVersion === null) return null;
  const hardwareVersion = number(Attribute.hardwareVersion);
  return { manufacturerCode, imageType, fileVersion, hardwareVersion };
}

/** The file's bytes, read once. @throws ValidationError where they are not those of the checksum */
async function readVerified({ path: file, fileSize, sha512 }: FirmwareOffer): Promise<Buffer> {
  const bytes = await readFile(file).catch((error: unknown) => toProblem(error));
  const isSame =
    Buffer.isBuffer(bytes) &&
    bytes.length === fileSize &&
    createHash('sha512').update(bytes).digest('hex') === sha512;
  if (isSame) return bytes;
  const name = path.basename(file).slice(0, 24);
  throw new ValidationError(`${name} is not the file of its checksum`, {
    hint: 'It was changed on the disk. Import the image again from where it came.',
    zh: { message: `${name} 与它的校验和不符`, hint: '它在磁盘上被改动过。请从来源重新导入固件。' },
  });
}
