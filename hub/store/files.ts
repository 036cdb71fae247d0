// The three database files with their migrations. Each list is append-only: a file in some household is at every
// version there ever was, so a migration that has been released is never edited.
import type { DatabaseFile } from './open.ts';

/** What people set. Written only when somebody sets something; the house starts from this file alone. */
export const HOME_FILE: DatabaseFile = {
  name: 'home.db',
  synchronous: 'FULL',
  pageBytes: 4096,
  checkBytesMax: Number.POSITIVE_INFINITY,
  migrations: [
    `
    CREATE TABLE home (
      id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL, body TEXT NOT NULL
    ) STRICT;
    -- The one row of this table is what makes a claim happen once.
    CREATE TABLE claim (
      id INTEGER PRIMARY KEY CHECK (id = 1), member TEXT NOT NULL, at_ms INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE rooms (id TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
    CREATE TABLE devices (
      id TEXT PRIMARY KEY, handle TEXT NOT NULL UNIQUE, version INTEGER NOT NULL, body TEXT NOT NULL
    ) STRICT;
    CREATE TABLE members (id TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
    CREATE TABLE credentials (
      member TEXT PRIMARY KEY REFERENCES members(id) ON DELETE CASCADE, password_hash TEXT NOT NULL
    ) STRICT;
    CREATE TABLE tokens (
      id TEXT PRIMARY KEY,
      member TEXT NOT NULL REFERENCES members(id) ON DELETE CASCADE,
      last_used_at_ms INTEGER NOT NULL,
      expires_at_ms INTEGER,
      body TEXT NOT NULL
    ) STRICT;
    CREATE TABLE scenes (id TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
    CREATE TABLE scene_versions (
      scene TEXT NOT NULL REFERENCES scenes(id) ON DELETE CASCADE,
      version INTEGER NOT NULL,
      body TEXT NOT NULL,
      PRIMARY KEY (scene, version)
    ) STRICT;
    CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    CREATE TABLE audit (
      id INTEGER PRIMARY KEY,
      at_ms INTEGER NOT NULL,
      member TEXT,
      action TEXT NOT NULL,
      subject TEXT NOT NULL,
      detail TEXT NOT NULL
    ) STRICT;
    `,
    `
    -- People, variables, inputs, calendars and zones that the household has declared.
    CREATE TABLE home_values (
      id TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL
    ) STRICT;
    `,
  ],
};

/** The journal of decisions and the inbox whose rows appear with them. */
export const RUNS_FILE: DatabaseFile = {
  name: 'runs.db',
  synchronous: 'FULL',
  pageBytes: 1024,
  checkBytesMax: Number.POSITIVE_INFINITY,
  migrations: [
    `
    -- One row a group commit: all records that waited together, packed.
    CREATE TABLE journal (
      first INTEGER PRIMARY KEY, last INTEGER NOT NULL, body BLOB NOT NULL
    ) STRICT;
    -- The durable tables as they were at record number "last"; the entries are spread over several rows.
    CREATE TABLE checkpoint (
      part INTEGER PRIMARY KEY, last INTEGER NOT NULL, body BLOB NOT NULL
    ) STRICT;
    CREATE TABLE notifications (
      position INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      read_at_ms INTEGER,
      body TEXT NOT NULL
    ) STRICT;
    `,
  ],
};

/** What happened. Damage to it never stops the house. */
export const HISTORY_FILE: DatabaseFile = {
  name: 'history.db',
  synchronous: 'NORMAL',
  pageBytes: 512,
  checkBytesMax: 32 * 1024 * 1024,
  migrations: [
    `
    -- kind 0: one row a group commit, as it came; 1: what is left of many once changes went into series.
    CREATE TABLE log (
      id INTEGER PRIMARY KEY,
      kind INTEGER NOT NULL,
      first_seq INTEGER NOT NULL,
      last_seq INTEGER NOT NULL,
      last_at_ms INTEGER NOT NULL,
      body BLOB NOT NULL
    ) STRICT;
    -- One row a property of a device; rolled_to is the last log row whose changes are in its chunks.
    CREATE TABLE series (
      id INTEGER PRIMARY KEY,
      device TEXT NOT NULL,
      property TEXT NOT NULL,
      rolled_to INTEGER NOT NULL,
      UNIQUE (device, property)
    ) STRICT;
    CREATE TABLE chunks (
      series INTEGER NOT NULL,
      first_seq INTEGER NOT NULL,
      last_seq INTEGER NOT NULL,
      from_ms INTEGER NOT NULL,
      to_ms INTEGER NOT NULL,
      samples INTEGER NOT NULL,
      body BLOB NOT NULL,
      PRIMARY KEY (series, first_seq)
    ) STRICT, WITHOUT ROWID;
    -- Minimum, maximum, mean and last value of each interval; one packed row a series, step and period.
    CREATE TABLE rollups (
      series INTEGER NOT NULL,
      step_ms INTEGER NOT NULL,
      period INTEGER NOT NULL,
      body BLOB NOT NULL,
      PRIMARY KEY (series, step_ms, period)
    ) STRICT, WITHOUT ROWID;
    -- Traces. dull: a near miss; shape: what makes two of them the same; repeats: how many one row stands for.
    CREATE TABLE runs (
      position INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      scene TEXT NOT NULL,
      started_at_ms INTEGER NOT NULL,
      dull INTEGER NOT NULL,
      shape INTEGER NOT NULL,
      repeats INTEGER NOT NULL,
      body BLOB NOT NULL
    ) STRICT;
    CREATE INDEX runs_by_scene ON runs (scene, started_at_ms);
    CREATE INDEX runs_by_start ON runs (started_at_ms);
    -- The newest value of each series as it was after log row "log".
    CREATE TABLE last_values (
      id INTEGER PRIMARY KEY CHECK (id = 1), log INTEGER NOT NULL, body BLOB NOT NULL
    ) STRICT;
    `,
    `
    -- When the home was last known to live while nothing else was written.
    CREATE TABLE alive (id INTEGER PRIMARY KEY CHECK (id = 1), at_ms INTEGER NOT NULL) STRICT;
    `,
    `
    -- When the first of the near misses began that were folded into the row; null: none was.
    ALTER TABLE runs ADD COLUMN since_ms INTEGER;
    -- Stretches of wall time that the hub did not live through. what: off, clock.
    CREATE TABLE gaps (
      to_ms INTEGER NOT NULL, from_ms INTEGER NOT NULL, what TEXT NOT NULL,
      PRIMARY KEY (to_ms, from_ms)
    ) STRICT, WITHOUT ROWID;
    `,
  ],
};
