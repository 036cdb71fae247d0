// For whom install codes were given: such a node joins with a key of its own, every other one with the key that
// everybody knows. Only addresses are kept, never a code.
import path from 'node:path';
import { readPrivateJson, writePrivateJson } from '../../contract/private-file.ts';

/** Nodes that a code was given for and that have not joined yet; the oldest gives way. */
const WAITING_MAX = 500;
/** A code that was not used within a day may be gone from the coordinator: it vouches for nobody any more. */
const GOOD_MS = 24 * 3_600_000;

/** How a node got the network's key, as it is kept with the node. */
export type JoinKey = 'install-code' | 'well-known';

export class InstallCodes {
  readonly #file: string;
  #waiting: Map<string, number> | null = null;

  constructor(folder: string) {
    this.#file = path.join(folder, 'install-codes.json');
  }

  /** A code for this node is in the coordinator now. */
  given(ieeeAddress: string, nowMs: number = Date.now()): void {
    const waiting = this.#read();
    waiting.delete(ieeeAddress);
    waiting.set(ieeeAddress, nowMs);
    const [oldest] = waiting.keys();
    if (waiting.size > WAITING_MAX && oldest !== undefined) waiting.delete(oldest);
    this.#write(waiting);
  }

  /**
   * With which key a node that has just joined got in. The coordinator gives the network's key to a node that it has a
   * code for only under that code's key, so such a node cannot have come in otherwise.
   */
  joined(ieeeAddress: string, nowMs: number = Date.now()): JoinKey {
    const waiting = this.#read();
    const givenAtMs = waiting.get(ieeeAddress);
    if (givenAtMs === undefined) return 'well-known';
    waiting.delete(ieeeAddress);
    this.#write(waiting);
    return nowMs - givenAtMs <= GOOD_MS ? 'install-code' : 'well-known';
  }

  /** The node has left, and its key with it. */
  left(ieeeAddress: string): void {
    const waiting = this.#read();
    if (waiting.delete(ieeeAddress)) this.#write(waiting);
  }

  #read(): Map<string, number> {
    this.#waiting ??= new Map(entriesOf(this.#file));
    return this.#waiting;
  }

  #write(waiting: ReadonlyMap<string, number>): void {
    writePrivateJson(this.#file, { version: 1, waiting: [...waiting] });
  }
}

/** What stands in the file; of a damaged one nothing, so that a join counts as weak rather than as strong. */
function entriesOf(file: string): [string, number][] {
  try {
    const content = readPrivateJson(file) as { waiting?: unknown } | null;
    const waiting = Array.isArray(content?.waiting) ? content.waiting : [];
    return waiting.filter(
      (entry): entry is [string, number] =>
        Array.isArray(entry) && typeof entry[0] === 'string' && typeof entry[1] === 'number',
    );
  } catch {
    return [];
  }
}
