// What is said of a device that is to join, whether it is added or takes the place of another one.
import type { Command } from 'commander';
import type { DeviceJson } from '../api/shapes.ts';
import { wholeNumber } from './arguments.ts';
import { type Context, findDevice } from './context.ts';
import type { Messages } from './messages/en.ts';

/** How long the network may be opened for. */
const SECONDS = { min: 10, max: 254 } as const;
const SECONDS_USUAL = '120';

export interface JoiningOptions {
  readonly seconds?: string;
  readonly via?: string;
  readonly installCode?: string;
  readonly address?: string;
  readonly code?: string;
}

/** Gives a command these options. */
export function addJoiningOptions(command: Command, { help }: Messages): Command {
  return command
    .option('--seconds <n>', help.pairSeconds)
    .option('--via <device>', help.pairVia)
    .option('--install-code <code>', help.pairInstallCode)
    .option('--code <code>', help.pairCode)
    .option('--address <address>', help.pairAddress);
}

/** What they mean: as a job of joining is asked for, and for the words about it. @throws CliError for what cannot be */
export async function readJoining(
  context: Context,
  options: JoiningOptions,
): Promise<{
  readonly seconds: number;
  readonly router: DeviceJson | null;
  readonly asked: Readonly<Record<string, string | number | null>>;
}> {
  const limits = { what: '--seconds', ...SECONDS };
  const seconds = wholeNumber(options.seconds ?? SECONDS_USUAL, limits, context.words);
  const router = options.via === undefined ? null : await findDevice(context, options.via);
  const { installCode = null, code = null, address = null } = options;
  return {
    seconds,
    router,
    asked: { seconds, via: router?.id ?? null, installCode, code, address },
  };
}
