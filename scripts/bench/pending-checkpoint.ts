// What a SQLite database has in its write-ahead log and will write a second time, into the database itself, at the
// next checkpoint: without it a short measurement would count half of what is written.
import { existsSync, readFileSync } from 'node:fs';

// Source: https://www.sqlite.org/fileformat2.html § 4.1, the WAL's header and frames; all numbers big endian.
const HEADER = { bytes: 32, pageSizeAt: 8, saltAt: 16 } as const;
const FRAME = { bytes: 24, pageAt: 0, saltAt: 8 } as const;
const SALT_BYTES = 8;

/** Bytes of the distinct pages in the log of this database file; 0 without a log. */
export function pendingCheckpointBytes(databaseFile: string): number {
  const file = `${databaseFile}-wal`;
  if (!existsSync(file)) return 0;
  const log = readFileSync(file);
  if (log.length < HEADER.bytes) return 0;
  const pageSize = log.readUInt32BE(HEADER.pageSizeAt);
  const salt = log.subarray(HEADER.saltAt, HEADER.saltAt + SALT_BYTES);
  const pages = new Set<number>();
  for (
    let at = HEADER.bytes;
    at + FRAME.bytes + pageSize <= log.length;
    at += FRAME.bytes + pageSize
  ) {
    // Frames behind the valid ones are left over from before the log was last begun anew.
    const own = log.subarray(at + FRAME.saltAt, at + FRAME.saltAt + SALT_BYTES);
    if (!own.equals(salt)) break;
    pages.add(log.readUInt32BE(at + FRAME.pageAt));
  }
  return pages.size * pageSize;
}
