// What people have set, read beside the thread that writes it: for whoever explains the past, with the versions of
// scenes.

import fs from 'node:fs';
import path from 'node:path';
import type { KnownHome } from '../model/explain.ts';
import type { HomeRecord, SceneRecord } from '../model/home.ts';
import type { SceneId } from '../model/identifiers.ts';
import { HOME_FILE } from './files.ts';
import { NEW_HOME } from './home-store.ts';
import { type OpenDatabase, openReadOnly, storageError } from './open.ts';

export interface StoredHome {
  read(): KnownHome;
  /** Newest first. */
  sceneVersions(id: SceneId): SceneRecord[];
  close(): void;
}

/** Tables whose rows are records as JSON. */
type Table = 'devices' | 'rooms' | 'members' | 'scenes' | 'home_values';

/** Opened at the first question, and read anew only when something was written since. */
export function createStoredHome(
  dataFolder: string,
  /** What is declared beside the devices. */
  valuesOf: (home: KnownHome) => KnownHome['values'],
): StoredHome {
  const filePath = path.join(dataFolder, HOME_FILE.name);
  let open: { readonly database: OpenDatabase; readonly inode: number } | null = null;
  let known: { readonly version: number; readonly home: KnownHome } | null = null;

  function close(): void {
    open?.database.close();
    open = null;
    known = null;
  }

  function connect(): OpenDatabase | null {
    const inode = fs.statSync(filePath, { throwIfNoEntry: false })?.ino;
    if (open !== null && open.inode !== inode) close();
    if (open === null && inode !== undefined) {
      const database = openReadOnly(dataFolder, HOME_FILE);
      if (database !== null) open = { database, inode };
    }
    return open?.database ?? null;
  }

  function using<Result>(empty: Result, query: (database: OpenDatabase) => Result): Result {
    try {
      const database = connect();
      return database === null ? empty : query(database);
    } catch (error) {
      close();
      throw storageError(error, 'home.db cannot be read');
    }
  }

  return {
    read: () =>
      using(NOTHING, (database) => {
        const version = Number(database.pragma('data_version', { simple: true }));
        if (known?.version !== version) {
          const home = database.transaction(() => readHome(database)).deferred();
          known = { version, home: { ...home, values: valuesOf(home) } };
        }
        return known.home;
      }),
    sceneVersions: (id) =>
      using([], (database) =>
        database
          .prepare<[string], { body: string }>(
            'SELECT body FROM scene_versions WHERE scene = ? ORDER BY version DESC',
          )
          .all(id)
          // Written by this program's own store of the home.
          .map((row) => JSON.parse(row.body) as SceneRecord),
      ),
    close,
  };
}

const NOTHING: KnownHome = {
  home: NEW_HOME,
  devices: [],
  rooms: [],
  members: [],
  scenes: [],
  values: [],
};

function readHome(database: OpenDatabase): KnownHome {
  const all = <Row>(table: Table): Row[] =>
    database
      .prepare<[], { body: string }>(`SELECT body FROM ${table} ORDER BY id`)
      .all()
      // Written by this program's own store of the home.
      .map((row) => JSON.parse(row.body) as Row);
  const row = database.prepare<[], { body: string }>('SELECT body FROM home').get();
  return {
    home: row === undefined ? NEW_HOME : (JSON.parse(row.body) as HomeRecord),
    devices: all('devices'),
    rooms: all('rooms'),
    members: all('members'),
    scenes: all('scenes'),
    values: all('home_values'),
  };
}
