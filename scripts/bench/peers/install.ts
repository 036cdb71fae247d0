// Peers are installed beside the repository's own packages, never among them: each from npm at an exact version,
// into a git-ignored folder of its own, once.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

export const REPOSITORY = path.resolve(import.meta.dirname, '..', '..', '..');
const PEERS = path.join(REPOSITORY, '.cache', 'peers');
const INSTALL_LIMIT_MS = 300_000;

/** The folder of a package at a version, installed if it is not there yet. */
export function installedPackage(name: string, version: string): string {
  const home = path.join(PEERS, `${name}-${version}`);
  const folder = path.join(home, 'node_modules', name);
  const manifest = path.join(folder, 'package.json');
  if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version === version) {
    return folder;
  }
  process.stderr.write(`installing ${name} ${version} …\n`);
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  writeFileSync(
    path.join(home, 'package.json'),
    JSON.stringify({ private: true, dependencies: { [name]: version } }),
  );
  // No peer needs an install script: what is native here ships its binaries.
  const result = spawnSync(
    'npm',
    ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'],
    { cwd: home, stdio: ['ignore', 2, 2], timeout: INSTALL_LIMIT_MS },
  );
  if (result.status !== 0) {
    rmSync(home, { recursive: true, force: true });
    throw new Error(`${name} ${version} cannot be installed; is the npm registry within reach?`);
  }
  return folder;
}

/** Loads a package out of a peer's own dependencies. */
export function packageOf(peerFolder: string, name: string): unknown {
  return createRequire(path.join(peerFolder, 'package.json'))(name);
}

/** The Debian package's program, installed if it is not there and we are root. */
export function debianProgram(program: string, packageName: string): string {
  const find = () =>
    ['/usr/sbin', '/usr/bin', '/usr/local/sbin', '/usr/local/bin']
      .map((folder) => path.join(folder, program))
      .find(existsSync);
  const found = find();
  if (found !== undefined) return found;
  process.stderr.write(`installing ${packageName} …\n`);
  const isRoot = process.getuid?.() === 0;
  if (isRoot) {
    const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    spawnSync('apt-get', ['install', '-y', '--no-install-recommends', packageName], {
      stdio: ['ignore', 2, 2],
      env: environment,
      timeout: INSTALL_LIMIT_MS,
    });
  }
  const installed = find();
  if (installed !== undefined) return installed;
  throw new Error(`${program} is needed: install Debian's package ${packageName}`);
}
