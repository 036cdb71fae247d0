// The household of the test hub: rooms, devices, scenes, members and tokens over plain lists, with versions
// that conflict, names that are taken, and a claim that a second one cannot pass.

import { createSceneTemplates } from '../../scenes/templates/scene-templates.ts';
import { changeOutbound, OUTBOUND_SETTING, readOutbound } from '../household/outbound/settings.ts';
import {
  changeSyncConsent,
  readSyncConsent,
  SYNC_CONSENT_SETTING,
} from '../household/sync-consent.ts';
import { createTemplateShelf } from '../household/template-shelf.ts';
import { createValueShelf } from '../household/value-shelf.ts';
import { createWebhooks } from '../household/webhooks.ts';
import type { DeviceRecord } from '../model/device.ts';
import { ConflictError, HubError, NotFoundError, ValidationError } from '../model/errors.ts';
import type {
  CredentialRecord,
  HomeRecord,
  MemberRecord,
  RoomRecord,
  SceneRecord,
  TokenRecord,
} from '../model/home.ts';
import { type HomeValueRecord, homeSubjects } from '../model/home-values.ts';
import type { Household, LiveEvent, SceneView } from '../model/hub-port.ts';
import { type DeviceId, roomId, sceneId } from '../model/identifiers.ts';
import type { RunTrace } from '../model/run.ts';

export interface MutableContents {
  home: HomeRecord;
  isClaimed: boolean;
  rooms: RoomRecord[];
  devices: DeviceRecord[];
  members: MemberRecord[];
  credentials: CredentialRecord[];
  tokens: TokenRecord[];
  scenes: SceneRecord[];
  homeValues: HomeValueRecord[];
  settings: Record<string, string>;
}

/** What anybody sets at the first start: nothing. */
export function emptyContents(): MutableContents {
  return {
    home: { name: 'Home', language: 'en', zone: 'UTC', place: null, mode: 'home', version: 1 },
    isClaimed: false,
    rooms: [],
    devices: [],
    members: [],
    credentials: [],
    tokens: [],
    scenes: [],
    homeValues: [],
    settings: {},
  };
}

/** Nothing is kept beyond the lists themselves. */
const FAKE_STORE = {
  putHomeValue: async () => {},
  removeHomeValue: async () => {},
  putSetting: async () => {},
};

function now<Result>(work: () => Promise<Result>): Promise<Result> {
  return work();
}

export interface TestHouseholdParts {
  readonly contents: MutableContents;
  /** Earlier versions of scenes, newest first. */
  readonly versions: Map<string, SceneRecord[]>;
  readonly runs: readonly RunTrace[];
  nextSuffix(): string;
  nowMs(): number;
  canAnswer(id: DeviceId): boolean;
  forget(id: DeviceId): void;
  tell(topic: LiveEvent['topic'], body: LiveEvent['body']): void;
}

export function createTestHousehold(parts: TestHouseholdParts): Household {
  const { contents, versions, runs, nextSuffix, nowMs, canAnswer, forget, tell } = parts;
  const tellHome = (what: 'home' | 'rooms' | 'devices' | 'scenes' | 'members' | 'health') =>
    tell('home', { kind: 'home', what });

  function edit<Item extends { readonly id: string; readonly version: number }>(
    list: Item[],
    what: string,
    id: string,
    change: NoInfer<Partial<Item>>,
    version: number | null,
  ): Item {
    const index = list.findIndex((each) => each.id === id);
    const item = list[index];
    if (item === undefined) throw new NotFoundError(what, id);
    if (version !== null && version !== item.version)
      throw new ConflictError(`${what} has changed`);
    const edited = { ...item, ...change, version: item.version + 1 };
    list[index] = edited;
    return edited;
  }

  function sceneView(record: SceneRecord): SceneView {
    const sentence = { en: `Scene ${record.name}`, zh: `场景 ${record.name}` };
    const lastRun = runs.find((run) => run.scene === record.id) ?? null;
    return {
      record,
      text: record.source,
      sentence,
      room: null,
      devices: [],
      isOneTap: false,
      problem: null,
      lastRun,
      nextAtMs: null,
    };
  }

  function checkScene(text: string): ReturnType<Household['checkScene']> {
    const name = /^scene: (.+)$/m.exec(text)?.[1] ?? null;
    if (name === null) {
      const message = 'A scene begins with "scene: NAME"';
      return { errors: [{ path: 'scene', message, line: 1, column: 1 }], sentence: null, name };
    }
    return { errors: [], sentence: { en: `Scene ${name}`, zh: `场景 ${name}` }, name };
  }

  const actorless = { store: FAKE_STORE, contents, inTurn: now, audit: async () => {} };
  const shelf = createValueShelf({
    ...actorless,
    tellCore: () => {},
    changed: () => tellHome('home'),
  });

  const household: Household = {
    ...shelf.edits,
    ...createTemplateShelf({
      ...actorless,
      templates: createSceneTemplates(),
      subjects: () => homeSubjects(contents.home, shelf.all()),
      saveScene: (id, text, options, actor) => household.saveScene(id, text, options, actor),
    }).edits,
    ...createWebhooks({ ...actorless, nowMs, changed: () => tellHome('home') }),
    contents: () => contents,
    showScene: (stored) => stored,
    async claim({ member, credential, token, home }) {
      // The store does this in one transaction; the turn between shows whether two claims can pass.
      await new Promise((resolve) => setImmediate(resolve));
      if (contents.isClaimed) throw new ConflictError('The hub has an owner');
      contents.isClaimed = true;
      contents.members.push(member);
      contents.credentials.push(credential);
      contents.tokens.push(token);
      contents.home = home;
      tellHome('members');
    },
    async setHome(change, version) {
      if (version !== null && version !== contents.home.version) throw new ConflictError('changed');
      contents.home = { ...contents.home, ...change, version: contents.home.version + 1 };
      tellHome('home');
      return contents.home;
    },
    async addRoom({ name, icon }) {
      if (contents.rooms.some((room) => room.name === name)) {
        throw new ConflictError(`There is a room called "${name}"`);
      }
      const order = contents.rooms.length;
      const room = { id: roomId(`room_${nextSuffix()}`), name, icon, order, version: 1 };
      contents.rooms.push(room);
      tellHome('rooms');
      return room;
    },
    async setRoom(id, change, version) {
      return edit(contents.rooms, 'room', id, change, version);
    },
    async removeRoom(id) {
      contents.rooms = contents.rooms.filter((room) => room.id !== id);
    },
    async setDevice(id, change, version) {
      return edit(contents.devices, 'device', id, change, version);
    },
    async removeDevice(id, force) {
      if (!canAnswer(id) && !force) {
        throw new HubError('unreachable', 'The device does not answer');
      }
      contents.devices = contents.devices.filter((device) => device.id !== id);
      forget(id);
    },
    async replacement(device, from) {
      const keysOf = (id: DeviceId) =>
        contents.devices.find((each) => each.id === id)?.description.properties ?? [];
      const has = new Set(keysOf(from).map(({ key }) => key));
      const gaps = keysOf(device)
        .filter(({ key }) => !has.has(key))
        .map(({ key }) => ({
          what: key,
          why: `It has no ${key}`,
          zh: `它没有 ${key}`,
          scenes: contents.scenes
            .filter(({ source }) => source.includes(key))
            .map(({ id, name }) => ({ id, name, how: 'named' as const })),
          others: [],
        }));
      return { device, from, gaps, lost: [], gained: [], reached: [], links: [] };
    },
    async undoReplacement(id) {
      throw new ConflictError(`There is no replacing of ${id} to take back`);
    },
    async replaceDevice(id, from, acceptsGaps) {
      const { gaps } = await household.replacement(id, from);
      if (gaps.length > 0 && !acceptsGaps) throw new ConflictError('Scenes would miss something');
      const donor = contents.devices.find((device) => device.id === from);
      if (donor === undefined) throw new NotFoundError('device', from);
      contents.devices = contents.devices.filter((device) => device.id !== from);
      return edit(contents.devices, 'device', id, { description: donor.description }, null);
    },
    scenes: () => contents.scenes.map(sceneView),
    checkScene,
    async saveScene(id, text, { version, enabled, shadow }, actor) {
      const { errors, name } = checkScene(text);
      if (name === null) throw new ValidationError('The scene has faults', { errors });
      const change = {
        name,
        source: text,
        updatedAtMs: nowMs(),
        ...(enabled === undefined ? {} : { enabled }),
        ...(shadow === undefined ? {} : { shadow }),
      };
      if (id === null) {
        const author = actor.member?.id ?? null;
        const fresh = { id: sceneId(`scene_${nextSuffix()}`), enabled: true, author, version: 1 };
        contents.scenes.push({ ...fresh, ...change });
        const record = contents.scenes.at(-1);
        if (record === undefined) throw new NotFoundError('scene', fresh.id);
        versions.set(record.id, [record]);
        return sceneView(record);
      }
      const record = edit(contents.scenes, 'scene', id, change, version);
      versions.set(id, [record, ...(versions.get(id) ?? [])]);
      return sceneView(record);
    },
    async saveScenes(wishes, removed, actor) {
      const saved: SceneView[] = [];
      for (const { id, text, ...options } of wishes) {
        saved.push(await this.saveScene(id, text, options, actor));
      }
      for (const id of removed) await this.removeScene(id, actor);
      return saved;
    },
    sceneDifferences(before, after) {
      if (before.name === after.name) return [];
      const text = { en: `Called “${after.name}”`, zh: `改名为“${after.name}”` };
      return [{ kind: 'changed', part: 'name', text }];
    },
    async removeScene(id) {
      contents.scenes = contents.scenes.filter((scene) => scene.id !== id);
    },
    async setMember(id, change, version) {
      const member = edit(contents.members, 'member', id, change, version);
      tellHome('members');
      return member;
    },
    async setCredential(credential) {
      contents.credentials = [
        ...contents.credentials.filter((each) => each.member !== credential.member),
        credential,
      ];
    },
    async putSetting(name, value) {
      if (value === null) delete contents.settings[name];
      else contents.settings[name] = value;
    },
    async setSyncConsent(category, granted, actor) {
      const before = readSyncConsent(contents.settings);
      const by = actor.member?.id ?? null;
      const consent = changeSyncConsent(before, { category, granted, by, atMs: nowMs() });
      contents.settings[SYNC_CONSENT_SETTING] = JSON.stringify(consent);
      return consent;
    },
    async setBackupRecipient() {},
    outbound: () => readOutbound(contents.settings),
    async setOutbound(change) {
      const outbound = changeOutbound(readOutbound(contents.settings), change, nowMs());
      contents.settings[OUTBOUND_SETTING] = JSON.stringify(outbound);
      return outbound;
    },
    async putToken(token) {
      contents.tokens = [...contents.tokens.filter((each) => each.id !== token.id), token];
    },
    async removeToken(id) {
      contents.tokens = contents.tokens.filter((each) => each.id !== id);
      tellHome('members');
    },
  };
  return household;
}
