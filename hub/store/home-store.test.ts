import { describe, expect, it } from 'vitest';
import { ConflictError, NotFoundError } from '../model/errors.ts';
import type { HomeRecord } from '../model/home.ts';
import { roomId } from '../model/identifiers.ts';
import { HOME_FILE } from './files.ts';
import {
  AUDIT_LINES_MAX,
  HomeStore,
  RECORD_BYTES_MAX,
  ROWS_MAX,
  SCENE_VERSIONS_MAX,
} from './home-store.ts';
import { type OpenDatabase, openDatabase } from './open.ts';
import { ANNA, device, START_MS, scene, temporaryFolder, token } from './test-records.ts';

const HOME: HomeRecord = {
  name: 'Elm Street',
  language: 'zh',
  zone: 'Europe/Berlin',
  place: { latitude: 52.5, longitude: 13.4 },
  mode: 'home',
  version: 1,
};
const OWNER = {
  member: ANNA,
  credential: { member: ANNA.id, passwordHash: '$argon2id$…' },
  token: token('first'),
  home: HOME,
};

/** Runs a test on an empty home, or on one that Anna has claimed. */
function withHome(
  options: { claimed: boolean },
  test: (home: HomeStore, database: OpenDatabase) => void,
): void {
  using folder = temporaryFolder();
  const database = openDatabase(folder.path, HOME_FILE);
  try {
    const home = new HomeStore(database);
    if (options.claimed) home.claim(OWNER);
    test(home, database);
  } finally {
    database.close();
  }
}

describe('the home store', () => {
  it('gives an unclaimed home with nothing in it at first', () => {
    withHome({ claimed: false }, (home) => {
      const contents = home.load();
      expect(contents.isClaimed).toBe(false);
      expect(contents.home.version).toBe(0);
      expect(contents.members).toEqual([]);
    });
  });

  it('gives devices back in the order in which they came, also after an edit', () => {
    withHome({ claimed: true }, (home) => {
      for (const name of ['zebra', 'ape', 'mole']) home.putDevice(device(name));
      home.putDevice({ ...device('zebra'), version: 2 });
      expect(home.load().devices.map(({ id }) => id)).toEqual(
        ['zebra', 'ape', 'mole'].map((name) => device(name).id),
      );
    });
  });

  it('gives everything back after the file was closed', () => {
    using folder = temporaryFolder();
    const database = openDatabase(folder.path, HOME_FILE);
    const home = new HomeStore(database);
    home.claim(OWNER);
    const hall = { id: roomId('room_hall'), name: 'Hall', icon: null, order: 1, version: 1 };
    home.putRoom(hall);
    home.putDevice(device('lamp'));
    home.putScene(scene('dusk'));
    home.putSetting('port', '8420');
    database.close();

    const again = openDatabase(folder.path, HOME_FILE);
    expect(new HomeStore(again).load()).toEqual({
      home: HOME,
      isClaimed: true,
      rooms: [hall],
      devices: [device('lamp')],
      members: [ANNA],
      credentials: [OWNER.credential],
      tokens: [OWNER.token],
      scenes: [scene('dusk')],
      homeValues: [],
      settings: { port: '8420' },
    });
    again.close();
  });

  it('is claimed once, whole; a second claim changes nothing', () => {
    withHome({ claimed: true }, (home) => {
      const before = home.load();
      expect(() => home.claim({ ...OWNER, home: { ...HOME, version: 2 } })).toThrow(ConflictError);
      expect(home.load()).toEqual(before);
    });
  });

  it('leaves the hub unclaimed when a part of the claim is wrong', () => {
    withHome({ claimed: false }, (home) => {
      expect(() => home.claim({ ...OWNER, home: { ...HOME, version: 7 } })).toThrow(ConflictError);
      expect(home.load()).toMatchObject({ isClaimed: false, members: [], tokens: [] });
      home.claim(OWNER);
    });
  });

  it('takes an edit only when it was made on the stored version', () => {
    withHome({ claimed: true }, (home) => {
      expect(() => home.putDevice(device('lamp', 2))).toThrow(
        'The device "lamp" was changed meanwhile: it does not exist, and the edit is version 2',
      );
      home.putDevice(device('lamp', 1));
      home.putDevice(device('lamp', 2));
      for (const stale of [1, 2, 4]) {
        expect(() => home.putDevice(device('lamp', stale))).toThrow(ConflictError);
      }
      expect(home.load().devices).toEqual([device('lamp', 2)]);
      expect(() => home.putHome(HOME)).toThrow(/The home was changed meanwhile/);
      home.putHome({ ...HOME, version: 2 });
      expect(() => home.putMember(ANNA)).toThrow(ConflictError);
      home.putMember({ ...ANNA, name: 'Anne', version: 2 });
      expect(home.load().credentials).toHaveLength(1);
    });
  });

  it('lets no two devices have one handle, and a handle be taken over once it is free', () => {
    withHome({ claimed: true }, (home) => {
      home.putDevice(device('lamp'));
      home.putDevice(device('plug'));
      expect(() => home.putDevice({ ...device('plug', 2), handle: 'lamp' })).toThrow(
        'The handle "lamp" is taken by device dev_lamp',
      );
      home.putDevice({ ...device('lamp', 2), handle: 'old-lamp' });
      home.putDevice({ ...device('plug', 2), handle: 'lamp' });
    });
  });

  it('removes what is there and says what is not', () => {
    withHome({ claimed: true }, (home) => {
      home.putDevice(device('lamp'));
      home.removeDevice(device('lamp').id);
      expect(() => home.removeDevice(device('lamp').id)).toThrow(NotFoundError);
      home.removeToken(OWNER.token.id);
      home.removeToken(OWNER.token.id);
      expect(home.load()).toMatchObject({ devices: [], tokens: [] });
    });
  });

  it('says that the file is damaged when a record in it cannot be read', () => {
    withHome({ claimed: true }, (home, database) => {
      home.putScene(scene('dusk'));
      database.exec(`UPDATE scenes SET body = '{"name": "du'`);
      expect(() => home.load()).toThrow(/home\.db is damaged: a record in it cannot be read/);
    });
  });

  it('knows the last hundred versions of a scene, newest first', () => {
    withHome({ claimed: true }, (home) => {
      for (let version = 1; version <= SCENE_VERSIONS_MAX + 5; version += 1) {
        home.putScene(scene('dusk', version));
      }
      const versions = home.sceneVersions(scene('dusk').id);
      expect(versions.map((one) => one.version)).toEqual(
        Array.from({ length: SCENE_VERSIONS_MAX }, (_, index) => SCENE_VERSIONS_MAX + 5 - index),
      );
      expect(versions[0]).toEqual(scene('dusk', SCENE_VERSIONS_MAX + 5));
      home.removeScene(scene('dusk').id);
      expect(home.sceneVersions(scene('dusk').id)).toEqual([]);
    });
  });

  it('gives passwords and tokens only to members that exist', () => {
    withHome({ claimed: false }, (home) => {
      expect(() => home.putCredential(OWNER.credential)).toThrow(NotFoundError);
      expect(() => home.putToken(OWNER.token)).toThrow('There is no member "mem_anna"');
    });
  });

  it('keeps the audit trail, tokens and settings within their limits', () => {
    withHome({ claimed: true }, (home, database) => {
      const count = (table: string): unknown =>
        database.prepare(`SELECT count(*) AS count FROM ${table}`).pluck().get();
      // Durability is not what this test is about, and thousands of synced commits take long.
      database.pragma('synchronous = OFF');
      const entry = { atMs: START_MS, member: ANNA.id, action: 'set', subject: 'x', detail: '' };
      for (let line = 0; line < AUDIT_LINES_MAX + 10; line += 1) home.audit(entry);
      expect(count('audit')).toBe(AUDIT_LINES_MAX);
      for (let index = 0; index < ROWS_MAX.tokens + 3; index += 1) {
        home.putToken(token(`t${index}`, START_MS + 1 + index));
      }
      expect(count('tokens')).toBe(ROWS_MAX.tokens);
      expect(database.prepare("SELECT 1 FROM tokens WHERE id = 'tok_first'").get()).toBeUndefined();
      for (let index = 0; index < ROWS_MAX.settings; index += 1) home.putSetting(`s${index}`, '1');
      home.putSetting('s1', '2');
      expect(() => home.putSetting('one more', '1')).toThrow(/1000 settings/);
      home.putSetting('s1', null);
      home.putSetting('one more', '1');
    });
  });

  it('refuses a record that is too large and a full disk with the reason, and changes nothing', () => {
    withHome({ claimed: true }, (home, database) => {
      const large = { ...scene('dusk'), source: 'x'.repeat(RECORD_BYTES_MAX) };
      expect(() => home.putScene(large)).toThrow(/can be stored/);
      database.pragma(`max_page_count = ${database.pragma('page_count', { simple: true })}`);
      const fill = (): void => {
        for (let index = 0; index < 100; index += 1) home.putDevice(device(`lamp${index}`));
      };
      expect(fill).toThrow(/home\.db could not save device "lamp\d+": database or disk is full/);
      const { length } = home.load().devices;
      database.pragma('max_page_count = 100000');
      home.putDevice(device(`lamp${length}`));
      expect(home.load().devices).toHaveLength(length + 1);
    });
  });
});
