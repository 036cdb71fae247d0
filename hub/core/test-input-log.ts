// An input log: all that a core was told, with the time of each, as the text that a file of it would hold; and the core
// that is told it again.
import type { Instant } from '../model/clock.ts';
import type { CoreInput } from '../model/core-port.ts';
import { type Core, type CoreStart, createCore } from './core.ts';

type Line =
  | { readonly kind: 'input'; readonly input: CoreInput; readonly now: Instant }
  | { readonly kind: 'resume'; readonly now: Instant }
  | { readonly kind: 'drain' };

/** A core whose inputs and decisions are written down. */
export class RecordedCore {
  readonly core: Core;
  readonly #lines: string[] = [];
  readonly #decisions: string[] = [];

  constructor(start: CoreStart) {
    this.core = createCore(start);
  }

  apply(input: CoreInput, now: Instant): void {
    this.#lines.push(JSON.stringify({ kind: 'input', input, now } satisfies Line));
    this.core.apply(input, now);
  }

  resume(now: Instant): void {
    this.#lines.push(JSON.stringify({ kind: 'resume', now } satisfies Line));
    this.core.resume(now);
  }

  /** What the inputs since the last call decided: commands, journal, log with its traces, answers, state. */
  drain(): ReturnType<Core['drain']> {
    this.#lines.push(JSON.stringify({ kind: 'drain' } satisfies Line));
    const drained = this.core.drain();
    this.#decisions.push(JSON.stringify(drained));
    return drained;
  }

  /** The log of inputs, and what was decided, as text. */
  written(): { readonly inputs: string; readonly decisions: string } {
    return { inputs: this.#lines.join('\n'), decisions: this.#decisions.join('\n') };
  }
}

/** Tells a fresh core what stands in a log. @returns what it decides, as text */
export function replayInputs(start: CoreStart, inputs: string): string {
  const again = new RecordedCore(start);
  for (const text of inputs.split('\n')) {
    // Written by the class above.
    const line = JSON.parse(text) as Line;
    if (line.kind === 'input') again.apply(line.input, line.now);
    else if (line.kind === 'resume') again.resume(line.now);
    else again.drain();
  }
  return again.written().decisions;
}
