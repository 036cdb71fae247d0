// The household's backups: when the hub makes one by itself, how many it keeps, and what it says where it cannot.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Job } from '../model/job.ts';
import { createBackupCalls } from '../store/backup/calls.ts';
import { BACKUP_RECIPIENT_SETTING, type BackupsHost, createBackups } from './backups.ts';

const HOUR_MS = 3_600_000;
const ACTOR = { member: null, cause: { kind: 'system' } } as never;

let data: string;
let nowMs: number;
let hour: number | null;
let settings: Record<string, string>;
let jobs: { state: Job['state']; problem: Job['problem']; ended: Promise<void> }[];
let complaints: string[];
let backups: BackupsHost;

beforeEach(() => {
  data = mkdtempSync(path.join(os.tmpdir(), 'ingle-backups-'));
  writeFileSync(path.join(data, 'zigbee.json'), '{}');
  [nowMs, hour, settings, jobs, complaints] = [Date.UTC(2026, 10, 22, 2), 3, {}, [], []];
  const calls = createBackupCalls(data);
  backups = createBackups({
    ...{ folder: path.join(data, 'backups'), version: '0.1.0' },
    calls: {
      startBackup: async (order) => calls.startBackup(order),
      backupState: async () => calls.backupState(),
      newRecoveryCode: async () => calls.newRecoveryCode(),
    },
    household: {
      contents: () => ({ settings, home: { name: 'Lindenweg 4' } }) as never,
      async setBackupRecipient(recipient) {
        settings = { ...settings, [BACKUP_RECIPIENT_SETTING]: recipient };
      },
    },
    nowMs: () => nowMs,
    hour: () => hour,
    openJob,
    failed: (text) => void complaints.push(text),
  });
});

afterEach(() => {
  backups.stop();
  rmSync(data, { recursive: true, force: true });
});

/** A record as the hub's jobs have it, with what a test waits for. */
function openJob(kind: string) {
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  const one: (typeof jobs)[number] = { state: 'running', problem: null, ended };
  jobs.push(one);
  return {
    signal: new AbortController().signal,
    record: () => ({ kind, ...one }) as never,
    update() {},
    end(state: Job['state'], problem: Job['problem']) {
      Object.assign(one, { state, problem });
      resolve();
    },
  };
}

async function ended(): Promise<void> {
  await jobs.at(-1)?.ended;
  // The job is over a moment before the next one may begin.
  await Promise.resolve();
}

test('each night one is made, at an hour at which nobody is up, and only where there is a code', async () => {
  await backups.lookAtNight();
  expect(jobs).toEqual([]);
  await backups.renewCode(ACTOR);
  for (hour of [1, 5, 14, null]) await backups.lookAtNight();
  expect(jobs).toEqual([]);
  hour = 2;
  await backups.lookAtNight();
  await ended();
  expect(await backups.list()).toEqual([
    { name: '2026-11-22T020000Z.ingle-backup', atMs: nowMs, bytes: expect.any(Number) },
  ]);
  nowMs += HOUR_MS;
  await backups.lookAtNight();
  expect(jobs.length).toBe(1);
  nowMs += 23 * HOUR_MS;
  await backups.lookAtNight();
  await ended();
  expect((await backups.list()).length).toBe(2);
});

test('the seven newest are kept, and files of others are left alone', async () => {
  await backups.renewCode(ACTOR);
  mkdirSync(path.join(data, 'backups'));
  writeFileSync(path.join(data, 'backups', 'my own.txt'), 'x');
  for (let night = 0; night < 9; night += 1) {
    nowMs += 24 * HOUR_MS;
    await backups.start(ACTOR);
    await ended();
  }
  const kept = await backups.list();
  expect(kept.length).toBe(7);
  expect(kept[0]?.atMs).toBe(nowMs);
  expect(readdirSync(path.join(data, 'backups'))).toContain('my own.txt');
  await backups.remove(kept[0]?.name ?? '', ACTOR);
  expect((await backups.list()).length).toBe(6);
});

test('without a code, of a name that is none, and on a folder that cannot be written, it says what is wrong', async () => {
  await expect(backups.start(ACTOR)).rejects.toMatchObject({
    code: 'conflict',
    zh: { message: '还没有恢复码' },
  });
  await expect(backups.fileOf('../home.db')).rejects.toMatchObject({ code: 'not-found' });
  await backups.renewCode(ACTOR);
  writeFileSync(path.join(data, 'backups'), 'a file stands where the folder should');
  await backups.start(ACTOR);
  await ended();
  expect(jobs[0]).toMatchObject({ state: 'failed', problem: { code: 'storage' } });
  expect(complaints.length).toBe(1);
});
