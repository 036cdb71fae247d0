// From an address to a device that is known: connects, shows what it asks for, and has it tell what it is and what it
// is made of.
import { HubError } from '../../../hub/model/errors.ts';
import type { Json } from '../known-devices.ts';
import { calledOff, silent } from '../lan-problems.ts';
import { compact, isJson, type ListedEntity, Said } from './entity.ts';
import type { Received } from './library.ts';
import { Link, type LinkOptions } from './link.ts';
import {
  keyMalformed,
  notEsphome,
  passwordNeeded,
  passwordWrong,
  tooNew,
  tooOld,
} from './problems.ts';

const ASK_WITHIN_MS = 8_000;
const LIST_WITHIN_MS = 20_000;
/** Entities and actions of one device; the largest configurations have some hundred. */
export const ENTITIES_MAX = 512;
const PARTS_MAX = 64;
/** ESPHome 2021.8: lamps say their colour modes since. */
const API_MINOR_MIN = 6;
/** Covers of older devices can all be stopped, and do not say so. */
const API_MINOR_WITH_STOP = 8;
/** Older devices want to be told a password in any case, even an empty one. */
const API_MINOR_WITHOUT_PASSWORD = 12;

/** What a device says of itself; plain data, kept. */
export interface NodeInfo {
  /** Twelve small hexadecimal digits. */
  readonly mac: string;
  readonly name: string;
  readonly title: string;
  readonly manufacturer: string;
  readonly model: string;
  readonly firmware: string;
  readonly hasDeepSleep: boolean;
  /** Devices behind it that it presents as its own parts, by their numbers. */
  readonly parts: readonly { readonly number: number; readonly title: string }[];
}

/** What is shown to a device before it tells anything. */
export type Credential =
  | { readonly kind: 'none' }
  | { readonly kind: 'password'; readonly password: string }
  | { readonly kind: 'key'; readonly key: string };

/** A device that is connected and known. */
export interface Session {
  readonly link: Link;
  readonly info: NodeInfo;
  readonly entities: readonly ListedEntity[];
  /** Entities that were listed and not taken: of kinds that are newer than the library, or over the limit. */
  readonly untaken: number;
}

/**
 * What a secret is: 32 bytes in base64 are a key, anything else is a password of older devices.
 * @throws HubError for a key that lost a part of it on its way
 */
export function credentialOf(secret: string | null, address: string): Credential {
  const text = secret?.trim() ?? '';
  if (text === '') return { kind: 'none' };
  if (/^[A-Za-z0-9+/]{43}=$/.test(text)) return { kind: 'key', key: text };
  if (/^[A-Za-z0-9+/]{38,48}=$/.test(text)) throw keyMalformed(address, text.length);
  return { kind: 'password', password: secret ?? '' };
}

/**
 * Connects and asks a device what it is.
 * @throws HubError in words for the household, whatever goes wrong
 */
export async function openSession(
  options: Omit<LinkOptions, 'key'>,
  credential: Credential,
): Promise<Session> {
  const { address, signal } = options;
  const key = credential.kind === 'key' ? credential.key : null;
  let link: Link | null = null;
  const abort = () => link?.close();
  signal?.addEventListener('abort', abort);
  try {
    link = await Link.open({ ...options, key });
    const minor = await greet(link, address.text);
    const said = await link.ask('DeviceInfoRequest', {}, 'DeviceInfoResponse', ASK_WITHIN_MS);
    await authorize(link, address.text, { credential, minor, usesPassword: said.usesPassword });
    const info = infoOf(said, address.text);
    const entities: ListedEntity[] = [];
    let untaken = 0;
    const take = ({ type, fields }: Received): void => {
      const kind = /^ListEntities(\w+)Response$/.exec(type ?? '')?.[1];
      if (kind !== undefined && entities.length < ENTITIES_MAX) {
        const isStoppable = kind === 'Cover' && minor < API_MINOR_WITH_STOP;
        const listed = isStoppable ? { ...fields, supportsStop: true } : fields;
        entities.push({ kind, fields: compact(listed) });
      } else if (kind !== undefined || type === null) untaken += 1;
    };
    await link.collect('ListEntitiesRequest', 'ListEntitiesDoneResponse', take, LIST_WITHIN_MS);
    if (signal?.aborted) throw calledOff(address.text);
    return { link, info, entities, untaken };
  } catch (error) {
    link?.close();
    // The time is over: what it was waited for says more than that.
    throw signal?.aborted && link !== null ? silent(address.text) : error;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

/** @returns the minor version of the API that it speaks */
async function greet(link: Link, address: string): Promise<number> {
  const hello = { clientInfo: 'Ingle', apiVersionMajor: 1, apiVersionMinor: 10 };
  let said: Json;
  try {
    said = await link.ask('HelloRequest', hello, 'HelloResponse', ASK_WITHIN_MS);
  } catch (error) {
    // It took the connection and said nothing that a device would say.
    const isNonsense = error instanceof HubError && error.code === 'rejected-by-device';
    throw isNonsense ? notEsphome(address) : error;
  }
  const version = new Said(said);
  const major = version.number('apiVersionMajor') ?? 0;
  const minor = version.number('apiVersionMinor') ?? 0;
  const text = `${major}.${minor}`;
  if (major > 1) throw tooNew(address, text);
  if (major < 1 || minor < API_MINOR_MIN) throw tooOld(address, text);
  return minor;
}

async function authorize(
  link: Link,
  address: string,
  asked: { credential: Credential; minor: number; usesPassword: unknown },
): Promise<void> {
  const { credential, minor } = asked;
  const usesPassword = asked.usesPassword === true;
  const isNew = minor >= API_MINOR_WITHOUT_PASSWORD;
  if (!usesPassword && isNew) return;
  const password = credential.kind === 'password' ? credential.password : '';
  if (usesPassword && password === '') throw passwordNeeded(address);
  const answer = ['AuthenticationRequest', { password }, 'AuthenticationResponse'] as const;
  const { invalidPassword } = await link.ask(...answer, ASK_WITHIN_MS);
  if (invalidPassword === true) throw passwordWrong(address);
}

/** @throws HubError for what no device says of itself */
function infoOf(fields: Json, address: string): NodeInfo {
  const said = new Said(fields);
  const mac = said.text('macAddress').toLowerCase().replaceAll(/[:-]/g, '');
  const name = said.text('name', 64);
  if (!/^[0-9a-f]{12}$/.test(mac) || name === '') throw notEsphome(address);
  const friendly = said.text('friendlyName', 60);
  const version = said.text('esphomeVersion', 20);
  // A product says who made it: `apollo.msr-2`.
  const [maker = '', ...product] = said.text('projectName', 80).split('.');
  const isProduct = product.length > 0;
  const projectVersion = said.text('projectVersion', 20);
  return {
    mac,
    name,
    title: friendly === '' ? name : friendly,
    manufacturer: isProduct ? maker : said.text('manufacturer', 60) || 'ESPHome',
    model: (isProduct ? product.join('.') : said.text('model', 60)) || 'ESPHome',
    firmware: projectVersion === '' ? version : `${projectVersion} (ESPHome ${version})`,
    hasDeepSleep: said.flag('hasDeepSleep'),
    parts: said
      .list('devicesList')
      .slice(0, PARTS_MAX)
      .flatMap((part) => {
        const number = part.number('deviceId') ?? 0;
        return number > 0 ? [{ number, title: part.text('name', 60) || `${name} ${number}` }] : [];
      }),
  };
}

/** What was kept of a device's words about itself; undefined when it is damaged. */
export function readInfo(kept: unknown): NodeInfo | undefined {
  if (!isJson(kept)) return undefined;
  const { mac, name, title, manufacturer, model, firmware, hasDeepSleep, parts } = kept;
  const isWhole =
    typeof mac === 'string' &&
    /^[0-9a-f]{12}$/.test(mac) &&
    [name, title, manufacturer, model, firmware].every((text) => typeof text === 'string') &&
    typeof hasDeepSleep === 'boolean' &&
    Array.isArray(parts) &&
    parts.every(
      (part) => isJson(part) && Number.isInteger(part.number) && typeof part.title === 'string',
    );
  return isWhole ? (kept as unknown as NodeInfo) : undefined;
}
