// Who may join: nobody while the network is closed, and of a crowd no more than radio and hub can take at once.
// Whoever was refused is told of: a person may have reset a device too early, or somebody tries the door.
import type { AdapterNotice } from '../../../hub/model/adapter-port.ts';
import type { AdapterContext } from '../../contract/adapter.ts';

/** Nodes that are asked what they are at one time; the next one may try again. */
export const JOINING_MAX = 250;
/** Nodes of a whole network, as many as a home has devices. */
export const NODES_MAX = 1_000;
/** Refused nodes that are remembered by their addresses; the oldest gives way. */
const REFUSED_MAX = 50;
/** Refusals of an hour that get a line of the log each; the others are counted. */
const LOGGED_MAX = 10;
/** So long a refusal is shown. */
const SHOWN_MS = 3_600_000;
/** Main hears of refusals this often at most. */
const TELL_EVERY_MS = 2_000;

export interface JoinGateOptions {
  readonly context: AdapterContext;
  isOpen(): boolean;
  /** Nodes that are joining or being asked now. */
  joining(): number;
  /** Nodes of the network. */
  nodes(): number;
  /** What is to be told of refusals has changed. */
  changed(): void;
}

export class JoinGate {
  readonly #options: JoinGateOptions;
  readonly #refused = new Map<string, number>();
  #count = 0;
  #logged = 0;
  #timer: NodeJS.Timeout | undefined;
  #fade: NodeJS.Timeout | undefined;

  constructor(options: JoinGateOptions) {
    this.#options = options;
  }

  /** Whether this unknown node may come in; the library sends it away otherwise. */
  accepts(ieeeAddress: string): boolean {
    const { isOpen, joining, nodes } = this.#options;
    if (!isOpen()) return this.#refuse(ieeeAddress, 'the network is closed', true);
    if (joining() >= JOINING_MAX) {
      return this.#refuse(ieeeAddress, `${JOINING_MAX} others are joining at this moment`, false);
    }
    if (nodes() >= NODES_MAX) {
      return this.#refuse(ieeeAddress, `the home has ${NODES_MAX} nodes, the most it holds`, false);
    }
    return true;
  }

  /** What a person should know of those that were refused; nothing once an hour has passed. */
  notices(): AdapterNotice[] {
    const [last] = [...this.#refused.keys()].reverse();
    if (last === undefined) return [];
    const times = this.#count === 1 ? '' : `, ${this.#count} times in all`;
    const many = this.#refused.size;
    const who =
      many === 1 ? last : `${last} and ${many === REFUSED_MAX ? 'many' : many - 1} others`;
    const zhWho = many === 1 ? last : `${last} 等 ${many} 个设备`;
    return [
      {
        severity: 'warning',
        text: {
          en: `${who} wanted to join while no device was being added, and was refused${times}. If it is yours: begin "Add a device" first, then reset it once more.`,
          zh: `${zhWho}在没有添加设备时想要加入，已被拒绝${this.#count === 1 ? '' : `（共 ${this.#count} 次）`}。如果是你的设备：请先点“添加设备”，再把它重置一次。`,
        },
      },
    ];
  }

  /** The network was opened: whoever was refused has another chance, and need not be told of any more. */
  forgive(): void {
    if (this.#refused.size === 0) return;
    this.#clear();
    this.#options.changed();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#clear();
  }

  #clear(): void {
    clearTimeout(this.#fade);
    this.#refused.clear();
    this.#count = 0;
    this.#logged = 0;
  }

  #refuse(ieeeAddress: string, why: string, isTold: boolean): false {
    this.#log(`${ieeeAddress} wanted to join, but ${why}: refused`);
    if (!isTold) return false;
    this.#count += 1;
    this.#refused.delete(ieeeAddress);
    this.#refused.set(ieeeAddress, this.#count);
    const [oldest] = this.#refused.keys();
    if (this.#refused.size > REFUSED_MAX && oldest !== undefined) this.#refused.delete(oldest);
    clearTimeout(this.#fade);
    this.#fade = setTimeout(() => this.forgive(), SHOWN_MS);
    this.#fade.unref();
    if (this.#timer !== undefined) return false;
    // The first is told at once, what comes close behind it together.
    this.#options.changed();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#options.changed();
    }, TELL_EVERY_MS);
    this.#timer.unref();
    return false;
  }

  #log(text: string): void {
    this.#logged += 1;
    if (this.#logged > LOGGED_MAX) return;
    const more = this.#logged === LOGGED_MAX ? '; further ones are counted and not logged' : '';
    this.#options.context.log('warn', `${text}${more}`);
  }
}
