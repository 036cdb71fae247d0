// Replacing a dead device's node: the device stays with its id, name, room, labels, scenes, history and rights. What
// scenes would miss is said first. The old node is kept aside for a week, so that it can all be taken back.
import { setImmediate as turn } from 'node:timers/promises';
import type { AdapterCall } from '../model/adapter-port.ts';
import type { DeviceRecord, NodeDescription } from '../model/device.ts';
import { ConflictError, type InputProblem, ValidationError } from '../model/errors.ts';
import type { SceneRecord } from '../model/home.ts';
import type { Actor, Household } from '../model/hub-port.ts';
import type { AdapterId, DeviceId, NodeAddress } from '../model/identifiers.ts';
import {
  type Replacement,
  type ReplacementGap,
  UNDO_REPLACEMENT_MS,
} from '../model/replacement.ts';

/** The household's own means, lent to the replacing. */
export interface ReplacementTools {
  readonly contents: {
    readonly devices: readonly DeviceRecord[];
    readonly scenes: readonly SceneRecord[];
  };
  nowMs(): number;
  inTurn<Result>(work: () => Promise<Result>): Promise<Result>;
  audit(actor: Actor, action: string, subject: string, detail?: string): Promise<void>;
  device(id: DeviceId): DeviceRecord;
  /** Puts these and drops those in one go: on the disk, in memory, and in the core. */
  keepDevices(devices: readonly DeviceRecord[], dropped: readonly DeviceId[]): Promise<void>;
  /** The node is of no use any more: it is forgotten by its adapter, now or once that can be told. */
  retire(adapter: AdapterId, node: NodeAddress): Promise<void>;
  callAdapter(adapter: AdapterId, call: AdapterCall): Promise<unknown>;
  /** What is wrong with a scene if a device is as given. */
  mistakesWith(scene: SceneRecord, device: DeviceRecord): readonly InputProblem[];
  freshId(): DeviceId;
  freeName(wanted: string): string;
  freeHandle(wanted: string): string;
}

export type Replacements = Pick<Household, 'replacement' | 'replaceDevice' | 'undoReplacement'> & {
  /** Whether the node was replaced and may still come back: it is no device meanwhile. Within a turn. */
  isAside(adapter: AdapterId, node: NodeAddress): Promise<boolean>;
  /** The node has joined anew: it is a device of its own again, and no replacing gives it back. Within a turn. */
  joined(adapter: AdapterId, node: NodeAddress): Promise<void>;
};

export function createReplacements(tools: ReplacementTools): Replacements {
  const { contents, inTurn, audit } = tools;

  const placeOf = (adapter: AdapterId, node: NodeAddress) =>
    contents.devices.find(
      ({ replaced }) =>
        replaced?.description.adapter === adapter && replaced.description.node === node,
    );

  async function gapsOf(device: DeviceRecord, next: NodeDescription): Promise<ReplacementGap[]> {
    const gaps = new Map<
      string,
      { gap: ReplacementGap; scenes: ReplacementGap['scenes'][number][] }
    >();
    for (const scene of contents.scenes) {
      if (!scene.source.includes(device.id)) continue;
      // Each reading of a scene takes its time, and the house goes on.
      await turn();
      if (tools.mistakesWith(scene, device).length > 0) continue;
      const [first] = tools.mistakesWith(scene, { ...device, description: next });
      if (first === undefined) continue;
      for (const { what, why } of usedOf(scene, device, next, first)) {
        const key = `${what} ${what === null ? why : ''}`;
        const known = gaps.get(key) ?? { gap: { what, why, scenes: [] }, scenes: [] };
        known.scenes.push({ id: scene.id, name: scene.name });
        gaps.set(key, known);
      }
    }
    return [...gaps.values()].map(({ gap, scenes }) => ({ ...gap, scenes }));
  }

  /** What of the old node, and not of the new one, the scene cannot do without. */
  function usedOf(
    scene: SceneRecord,
    device: DeviceRecord,
    next: NodeDescription,
    first: InputProblem,
  ): Pick<ReplacementGap, 'what' | 'why'>[] {
    const { description } = device;
    const has = new Set(next.properties.map(({ key }) => key));
    const without: [string, NodeDescription][] = [
      ...description.properties
        .filter(({ key }) => !has.has(key))
        .map(({ key }): [string, NodeDescription] => [
          key,
          { ...description, properties: description.properties.filter((one) => one.key !== key) },
        ]),
      ...description.commands
        .filter((name) => !next.commands.includes(name))
        .map((name): [string, NodeDescription] => [
          name,
          { ...description, commands: description.commands.filter((one) => one !== name) },
        ]),
    ];
    const used = without.flatMap(([what, lacking]) => {
      const [mistake] = tools.mistakesWith(scene, { ...device, description: lacking });
      return mistake === undefined ? [] : [{ what, why: mistake.message }];
    });
    return used.length > 0 ? used : [{ what: null, why: first.message }];
  }

  async function compare(device: DeviceRecord, from: DeviceRecord): Promise<Replacement> {
    if (device.id === from.id) {
      throw new ValidationError(`${device.name} cannot be replaced by itself`, {
        zh: { message: `${device.name} 不能替换它自己`, hint: null },
      });
    }
    const gaps = await gapsOf(device, from.description);
    const used = new Set(gaps.map(({ what }) => what));
    const keysOf = ({ description }: DeviceRecord) => description.properties.map(({ key }) => key);
    const [before, after] = [keysOf(device), keysOf(from)];
    return {
      device: device.id,
      from: from.id,
      gaps,
      lost: before.filter((key) => !after.includes(key) && !used.has(key)),
      gained: after.filter((key) => !before.includes(key)),
    };
  }

  /** Says anew what the nodes are and how they do, to whoever they belong to now. */
  function lookAt(...descriptions: readonly NodeDescription[]): void {
    for (const { adapter, node } of descriptions) {
      // A node that does not answer is told as offline by the adapter's own looking.
      void tools.callAdapter(adapter, { kind: 'refresh', node }).catch(() => {});
    }
  }

  return {
    replacement: async (id, from) => compare(tools.device(id), tools.device(from)),
    replaceDevice: (id, fromId, acceptsGaps, actor) =>
      inTurn(async () => {
        const device = tools.device(id);
        const from = tools.device(fromId);
        const { gaps } = await compare(device, from);
        if (gaps.length > 0 && !acceptsGaps) throw gapsNotAccepted(device, from, gaps);
        const { description, replaced: earlier, ...spare } = from;
        const old = device.description;
        const next: DeviceRecord = {
          ...device,
          description,
          replaced: { description: old, spare, atMs: tools.nowMs() },
          version: device.version + 1,
        };
        await tools.keepDevices([next], [from.id]);
        await audit(actor, 'device.replace', id, `${old.node} → ${description.node}`);
        // Only the last replacing can be taken back; what was set aside before is given up.
        for (const before of [device.replaced, earlier]) {
          if (before) await tools.retire(before.description.adapter, before.description.node);
        }
        lookAt(description);
        const { adapter, node } = description;
        void tools.callAdapter(adapter, { kind: 'rename', node, name: next.name }).catch(() => {});
        return next;
      }),
    undoReplacement: (id, actor) =>
      inTurn(async () => {
        const device = tools.device(id);
        const { replaced, ...rest } = device;
        if (!replaced) throw nothingToUndo(device);
        const { spare, description: old } = replaced;
        const back: DeviceRecord = { ...rest, description: old, version: device.version + 1 };
        const isFree = !contents.devices.some((one) => one.id === spare.id);
        const again: DeviceRecord = {
          ...spare,
          id: isFree ? spare.id : tools.freshId(),
          name: tools.freeName(spare.name),
          handle: tools.freeHandle(spare.handle),
          description: device.description,
          version: 1,
        };
        await tools.keepDevices([back, again], []);
        await audit(actor, 'device.replace.undo', id, `${device.description.node} → ${old.node}`);
        lookAt(old, device.description);
        return back;
      }),
    async isAside(adapter, node) {
      const device = placeOf(adapter, node);
      if (!device?.replaced) return false;
      if (tools.nowMs() - device.replaced.atMs < UNDO_REPLACEMENT_MS) return true;
      const { replaced: _over, ...rest } = device;
      await tools.keepDevices([{ ...rest, version: device.version + 1 }], []);
      await tools.retire(adapter, node);
      return true;
    },
    async joined(adapter, node) {
      const device = placeOf(adapter, node);
      if (!device) return;
      const { replaced: _over, ...rest } = device;
      await tools.keepDevices([{ ...rest, version: device.version + 1 }], []);
    },
  };
}

function gapsNotAccepted(
  device: DeviceRecord,
  from: DeviceRecord,
  gaps: readonly ReplacementGap[],
): ConflictError {
  const list = gaps
    .map(({ what, why, scenes }) => {
      const names = scenes.map(({ name }) => `"${name}"`).join(', ');
      return what === null ? `${names}: ${why}` : `${what} (${names})`;
    })
    .join('; ');
  return new ConflictError(
    `${from.name} lacks what scenes use of ${device.name}: ${list.slice(0, 2_000)}`,
    {
      hint: 'These scenes cannot run until they are edited. Replace it all the same by confirming that ("acceptGaps": true, or --yes).',
      zh: {
        message: `${from.name} 缺少场景要用到的 ${device.name} 的功能：${list.slice(0, 2_000)}`,
        hint: '这些场景修改之前无法运行。如果仍要替换，请确认（"acceptGaps": true，或 --yes）。',
      },
    },
  );
}

function nothingToUndo(device: DeviceRecord): ConflictError {
  return new ConflictError(`There is no replacing of ${device.name} to take back`, {
    hint: 'It can be taken back for 7 days, and not once the old device was added anew or replaced again. Add the old device and replace with it instead.',
    zh: {
      message: `${device.name} 没有可以撤销的替换`,
      hint: '替换后 7 天内可以撤销；旧设备被重新添加或再次替换之后就不行了。可以先添加旧设备，再用它来替换。',
    },
  });
}
