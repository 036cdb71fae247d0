// Storage's numbers out of the metrics, and how rough a place is kept.
import { expect, it } from 'vitest';
import { storageNumbers } from './metrics.ts';
import { roughPlace } from './place.ts';

it('reads what storage says of itself and skips everything else', () => {
  const text = [
    '# TYPE ingle_storage_commit_ms gauge',
    'ingle_storage_commit_ms 3.5',
    'ingle_storage_written_bytes_total 123456',
    'ingle_storage_file_bytes{file="home.db"} 40960',
    'ingle_storage_file_bytes{file="runs.db"} NaN',
    'process_cpu_seconds_total 4',
  ].join('\n');
  expect(storageNumbers(text)).toEqual({
    files: [{ name: 'home.db', bytes: 40_960 }],
    writtenBytes: 123_456,
    commitMs: 3.5,
  });
  expect(storageNumbers('')).toEqual({ files: [], writtenBytes: null, commitMs: null });
});

it('keeps a place only as fine as the sun needs', () => {
  expect(roughPlace({ latitude: 52.51664, longitude: 13.37777 })).toEqual({
    latitude: 52.5,
    longitude: 13.4,
  });
});
