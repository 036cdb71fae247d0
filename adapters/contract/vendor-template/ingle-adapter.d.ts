// What the hub gives an adapter and asks of it. Units and names of properties are those of `GET /api/properties` of a hub.

export type Value = boolean | number | string | { hue: number; saturation: number };

export type ErrorCode =
  | 'invalid-input'
  | 'not-found'
  | 'unreachable'
  | 'timed-out'
  | 'rejected-by-device'
  | 'unsupported'
  | 'busy';

export interface Words {
  message: string;
  hint: string | null;
}

export interface Problem extends Words {
  code: string;
  /** The same in Chinese. */
  zh?: Words;
}

export interface Property {
  key: string;
  name: string;
  type: 'boolean' | 'number' | 'enum' | 'string' | 'color';
  access: 'r' | 'w' | 'rw' | 'event';
}

/** What a node is. The hub sets `adapter` and `tier` itself. */
export interface NodeDescription {
  adapter: string;
  node: string;
  manufacturer: string;
  model: string;
  title: string;
  kind: string;
  power: 'mains' | 'battery' | 'unknown';
  tier: 'community';
  support: 'exact' | 'generated' | 'unsupported';
  firmware: string | null;
  properties: readonly Property[];
  commands: readonly string[];
}

export type State =
  | { kind: 'connecting' }
  | { kind: 'connected'; detail: string }
  | { kind: 'fault'; problem: Problem; retryAtMs: number | null };

/** Nothing here throws or blocks. Calls of one tick leave in one message. At most 200 reports and events a second. */
export interface Context {
  readonly id: string;
  /** A private folder of this adapter's own: the only one that it may write. */
  readonly dataFolder: string;
  /** As the owner set them: the `settings` of ingle-adapter.json by name. */
  readonly settings: Readonly<Record<string, string | number | boolean | null>>;
  nameOf(node: string): string | undefined;
  report(
    node: string,
    values: Readonly<Record<string, Value>>,
    reason: 'report' | 'read' | 'reconnect',
  ): void;
  /** Something that happens and is over, such as a press. */
  event(node: string, property: string, value: Value): void;
  availability(node: string, online: boolean, reason: string | null): void;
  /** At most one `sent`, then one of the others. */
  outcome(
    command: string,
    state: 'sent' | 'acknowledged' | 'failed' | 'timedOut',
    problem: Problem | null,
  ): void;
  described(description: NodeDescription): void;
  left(node: string): void;
  state(state: State): void;
  notices(
    notices: readonly { severity: 'warning' | 'fault'; text: { en: string; zh: string } }[],
  ): void;
  /** Without secrets. */
  log(level: 'debug' | 'info' | 'warn' | 'error', text: string): void;
}

export interface Command {
  id: string;
  node: string;
  body:
    | { kind: 'set'; property: string; value: Value; transitionMs?: number }
    | { kind: 'invoke'; name: string; args: Readonly<Record<string, Value>> };
  /** From its arrival. */
  timeoutMs: number;
}

export type Call =
  | { kind: 'describe' }
  | { kind: 'rename'; node: string; name: string }
  | { kind: 'refresh'; node: string }
  | { kind: 'interview'; node: string }
  | { kind: 'remove'; node: string }
  | { kind: 'pair' | 'pairStop' | 'statistics' };

export interface Adapter {
  /** Begins; resolves within 10 s, with or without the device. Rejects for a bad setting. */
  start(): Promise<void>;
  /** Ends all that it began, within 5 s. */
  stop(): Promise<void>;
  /** Tells the outcome; what is thrown as a HubError becomes `failed`. */
  send(command: Command): Promise<void> | void;
  /** Answers; rejects with `unsupported` for what it cannot do. */
  call(body: Call): Promise<unknown>;
}

export interface Tools {
  HubError: new (
    code: ErrorCode,
    message: string,
    options?: { hint?: string; zh?: Words },
  ) => Error;
  NotFoundError: new (what: string, id: string) => Error;
  nodeAddress(text: string): string;
  propertyKey(name: string, endpoint?: number): string;
  describeProperty(name: string, own?: object): Property;
  property(name: string): Property;
  /** Null where the value may stand in the property. */
  checkValue(property: Property, value: unknown): { message: string; hint: string } | null;
}

export type CreateAdapter = (context: Context, tools: Tools) => Adapter;
