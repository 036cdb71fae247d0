// What the household sets: home, rooms, devices, scenes, members. Each edit is checked, stored durably, then told
// to the core; one after another, so that two edits never choose the same name.
import { randomBytes } from 'node:crypto';
import type { AdapterCall } from '../model/adapter-port.ts';
import type { CoreInput } from '../model/core-port.ts';
import { ConflictError, HubError, NotFoundError } from '../model/errors.ts';
import { tidyHolidays } from '../model/holidays.ts';
import type { HomeRecord, MemberRecord, RoomRecord } from '../model/home.ts';
import { homeSubjects } from '../model/home-values.ts';
import type { Actor, Async, Household } from '../model/hub-port.ts';
import type { AdapterId, MemberId, RoomId } from '../model/identifiers.ts';
import type { SceneTemplates } from '../model/scene-templates-port.ts';
import type { HomeContents, StoreCalls } from '../model/store-port.ts';
import type { SyncConsent } from '../model/sync-port.ts';
import { BACKUP_RECIPIENT_SETTING } from './backups.ts';
import { checkModes, checkName, checkPlace, checkVersion, checkZone } from './checks.ts';
import { createDeviceShelf, type DeviceEdits } from './device-shelf.ts';
import { type BridgeEdits, createBridgeShelf } from './matter-bridge/bridge-shelf.ts';
import { createSharingShelf, type SharingEdits } from './mqtt-sharing/mqtt-sharing.ts';
import { changeOutbound, OUTBOUND_SETTING, readOutbound } from './outbound/settings.ts';
import type { SceneShelf, SceneSwitching } from './scene-shelf.ts';
import { changeSyncConsent, readSyncConsent, SYNC_CONSENT_SETTING } from './sync-consent.ts';
import { createTemplateShelf } from './template-shelf.ts';
import { createValueShelf } from './value-shelf.ts';
import { createVendorShelf, type VendorEdits } from './vendors.ts';
import { createWebhooks } from './webhooks.ts';

/** Edits that wait for the one before; one more is refused as busy. */
const EDITS_WAITING_MAX = 200;
const ROOMS_MAX = 200;

/** What the household's edits need of the rest of the hub. */
export interface HouseholdOptions {
  readonly contents: HomeContents;
  readonly store: Async<StoreCalls>;
  readonly shelf: SceneShelf;
  readonly templates: SceneTemplates;
  nowMs(): number;
  tellCore(input: Exclude<CoreInput, { request: number }>): void;
  callAdapter(adapter: AdapterId, call: AdapterCall): Promise<unknown>;
  /** @throws ValidationError for a setting that there is not, or that cannot have this value. */
  checkSetting(name: string, value: string | null): void;
  /** Resolves once nothing leaves the house that is not agreed to. */
  syncConsentChanged(): Promise<void>;
  changed(what: 'home' | 'rooms' | 'devices' | 'scenes' | 'members'): void;
}

/** The household as main has it: the edits of its port, and what adapters bring. */
export interface HouseholdHost
  extends Household,
    DeviceEdits,
    SceneSwitching,
    BridgeEdits,
    SharingEdits,
    VendorEdits {
  syncConsent(): SyncConsent;
  /** Inputs that tell a (re)started core all settings. */
  settings(): CoreInput[];
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

function memberOf(actor: Actor): MemberId | null {
  return actor.member?.id ?? null;
}

export function createHousehold(options: HouseholdOptions): HouseholdHost {
  const { store, shelf, tellCore, changed } = options;
  const contents: Mutable<HomeContents> = { ...options.contents };
  let tail: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  /** Runs edits one after another. */
  function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    if (waiting >= EDITS_WAITING_MAX) {
      return Promise.reject(
        new HubError('busy', `${EDITS_WAITING_MAX} edits are waiting already`, {
          hint: 'The disk may be slow. Try again in a moment.',
          zh: {
            message: `已有 ${EDITS_WAITING_MAX} 项修改在等待`,
            hint: '磁盘可能很慢。请稍后再试。',
          },
        }),
      );
    }
    waiting += 1;
    const done = tail.then(work, work);
    tail = done
      .catch(() => {})
      .finally(() => {
        waiting -= 1;
      });
    return done;
  }

  const freshId = (prefix: string) =>
    `${prefix}${BigInt(`0x${randomBytes(6).toString('hex')}`)
      .toString(36)
      .padStart(10, '0')}`;

  async function audit(actor: Actor, action: string, subject: string, detail = ''): Promise<void> {
    await store.audit({ atMs: options.nowMs(), member: memberOf(actor), action, subject, detail });
  }

  function find<Item extends { readonly id: string }>(
    items: readonly Item[],
    id: string,
    what: string,
  ): Item {
    const found = items.find((item) => item.id === id);
    if (!found) throw new NotFoundError(what, id);
    return found;
  }

  function replaceIn<Item extends { readonly id: string }>(
    items: readonly Item[],
    item: Item,
  ): Item[] {
    return items.some((one) => one.id === item.id)
      ? items.map((one) => (one.id === item.id ? item : one))
      : [...items, item];
  }

  function tellRooms(): void {
    tellCore({ kind: 'rooms', rooms: contents.rooms });
    changed('rooms');
  }

  const valueShelf = createValueShelf({
    ...{ store, contents, inTurn, audit, tellCore },
    changed: () => changed('home'),
  });
  const bridge = createBridgeShelf({
    ...{ store, contents, inTurn, audit, tellCore, nowMs: options.nowMs },
  });
  const subjects = () => homeSubjects(contents.home, valueShelf.all());
  const sceneEdits = shelf.edits({ contents, inTurn, audit, find, freshId, subjects });
  const templateShelf = createTemplateShelf({
    ...{ templates: options.templates, store, contents, inTurn, audit, subjects },
    saveScene: sceneEdits.saveScene,
  });
  const sharing = createSharingShelf({ store, contents, inTurn, audit });

  const devices = createDeviceShelf({
    ...{ contents, store, inTurn, audit, find, replaceIn, freshId, tellCore },
    callAdapter: options.callAdapter,
    nowMs: options.nowMs,
    changed: () => changed('devices'),
    ...{ ...sceneEdits, misfitsOf: templateShelf.misfitsOf },
    ...{ bridge: bridge.bridge, sharing: sharing.sharing },
  });

  return {
    ...sceneEdits,
    ...devices.edits,
    ...templateShelf.edits,
    ...valueShelf.edits,
    ...createWebhooks({
      ...{ store, contents, inTurn, audit, nowMs: options.nowMs },
      changed: () => changed('home'),
    }),
    ...bridge,
    ...sharing,
    ...createVendorShelf({ store, contents, inTurn, audit, nowMs: options.nowMs }),
    contents: () => contents,
    settings: () => [
      { kind: 'home', home: contents.home },
      { kind: 'rooms', rooms: contents.rooms },
      { kind: 'members', members: contents.members },
      { kind: 'bridge', bridge: bridge.bridge() },
      { kind: 'homeValues', values: valueShelf.all() },
      ...contents.devices.map((device): CoreInput => ({ kind: 'device', device })),
      ...contents.scenes.map((scene): CoreInput => ({ kind: 'scene', scene })),
    ],
    claim: (owner) =>
      inTurn(async () => {
        await store.claim(owner);
        contents.isClaimed = true;
        contents.home = owner.home;
        contents.members = [...contents.members, owner.member];
        contents.credentials = [...contents.credentials, owner.credential];
        contents.tokens = [...contents.tokens, owner.token];
        tellCore({ kind: 'home', home: owner.home });
        tellCore({ kind: 'members', members: contents.members });
        tellCore({ kind: 'homeValues', values: valueShelf.all() });
        changed('members');
        changed('home');
      }),
    setHome: (change, version, actor) =>
      inTurn(async () => {
        checkVersion('The home', version, contents.home.version);
        if (change.zone !== undefined) checkZone(change.zone);
        if (change.place !== undefined) checkPlace(change.place);
        if (change.modes !== undefined) checkModes(change.modes);
        const { askedMode, ...others } = change;
        const { askedMode: _settled, ...before } = contents.home;
        const home: HomeRecord = {
          ...before,
          ...others,
          ...(askedMode === undefined ? {} : { askedMode }),
          ...(change.name === undefined ? {} : { name: checkName('home', change.name) }),
          ...(change.holidays === undefined ? {} : { holidays: tidyHolidays(change.holidays) }),
          version: contents.home.version + 1,
        };
        await store.putHome(home);
        contents.home = home;
        await audit(actor, 'home.set', home.name, JSON.stringify(others));
        tellCore({ kind: 'home', home });
        changed('home');
        return home;
      }),
    addRoom: ({ name, icon }, actor) =>
      inTurn(async () => {
        if (contents.rooms.length >= ROOMS_MAX) {
          throw new HubError('busy', `The home has ${ROOMS_MAX} rooms, the most that it can hold`, {
            zh: { message: `家里已有 ${ROOMS_MAX} 个房间，不能再多`, hint: null },
          });
        }
        const tidy = checkName('room', name);
        refuseTwin(tidy, null);
        const room: RoomRecord = {
          id: freshId('room_') as RoomId,
          name: tidy,
          icon,
          order: Math.max(0, ...contents.rooms.map((one) => one.order)) + 1,
          version: 1,
        };
        await store.putRoom(room);
        contents.rooms = [...contents.rooms, room];
        await audit(actor, 'room.add', room.id, room.name);
        tellRooms();
        return room;
      }),
    setRoom: (id, change, version, actor) =>
      inTurn(async () => {
        const before = find(contents.rooms, id, 'room');
        checkVersion(`The room ${before.name}`, version, before.version);
        const name = change.name === undefined ? before.name : checkName('room', change.name);
        refuseTwin(name, id);
        const room: RoomRecord = { ...before, ...change, name, version: before.version + 1 };
        await store.putRoom(room);
        contents.rooms = replaceIn(contents.rooms, room);
        await audit(actor, 'room.set', id, JSON.stringify(change));
        tellRooms();
        return room;
      }),
    removeRoom: (id, actor) =>
      inTurn(async () => {
        const room = find(contents.rooms, id, 'room');
        for (const device of contents.devices.filter((one) => one.room === id)) {
          await devices.keep({ ...device, room: null, version: device.version + 1 });
        }
        await store.removeRoom(id);
        contents.rooms = contents.rooms.filter((one) => one.id !== id);
        await audit(actor, 'room.remove', id, room.name);
        tellRooms();
      }),
    setMember: (id, change, version, actor) =>
      inTurn(async () => {
        const before = find(contents.members, id, 'member');
        checkVersion(before.name, version, before.version);
        const name = change.name === undefined ? before.name : checkName('member', change.name);
        if (name !== before.name) await valueShelf.keepPerson(before);
        const member: MemberRecord = { ...before, ...change, name, version: before.version + 1 };
        await store.putMember(member);
        contents.members = replaceIn(contents.members, member);
        await audit(actor, 'member.set', id, JSON.stringify(change));
        tellCore({ kind: 'members', members: contents.members });
        tellCore({ kind: 'homeValues', values: valueShelf.all() });
        changed('members');
        return member;
      }),
    setCredential: (credential, actor) =>
      inTurn(async () => {
        await store.putCredential(credential);
        contents.credentials = [
          ...contents.credentials.filter((one) => one.member !== credential.member),
          credential,
        ];
        await audit(actor, 'member.password', credential.member);
      }),
    putSetting: (name, value, actor) =>
      inTurn(async () => {
        options.checkSetting(name, value);
        await store.putSetting(name, value);
        const { [name]: _old, ...others } = contents.settings;
        contents.settings = value === null ? others : { ...others, [name]: value };
        await audit(actor, 'setting.set', name, value ?? '');
        changed('home');
      }),
    syncConsent: () => readSyncConsent(contents.settings),
    setSyncConsent: (category, granted, actor) =>
      inTurn(async () => {
        if (granted && !contents.isClaimed) {
          throw new HubError('not-claimed', 'Nobody lives here yet who could agree to that', {
            hint: 'Claim the hub first: open its page, or `ingle claim`.',
            zh: {
              message: '还没有住户可以同意',
              hint: '请先认领中枢：打开它的页面，或运行 `ingle claim`。',
            },
          });
        }
        const before = readSyncConsent(contents.settings);
        const atMs = options.nowMs();
        const change = { category, granted, by: memberOf(actor), atMs };
        const consent = changeSyncConsent(before, change);
        if (consent === before) return consent;
        const text = JSON.stringify(consent);
        await store.putSetting(SYNC_CONSENT_SETTING, text);
        contents.settings = { ...contents.settings, [SYNC_CONSENT_SETTING]: text };
        await options.syncConsentChanged();
        await audit(actor, granted ? 'sync.consent' : 'sync.withdraw', category);
        changed('home');
        return consent;
      }),
    outbound: () => readOutbound(contents.settings),
    setOutbound: (change, actor) =>
      inTurn(async () => {
        const outbound = changeOutbound(readOutbound(contents.settings), change, options.nowMs());
        const text = JSON.stringify(outbound);
        await store.putSetting(OUTBOUND_SETTING, text);
        contents.settings = { ...contents.settings, [OUTBOUND_SETTING]: text };
        const { allow, push } = outbound;
        const shown = { allow, push: push && { url: push.url, topic: push.topic } };
        await audit(actor, 'outbound.set', 'outbound', JSON.stringify(shown).slice(0, 1_000));
        changed('home');
        return outbound;
      }),
    setBackupRecipient: (recipient, actor) =>
      inTurn(async () => {
        await store.putSetting(BACKUP_RECIPIENT_SETTING, recipient);
        contents.settings = { ...contents.settings, [BACKUP_RECIPIENT_SETTING]: recipient };
        await audit(actor, 'backup.code', recipient);
        changed('home');
      }),
    putToken: (token) =>
      inTurn(async () => {
        await store.putToken(token);
        contents.tokens = replaceIn(contents.tokens, token);
      }),
    removeToken: (id, actor) =>
      inTurn(async () => {
        await store.removeToken(id);
        contents.tokens = contents.tokens.filter((token) => token.id !== id);
        await audit(actor, 'token.remove', id);
        changed('members');
      }),
  };

  function refuseTwin(name: string, id: RoomId | null): void {
    const twin = contents.rooms.find(
      (room) => room.id !== id && room.name.toLowerCase() === name.toLowerCase(),
    );
    if (!twin) return;
    throw new ConflictError(`There is a room called "${twin.name}" already`, {
      hint: 'Choose another name.',
      zh: { message: `已有房间叫“${twin.name}”`, hint: '请换一个名称。' },
    });
  }
}
