// The devices of the home: taken in as adapters describe them, named, put into rooms, replaced and removed. A removal
// is finished whatever cuts it off.
import type { CoreInput } from '../model/core-port.ts';
import type { DeviceRecord, NodeDescription } from '../model/device.ts';
import { ConflictError, HubError, ValidationError } from '../model/errors.ts';
import { isReservedHandle } from '../model/home-values.ts';
import type { Actor, Async, Household } from '../model/hub-port.ts';
import type { AdapterId, DeviceId, NodeAddress } from '../model/identifiers.ts';
import type { RemovedNodes } from '../model/matter-node.ts';
import type { HomeContents, StoreCalls } from '../model/store-port.ts';
import { checkName, checkVersion } from './checks.ts';
import { firstFree, handleFrom, isHandle, nameFromTitle } from './names.ts';
import { createRemovedNodes } from './removed-nodes.ts';
import type { GapTools } from './replacement-gaps.ts';
import { createReplacements, type ReplacementTools } from './replacements.ts';
import { createReturningLinks } from './returning-links.ts';

const DEVICES_MAX = 1_000;

/** Who finishes what was cut off. */
const NOBODY: Actor = { member: null, cause: { kind: 'local' } };

/** The devices' edits, and what adapters bring. */
export interface DeviceEdits
  extends Pick<
    Household,
    'setDevice' | 'removeDevice' | 'replacement' | 'replaceDevice' | 'undoReplacement'
  > {
  /**
   * The node that an adapter described: a known one is brought up to date, a new one becomes a device; null for one
   * that was removed while its adapter could not be told, and is removed there now.
   */
  nodeDescribed(description: NodeDescription): Promise<DeviceRecord | null>;
  /** A node that joins is welcome, whatever was done with it before. */
  nodeFound(adapter: AdapterId, node: NodeAddress): Promise<void>;
  deviceOf(adapter: AdapterId, node: NodeAddress): DeviceRecord | undefined;
}

/** The household's own means, lent to its devices. */
export interface DeviceTools
  extends Pick<
    ReplacementTools,
    'nowMs' | 'inTurn' | 'audit' | 'callAdapter' | Exclude<keyof GapTools, 'contents'>
  > {
  readonly contents: HomeContents & { devices: readonly DeviceRecord[] };
  readonly store: Pick<
    Async<StoreCalls>,
    'putDevice' | 'putDevices' | 'removeDevice' | 'putSetting'
  >;
  find<Item extends { readonly id: string }>(
    items: readonly Item[],
    id: string,
    what: string,
  ): Item;
  replaceIn<Item extends { readonly id: string }>(items: readonly Item[], item: Item): Item[];
  freshId(prefix: string): string;
  tellCore(input: Extract<CoreInput, { kind: 'device' | 'deviceRemoved' }>): void;
  changed(): void;
}

export function createDeviceShelf(tools: DeviceTools): {
  readonly edits: DeviceEdits;
  /** Puts a device: on the disk, in memory, and in the core. Within a turn. */
  keep(device: DeviceRecord): Promise<DeviceRecord>;
} {
  const { contents, store, inTurn, audit, find, replaceIn, freshId } = tools;
  const { tellCore, callAdapter, nowMs, changed } = tools;

  async function keepDevice(device: DeviceRecord): Promise<DeviceRecord> {
    await store.putDevice(device);
    contents.devices = replaceIn(contents.devices, device);
    tellCore({ kind: 'device', device });
    changed();
    return device;
  }

  async function dropDevice(id: DeviceId): Promise<void> {
    await store.removeDevice(id);
    contents.devices = contents.devices.filter((device) => device.id !== id);
    tellCore({ kind: 'deviceRemoved', id });
    changed();
  }

  const deviceOf = (adapter: AdapterId, node: NodeAddress) =>
    contents.devices.find(
      (device) => device.description.adapter === adapter && device.description.node === node,
    );

  function isNameTaken(name: string): boolean {
    return contents.devices.some((device) => device.name.toLowerCase() === name.toLowerCase());
  }

  const isHandleTaken = (handle: string) =>
    isReservedHandle(handle) || contents.devices.some((one) => one.handle === handle);

  /** What a device says of its room counts where the household has a room of that name; none is added for it. */
  const roomCalled = (name: string | undefined) =>
    contents.rooms.find((room) => room.name.toLowerCase() === name?.toLowerCase())?.id ?? null;

  async function addDevice(description: NodeDescription): Promise<DeviceRecord> {
    if (contents.devices.length >= DEVICES_MAX) {
      throw new HubError('busy', `The home has ${DEVICES_MAX} devices, the most that it can hold`, {
        zh: { message: `家里已有 ${DEVICES_MAX} 个设备，不能再多`, hint: null },
      });
    }
    const name = firstFree(nameFromTitle(description.title), ' ', isNameTaken);
    return keepDevice({
      id: freshId('dev_') as DeviceId,
      name,
      handle: firstFree(handleFrom(name), '-', isHandleTaken),
      room: roomCalled(description.room),
      description,
      version: 1,
      createdAtMs: nowMs(),
    });
  }

  const removedNodes = createRemovedNodes({ contents, store, inTurn, callAdapter });

  /** Its adapter forgets the node; where that cannot be told now, once it describes the node again. */
  async function retire(adapter: AdapterId, node: NodeAddress): Promise<void> {
    await removedNodes.add(adapter, node);
    void removedNodes.removeAtAdapter(adapter, node);
  }

  /** The device and what it replaced are gone for good. */
  async function takeOut({ id, name, replaced }: DeviceRecord, actor: Actor): Promise<void> {
    if (replaced) await retire(replaced.description.adapter, replaced.description.node);
    await dropDevice(id);
    await audit(actor, 'device.remove', id, name);
  }

  const cutOff = contents.devices.filter(({ description: { adapter, node } }) =>
    removedNodes.has(adapter, node),
  );
  if (cutOff.length > 0) {
    contents.devices = contents.devices.filter((device) => !cutOff.includes(device));
    // What fails now is tried again at the next start.
    void inTurn(async () => {
      for (const device of cutOff) await takeOut(device, NOBODY);
    }).catch(() => {});
  }

  const replacements = createReplacements({
    ...tools,
    retire,
    returning: createReturningLinks({ contents, store, inTurn, callAdapter }),
    device: (id) => find(contents.devices, id, 'device'),
    freshId: () => freshId('dev_') as DeviceId,
    freeName: (wanted) => firstFree(wanted, ' ', isNameTaken),
    freeHandle: (wanted) => firstFree(wanted, '-', isHandleTaken),
    async keepDevices(devices, dropped) {
      await store.putDevices(devices, dropped);
      contents.devices = devices
        .reduce<readonly DeviceRecord[]>(replaceIn, contents.devices)
        .filter(({ id }) => !dropped.includes(id));
      // A node's new device takes over from the one that goes.
      for (const device of devices) tellCore({ kind: 'device', device });
      for (const id of dropped) tellCore({ kind: 'deviceRemoved', id });
      changed();
    },
  });

  const edits: DeviceEdits = {
    replacement: replacements.replacement,
    replaceDevice: replacements.replaceDevice,
    undoReplacement: replacements.undoReplacement,
    deviceOf,
    nodeDescribed: (description) =>
      inTurn(async () => {
        const { adapter, node } = description;
        const known = deviceOf(adapter, node);
        if (!known && removedNodes.has(adapter, node)) {
          void removedNodes.removeAtAdapter(adapter, node);
          return null;
        }
        if (!known && (await replacements.isAside(adapter, node))) return null;
        if (!known) return addDevice(description);
        replacements.described(adapter, node);
        if (JSON.stringify(known.description) === JSON.stringify(description)) return known;
        return keepDevice({ ...known, description, version: known.version + 1 });
      }),
    nodeFound: (adapter, node) =>
      inTurn(async () => {
        await removedNodes.forget(adapter, node);
        await replacements.joined(adapter, node);
      }),
    setDevice: (id, change, version, actor) =>
      inTurn(async () => {
        const before = find(contents.devices, id, 'device');
        checkVersion(before.name, version, before.version);
        const name = change.name === undefined ? before.name : checkName('device', change.name);
        const hasTwin = contents.devices.some(
          (one) => one.id !== id && one.name.toLowerCase() === name.toLowerCase(),
        );
        if (hasTwin) {
          throw new ConflictError(`Another device is called "${name}" already`, {
            hint: 'Choose another name, for instance with the room in it.',
            zh: { message: `已有别的设备叫“${name}”`, hint: '请换一个名称，例如加上房间。' },
          });
        }
        if (change.room) find(contents.rooms, change.room, 'room');
        const handle = change.handle ?? before.handle;
        if (!isHandle(handle)) {
          throw new ValidationError(`"${handle}" cannot be a handle`, {
            hint: 'A handle has letters, digits and hyphens and begins with a letter, as in hall-lamp.',
            zh: {
              message: `“${handle}”不能作为代号`,
              hint: '代号只含字母、数字和连字符，以字母开头，例如 hall-lamp。',
            },
            errors: [{ path: '/handle', message: 'must be letters, digits and hyphens' }],
          });
        }
        if (handle !== before.handle && isReservedHandle(handle)) {
          throw new ConflictError(`"${handle}" is a word of scene files`, {
            hint: 'Choose another handle.',
            zh: { message: `“${handle}”是场景文件里的词`, hint: '请换一个代号。' },
          });
        }
        if (contents.devices.some((one) => one.id !== id && one.handle === handle)) {
          throw new ConflictError(`Another device has the handle "${handle}" already`, {
            hint: 'Choose another handle.',
            zh: { message: `已有别的设备用代号“${handle}”`, hint: '请换一个代号。' },
          });
        }
        const device = await keepDevice({
          ...before,
          ...change,
          name,
          handle,
          version: before.version + 1,
        });
        await audit(actor, 'device.set', id, JSON.stringify(change));
        if (name !== before.name) {
          const { adapter, node } = device.description;
          // The adapter keeps the name for its log only: the edit stands without it.
          void callAdapter(adapter, { kind: 'rename', node, name }).catch(() => {});
        }
        return device;
      }),
    removeDevice: async (id, force, actor) => {
      const device = find(contents.devices, id, 'device');
      const { adapter, node } = device.description;
      // Whatever cuts it off from here on, it is finished at the next start.
      await inTurn(() => removedNodes.add(adapter, node));
      let isToldLater = false;
      let gone: readonly NodeAddress[] = [];
      try {
        const answer = await callAdapter(adapter, { kind: 'remove', node, force });
        gone = (answer as RemovedNodes | null)?.removed ?? [];
      } catch (error) {
        if (!force) {
          await inTurn(() => removedNodes.forget(adapter, node));
          throw error;
        }
        // By force also means without the adapter, which is told once it is back.
        isToldLater = true;
      }
      await inTurn(async () => {
        await takeOut(device, actor);
        if (!isToldLater) await removedNodes.forget(adapter, node);
        // What hung on a bridge goes with it.
        for (const address of gone) {
          const other = deviceOf(adapter, address);
          if (other === undefined) continue;
          await dropDevice(other.id);
          await audit(actor, 'device.remove', other.id, other.name);
        }
      });
    },
  };
  return { keep: keepDevice, edits };
}
