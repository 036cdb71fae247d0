// What is kept of an ESPHome device: its address, what is shown to it, what it is made of, where its properties stand,
// and what waits for it to wake.
import { type Places, readPlaces } from '../../contract/places.ts';
import { parseLanAddress } from '../lan-address.ts';
import { isJson, type ListedEntity, readEntities } from './entity.ts';
import { type Credential, type NodeInfo, readInfo } from './session.ts';
import { readWishes, type Wish } from './waiting.ts';

/** Of the native API, where the address names none. */
export const PORT = 6_053;

/** One device as it is kept. Its key or password is needed at each connection, so it stands in the private file. */
export interface KnownDevice {
  readonly address: string;
  readonly credential: Credential;
  readonly info: NodeInfo;
  /** What it last said that it is made of: that describes it while it is off. */
  readonly entities: readonly ListedEntity[];
  /** Entities that it listed and the hub does not know. */
  readonly untaken: number;
  /** By the number of the part. */
  readonly places: Readonly<Record<string, Places>>;
  /** Parts that the household has removed. */
  readonly hidden: readonly number[];
  readonly waiting: readonly Wish[];
}

/** Reads what was kept; undefined when it is damaged. */
export function readKnown(kept: unknown): KnownDevice | undefined {
  if (!isJson(kept)) return undefined;
  const { address, hidden } = kept;
  const credential = readCredential(kept.credential);
  const info = readInfo(kept.info);
  const entities = readEntities(kept.entities);
  if (!isAddress(address) || !credential || !info || !entities) return undefined;
  const places = isJson(kept.places) ? kept.places : {};
  return {
    address,
    credential,
    info,
    entities,
    untaken: typeof kept.untaken === 'number' && kept.untaken > 0 ? kept.untaken : 0,
    places: Object.fromEntries(
      Object.entries(places).map(([part, own]) => [part, readPlaces(own)]),
    ),
    hidden: Array.isArray(hidden) ? hidden.filter((one) => Number.isInteger(one)) : [],
    waiting: readWishes(kept.waiting),
  };
}

function isAddress(kept: unknown): kept is string {
  try {
    return typeof kept === 'string' && parseLanAddress(kept, PORT).port > 0;
  } catch {
    return false;
  }
}

function readCredential(kept: unknown): Credential | undefined {
  if (!isJson(kept)) return undefined;
  const { kind, key, password } = kept;
  if (kind === 'none') return { kind };
  if (kind === 'key' && typeof key === 'string') return { kind, key };
  return kind === 'password' && typeof password === 'string' ? { kind, password } : undefined;
}
