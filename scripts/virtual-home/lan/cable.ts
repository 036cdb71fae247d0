// Devices on a cable of their own: a veth into a network namespace where virtual devices answer to mDNS. Nothing is
// sent on the machine's own interfaces. Needs root.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';

/** What can be at the other end: two Shelly devices, or one of each other family. */
const DEVICES = {
  shelly: path.join(import.meta.dirname, 'announced-shelly.child.ts'),
  families: path.join(import.meta.dirname, 'announced-families.child.ts'),
} as const;

/** Why this machine cannot give a cable; null when it can. */
export function whyNoCable(): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'it needs root on Linux';
  const make = 'ip link add igstry type veth peer name igstryd && command -v nsenter';
  const tried = spawnSync('unshare', ['-n', 'sh', '-c', make], { encoding: 'utf8' });
  if (tried.status === 0) return null;
  return tried.error?.message ?? (tried.stderr.trim() || '"nsenter" is not installed');
}

export interface Cable extends AsyncDisposable {
  /** The end at the hub. */
  readonly interfaceName: string;
  readonly deviceAddress: string;
}

/** Lays the cable and starts the devices; all of it goes with their process, also when the test is killed. */
export async function layCable(devices: keyof typeof DEVICES = 'shelly'): Promise<Cable> {
  const child = spawn('unshare', ['-n', process.execPath, DEVICES[devices]], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('The devices did not start');
  const end = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const told = async (word: string) => {
    const { value } = await lines.next();
    if (value !== word) throw new Error(`The devices said "${value}" in place of "${word}"`);
  };
  const ip = (...args: string[]) => execFileSync('ip', args);
  const inside = (...args: string[]) =>
    execFileSync('nsenter', ['-t', String(pid), '-n', '--', 'ip', ...args]);
  const interfaceName = `igs${pid}h`;
  const peer = `igs${pid}d`;
  // A network of two addresses for each run, of those that no router gives away.
  const network = `169.254.${(Math.floor(pid / 64) % 127) + 1}`;
  const hubAddress = `${network}.${(pid % 63) * 4 + 1}`;
  const deviceAddress = `${network}.${(pid % 63) * 4 + 2}`;
  try {
    await told('waiting');
    ip('link', 'add', interfaceName, 'type', 'veth', 'peer', 'name', peer, 'netns', String(pid));
    ip('address', 'add', `${hubAddress}/30`, 'dev', interfaceName);
    ip('link', 'set', interfaceName, 'up');
    inside('address', 'add', `${deviceAddress}/30`, 'dev', peer);
    inside('link', 'set', peer, 'up');
    child.stdin.write(`${deviceAddress}\n`);
    await told('ready');
  } catch (error) {
    await end();
    throw error;
  }
  return { interfaceName, deviceAddress, [Symbol.asyncDispose]: end };
}
