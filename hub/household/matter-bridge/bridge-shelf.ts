// What the household has set about the Matter bridge: kept in the settings of home.db as one record, which changes only
// through here, and which the core is told of, since it decides what a fabric may do.
import type { CoreInput } from '../../model/core-port.ts';
import { DEVICE_KINDS } from '../../model/device-kind.ts';
import { NotFoundError, ValidationError } from '../../model/errors.ts';
import type { Actor, Async } from '../../model/hub-port.ts';
import type { DeviceId, FabricId } from '../../model/identifiers.ts';
import {
  BRIDGE_LIMITS,
  type BridgeChange,
  type BridgeSettings,
  type FabricChange,
  type FabricRights,
  FULL_RIGHTS,
  NO_BRIDGE,
} from '../../model/matter-bridge.ts';
import type { HomeContents, StoreCalls } from '../../model/store-port.ts';

/** Where it stands in home.db; no setting of this name can be set in the page. */
export const BRIDGE_SETTING = 'household.matter-bridge';
/** Records of fabrics that have left go with them; more than this many never are there. */
const FABRICS_MAX = 254;

/** @returns nothing offered where there is no record, or where it cannot be read */
export function readBridge(settings: Readonly<Record<string, string>>): BridgeSettings {
  const text = settings[BRIDGE_SETTING];
  if (text === undefined) return NO_BRIDGE;
  try {
    // Written by this file.
    return JSON.parse(text) as BridgeSettings;
  } catch {
    return NO_BRIDGE;
  }
}

/** Edits of the offer; each is checked, kept and told to the core before it resolves. */
export interface BridgeEdits {
  bridge(): BridgeSettings;
  setBridge(change: BridgeChange, actor: Actor): Promise<BridgeSettings>;
  setFabric(id: FabricId, change: FabricChange, actor: Actor): Promise<BridgeSettings>;
  /** The fabrics that the bridge has now: new ones are taken down, those that have left forgotten. */
  fabricsAre(ids: readonly FabricId[]): Promise<BridgeSettings>;
  /** Takes down in the audit trail who did what is kept nowhere else. */
  noteBridge(what: 'window' | 'remove' | 'reset', subject: string, actor: Actor): Promise<void>;
}

/** The household's own means, lent to the bridge. */
export interface BridgeTools {
  readonly store: Pick<Async<StoreCalls>, 'putSetting'>;
  readonly contents: Pick<HomeContents, 'rooms' | 'devices'> & {
    settings: Readonly<Record<string, string>>;
  };
  nowMs(): number;
  inTurn<Result>(work: () => Promise<Result>): Promise<Result>;
  audit(actor: Actor, action: string, subject: string, detail?: string): Promise<void>;
  tellCore(input: Extract<CoreInput, { kind: 'bridge' }>): void;
}

export function createBridgeShelf(tools: BridgeTools): BridgeEdits {
  const { store, contents, inTurn, audit } = tools;
  let text: string | undefined;
  let read = NO_BRIDGE;
  /** Asked for with each change of a value, so it is read once. */
  function current(): BridgeSettings {
    const now = contents.settings[BRIDGE_SETTING];
    if (now !== text) read = readBridge(contents.settings);
    text = now;
    return read;
  }

  async function keep(bridge: BridgeSettings): Promise<BridgeSettings> {
    const text = JSON.stringify(bridge);
    await store.putSetting(BRIDGE_SETTING, text);
    contents.settings = { ...contents.settings, [BRIDGE_SETTING]: text };
    tools.tellCore({ kind: 'bridge', bridge });
    return bridge;
  }

  function checkRooms(rooms: readonly string[] | null | undefined, path: string): void {
    for (const id of rooms ?? []) {
      if (contents.rooms.some((room) => room.id === id)) continue;
      throw new ValidationError(`There is no room "${id.slice(0, 60)}"`, {
        errors: [{ path, message: 'must be ids of rooms' }],
      });
    }
  }

  function checkKinds(kinds: readonly string[] | null | undefined, path: string): void {
    for (const kind of kinds ?? []) {
      if (Object.hasOwn(DEVICE_KINDS, kind)) continue;
      throw new ValidationError(`There is no kind of device "${kind.slice(0, 60)}"`, {
        hint: `Kinds: ${Object.keys(DEVICE_KINDS).join(', ')}.`,
        errors: [{ path, message: 'must be kinds of device' }],
      });
    }
  }

  /** Devices by their own word; one that is gone from the home needs none. */
  function devicesAfter(before: BridgeSettings, change: BridgeChange): BridgeSettings['devices'] {
    const wanted = change.devices ?? {};
    const isThere = (id: string) => contents.devices.some((device) => device.id === id);
    for (const id of Object.keys(wanted)) {
      if (!isThere(id)) throw new NotFoundError('device', id.slice(0, 60));
    }
    const entries = Object.entries({ ...before.devices, ...wanted }) as [
      DeviceId,
      boolean | null,
    ][];
    return Object.fromEntries(entries.filter(([id, is]) => is !== null && isThere(id))) as Record<
      DeviceId,
      boolean
    >;
  }

  return {
    bridge: current,
    setBridge: (change, actor) =>
      inTurn(async () => {
        checkRooms(change.rooms, '/rooms');
        checkKinds(change.kinds, '/kinds');
        const before = current();
        const { isOn = before.isOn, rooms = before.rooms, kinds = before.kinds } = change;
        const devices = devicesAfter(before, change);
        const bridge = await keep({ ...before, isOn, rooms, kinds, devices });
        await audit(actor, 'bridge.set', 'matter', JSON.stringify(change).slice(0, 1_000));
        return bridge;
      }),
    setFabric: (id, change, actor) =>
      inTurn(async () => {
        const before = current();
        const known = before.fabrics[id];
        if (known === undefined) throw new NotFoundError('fabric', id);
        checkRooms(change.rights?.rooms, '/rights/rooms');
        checkKinds(change.rights?.kinds, '/rights/kinds');
        const name = change.name === undefined ? known.name : nameOf(change.name);
        const rights: FabricRights = { ...known.rights, ...change.rights };
        const fabrics = { ...before.fabrics, [id]: { ...known, name, rights } };
        const bridge = await keep({ ...before, fabrics });
        await audit(actor, 'bridge.fabric', id, JSON.stringify(change).slice(0, 1_000));
        return bridge;
      }),
    noteBridge: (what, subject, actor) => audit(actor, `bridge.${what}`, subject),
    fabricsAre: (ids) =>
      inTurn(async () => {
        const before = current();
        const isSame =
          ids.length === Object.keys(before.fabrics).length &&
          ids.every((id) => Object.hasOwn(before.fabrics, id));
        if (isSame) return before;
        const joined = { name: null, joinedAtMs: Math.round(tools.nowMs()), rights: FULL_RIGHTS };
        const fabrics = Object.fromEntries(
          ids.slice(0, FABRICS_MAX).map((id) => [id, before.fabrics[id] ?? joined]),
        );
        return keep({ ...before, fabrics });
      }),
  };
}

function nameOf(name: string | null): string | null {
  const tidy = name?.trim() ?? '';
  const max = BRIDGE_LIMITS.fabricNameLength;
  if ([...tidy].length <= max) return tidy === '' ? null : tidy;
  throw new ValidationError(`"${tidy.slice(0, max)}…" is too long a name for a fabric`, {
    hint: `A name has at most ${max} characters.`,
    errors: [{ path: '/name', message: `at most ${max} characters` }],
    zh: {
      message: `“${tidy.slice(0, max)}…”作为 Matter 网络的名称太长`,
      hint: `名称最多 ${max} 个字符。`,
    },
  });
}
