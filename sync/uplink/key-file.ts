// The hub's key: one file in the data folder that only the hub's own user reads. It never leaves the house.
import fs from 'node:fs';
import path from 'node:path';
import { HubError } from '../../hub/model/errors.ts';
import { type HubKey, hubKeyFrom, newPrivateKey } from '../protocol/envelope.ts';

const FILE = 'sync.key';

/** Reads the key, and makes it the first time. @throws HubError `storage` when the file cannot be read or written */
export function openKey(folder: string): HubKey {
  const file = path.join(folder, FILE);
  try {
    if (!fs.existsSync(file)) writeKey(folder, file);
    // A copy may have brought wider rights along.
    fs.chmodSync(file, 0o600);
    return hubKeyFrom(fs.readFileSync(file, 'utf8'));
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new HubError('storage', `The hub's key ${file} cannot be used: ${text}`, {
      hint: 'Move the file away and start again: the hub then gets a new name at the receiver.',
      cause: error,
    });
  }
}

/** Whole or not at all: temp file, fsync, rename, fsync of the folder. */
function writeKey(folder: string, file: string): void {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const scratch = `${file}.new`;
  fs.rmSync(scratch, { force: true });
  const handle = fs.openSync(scratch, 'wx', 0o600);
  try {
    fs.writeSync(handle, newPrivateKey());
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
  fs.renameSync(scratch, file);
  const parent = fs.openSync(folder, 'r');
  try {
    fs.fsyncSync(parent);
  } finally {
    fs.closeSync(parent);
  }
}
