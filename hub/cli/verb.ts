// What a verb's file exports, and what it gets to do so.
import type { Command } from 'commander';
import type { Context } from './context.ts';
import type { Messages } from './messages/en.ts';

export interface VerbSetting {
  readonly words: Messages;
  /** Runs the verb with a context made from the options that stand on the whole command line. */
  act(command: Command, run: (context: Context) => Promise<void>): Promise<void>;
  /** The help's last part: command lines to copy. */
  examples(...lines: readonly string[]): string;
}

/** Adds one verb, with its own verbs below it, to the program. */
export type AddVerb = (program: Command, setting: VerbSetting) => void;
