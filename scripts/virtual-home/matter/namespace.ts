// A network of the demo's own: a namespace and a pair of virtual cables into it. The hub is at one end, the virtual
// Matter devices at the other; no address, route or rule of the machine is touched. Needs root.
import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PREFIX = 'ingle-demo-';

export interface DemoNamespace {
  readonly name: string;
  /** The end at the machine, for the hub. */
  readonly hubInterface: string;
  /** The end in the namespace, for the devices. */
  readonly deviceInterface: string;
  /** A command line that runs a program inside. */
  inside(command: string, args: readonly string[]): readonly [string, readonly string[]];
  /** Takes both ends and the namespace away. May be called twice. */
  remove(): Promise<void>;
}

async function ip(...args: string[]): Promise<string> {
  const { stdout } = await run('ip', args);
  return stdout;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Takes away the namespaces of demos that were killed: their names carry their process ids. */
async function removeStale(): Promise<void> {
  const names = (await ip('netns', 'list')).split('\n').map((line) => line.split(' ')[0] ?? '');
  for (const name of names) {
    const pid = new RegExp(`^${PREFIX}(\\d+)$`).exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) await ip('netns', 'del', name);
  }
}

/** Why this machine cannot have one, in plain words; null when it may be tried. */
export function whyNoNamespace(): { readonly en: string; readonly zh: string } | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    return { en: 'it needs root on Linux', zh: '需要 Linux 的 root 权限' };
  }
  const folders = ['/usr/sbin', '/sbin', '/usr/bin', '/bin'];
  if (!folders.some((folder) => existsSync(`${folder}/ip`))) {
    return { en: 'the program "ip" is not installed', zh: '没有安装“ip”程序' };
  }
  return null;
}

/** Makes the network. @throws what `ip` says where the machine does not allow it */
export async function createDemoNamespace(pid: number = process.pid): Promise<DemoNamespace> {
  const name = `${PREFIX}${pid}`;
  // A name of an interface has 15 characters.
  const hubInterface = `igd${pid}h`;
  const deviceInterface = `igd${pid}d`;
  const remove = async (): Promise<void> => {
    // The cables go with the namespace that holds one end of them.
    await ip('link', 'del', hubInterface).catch(() => {});
    await ip('netns', 'del', name).catch(() => {});
  };
  await removeStale();
  await ip('netns', 'add', name);
  try {
    const peer = ['peer', 'name', deviceInterface, 'netns', name];
    await ip('link', 'add', hubInterface, 'type', 'veth', ...peer);
    // Addresses are usable at once: nobody else is on this cable.
    writeFileSync(`/proc/sys/net/ipv6/conf/${hubInterface}/accept_dad`, '0');
    const inside = [
      `echo 0 > /proc/sys/net/ipv6/conf/${deviceInterface}/accept_dad`,
      'ip link set lo up',
      `ip link set ${deviceInterface} up`,
    ];
    await ip('netns', 'exec', name, 'sh', '-c', inside.join(' && '));
    await ip('link', 'set', hubInterface, 'up');
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    name,
    hubInterface,
    deviceInterface,
    inside: (command, args) => ['ip', ['netns', 'exec', name, command, ...args]],
    remove,
  };
}
