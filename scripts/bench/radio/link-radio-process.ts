// Starts the emulated coordinator (link-radio.ts) and opens the bench's line to it.
import path from 'node:path';
import { type BenchProcess, startProcess } from '../process.ts';
import { LINE_PORT, openRadioLine, type RadioDescription, type RadioLine } from './line.ts';

const ENTRY = path.resolve(import.meta.dirname, '..', 'link-radio.ts');

/** A running emulated coordinator. */
export interface LinkRadio extends Pick<RadioLine, 'load' | 'describe'> {
  readonly zigbeePort: number;
  readonly process: BenchProcess;
  /** The network as it is at the start: addresses come with the joining. */
  readonly network: RadioDescription['network'];
  stop(): Promise<void>;
}

/** Starts one, with no node in its network yet. @param options another process that answers on the line */
export async function startLinkRadio(
  folder: string,
  options: { readonly entry?: string; readonly environment?: Record<string, string> } = {},
): Promise<LinkRadio> {
  const line = await openRadioLine();
  const owner = startProcess({
    name: 'link-radio',
    command: process.execPath,
    args: [options.entry ?? ENTRY],
    cwd: folder,
    environment: { ...options.environment, [LINE_PORT]: String(line.port) },
  });
  const limit = new Promise<never>((_, reject) => {
    setTimeout(
      () => reject(new Error(`no emulated coordinator within 20 s\n${owner.output()}`)),
      20_000,
    ).unref();
  });
  const { zigbeePort, network } = await Promise.race([line.describe(), limit]);
  return {
    zigbeePort,
    network,
    process: owner,
    load: line.load,
    describe: line.describe,
    async stop() {
      await owner.stop();
      await line.stop();
    },
  };
}
