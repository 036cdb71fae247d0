// Where the running hub can be spoken to, left beside its local token for whoever may read the data folder: the port
// may have been chosen by a flag, by a file, or by the machine.
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const RUN_FILE = 'hub.json';

/** What stands in the file; a hub that was killed leaves it behind, so its process has to be looked for. */
export interface RunFile {
  readonly url: string;
  readonly pid: number;
}

/** Says where this process listens. @returns the way to take it back */
export function writeRunFile(dataFolder: string, at: { host: string; port: number }): () => void {
  const host = { '0.0.0.0': '127.0.0.1', '::': '[::1]' }[at.host] ?? at.host;
  const shown = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  const content: RunFile = { url: `http://${shown}:${at.port}`, pid: process.pid };
  const file = path.join(dataFolder, RUN_FILE);
  writeFileSync(file, `${JSON.stringify(content)}\n`, { mode: 0o600 });
  return () => rmSync(file, { force: true });
}
