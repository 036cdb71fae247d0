// Where MQTT comes in to the open interface: the MQTT adapter knows the messages, the open adapter the devices, and
// both live in one worker without knowing one another. Topics: `ingle/open/ACCOUNT/DEVICE/…`.
import { createHash, timingSafeEqual } from 'node:crypto';
import { toProblem, ValidationError } from '../../../hub/model/errors.ts';
import type { OpenAsk, OpenCommand, VendorAccount } from '../../../hub/model/open-interface.ts';
import type { PropertyValue } from '../../../hub/model/properties.ts';
import type { Bus } from '../bus.ts';

const PAYLOAD_BYTES_MAX = 32 * 1024;
/** The user of a vendor's account at the hub's broker: nothing that another account can be called. */
const USER = /^open\.([a-z0-9][a-z0-9-]{0,31})$/;

type Answer = (account: string, ask: OpenAsk) => Promise<unknown>;

export class OpenDoor {
  #answer: Answer | null = null;
  #accounts: readonly VendorAccount[] = [];
  #bus: Bus | null = null;
  #revoked: ((account: string) => void) | null = null;
  /** Accounts that have spoken over MQTT and are there. */
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
      if (!accounts.some((account) => account.name === name)) this.#revoked?.(name);
    }
  }

  /** The MQTT adapter lends its bus, and cuts off who is revoked. */
  use(bus: Bus, revoked: (account: string) => void): void {
    this.#bus = bus;
    this.#revoked = revoked;
    bus.subscribe('ingle/open/+/+/+', (topic, payload) => void this.#heard(topic, payload));
  }

  leave(): void {
    this.#bus = null;
    this.#revoked = null;
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

  /** Hands a command to a program that takes them over MQTT; false where none has spoken. */
  tell(account: string, { id, device, body, withinMs }: OpenCommand): boolean {
    if (this.#bus?.isConnected !== true || !this.#present.has(account)) return false;
    const text = JSON.stringify(commandMessage({ id, device, body, withinMs }));
    this.#bus.publish(`ingle/open/${account}/${device}/command`, text);
    return true;
  }

  async #heard(topic: string, payload: Buffer): Promise<void> {
    const [, , account = '', device = '', what = ''] = topic.split('/');
    const answer = this.#answer;
    const isKnown = this.#accounts.some(({ name }) => name === account);
    if (answer === null || !isKnown || !ASKS.has(what) || payload.length === 0) return;
    try {
      if (payload.length > PAYLOAD_BYTES_MAX) throw new ValidationError('The message is too long');
      this.#present.add(account);
      await answer(account, askOf(device, what, payload.toString('utf8')));
    } catch (error) {
      const { code, message, hint, errors } = toProblem(error);
      const text = JSON.stringify({ code, message, hint, ...(errors ? { errors } : {}) });
      if (this.#bus?.isConnected)
        this.#bus.publish(`ingle/open/${account}/${device}/problem`, text);
    }
  }
}

const ASKS: ReadonlySet<string> = new Set([
  'description',
  'report',
  'event',
  'availability',
  'outcome',
]);

/** A command as it goes out, over either way. */
export function commandMessage({ id, device, body, withinMs }: OpenCommand): object {
  if (body.kind === 'invoke') return { id, device, command: body.name, args: body.args, withinMs };
  const { property, value, transitionMs } = body;
  const fade = transitionMs === undefined ? {} : { transitionMs };
  return { id, device, property, value, ...fade, withinMs };
}

function askOf(device: string, what: string, text: string): OpenAsk {
  if (what === 'availability') {
    return { kind: 'availability', device, online: text.trim() === 'online', reason: null };
  }
  const content: unknown = JSON.parse(text);
  if (what === 'description') return { kind: 'describe', device, description: content };
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw new ValidationError('The message is no object');
  }
  const fields = content as Readonly<Record<string, unknown>>;
  if (what === 'report') {
    return { kind: 'report', device, values: fields as Record<string, PropertyValue> };
  }
  if (what === 'event') {
    const { property, value } = fields;
    return { kind: 'event', device, property: String(property), value: value as PropertyValue };
  }
  const { id, state, message } = fields;
  return {
    ...{ kind: 'outcome', id: String(id) },
    state: state === 'failed' ? 'failed' : 'acknowledged',
    message: typeof message === 'string' ? message : null,
  };
}
