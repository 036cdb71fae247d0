// What is kept of a Hue bridge, in the file of mode 0600: its key, its certificate's fingerprint, and what its nodes
// were.
import type { NodeDescription } from '../../../hub/model/device.ts';
import type { NodeAddress } from '../../../hub/model/identifiers.ts';
import type { Places } from '../../contract/places.ts';
import { isJson } from './resources.ts';

export interface KnownBridge {
  /** Its id, 16 small hexadecimal digits. */
  readonly id: string;
  readonly address: string;
  /** The application key that it gave. */
  readonly key: string;
  /** Of the certificate that it showed when it was added. */
  readonly fingerprint: string;
  readonly name: string;
  /** What its nodes last were: they stay described while it is off. */
  readonly descriptions: readonly NodeDescription[];
  /** Which endpoint each property of a node has. */
  readonly places: Readonly<Record<NodeAddress, Places>>;
  /** Devices, rooms and zones that the household took out of the home. */
  readonly removed: readonly string[];
}

export const PORT_DEFAULT = 443;

/** Whether the text is a bridge's id. */
export function isBridgeId(id: unknown): id is string {
  return typeof id === 'string' && /^[0-9a-f]{16}$/.test(id);
}

/** What was kept, checked; undefined when it is damaged. */
export function parseKnown(kept: unknown): KnownBridge | undefined {
  if (!isJson(kept)) return undefined;
  const { id, address, key, fingerprint, name, descriptions, places, removed } = kept;
  const texts = [address, key, fingerprint, name];
  const isWhole = isBridgeId(id) && texts.every((each) => typeof each === 'string');
  const isList = Array.isArray(descriptions) && descriptions.every(isDescription);
  const areIds = Array.isArray(removed) && removed.every((each) => typeof each === 'string');
  const havePlaces = isJson(places) && Object.values(places).every(isJson);
  const isKnown = isWhole && isList && areIds && havePlaces;
  return isKnown ? (kept as unknown as KnownBridge) : undefined;
}

function isDescription(value: unknown): value is NodeDescription {
  if (!isJson(value)) return false;
  const { node, title, properties } = value;
  return typeof node === 'string' && typeof title === 'string' && Array.isArray(properties);
}
