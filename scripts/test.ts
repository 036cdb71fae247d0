// `npm test`: sees to the programs that the tests need and are not on npm, then runs vitest with whatever
// arguments were given. The last line is `N passed, N failed`, from vitest's own record of the run.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { sceneItemTable } from './scene-items.ts';

const root = path.dirname(import.meta.dirname);
const report = path.join(root, 'reports', 'tests.json');

/** What vitest's JSON reporter says, as far as it is counted here. */
interface TestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

const NEEDED = [
  { package: 'chromium', why: 'the page is tested in a real browser', programs: ['chromium'] },
  { package: 'iproute2', why: 'Matter nodes stand in a network of their own', programs: ['ip'] },
  { package: 'socat', why: 'a pty stands in for a USB stick', programs: ['socat'] },
] as const;
/** Only root may listen to the network; elsewhere the test says that it is skipped. */
const NEEDED_BY_ROOT = [
  { package: 'tcpdump', why: 'what leaves the house is captured', programs: ['tcpdump'] },
] as const;
// Without a Chinese font the browser draws boxes, and widths in the page's tests are those of boxes.
const FONT = { package: 'fonts-noto-cjk', folder: '/usr/share/fonts/opentype/noto' };

// A fresh machine often installs its updates just then, and a mirror may be away for a moment.
const APT = ['-q', '-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=3'];

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function isInstalled(program: string): boolean {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  return folders.some((folder) => fs.existsSync(path.join(folder, program)));
}

function run(command: string, args: readonly string[]): boolean {
  say(`> ${command} ${args.join(' ')}`);
  const result = spawnSync(command, args, {
    stdio: ['ignore', 2, 2],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  return result.status === 0;
}

/** Installs what is missing with Debian's packages when root; says what to do and gives up otherwise. */
function seeToPrograms(): boolean {
  const isRoot = process.getuid?.() === 0;
  const needed = [...NEEDED, ...(isRoot ? NEEDED_BY_ROOT : [])];
  const missing = needed.filter((need) => !need.programs.some(isInstalled));
  if (missing.length === 0) return true;
  const packages = missing.map((need) => need.package as string);
  if (!fs.existsSync(FONT.folder)) packages.push(FONT.package);
  for (const need of missing) say(`${need.package} is missing: ${need.why}.`);
  if (!isRoot || !isInstalled('apt-get')) {
    say(`Install it and run again, on Debian: sudo apt-get install ${packages.join(' ')}`);
    return false;
  }
  say(`Installing ${packages.join(', ')} …`);
  const isDone =
    run('apt-get', ['update', ...APT]) &&
    run('apt-get', ['install', '-y', ...APT, '--no-install-recommends', ...packages]);
  if (!isDone) say(`Installing failed. Install by hand: apt-get install ${packages.join(' ')}`);
  return isDone;
}

function readReport(): TestReport | undefined {
  if (!fs.existsSync(report)) return undefined;
  return JSON.parse(fs.readFileSync(report, 'utf8')) as TestReport;
}

/** Counts a test file that could not even be loaded as one failure: it has no tests to count. */
function counts(): { passed: number; failed: number } {
  const read = readReport();
  if (read === undefined) return { passed: 0, failed: 1 };
  const unloaded = read.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  );
  return { passed: read.numPassedTests, failed: read.numFailedTests + unloaded.length };
}

/** The table of what scenes can do, once all tests ran; false where a test is missing. */
function saySceneItems(): boolean {
  const results =
    readReport()?.testResults.flatMap(({ assertionResults }) => assertionResults) ?? [];
  const tests = results.map(({ fullName, status }) => {
    return { name: fullName, isPassed: status === 'passed' };
  });
  const { lines, missing } = sceneItemTable(tests);
  say(`What scenes can do, and the tests that name it:\n${lines.join('\n')}`);
  if (missing.length > 0) say(`No passed test names these items: ${missing.join(', ')}`);
  return missing.length === 0;
}

function runVitest(args: readonly string[]): Promise<number> {
  fs.mkdirSync(path.dirname(report), { recursive: true });
  fs.rmSync(report, { force: true });
  const vitest = path.join('node_modules', 'vitest', 'vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const child = spawn(process.execPath, [vitest, 'run', ...reporters, ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  // The terminal sends its own to the whole group; vitest ends its workers and then this.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => child.kill(signal));
  }
  return new Promise((resolve) => {
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

const hasPrograms = seeToPrograms();
const exitCode = hasPrograms ? await runVitest(process.argv.slice(2)) : 1;
const isWhole = !hasPrograms || process.argv.length > 2 || saySceneItems();
const { passed, failed } = hasPrograms ? counts() : { passed: 0, failed: 1 };
if (exitCode !== 0 && failed === 0) say('No test failed, but the run did: see the errors above.');
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = exitCode === 0 && !isWhole ? 1 : exitCode;
