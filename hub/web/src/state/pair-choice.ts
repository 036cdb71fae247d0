// What a person chooses before a device is added: the protocol, and what that protocol asks for. Pure.
import { type ProblemWords, ValidationError } from '../../../model/errors.ts';
import { readInstallCode } from '../../../model/install-code.ts';
import { LAN_FAMILIES, type LanProtocol } from '../../../model/lan-families.ts';

/** The protocols whose devices can be added, and the adapter that carries each. */
export type Protocol = 'zigbee' | 'matter' | LanProtocol | 'tasmota';

interface ProtocolRow {
  readonly protocol: Protocol;
  readonly adapter: string;
  readonly title: string;
}

const PROTOCOLS: readonly ProtocolRow[] = [
  { protocol: 'zigbee', adapter: 'zigbee', title: 'Zigbee' },
  { protocol: 'matter', adapter: 'matter', title: 'Matter' },
  ...LAN_FAMILIES.map(({ protocol, title }) => ({ protocol, adapter: protocol, title })),
  { protocol: 'tasmota', adapter: 'mqtt', title: 'Tasmota' },
];

/** What people call a protocol; a name that is the same in every language. */
export function titleOf(protocol: Protocol): string {
  return PROTOCOLS.find((row) => row.protocol === protocol)?.title ?? protocol;
}

/** The adapter that carries a protocol. */
export function carrierOf(protocol: Protocol): string {
  return PROTOCOLS.find((row) => row.protocol === protocol)?.adapter ?? protocol;
}

export interface PairChoice {
  protocol: Protocol;
  /** Zigbee: the id of a router, or empty. */
  via: string;
  installCode: string;
  /** Matter: the digits or the text of the QR code. */
  code: string;
  /** A Wi-Fi family: host or host:port, or empty to look around. */
  address: string;
  /** A Wi-Fi family: its password or key. */
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

/** Those of the protocols that an owner can switch on, and that are not. */
export function switchedOff(protocols: readonly Protocol[]): readonly Protocol[] {
  return (['matter', 'tasmota'] as const).filter((protocol) => !protocols.includes(protocol));
}

/** What is known of a typed or scanned install code before it is sent. */
export type InstallCodeCheck =
  | { readonly kind: 'none' }
  | { readonly kind: 'good'; readonly isChecked: boolean }
  | { readonly kind: 'wrong'; readonly words: Readonly<Record<'en' | 'zh', ProblemWords>> };

/** Reads an install code as the hub will. */
export function installCodeCheck(text: string): InstallCodeCheck {
  if (text.trim() === '') return { kind: 'none' };
  try {
    return { kind: 'good', isChecked: readInstallCode(text).isChecked };
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    const en = { message: error.message, hint: error.hint };
    return { kind: 'wrong', words: { en, zh: error.zh ?? en } };
  }
}

/** The one of several scanned texts that is an install code; else the first, which is then told as wrong. */
export function installCodeIn(texts: readonly string[]): string {
  return texts.find((text) => installCodeCheck(text).kind === 'good') ?? texts[0] ?? '';
}

/** Whether enough is said to begin. */
export function isComplete({ protocol, code, installCode }: PairChoice): boolean {
  if (protocol === 'zigbee') return installCodeCheck(installCode).kind !== 'wrong';
  return protocol !== 'matter' || code.trim() !== '';
}

/** Whether it is one device that is meant, which is added; else the hub looks for what there is. */
export function isOneDevice({ protocol, address }: PairChoice): boolean {
  return protocol === 'matter' || address.trim() !== '';
}

/** The request that begins. Only what the chosen protocol asks for is sent. */
export function pairRequest(choice: PairChoice, seconds: number): object {
  const { protocol } = choice;
  const text = (value: string): string | null => (value.trim() === '' ? null : value.trim());
  const own = (): object => {
    switch (protocol) {
      case 'zigbee':
        return { via: text(choice.via), installCode: text(choice.installCode) };
      case 'matter':
        return { code: text(choice.code) };
      case 'tasmota':
        return {};
      default:
        return { address: text(choice.address), password: text(choice.password) };
    }
  };
  return { kind: 'pair', protocol, seconds, ...own() };
}
