// A quick start of a Z-Stack coordinator on the network. Before anything else the library asks whether the firmware
// runs, and skips a boot loader only when there is no answer within 250 ms. On a TCP line it asks before it holds the
// line for open, so that the question always fails and every start waits for a second; on a serial line it does not.
import { Znp } from 'zigbee-herdsman/dist/adapter/z-stack/znp/znp.js';

/** The library's class, as far as it is reached. */
interface Line {
  initialized: boolean;
  readonly socketPort?: unknown;
  skipBootloader(): Promise<void>;
}

const mended = new WeakSet<object>();

/** Has the question asked on an open line, for every coordinator that is connected from now on. May be called twice. */
export function askOnOpenLine(): void {
  const prototype = Znp.prototype as unknown as Line;
  if (mended.has(prototype)) return;
  mended.add(prototype);
  const original = prototype.skipBootloader;
  prototype.skipBootloader = function (this: Line) {
    if (this.socketPort !== undefined) this.initialized = true;
    return original.call(this);
  };
}
