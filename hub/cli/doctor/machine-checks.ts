// The checks of the machine itself: Node, the data folder, the disk, the databases, the token's file, the coordinator's
// port. They work with the hub running or not.
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import type { Environment } from '../tokens.ts';
import { type Finding, finding, worstOf } from './finding.ts';

const NODE_MAJOR_MIN = 24;
const MEGABYTE = 1_000_000;
const DISK_FAIL_BYTES = 100 * MEGABYTE;
const DISK_WARN_BYTES = 500 * MEGABYTE;
const CONNECT_WITHIN_MS = 3_000;
const BY_ID = '/dev/serial/by-id';

export function checkNode(version: string): Finding {
  const major = Number(version.replace(/^v/, '').split('.')[0]);
  return major >= NODE_MAJOR_MIN
    ? finding('node', 'ok', { en: `Node ${version}`, zh: `Node ${version}` })
    : finding(
        'node',
        'fail',
        { en: `Node ${version} is too old`, zh: `Node ${version} 太旧` },
        {
          en: `Start the hub with npm start, which fetches Node ${NODE_MAJOR_MIN}.`,
          zh: `用 npm start 启动中枢，它会自动取得 Node ${NODE_MAJOR_MIN}。`,
        },
      );
}

export function checkFolder(folder: string): Finding {
  let mode: number;
  try {
    const stat = fs.statSync(folder);
    if (!stat.isDirectory()) {
      return finding(
        'data',
        'fail',
        { en: `${folder} is not a folder`, zh: `${folder} 不是文件夹` },
        { en: 'Name another one with INGLE_DATA.', zh: '用 INGLE_DATA 指定另一个文件夹。' },
      );
    }
    mode = stat.mode & 0o777;
    fs.accessSync(folder, fs.constants.R_OK | fs.constants.W_OK | fs.constants.X_OK);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code === 'ENOENT') {
      return finding(
        'data',
        'warn',
        { en: `There is no data folder at ${folder} yet`, zh: `${folder} 还没有数据文件夹` },
        {
          en: 'The hub makes it at its first start. If it should be there, name it with --data or INGLE_DATA.',
          zh: '中枢首次启动时会创建。如果它本应存在，请用 --data 或 INGLE_DATA 指定。',
        },
      );
    }
    return finding(
      'data',
      'fail',
      { en: `${folder} cannot be read and written`, zh: `${folder} 无法读写` },
      {
        en: `Run this and the hub as the user to whom it belongs (now: ${os.userInfo().username}).`,
        zh: `请用它所属的用户运行此命令和中枢（当前用户：${os.userInfo().username}）。`,
      },
    );
  }
  if ((mode & 0o077) !== 0) {
    return finding(
      'data',
      'warn',
      {
        en: `${folder} can be entered by other users (mode ${mode.toString(8)})`,
        zh: `其他用户可以进入 ${folder}（权限 ${mode.toString(8)}）`,
      },
      { en: `chmod 700 ${folder}`, zh: `chmod 700 ${folder}` },
    );
  }
  return finding('data', 'ok', { en: `Data in ${folder}`, zh: `数据在 ${folder}` });
}

export function checkDisk(folder: string): Finding {
  let existing = folder;
  while (!fs.existsSync(existing)) existing = path.dirname(existing);
  const { bavail, bsize } = fs.statfsSync(existing);
  const free = bavail * bsize;
  const text = {
    en: `${Math.round(free / MEGABYTE)} MB free on the disk`,
    zh: `磁盘剩余 ${Math.round(free / MEGABYTE)} MB`,
  };
  if (free >= DISK_WARN_BYTES) return finding('disk', 'ok', text);
  return finding('disk', free < DISK_FAIL_BYTES ? 'fail' : 'warn', text, {
    en: 'Make room: without it nothing that is set can be kept.',
    zh: '请腾出空间：否则任何设置都无法保存。',
  });
}

export async function checkDatabases(folder: string, isRunning: boolean): Promise<Finding> {
  if (isRunning) {
    return finding('databases', 'ok', {
      en: 'The hub that runs has its databases open',
      zh: '运行中的中枢已打开数据库',
    });
  }
  const { inspectDatabases } = await import('../../store/inspect.ts');
  const files = inspectDatabases(folder);
  const present = files.filter(({ state }) => state !== 'absent');
  if (present.length === 0) {
    return finding('databases', 'skipped', {
      en: 'There are no databases yet',
      zh: '还没有数据库',
    });
  }
  const faults = present.flatMap(({ name, state, version, known }): Finding[] => {
    if (state === 'newer') {
      return [
        finding(
          'databases',
          'fail',
          {
            en: `${name} is of version ${version}; this program knows ${known}`,
            zh: `${name} 是第 ${version} 版，本程序只认识第 ${known} 版`,
          },
          { en: 'Use the newer program again.', zh: '请换回较新的程序。' },
        ),
      ];
    }
    if (state !== 'damaged') return [];
    return [
      finding(
        'databases',
        'fail',
        { en: `${name} is damaged`, zh: `${name} 已损坏` },
        {
          en: 'Restore the newest backup, or move the file away to begin anew.',
          zh: '请恢复最近的备份，或移走该文件重新开始。',
        },
      ),
    ];
  });
  const names = present.map(({ name, version }) => `${name} (${version})`).join(', ');
  return worstOf('databases', faults, {
    en: `Databases are whole: ${names}`,
    zh: `数据库完好：${names}`,
  });
}

export function checkToken(folder: string): Finding {
  const file = path.join(folder, 'cli.token');
  let mode: number;
  try {
    mode = fs.statSync(file).mode & 0o777;
  } catch {
    return finding('token', 'skipped', {
      en: 'There is no local token; the hub makes one at each start',
      zh: '没有本地令牌；中枢每次启动时会生成',
    });
  }
  return (mode & 0o077) === 0
    ? finding('token', 'ok', {
        en: 'The local token is readable by its owner alone',
        zh: '本地令牌只有所有者可读',
      })
    : finding(
        'token',
        'fail',
        {
          en: `Others can read ${file} (mode ${mode.toString(8)}): they have an owner's rights`,
          zh: `其他人可以读取 ${file}（权限 ${mode.toString(8)}）：他们因此拥有主人的权限`,
        },
        {
          en: `chmod 600 ${file}, and start the hub again: that makes a new token.`,
          zh: `执行 chmod 600 ${file} 并重新启动中枢，以生成新令牌。`,
        },
      );
}

/** The coordinator that environment and file name; what the page set is told by the hub. */
export function configuredCoordinator(environment: Environment): string {
  if (environment.INGLE_ZIGBEE_PORT) return environment.INGLE_ZIGBEE_PORT;
  if (!environment.INGLE_CONFIG) return '';
  try {
    const file = parse(fs.readFileSync(environment.INGLE_CONFIG, 'utf8')) as Record<
      string,
      unknown
    >;
    const zigbee = file.zigbee as Record<string, unknown> | undefined;
    const port = file['zigbee.port'] ?? zigbee?.port;
    return typeof port === 'string' ? port : '';
  } catch {
    return '';
  }
}

export async function checkCoordinator(port: string, isRunning: boolean): Promise<Finding> {
  if (port === '') {
    const sticks = fs.existsSync(BY_ID) ? fs.readdirSync(BY_ID) : [];
    const [stick] = sticks;
    return stick === undefined
      ? finding('coordinator', 'skipped', {
          en: 'No Zigbee coordinator is set, and none is plugged in',
          zh: '没有设置 Zigbee 网关（协调器），也没有插入',
        })
      : finding(
          'coordinator',
          'warn',
          {
            en: 'A stick is plugged in that no setting names',
            zh: '插着一个没有在设置中指定的 USB 网关',
          },
          { en: `INGLE_ZIGBEE_PORT=${BY_ID}/${stick}`, zh: `INGLE_ZIGBEE_PORT=${BY_ID}/${stick}` },
        );
  }
  if (!port.startsWith('tcp://')) return checkSerialPort(port);
  // Many a coordinator on the network takes one connection only, and a running hub has it.
  const url = URL.canParse(port) ? new URL(port.replace('tcp://', 'http://')) : null;
  const isReached =
    isRunning || (url !== null && (await canConnect(url.hostname, Number(url.port))));
  return isReached
    ? finding('coordinator', 'ok', { en: `Coordinator at ${port}`, zh: `网关（协调器）在 ${port}` })
    : finding(
        'coordinator',
        'fail',
        {
          en: `The coordinator at ${port} cannot be reached`,
          zh: `连不上 ${port} 的网关（协调器）`,
        },
        {
          en: 'Check that it is powered and on this network, and that the address is right.',
          zh: '请检查它是否通电并在同一网络中，地址是否正确。',
        },
      );
}

function checkSerialPort(port: string): Finding {
  if (!fs.existsSync(port)) {
    return finding(
      'coordinator',
      'fail',
      { en: `There is no ${port}`, zh: `没有 ${port}` },
      {
        en: `Plug the stick in, and name it as ls ${BY_ID} shows it: that name stays the same.`,
        zh: `请插好 USB 网关，并使用 ls ${BY_ID} 显示的名称：它不会改变。`,
      },
    );
  }
  try {
    fs.accessSync(port, fs.constants.R_OK | fs.constants.W_OK);
  } catch {
    return finding(
      'coordinator',
      'fail',
      { en: `This user may not open ${port}`, zh: `当前用户不能打开 ${port}` },
      {
        en: `On Debian: sudo usermod -aG dialout ${os.userInfo().username}, then sign in again.`,
        zh: `在 Debian 上执行：sudo usermod -aG dialout ${os.userInfo().username}，然后重新登录。`,
      },
    );
  }
  return finding('coordinator', 'ok', {
    en: `Coordinator at ${port}`,
    zh: `网关（协调器）在 ${port}`,
  });
}

/** Whether something takes connections there. */
export function canConnect(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host: host.replace(/^\[|\]$/g, ''), port });
    const end = (isConnected: boolean) => {
      socket.destroy();
      resolve(isConnected);
    };
    socket.setTimeout(CONNECT_WITHIN_MS, () => end(false));
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });
}
