// All bytes that the hub writes for a report, history on and at most 5 s at risk, against a table as Home Assistant's
// at the same flow. Counted by the kernel: pages that the process made dirty for the disk (`write_bytes` of
// /proc/PID/io, which is of all its threads), and the pages that wait in write-ahead logs to be written once more.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench, BenchScope } from './bench.ts';
import { pendingCheckpointBytes } from './pending-checkpoint.ts';
import { startProcess, until, type Written, writtenBytes } from './process.ts';
import { oursOnLink } from './side.ts';

/** Six samples in each 5 s: a hundred devices that report every minute and a half or so. */
const PER_SECOND = 1.2;
const COMMIT_SECONDS = 5;
/** More than sixty commits. Zigbee's list of devices, 190 KB once an hour, is beside it: 43 B of a report at this rate. */
const FLOW_SECONDS = 320;
const QUICK_FLOW_SECONDS = 40;
/** Longer than the minute after which the coordinator is backed up for the devices that were added. */
const SETTLE_MS = 75_000;
const PEER = 'table of Home Assistant’s recorder';
const PEER_SAMPLES = { before: 20_000, measured: 12_000 } as const;

interface PeerResult {
  readonly before: Written;
  readonly after: Written;
  readonly pendingBytes: number;
}

async function peerBytesPerSample({ folder }: BenchScope): Promise<number> {
  const owner = startProcess({
    name: 'recorder',
    command: process.execPath,
    args: [
      path.join(import.meta.dirname, 'ha-shaped-store.ts'),
      JSON.stringify({
        file: path.join(folder, 'recorder.db'),
        entities: 100,
        samplesBefore: PEER_SAMPLES.before,
        samples: PEER_SAMPLES.measured,
        samplesPerCommit: PER_SECOND * COMMIT_SECONDS,
      }),
    ],
    cwd: folder,
  });
  const line = await until('the recorder’s figures', () => /^\{.*\}$/m.exec(owner.output())?.[0], {
    withinMs: 60_000,
    process: owner,
  });
  const { before, after, pendingBytes }: PeerResult = JSON.parse(line);
  return (after.diskBytes - before.diskBytes + pendingBytes) / PEER_SAMPLES.measured;
}

function pendingIn(folder: string): number {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.db'))
    .reduce((sum, name) => sum + pendingCheckpointBytes(path.join(folder, name)), 0);
}

async function run(scope: BenchScope): Promise<void> {
  const peerValue = await peerBytesPerSample(scope);
  scope.say(`${PEER}: ${Math.round(peerValue)} B a sample`);
  if (!(peerValue > 0)) {
    throw new Error(
      `the kernel counts no writes to ${scope.folder}; set TMPDIR to a folder on a disk`,
    );
  }
  const folder = path.join(scope.folder, 'hub');
  const ours = await oursOnLink(scope, folder, { scenes: 0 });
  // Each thermometer once, and what pairing wrote is out of the way.
  await ours.load({ kind: 'samples', perSecond: 20, seconds: 5 });
  await sleep(SETTLE_MS, undefined, { signal: scope.signal });

  const seconds = scope.isQuick ? QUICK_FLOW_SECONDS : FLOW_SECONDS;
  const look = () => ({ written: writtenBytes(ours.pids()), pending: pendingIn(folder) });
  const before = look();
  const { reports } = await ours.load({ kind: 'samples', perSecond: PER_SECOND, seconds });
  await sleep(COMMIT_SECONDS * 1_000, undefined, { signal: scope.signal });
  const after = look();
  const bytes =
    after.written.diskBytes -
    before.written.diskBytes +
    Math.max(0, after.pending - before.pending);
  scope.row({
    bench: writes.name,
    metric: `bytes written for a report (write_bytes and pending checkpoint, ${PER_SECOND} a second)`,
    unit: 'B',
    value: bytes / reports,
    peer: PEER,
    peerValue,
    must: 1 / 10,
    goal: 1 / 18,
    n: reports,
  });
}

export const writes: Bench = { name: 'writes', run };
