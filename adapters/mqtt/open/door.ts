// Where MQTT comes in to the open interface: the MQTT adapter knows the messages, the open adapter the devices, and
// both live in one worker without knowing one another. Topics: `ingle/open/ACCOUNT/DEVICE/…`.
import { createHash, timingSafeEqual } from 'node:crypto';
import { HubError, toProblem } from '../../../hub/model/errors.ts';
import {
  commandMessage,
  type OpenAsk,
  type OpenCommand,
  VENDOR_LIMITS,
  type VendorAccount,
} from '../../../hub/model/open-interface.ts';
import type { Bus } from '../bus.ts';
import { isAsk, readAsk } from './message.ts';

/** The user of a vendor's account at the hub's broker: nothing that another account can be called. */
const USER = /^open\.([a-z0-9][a-z0-9-]{0,31})$/;

type Answer = (account: string, ask: OpenAsk) => Promise<unknown>;

/** What the MQTT adapter does for the door. */
export interface DoorKeeper {
  /** Cuts off whoever is connected with the account. */
  revoked(account: string): void;
  /** Whether a program of the account listens on the topic; null where a broker of others knows that alone. */
  isHeard(topic: string, account: string): boolean | null;
}

export class OpenDoor {
  #answer: Answer | null = null;
  #accounts: readonly VendorAccount[] = [];
  #bus: Bus | null = null;
  #keeper: DoorKeeper | null = null;
  /** Accounts that have spoken over MQTT. */
  readonly #present = new Set<string>();

  /** The open adapter takes what is said. */
  open(answer: Answer): void {
    this.#answer = answer;
  }

  close(): void {
    this.#answer = null;
  }

  know(accounts: readonly VendorAccount[]): void {
    const before = this.#accounts;
    this.#accounts = accounts;
    for (const name of this.#present) {
      if (!accounts.some((account) => account.name === name)) this.#present.delete(name);
    }
    for (const { name } of before) {
      if (!accounts.some((account) => account.name === name)) this.#keeper?.revoked(name);
    }
  }

  /** The MQTT adapter lends its bus, and cuts off who is revoked. */
  use(bus: Bus, keeper: DoorKeeper): void {
    this.#bus = bus;
    this.#keeper = keeper;
    bus.subscribe('ingle/open/+/+/+', (topic, payload, isKept) => {
      void this.#heard(topic, payload, isKept);
    });
  }

  leave(): void {
    this.#bus = null;
    this.#keeper = null;
    this.#present.clear();
  }

  /** The account of this user and token at the hub's own broker; null for none. */
  accountOf(user: string, token: Buffer): string | null {
    const name = USER.exec(user)?.[1];
    const account = this.#accounts.find((each) => each.name === name);
    if (account === undefined) return null;
    const given = createHash('sha256').update(token).digest();
    const wanted = Buffer.from(account.tokenHash, 'hex');
    return wanted.length === given.length && timingSafeEqual(given, wanted) ? account.name : null;
  }

  /** Hands a command to a program that takes them over MQTT; false where none is there. */
  tell(account: string, command: OpenCommand): boolean {
    if (this.#bus?.isConnected !== true) return false;
    const topic = `ingle/open/${account}/${command.device}/command`;
    if (!(this.#keeper?.isHeard(topic, account) ?? this.#present.has(account))) return false;
    this.#bus.publish(topic, JSON.stringify(commandMessage(command)));
    return true;
  }

  async #heard(topic: string, payload: Buffer, isKept: boolean): Promise<void> {
    const [, , account = '', device = '', what = ''] = topic.split('/');
    const answer = this.#answer;
    const isKnown = this.#accounts.some(({ name }) => name === account);
    if (answer === null || !isKnown || !isAsk(what) || payload.length === 0) return;
    try {
      if (payload.length > VENDOR_LIMITS.descriptionBytes) throw tooLong(payload.length);
      this.#present.add(account);
      await answer(account, readAsk(device, what, payload.toString('utf8'), isKept));
    } catch (error) {
      const { code, message, hint, errors } = toProblem(error);
      const text = JSON.stringify({ code, message, hint, ...(errors ? { errors } : {}) });
      if (this.#bus?.isConnected)
        this.#bus.publish(`ingle/open/${account}/${device}/problem`, text);
    }
  }
}

function tooLong(bytes: number): HubError {
  const [has, most] = [bytes, VENDOR_LIMITS.descriptionBytes].map((one) => Math.ceil(one / 1024));
  return new HubError('too-large', `The message has ${has} KB; ${most} KB is the most`, {
    hint: 'Send less at once: several reports, each with some of the values.',
  });
}
