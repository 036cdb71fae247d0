// Where the command finds the hub of a data folder and its right to speak: the hub's own cli.token for local root, else
// what `ingle login` stored. A local token is only ever sent to this machine.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { RunFile } from '../api/run-file.ts';

/** The data folder's file that a running hub makes for local root. */
const LOCAL_TOKEN_FILE = 'cli.token';
/** The data folder's file in which a running hub says where it listens. */
const RUN_FILE = 'hub.json';
const REPOSITORY = path.resolve(import.meta.dirname, '..', '..');

/** Environment, passed in so that a test sets its own. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Whether an address is this machine: only then may it be given local root's token. */
export function isLoopback(hub: URL): boolean {
  return (
    hub.hostname === 'localhost' ||
    hub.hostname === '[::1]' ||
    /^127(\.\d{1,3}){3}$/.test(hub.hostname)
  );
}

/**
 * Folders in which the running hub may keep its token, in order of likelihood. The demo home keeps its data
 * in `demo` under the data folder, so each is tried with and without it.
 */
export function dataFolders(wanted: string | undefined, environment: Environment): string[] {
  const named = wanted ?? environment.INGLE_DATA;
  const bases = named ? [named] : ['data', path.join(REPOSITORY, 'data')];
  const folders = bases.flatMap((base) => [path.resolve(base), path.resolve(base, 'demo')]);
  return [...new Set(folders)];
}

/** Where the hub listens that runs on one of these folders, the newest first; undefined where none runs. */
export function runningHub(folders: readonly string[]): string | undefined {
  const found: { url: string; changedMs: number }[] = [];
  for (const folder of folders) {
    const file = path.join(folder, RUN_FILE);
    try {
      const read = JSON.parse(fs.readFileSync(file, 'utf8')) as Partial<RunFile>;
      if (typeof read.url !== 'string' || typeof read.pid !== 'number') continue;
      // A hub that was killed leaves its file behind.
      if (isAlive(read.pid)) found.push({ url: read.url, changedMs: fs.statSync(file).mtimeMs });
    } catch {
      // No hub has run here, or this user may not know.
    }
  }
  return found.sort((a, b) => b.changedMs - a.changedMs)[0]?.url;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process may not be asked, and is there.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Local root's tokens, newest first; `isForbidden` when one is there that this user may not read. */
export function localTokens(folders: readonly string[]): {
  readonly tokens: readonly string[];
  readonly isForbidden: boolean;
} {
  const found: { token: string; changedMs: number }[] = [];
  let isForbidden = false;
  for (const folder of folders) {
    const file = path.join(folder, LOCAL_TOKEN_FILE);
    try {
      const token = fs.readFileSync(file, 'utf8').trim();
      if (token !== '') found.push({ token, changedMs: fs.statSync(file).mtimeMs });
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'EACCES' || code === 'EPERM') isForbidden = true;
    }
  }
  // A hub that was killed leaves its token behind; the one that runs wrote later.
  found.sort((a, b) => b.changedMs - a.changedMs);
  return { tokens: found.map((each) => each.token), isForbidden };
}

function loginFile(environment: Environment): string {
  const base =
    environment.XDG_CONFIG_HOME || path.join(environment.HOME || os.homedir(), '.config');
  return path.join(base, 'ingle', 'logins.json');
}

function readLogins(file: string): Record<string, string> {
  let text: string;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch {
    return {};
  }
  try {
    const read: unknown = JSON.parse(text);
    if (typeof read !== 'object' || read === null) return {};
    return Object.fromEntries(
      Object.entries(read).filter(
        (entry): entry is [string, string] => typeof entry[1] === 'string',
      ),
    );
  } catch {
    // A half-edited file must not keep anybody from signing in again.
    return {};
  }
}

/** The token that `ingle login` stored for a hub. */
export function storedToken(hub: URL, environment: Environment): string | undefined {
  return readLogins(loginFile(environment))[hub.origin];
}

/** Stores a hub's token for this user alone (0600), by temporary file and rename. Returns the file. */
export function storeToken(hub: URL, token: string, environment: Environment): string {
  const file = loginFile(environment);
  const logins = { ...readLogins(file), [hub.origin]: token };
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const scratch = `${file}.${process.pid}`;
  fs.writeFileSync(scratch, `${JSON.stringify(logins, null, 2)}\n`, { mode: 0o600, flush: true });
  fs.renameSync(scratch, file);
  return file;
}
