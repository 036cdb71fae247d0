// Replacing a dead device's node: the device stays with its id, name, room, labels, scenes, history and rights. What
// would be missed is said first. The old node is kept aside for a week, so that it can all be taken back.
import { setTimeout as delay } from 'node:timers/promises';
import type { AdapterCall } from '../model/adapter-port.ts';
import type { DeviceRecord, NodeDescription } from '../model/device.ts';
import { ConflictError, ValidationError } from '../model/errors.ts';
import type { Actor, Household } from '../model/hub-port.ts';
import type { AdapterId, DeviceId, NodeAddress } from '../model/identifiers.ts';
import type { InheritedLink } from '../model/node-links.ts';
import {
  type GapOther,
  type Replacement,
  type ReplacementGap,
  UNDO_REPLACEMENT_MS,
} from '../model/replacement.ts';
import type { Words } from '../model/words.ts';
import { findGaps, type GapTools } from './replacement-gaps.ts';
import type { ReturningLinks } from './returning-links.ts';

const PLAN_LIMIT_MS = 3_000;

/** The household's own means, lent to the replacing. */
export interface ReplacementTools extends GapTools {
  readonly contents: GapTools['contents'] & { readonly devices: readonly DeviceRecord[] };
  nowMs(): number;
  inTurn<Result>(work: () => Promise<Result>): Promise<Result>;
  audit(actor: Actor, action: string, subject: string, detail?: string): Promise<void>;
  device(id: DeviceId): DeviceRecord;
  /** Puts these and drops those in one go: on the disk, in memory, and in the core. */
  keepDevices(devices: readonly DeviceRecord[], dropped: readonly DeviceId[]): Promise<void>;
  /** The node is of no use any more: it is forgotten by its adapter, now or once that can be told. */
  retire(adapter: AdapterId, node: NodeAddress): Promise<void>;
  callAdapter(adapter: AdapterId, call: AdapterCall): Promise<unknown>;
  readonly returning: ReturningLinks;
  freshId(): DeviceId;
  freeName(wanted: string): string;
  freeHandle(wanted: string): string;
}

export type Replacements = Pick<Household, 'replacement' | 'replaceDevice' | 'undoReplacement'> & {
  /** Whether the node was replaced and may still come back: it is no device meanwhile. Within a turn. */
  isAside(adapter: AdapterId, node: NodeAddress): Promise<boolean>;
  /** The node has joined anew: it is a device of its own again, and no replacing gives it back. Within a turn. */
  joined(adapter: AdapterId, node: NodeAddress): Promise<void>;
  /** The node is there: what its place had of bindings and groups is made again, if that was not told before. */
  described(adapter: AdapterId, node: NodeAddress): void;
};

export function createReplacements(tools: ReplacementTools): Replacements {
  const { contents, inTurn, audit } = tools;

  const placeOf = (adapter: AdapterId, node: NodeAddress) =>
    contents.devices.find(
      ({ replaced }) =>
        replaced?.description.adapter === adapter && replaced.description.node === node,
    );

  async function compare(device: DeviceRecord, from: DeviceRecord): Promise<Replacement> {
    if (device.id === from.id) {
      throw new ValidationError(`${device.name} cannot be replaced by itself`, {
        zh: { message: `${device.name} 不能替换它自己`, hint: null },
      });
    }
    const found = await findGaps(device, from.description, tools);
    const links = await linksOf(device, from);
    const lacking = links.filter(({ state }) => state === 'impossible').map(lackingLink);
    const gaps = [...found.gaps, ...lacking];
    const used = new Set(gaps.map(({ what }) => what));
    const keysOf = ({ description }: DeviceRecord) => description.properties.map(({ key }) => key);
    const [before, after] = [keysOf(device), keysOf(from)];
    return {
      device: device.id,
      from: from.id,
      gaps,
      lost: before.filter((key) => !after.includes(key) && !used.has(key)),
      gained: after.filter((key) => !before.includes(key)),
      reached: found.reached,
      links,
    };
  }

  /** Bindings and groups of the dead node; none where its adapter knows no such thing, or cannot tell now. */
  async function linksOf(
    { description }: DeviceRecord,
    from: DeviceRecord,
  ): Promise<InheritedLink<DeviceId>[]> {
    const { adapter, node } = description;
    if (adapter !== from.description.adapter) return [];
    const call = {
      ...({ kind: 'inheritLinks', isPlan: true } as const),
      ...{ from: node, to: from.description.node },
    };
    // An adapter that hangs keeps no edit waiting for long.
    const told = await Promise.race([
      tools.callAdapter(adapter, call).catch(() => []),
      delay(PLAN_LIMIT_MS, [], { ref: false }),
    ]);
    const links = Array.isArray(told) ? (told as InheritedLink[]) : [];
    return links.flatMap((link) => {
      const { other } = link;
      const device = contents.devices.find(
        (one) => one.description.adapter === adapter && one.description.node === other,
      );
      if (other !== null && device === undefined) return [];
      return [{ ...link, other: device?.id ?? null }];
    });
  }

  function lackingLink({ kind, other, group, cluster }: InheritedLink<DeviceId>): ReplacementGap {
    const name = contents.devices.find(({ id }) => id === other)?.name ?? `group ${group}`;
    const [en, zh] =
      kind === 'from'
        ? [`${name} commands it directly by ${cluster}`, `“${name}”通过 ${cluster} 直接控制它`]
        : kind === 'to'
          ? [`It commands ${name} directly by ${cluster}`, `它通过 ${cluster} 直接控制“${name}”`]
          : [`It is in Zigbee group ${group}`, `它在 Zigbee 组 ${group} 中`];
    return {
      what: null,
      why: `${en}, which the new device cannot`,
      zh: `${zh}，新设备不支持`,
      ...{ scenes: [], others: ['links'] },
    };
  }

  /**
   * Tells the adapter what becomes of bindings and groups: first what an undo gives back, then what a replacing hands
   * on. Who is not there now is told again when the node is described; an adapter may be told twice.
   */
  async function tellLinks({ replaced, description }: DeviceRecord): Promise<void> {
    const { adapter, node } = description;
    await tools.returning.tell(adapter, node);
    if (replaced?.description.adapter !== adapter) return;
    const call = { kind: 'inheritLinks', isPlan: false } as const;
    await tools.callAdapter(adapter, { ...call, from: replaced.description.node, to: node });
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
        void tellLinks(next).catch(() => {});
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
        const { adapter, node } = device.description;
        if (old.adapter === adapter) await tools.returning.add(adapter, old.node, node);
        await tools.keepDevices([back, again], []);
        await audit(actor, 'device.replace.undo', id, `${node} → ${old.node}`);
        void tellLinks(back).catch(() => {});
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
    described(adapter, node) {
      const device = contents.devices.find(
        ({ description }) => description.adapter === adapter && description.node === node,
      );
      if (device === undefined) return;
      const isRecent = tools.nowMs() - (device.replaced?.atMs ?? 0) < UNDO_REPLACEMENT_MS;
      if (isRecent || tools.returning.has(adapter, node)) void tellLinks(device).catch(() => {});
    },
    async joined(adapter, node) {
      const device = placeOf(adapter, node);
      if (!device) return;
      const { replaced: _over, ...rest } = device;
      await tools.keepDevices([{ ...rest, version: device.version + 1 }], []);
    },
  };
}

const OTHERS: Readonly<Record<GapOther, Words>> = {
  matter: { en: 'home apps over Matter', zh: '家庭应用（Matter）' },
  mqtt: { en: 'MQTT', zh: 'MQTT' },
  rights: { en: 'rights', zh: '权限' },
  links: { en: 'direct control', zh: '直接控制' },
};

/** Gaps as one line: what is missing, and who misses it. */
export function gapWords(gaps: readonly ReplacementGap[], lengthMax: number): Words {
  const listed = (language: 'en' | 'zh'): string =>
    gaps
      .map(({ what, why, zh, scenes, others }) => {
        const users = [
          ...scenes.map(({ name }) => (language === 'en' ? `"${name}"` : `“${name}”`)),
          ...others.map((other) => OTHERS[other][language]),
        ].join(', ');
        const text = language === 'en' ? why : zh;
        return what === null ? `${users}: ${text}` : `${what} (${users})`;
      })
      .join('; ')
      .slice(0, lengthMax);
  return { en: listed('en'), zh: listed('zh') };
}

function gapsNotAccepted(
  device: DeviceRecord,
  from: DeviceRecord,
  gaps: readonly ReplacementGap[],
): ConflictError {
  const list = gapWords(gaps, 2_000);
  return new ConflictError(`${from.name} lacks what is used of ${device.name}: ${list.en}`, {
    hint: 'Scenes that name it so cannot run until they are edited; the others pass it by. Replace it all the same by confirming that ("acceptGaps": true, or --yes).',
    zh: {
      message: `${from.name} 缺少 ${device.name} 被用到的功能：${list.zh}`,
      hint: '写明它的场景修改之前无法运行，其他场景会跳过它。如果仍要替换，请确认（"acceptGaps": true，或 --yes）。',
    },
  });
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
