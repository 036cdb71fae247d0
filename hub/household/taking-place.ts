// A pairing whose find takes the place of a dead device: what became of it, and what a person still has to say.
import type { DeviceRecord } from '../model/device.ts';
import type { Problem } from '../model/errors.ts';
import type { Actor } from '../model/hub-port.ts';
import type { DeviceId } from '../model/identifiers.ts';
import type { Replacement, ReplacementGap } from '../model/replacement.ts';
import type { Words } from '../model/words.ts';
import { gapWords } from './replacements.ts';

/** The result of a job that replaces a device. */
export interface TakenPlace {
  readonly device: DeviceId;
  /** The device that joined; after the replacing it is gone. Null: the old node itself came back. */
  readonly from: DeviceId | null;
  readonly replaced: boolean;
  /** What would be missed: a person has to accept it with `POST /api/devices/{id}/replace`. */
  readonly gaps: readonly ReplacementGap[];
}

export interface PlaceTools {
  replacement(id: DeviceId, from: DeviceId): Promise<Replacement>;
  replace(id: DeviceId, from: DeviceId, acceptsGaps: boolean, actor: Actor): Promise<DeviceRecord>;
}

/** Puts the device that has joined into the dead one's place, unless something would be missed. */
export async function takePlace(
  tools: PlaceTools,
  dead: DeviceRecord,
  found: DeviceRecord,
  options: { readonly acceptsGaps: boolean; readonly actor: Actor },
): Promise<{ readonly result: TakenPlace; readonly line: Words }> {
  if (found.id === dead.id) {
    return {
      result: { device: dead.id, from: null, replaced: false, gaps: [] },
      line: {
        en: `${dead.name} itself has joined again: there is nothing to replace.`,
        zh: `${dead.name} 自己重新加入了，不需要替换。`,
      },
    };
  }
  const { gaps, links } = await tools.replacement(dead.id, found.id);
  const list = gapWords(gaps, 1_000);
  if (gaps.length > 0 && !options.acceptsGaps) {
    return {
      result: { device: dead.id, from: found.id, replaced: false, gaps },
      line: {
        en: `${found.name} has joined, but lacks what is used of ${dead.name}: ${list.en}. Nothing was replaced yet; confirm it first.`,
        zh: `${found.name} 已加入，但缺少 ${dead.name} 被用到的功能：${list.zh}。还没有替换，请先确认。`,
      },
    };
  }
  await tools.replace(dead.id, found.id, options.acceptsGaps, options.actor);
  const made = linkWords(links.filter(({ state }) => state !== 'impossible').length);
  return {
    result: { device: dead.id, from: found.id, replaced: true, gaps },
    line: {
      en: `${dead.name} is now a ${found.description.manufacturer} ${found.description.model}; its name, room, scenes and history stay.${made.en}`,
      zh: `${dead.name} 现在是 ${found.description.manufacturer} ${found.description.model}；名称、房间、场景和历史都保留。${made.zh}`,
    },
  };
}

/** Bindings and groups that go over to the new device. */
function linkWords(count: number): Words {
  if (count === 0) return { en: '', zh: '' };
  return {
    en: ` Its direct bindings and groups (${count}) are made again; House says which devices still have to be woken for that.`,
    zh: `它的直接绑定和组（${count} 项）会重新建立；还需要唤醒的设备会显示在“家”里。`,
  };
}

/** Nobody has joined. */
export function nobodyCame(dead: string): Problem {
  return {
    code: 'timed-out',
    message: `No device joined to take the place of ${dead}`,
    hint: 'Hold the new device close to the coordinator, reset it as its manual says, and try again.',
    zh: {
      message: `没有设备加入来代替 ${dead}`,
      hint: '请把新设备拿到网关附近，按说明书重置，再试一次。',
    },
  };
}
