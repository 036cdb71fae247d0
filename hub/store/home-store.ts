// home.db: what people set. Every write is one transaction that is on the disk when the call returns; a record that
// has a version is taken only when it was made on the stored one.
import type { DeviceRecord } from '../model/device.ts';
import { ConflictError, HubError, NotFoundError } from '../model/errors.ts';
import type {
  CredentialRecord,
  HomeRecord,
  MemberRecord,
  RoomRecord,
  SceneRecord,
  TokenRecord,
} from '../model/home.ts';
import type { HomeValueKey, HomeValueRecord } from '../model/home-values.ts';
import type { DeviceId, MemberId, RoomId, SceneId, TokenId } from '../model/identifiers.ts';
import type { HomeContents } from '../model/store-port.ts';
import { DamagedFileError, type OpenDatabase, storageError } from './open.ts';

/** Of each scene the newest versions are kept. */
export const SCENE_VERSIONS_MAX = 100;
/** Of the audit trail the newest lines are kept. */
export const AUDIT_LINES_MAX = 10_000;
/** A record's JSON may have this many bytes. */
export const RECORD_BYTES_MAX = 256 * 1024;
/** Rows a table may have; one more is refused, except for tokens, of which the longest unused goes. */
export const ROWS_MAX = {
  rooms: 500,
  devices: 5000,
  members: 200,
  scenes: 20_000,
  tokens: 2000,
  settings: 1000,
  home_values: 1000,
} as const;

/** The home before anybody has set anything; its first stored version is 1. */
export const NEW_HOME: HomeRecord = {
  name: 'Home',
  language: 'en',
  zone: 'UTC',
  place: null,
  mode: 'home',
  version: 0,
};

type VersionedTable = 'rooms' | 'devices' | 'members' | 'scenes' | 'home_values';
const WORDS: Record<VersionedTable, string> = {
  home_values: 'value',
  rooms: 'room',
  devices: 'device',
  members: 'member',
  scenes: 'scene',
};

const CHINESE: Record<keyof typeof ROWS_MAX, string> = {
  rooms: '房间',
  devices: '设备',
  members: '成员',
  scenes: '场景',
  tokens: '令牌',
  settings: '设置项',
  home_values: '家的值',
};

interface BodyRow {
  readonly body: string;
}

export class HomeStore {
  readonly #database: OpenDatabase;

  constructor(database: OpenDatabase) {
    this.#database = database;
  }

  load(): HomeContents {
    const settings: Record<string, string> = {};
    for (const row of this.#all<{ name: string; value: string }>(
      'SELECT name, value FROM settings',
    )) {
      settings[row.name] = row.value;
    }
    return {
      home: this.#home(),
      isClaimed: this.#database.prepare('SELECT 1 FROM claim').get() !== undefined,
      rooms: this.#bodies<RoomRecord>('rooms'),
      devices: this.#bodies<DeviceRecord>('devices'),
      members: this.#bodies<MemberRecord>('members'),
      credentials: this.#all<CredentialRecord>(
        'SELECT member, password_hash AS passwordHash FROM credentials ORDER BY member',
      ),
      tokens: this.#bodies<TokenRecord>('tokens'),
      scenes: this.#bodies<SceneRecord>('scenes'),
      homeValues: this.#bodies<HomeValueRecord>('home_values'),
      settings,
    };
  }

  claim(owner: {
    member: MemberRecord;
    credential: CredentialRecord;
    token: TokenRecord;
    home: HomeRecord;
  }): void {
    this.#write('the claim', () => {
      if (this.#database.prepare('SELECT 1 FROM claim').get() !== undefined) {
        throw new ConflictError('This hub has an owner already', {
          hint: 'Sign in, or ask the owner to invite you.',
          zh: { message: '这个中枢已有主人', hint: '请登录，或请主人邀请你。' },
        });
      }
      this.#database
        .prepare('INSERT INTO claim (id, member, at_ms) VALUES (1, ?, ?)')
        .run(owner.member.id, Math.round(owner.member.createdAtMs));
      this.#putVersioned('members', owner.member);
      this.#putCredential(owner.credential);
      this.#putToken(owner.token);
      this.#putHome(owner.home);
    });
  }

  putHome(home: HomeRecord): void {
    this.#write('the home', () => this.#putHome(home));
  }

  putRoom(room: RoomRecord): void {
    this.#write(`room "${room.name}"`, () => this.#putVersioned('rooms', room));
  }

  /** Devices keep the id of a room that is gone until they are put into another. */
  removeRoom(id: RoomId): void {
    this.#remove('rooms', id);
  }

  putDevice(device: DeviceRecord): void {
    this.#write(`device "${device.name}"`, () => this.#putDevice(device));
  }

  /** Removes those and puts these or, where one of that cannot be, does nothing. */
  putDevices(devices: readonly DeviceRecord[], removed: readonly DeviceId[]): void {
    this.#write(`${devices.length} devices`, () => {
      for (const id of removed) {
        const gone = this.#database.prepare('DELETE FROM devices WHERE id = ?').run(id);
        if (gone.changes === 0) throw new NotFoundError('device', id);
      }
      for (const device of devices) this.#putDevice(device);
    });
  }

  #putDevice(device: DeviceRecord): void {
    const holder = this.#database
      .prepare<[string, string], { id: string }>(
        'SELECT id FROM devices WHERE handle = ? AND id <> ?',
      )
      .get(device.handle, device.id);
    if (holder !== undefined) {
      throw new ConflictError(`The handle "${device.handle}" is taken by device ${holder.id}`, {
        hint: 'Choose another handle.',
        zh: { message: `名称“${device.handle}”已被设备 ${holder.id} 使用`, hint: '请另选一个。' },
      });
    }
    this.#putVersioned('devices', device, device.handle);
  }

  removeDevice(id: DeviceId): void {
    this.#remove('devices', id);
  }

  putMember(member: MemberRecord): void {
    this.#write(`member "${member.name}"`, () => this.#putVersioned('members', member));
  }

  putCredential(credential: CredentialRecord): void {
    this.#write('the password', () => {
      this.#mustHaveMember(credential.member);
      this.#putCredential(credential);
    });
  }

  putToken(token: TokenRecord): void {
    this.#write(`token "${token.label}"`, () => {
      this.#mustHaveMember(token.member);
      this.#putToken(token);
    });
  }

  /** Also succeeds when the token is gone already: signing out twice is no fault. */
  removeToken(id: TokenId): void {
    this.#write('the token', () => {
      this.#database.prepare('DELETE FROM tokens WHERE id = ?').run(id);
    });
  }

  putScene(scene: SceneRecord): void {
    this.#write(`scene "${scene.name}"`, () => this.#putScene(scene));
  }

  /** Puts these and removes those or, where one of that cannot be, nothing. */
  putScenes(scenes: readonly SceneRecord[], removed: readonly SceneId[]): void {
    this.#write(`${scenes.length} scenes`, () => {
      for (const id of removed) {
        const gone = this.#database.prepare('DELETE FROM scenes WHERE id = ?').run(id);
        if (gone.changes === 0) throw new NotFoundError('scene', id);
      }
      for (const scene of scenes) this.#putScene(scene);
    });
  }

  #putScene(scene: SceneRecord): void {
    const body = this.#putVersioned('scenes', scene);
    this.#database
      .prepare('INSERT INTO scene_versions (scene, version, body) VALUES (?, ?, ?)')
      .run(scene.id, scene.version, body);
    this.#database
      .prepare('DELETE FROM scene_versions WHERE scene = ? AND version <= ?')
      .run(scene.id, scene.version - SCENE_VERSIONS_MAX);
  }

  /** Its versions go with it. */
  removeScene(id: SceneId): void {
    this.#remove('scenes', id);
  }

  sceneVersions(id: SceneId): SceneRecord[] {
    return this.#database
      .prepare<[string], BodyRow>(
        'SELECT body FROM scene_versions WHERE scene = ? ORDER BY version DESC',
      )
      .all(id)
      .map((row) => parse<SceneRecord>(row));
  }

  putHomeValue(value: HomeValueRecord): void {
    this.#write(`value "${value.name}"`, () => this.#putVersioned('home_values', value));
  }

  removeHomeValue(id: HomeValueKey): void {
    this.#remove('home_values', id);
  }

  putSetting(name: string, value: string | null): void {
    this.#write(`setting "${name}"`, () => {
      if (value === null) {
        this.#database.prepare('DELETE FROM settings WHERE name = ?').run(name);
        return;
      }
      refuseLarge(`Setting "${name.slice(0, 40)}"`, name + value);
      this.#refuseFull('settings', 'name', name);
      this.#database
        .prepare('INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)')
        .run(name, value);
    });
  }

  audit(entry: {
    atMs: number;
    member: MemberId | null;
    action: string;
    subject: string;
    detail: string;
  }): void {
    this.#write('the audit trail', () => {
      refuseLarge('A line of the audit trail', entry.action + entry.subject + entry.detail);
      const added = this.#database
        .prepare(
          'INSERT INTO audit (at_ms, member, action, subject, detail) VALUES (?, ?, ?, ?, ?)',
        )
        .run(Math.round(entry.atMs), entry.member, entry.action, entry.subject, entry.detail);
      this.#database
        .prepare('DELETE FROM audit WHERE id <= ?')
        .run(Number(added.lastInsertRowid) - AUDIT_LINES_MAX);
    });
  }

  #home(): HomeRecord {
    const row = this.#database.prepare<[], BodyRow>('SELECT body FROM home').get();
    return row === undefined ? NEW_HOME : parse<HomeRecord>(row);
  }

  #putHome(home: HomeRecord): void {
    mustFollow('The home', this.#home().version, home.version);
    this.#database
      .prepare('INSERT OR REPLACE INTO home (id, version, body) VALUES (1, ?, ?)')
      .run(home.version, toBody('The home', home));
  }

  #putVersioned(
    table: VersionedTable,
    record: { readonly id: string; readonly name: string; readonly version: number },
    handle?: string,
  ): string {
    const what = `The ${WORDS[table]} "${record.name}"`;
    const stored = this.#database
      .prepare<[string], { version: number }>(`SELECT version FROM ${table} WHERE id = ?`)
      .get(record.id);
    mustFollow(what, stored?.version ?? 0, record.version);
    if (stored === undefined) this.#refuseFull(table, 'id', record.id);
    const body = toBody(what, record);
    if (stored !== undefined) {
      // An update and not a replacement, which would take the rows that refer to it along.
      this.#database
        .prepare(`UPDATE ${table} SET version = ?, body = ? WHERE id = ?`)
        .run(record.version, body, record.id);
      if (handle !== undefined) {
        this.#database.prepare('UPDATE devices SET handle = ? WHERE id = ?').run(handle, record.id);
      }
    } else if (handle !== undefined) {
      this.#database
        .prepare('INSERT INTO devices (id, handle, version, body) VALUES (?, ?, ?, ?)')
        .run(record.id, handle, record.version, body);
    } else {
      this.#database
        .prepare(`INSERT INTO ${table} (id, version, body) VALUES (?, ?, ?)`)
        .run(record.id, record.version, body);
    }
    return body;
  }

  #putCredential(credential: CredentialRecord): void {
    this.#database
      .prepare('INSERT OR REPLACE INTO credentials (member, password_hash) VALUES (?, ?)')
      .run(credential.member, credential.passwordHash);
  }

  #putToken(token: TokenRecord): void {
    this.#database
      .prepare(
        `INSERT OR REPLACE INTO tokens (id, member, last_used_at_ms, expires_at_ms, body)
         VALUES (?, ?, ?, ?, ?)`,
      )
      .run(
        token.id,
        token.member,
        Math.round(token.lastUsedAtMs),
        token.expiresAtMs === null ? null : Math.round(token.expiresAtMs),
        toBody(`The token "${token.label}"`, token),
      );
    this.#database
      .prepare(
        `DELETE FROM tokens WHERE id <> ? AND id IN
         (SELECT id FROM tokens ORDER BY last_used_at_ms DESC LIMIT -1 OFFSET ?)`,
      )
      .run(token.id, ROWS_MAX.tokens);
  }

  #mustHaveMember(id: MemberId): void {
    const found = this.#database.prepare('SELECT 1 FROM members WHERE id = ?').get(id);
    if (found === undefined) throw new NotFoundError('member', id);
  }

  #remove(table: VersionedTable, id: string): void {
    this.#write(`the ${WORDS[table]}`, () => {
      const removed = this.#database.prepare(`DELETE FROM ${table} WHERE id = ?`).run(id);
      if (removed.changes === 0) throw new NotFoundError(WORDS[table], id);
    });
  }

  #refuseFull(table: keyof typeof ROWS_MAX, key: 'id' | 'name', value: string): void {
    const row = this.#database
      .prepare<[string], { count: number }>(
        `SELECT count(*) AS count FROM ${table} WHERE ${key} <> ?`,
      )
      .get(value);
    if (row !== undefined && row.count >= ROWS_MAX[table]) {
      throw new HubError(
        'too-large',
        `The home has ${row.count} ${table}, which is the most it can have`,
        {
          hint: 'Remove some that are not needed.',
          zh: {
            message: `已有 ${row.count} 个${CHINESE[table]}，不能再多`,
            hint: '请删除一些不再需要的。',
          },
        },
      );
    }
  }

  /** In the order in which they came, so that lists look the same after a start as before. */
  #bodies<Record>(table: VersionedTable | 'tokens'): Record[] {
    return this.#all<BodyRow>(`SELECT body FROM ${table} ORDER BY rowid`).map((row) =>
      parse<Record>(row),
    );
  }

  #all<Row>(sql: string): Row[] {
    return this.#database.prepare<[], Row>(sql).all();
  }

  #write(what: string, change: () => void): void {
    try {
      this.#database.transaction(change).immediate();
    } catch (error) {
      if (error instanceof HubError) throw error;
      throw storageError(error, `home.db could not save ${what}`);
    }
  }
}

function mustFollow(what: string, stored: number, next: number): void {
  if (next === stored + 1) return;
  const state = stored === 0 ? 'it does not exist' : `it is at version ${stored} now`;
  throw new ConflictError(
    `${what} was changed meanwhile: ${state}, and the edit is version ${next}`,
    {
      hint: 'Load it again and repeat the edit.',
      zh: {
        message: `这期间有别人改过它（现在是版本 ${stored}）`,
        hint: '请看一下现在的内容，再改一次。',
      },
    },
  );
}

function toBody(what: string, record: unknown): string {
  const body = JSON.stringify(record);
  refuseLarge(what, body);
  return body;
}

function refuseLarge(what: string, text: string): void {
  const bytes = Buffer.byteLength(text);
  if (bytes <= RECORD_BYTES_MAX) return;
  throw new HubError('too-large', `${what} has ${bytes} bytes; ${RECORD_BYTES_MAX} can be stored`, {
    zh: { message: `${what} 有 ${bytes} 字节，最多可存 ${RECORD_BYTES_MAX} 字节`, hint: null },
  });
}

/** What stands in home.db was written by this file from the record of that type. @throws DamagedFileError */
function parse<Record>(row: BodyRow): Record {
  try {
    return JSON.parse(row.body) as Record;
  } catch (error) {
    throw new DamagedFileError('home.db', 'a record in it cannot be read', error);
  }
}
