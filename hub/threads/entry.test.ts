// Where threads are found when the sources run; the bundle's side is tested by scripts/package/build.test.ts.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { bundleName, WORKER_SOURCES, type WorkerName, workerEntry } from './entry.ts';

const NAMES: WorkerName[] = ['core', 'storage', 'jobs', 'zigbee', 'zigbee-child'];

test('each thread is found at its source, wherever the process was started', () => {
  const root = path.resolve(import.meta.dirname, '..', '..');
  for (const name of NAMES) {
    expect(path.relative(root, fileURLToPath(workerEntry(name)))).toBe(WORKER_SOURCES[name]);
  }
});

test('no two threads share a file of the bundle', () => {
  const files = NAMES.map(bundleName);
  expect(files).toContain('core.worker.js');
  expect(files).toContain('zigbee.child.js');
  expect(new Set(files).size).toBe(NAMES.length);
});
