// Who is who on the bridge: each device of the home has its endpoint number and unique id for good, and so has each of
// its parts. A controller knows a device by them, so they outlive a restart, a new name, a replaced node and a restore.
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { DeviceId } from '../../../hub/model/identifiers.ts';
import { readPrivateJson, writePrivateJson } from '../../contract/private-file.ts';

const FILE = 'bridge-identity.json';
/** 0 is the node itself, 1 the aggregator. */
const FIRST = 2;
const NUMBER_MAX = 65_000;
/** Devices that are no longer offered are remembered too, the oldest of them up to here. */
const DEVICES_MAX = 4_000;

/** A device's endpoint, and those of its parts by their keys. */
export interface EndpointIdentity {
  readonly number: number;
  /** 32 hexadecimal digits, unlike any other ever. Spec: Matter 1.4 Core § 9.13.4. */
  readonly uniqueId: string;
  readonly parts: Readonly<Record<string, number>>;
}

interface Book {
  readonly version: 1;
  /** The bridge's own serial number. */
  readonly serial: string;
  next: number;
  readonly devices: Record<DeviceId, EndpointIdentity>;
}

/** The book of identities: every word of it is on disk before a controller can hear of it. */
export class Identities {
  readonly #file: string;
  readonly #book: Book;

  /** Reads the book, or begins one. @throws Error for one that cannot be read: a new one would lose every device. */
  constructor(folder: string) {
    this.#file = path.join(folder, FILE);
    const read = readPrivateJson(this.#file);
    if (read !== null && !isBook(read)) throw new Error(`${this.#file} is not a book of endpoints`);
    this.#book = read ?? { version: 1, serial: hex(8), next: FIRST, devices: {} };
    if (read === null) this.#write();
  }

  get serial(): string {
    return this.#book.serial;
  }

  /** The identities of these devices with these parts, in their order; new ones are given and kept. */
  of(
    wanted: readonly { readonly device: DeviceId; readonly parts: readonly string[] }[],
  ): EndpointIdentity[] {
    const { devices } = this.#book;
    let isNew = false;
    const found = wanted.map(({ device, parts }) => {
      const known = devices[device];
      const missing = parts.filter((key) => known?.parts[key] === undefined);
      if (known !== undefined && missing.length === 0) return known;
      isNew = true;
      const identity: EndpointIdentity = {
        number: known?.number ?? this.#number(),
        uniqueId: known?.uniqueId ?? hex(16),
        parts: {
          ...known?.parts,
          ...Object.fromEntries(missing.map((key) => [key, this.#number()])),
        },
      };
      devices[device] = identity;
      return identity;
    });
    if (isNew) {
      this.#forgetOldest(new Set(wanted.map(({ device }) => device)));
      this.#write();
    }
    return found;
  }

  /** Numbers are never given twice: a controller would take the new device for the old. */
  #number(): number {
    const number = this.#book.next;
    if (number > NUMBER_MAX) throw new Error('The bridge has no endpoint numbers left');
    this.#book.next += 1;
    return number;
  }

  #forgetOldest(needed: ReadonlySet<DeviceId>): void {
    const { devices } = this.#book;
    const known = Object.keys(devices) as DeviceId[];
    const spare = known.filter((device) => !needed.has(device));
    for (const device of spare.slice(0, Math.max(0, known.length - DEVICES_MAX))) {
      delete devices[device];
    }
  }

  #write(): void {
    writePrivateJson(this.#file, this.#book);
  }
}

const hex = (bytes: number): string => randomBytes(bytes).toString('hex');

function isBook(value: unknown): value is Book {
  if (typeof value !== 'object' || value === null) return false;
  const { version, serial, next, devices } = value as Partial<Record<keyof Book, unknown>>;
  return (
    version === 1 &&
    typeof serial === 'string' &&
    typeof next === 'number' &&
    typeof devices === 'object' &&
    devices !== null
  );
}
