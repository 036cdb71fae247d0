// Goal: whoever stands before a hub that does not work is told what is wrong and what to do, whether it runs or not.
import fs from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HOME_FILE } from '../../store/files.ts';
import { inspectDatabases } from '../../store/inspect.ts';
import { openDatabase } from '../../store/open.ts';
import { checkNode } from '../doctor/machine-checks.ts';
import { type Outcome, startBench, type TestBench } from '../test-cli.ts';

interface Report {
  readonly ok: boolean;
  readonly findings: readonly { check: string; state: string; advice: { en: string } | null }[];
}

let bench: TestBench;
let folder: string;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench[Symbol.asyncDispose]());
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(bench.folder, 'home-'));
});

const stateOf = ({ stdout }: Outcome, check: string) =>
  (JSON.parse(stdout) as Report).findings.find((one) => one.check === check)?.state;
/** Port 9 (discard) has nobody listening. */
const down = (...args: string[]) =>
  bench.ingle(['doctor', '--json', ...args], { env: { INGLE_PORT: '9', INGLE_DATA: folder } });

describe('ingle doctor', () => {
  it('makes at least ten checks of a hub that runs and finds it well', async () => {
    fs.chmodSync(path.join(bench.folder, 'data'), 0o700);
    const outcome = await bench.ingle(['doctor', '--json']);
    const report = JSON.parse(outcome.stdout) as Report;
    expect(outcome.code, outcome.stdout + outcome.stderr).toBe(0);
    expect(report.ok).toBe(true);
    expect(report.findings.length).toBeGreaterThanOrEqual(10);
    for (const check of ['node', 'data', 'disk', 'token', 'hub', 'adapters', 'notices']) {
      expect(stateOf(outcome, check), check).toBe('ok');
    }
    // The test hub lives on a day of its own.
    expect(stateOf(outcome, 'clock')).toBe('warn');
  });

  it('tells what the hub itself reports, with exit code 1 for a fault', async () => {
    const notice = {
      severity: 'fault',
      about: 'zigbee',
      text: { en: 'The stick is gone.', zh: '棒不见了。' },
    } as const;
    bench.hub.health = { ...bench.hub.health, notices: [notice] };
    const english = await bench.ingle(['doctor']);
    expect(english.code).toBe(1);
    expect(english.stdout).toContain('✗ The stick is gone.');
    const chinese = await bench.ingle(['doctor', '--lang', 'zh']);
    expect(chinese.stdout).toContain('✗ 棒不见了。');
    bench.hub.health = { ...bench.hub.health, notices: [] };
  });

  it('works with the hub down, and leaves out what only the hub knows', async () => {
    openDatabase(folder, HOME_FILE).close();
    const outcome = await down();
    expect(outcome.code, outcome.stdout).toBe(0);
    expect(stateOf(outcome, 'hub')).toBe('warn');
    expect(stateOf(outcome, 'databases')).toBe('ok');
    expect(stateOf(outcome, 'adapters')).toBe('skipped');
  });

  it('names a damaged database and one of a newer program, and changes neither', async () => {
    const file = path.join(folder, 'home.db');
    fs.writeFileSync(file, 'this is not a database, however long it may be'.repeat(100));
    const before = fs.readFileSync(file);
    const outcome = await down();
    expect(outcome.code).toBe(1);
    expect(stateOf(outcome, 'databases')).toBe('fail');
    expect(fs.readFileSync(file)).toEqual(before);
    fs.rmSync(file);
    const newer = new Database(file);
    newer.pragma('user_version = 99');
    newer.close();
    expect(inspectDatabases(folder)[0]).toMatchObject({ state: 'newer', version: 99 });
  });

  it('refuses a token that others can read and an old Node, and warns of an open folder', async () => {
    fs.chmodSync(folder, 0o755);
    fs.writeFileSync(path.join(folder, 'cli.token'), 'secret', { mode: 0o644 });
    const outcome = await down();
    expect(outcome.code).toBe(1);
    expect(stateOf(outcome, 'token')).toBe('fail');
    expect(stateOf(outcome, 'data')).toBe('warn');
    expect(checkNode('v18.20.0')).toMatchObject({ state: 'fail' });
  });

  it('says when the coordinator is not there', async () => {
    for (const port of ['/dev/serial/by-id/usb-none', 'tcp://127.0.0.1:9']) {
      const outcome = await bench.ingle(['doctor', '--json'], {
        env: { INGLE_PORT: '9', INGLE_DATA: folder, INGLE_ZIGBEE_PORT: port },
      });
      expect(stateOf(outcome, 'coordinator'), port).toBe('fail');
    }
  });
});
