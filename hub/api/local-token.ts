// The token of local root: whoever can read this file on the hub has an owner's rights over loopback.
import { open, rename } from 'node:fs/promises';
import path from 'node:path';
import { randomSecret } from '../household/secrets.ts';

export const LOCAL_TOKEN_FILE = 'cli.token';

/** Writes a new token into the data folder (0600, whole or not at all) and returns it; earlier ones are worth nothing. */
export async function writeLocalToken(dataFolder: string): Promise<string> {
  const token = randomSecret();
  const file = path.join(dataFolder, LOCAL_TOKEN_FILE);
  const draft = `${file}.${process.pid}.new`;
  const handle = await open(draft, 'w', 0o600);
  try {
    await handle.chmod(0o600);
    await handle.writeFile(`${token}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, file);
  return token;
}
