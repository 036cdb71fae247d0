// The version of this program, from its package.
import { existsSync, readFileSync } from 'node:fs';

/** As it stands in package.json, of the clone or beside the bundle; 0.0.0 where there is none. */
export function readVersion(): string {
  const file = [
    new URL('../package.json', import.meta.url),
    new URL('./package.json', import.meta.url),
  ];
  const found = file.find((url) => existsSync(url));
  const { version } = JSON.parse(found ? readFileSync(found, 'utf8') : '{}') as {
    version?: string;
  };
  return version ?? '0.0.0';
}
