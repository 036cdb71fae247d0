// What a person chooses before a device is added: the protocol, and what that protocol asks for. Pure.

/** The protocols whose devices can be added, and the adapter that carries each. */
const PROTOCOLS = [
  { protocol: 'zigbee', adapter: 'zigbee' },
  { protocol: 'matter', adapter: 'matter' },
  { protocol: 'shelly', adapter: 'shelly' },
  { protocol: 'tasmota', adapter: 'mqtt' },
] as const;
export type Protocol = (typeof PROTOCOLS)[number]['protocol'];

export interface PairChoice {
  protocol: Protocol;
  /** Zigbee: the id of a router, or empty. */
  via: string;
  installCode: string;
  /** Matter: the digits or the text of the QR code. */
  code: string;
  /** Shelly: host or host:port, or empty to look around. */
  address: string;
  password: string;
}

/** Nothing chosen but the protocol. */
export function emptyChoice(protocol: Protocol): PairChoice {
  return { protocol, via: '', installCode: '', code: '', address: '', password: '' };
}

/** The protocols of the hub's adapters, in the order in which the page offers them. */
export function protocolsOf(adapters: readonly { readonly id: string }[]): readonly Protocol[] {
  return PROTOCOLS.filter(({ adapter }) => adapters.some(({ id }) => id === adapter)).map(
    ({ protocol }) => protocol,
  );
}

/** Whether enough is said to begin. */
export function isComplete({ protocol, code }: PairChoice): boolean {
  return protocol !== 'matter' || code.trim() !== '';
}

/** The request that begins. Only what the chosen protocol asks for is sent. */
export function pairRequest(choice: PairChoice, seconds: number): object {
  const { protocol } = choice;
  const text = (value: string): string | null => (value.trim() === '' ? null : value.trim());
  const own = {
    zigbee: () => ({ via: text(choice.via), installCode: text(choice.installCode) }),
    matter: () => ({ code: text(choice.code) }),
    shelly: () => ({ address: text(choice.address), password: text(choice.password) }),
    tasmota: () => ({}),
  };
  return { kind: 'pair', protocol, seconds, ...own[protocol]() };
}
