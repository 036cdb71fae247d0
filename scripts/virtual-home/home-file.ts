// What the home remembers between runs of its process: the coordinator's memory and the nodes' own. One JSON file,
// replaced whole (temporary file, fsync, rename), soon after what matters changed and at the end.

import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { NodeImage } from './nodes/node-image.ts';
import { Timers } from './timers.ts';
import type { NvImage } from './znp/nv-memory.ts';

const FILE = 'zigbee.json';
const VERSION = 1;

/** Configuration (joins, bindings, reporting, memory) is kept soon; mere state, like a lamp's level, later. */
const SAVE_MS = { configuration: 100, state: 2_000 } as const;

/** The content of the file. */
export interface HomeImage {
  version: number;
  memory: NvImage;
  nodes: Record<string, NodeImage>;
}

/** Keeps the file, if there is a folder for it. */
export class HomeFile {
  readonly #folder: string | undefined;
  readonly #image: () => HomeImage;
  readonly #timers = new Timers();
  #dueMs = Number.POSITIVE_INFINITY;
  #cancel = () => {};

  constructor(folder: string | undefined, image: () => HomeImage) {
    this.#folder = folder;
    this.#image = image;
    if (folder !== undefined) mkdirSync(folder, { recursive: true });
  }

  /** The last run's content; undefined at the first. A damaged file is set aside under a name that says so. */
  load(): HomeImage | undefined {
    if (this.#folder === undefined) return undefined;
    const file = path.join(this.#folder, FILE);
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    }
    try {
      const image: HomeImage = JSON.parse(text);
      if (image.version === VERSION) return image;
    } catch {
      // Set aside below, as a file of another version is.
    }
    renameSync(file, `${file}.damaged`);
    return undefined;
  }

  /** Says that something changed. */
  touch(what: keyof typeof SAVE_MS): void {
    if (this.#folder === undefined) return;
    const dueMs = performance.now() + SAVE_MS[what];
    if (dueMs >= this.#dueMs) return;
    this.#cancel();
    this.#dueMs = dueMs;
    this.#cancel = this.#timers.after(SAVE_MS[what], () => this.save());
  }

  /** Writes the file now. */
  save(): void {
    this.#cancel();
    this.#dueMs = Number.POSITIVE_INFINITY;
    if (this.#folder === undefined) return;
    const file = path.join(this.#folder, FILE);
    const temporary = `${file}.new`;
    const descriptor = openSync(temporary, 'w', 0o600);
    try {
      writeFileSync(descriptor, JSON.stringify(this.#image()));
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, file);
  }

  stop(): void {
    this.save();
    this.#timers.stop();
  }
}

export const HOME_FILE_VERSION = VERSION;
