// The open interface: how a device of any vendor joins over HTTP or MQTT, in the terms of the table of properties. What
// is said here is plain data; adapters/mqtt/open judges it, and the HTTP API carries it.
import type { CommandBody } from './command.ts';
import type { Actor } from './hub-port.ts';
import type { PropertyValue } from './properties.ts';

/** What an owner grants: a name, the hash of its token, and how many devices it may bring. */
export interface VendorAccount {
  readonly name: string;
  /** SHA-256 of the token, hex. */
  readonly tokenHash: string;
  readonly createdAtMs: number;
}

/** A vendor's account as it is shown. */
export interface VendorView {
  readonly name: string;
  readonly createdAtMs: number;
  readonly devices: number;
}

/** Devices that one account may bring, and accounts that a home may have. */
export const VENDOR_LIMITS = {
  accounts: 50,
  devices: 50,
  properties: 64,
  /** Requests of one account in a minute; over MQTT messages. Asking for commands is counted apart, to the same limit. */
  perMinute: 600,
  descriptionBytes: 32 * 1024,
  /** Commands that wait for one account's program to take them. */
  commands: 64,
  /** Programs of one account that wait for commands at one time, by stream or long poll. */
  waiters: 4,
} as const;

export const VENDOR_NAME = /^[a-z0-9][a-z0-9-]{0,31}$/;
export const VENDOR_DEVICE = /^[A-Za-z0-9][A-Za-z0-9_-]{0,47}$/;

/** A command on its way to a vendor's device. */
export interface OpenCommand {
  readonly id: string;
  readonly device: string;
  readonly body: CommandBody;
  /** Milliseconds in which it has to be answered. */
  readonly withinMs: number;
}

/** A command as it goes out, over HTTP and MQTT alike: `property` and `value`, or `command` and `args`. */
export function commandMessage({ id, device, body, withinMs }: OpenCommand): object {
  if (body.kind === 'invoke') return { id, device, command: body.name, args: body.args, withinMs };
  const { property, value, transitionMs } = body;
  const fade = transitionMs === undefined ? {} : { transitionMs };
  return { id, device, property, value, ...fade, withinMs };
}

/** A device of a vendor as it stands. */
export interface OpenDeviceView {
  readonly device: string;
  readonly node: string;
  readonly name: string;
  readonly isOnline: boolean;
  readonly properties: readonly string[];
}

/** What a vendor's program says or asks. */
export type OpenAsk =
  | { readonly kind: 'describe'; readonly device: string; readonly description: unknown }
  | {
      readonly kind: 'report';
      readonly device: string;
      readonly values: Readonly<Record<string, PropertyValue>>;
      /** The broker had kept it: what was so when somebody said it, and no word from the device now. */
      readonly isKept?: boolean;
    }
  | {
      readonly kind: 'event';
      readonly device: string;
      readonly property: string;
      readonly value: PropertyValue;
    }
  | {
      readonly kind: 'availability';
      readonly device: string;
      readonly online: boolean;
      readonly reason: string | null;
    }
  | {
      readonly kind: 'outcome';
      readonly id: string;
      readonly state: 'acknowledged' | 'failed';
      readonly message: string | null;
    }
  /** Answers with a list of `OpenCommand`, at once or as soon as there is one. */
  | { readonly kind: 'commands'; readonly waitMs: number; readonly waiter?: string }
  /** The program that waited under this name has gone: what comes is for another one. */
  | { readonly kind: 'stopWaiting'; readonly waiter: string }
  /** Answers with a list of `OpenDeviceView`. */
  | { readonly kind: 'list' }
  | { readonly kind: 'remove'; readonly device: string };

/** What main asks of the open interface's adapter. */
export type OpenCall =
  | { readonly kind: 'open'; readonly account: string; readonly ask: OpenAsk }
  /** All accounts that there are; what belongs to others goes. */
  | { readonly kind: 'vendors'; readonly accounts: readonly VendorAccount[] };

/** Edits of the vendors' accounts, and the way in for their programs. */
export interface Vendors {
  list(): Promise<readonly VendorView[]>;
  /** The token is told this once. */
  grant(name: string, actor: Actor): Promise<{ name: string; token: string }>;
  /** Its devices stay in the home, out of reach, until somebody removes them. */
  revoke(name: string, actor: Actor): Promise<void>;
  /** The name of the account with this token; null for none. */
  vendorOf(token: string): string | null;
  ask(account: string, ask: OpenAsk): Promise<unknown>;
}
