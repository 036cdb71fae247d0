// What an update is refused for, each with what to do.
import type { DeviceRecord } from '../hub/model/device.ts';
import { ConflictError, HubError, ValidationError } from '../hub/model/errors.ts';
import type { FirmwareHold } from '../hub/model/firmware.ts';
import type { Actor, DeviceView } from '../hub/model/hub-port.ts';
import { propertyKey } from '../hub/model/properties.ts';

/** A battery that dies in the middle leaves a device that must be sent in. */
const BATTERY_MIN = 30;
const BATTERY = propertyKey('battery');
/** Adapters through which the hub sends images. */
const BY_THE_HUB: ReadonlySet<string> = new Set(['zigbee', 'matter']);

/** What is not signed, and what is older, is an owner's to decide; root on the hub may too. */
export function demandOwner(isNeeded: boolean, { member }: Actor): void {
  if (!isNeeded || member === null || member.role === 'owner') return;
  throw new HubError('forbidden', `${member.name} is no owner of this home`, {
    hint: 'Firmware that is unsigned or older than what a device runs is for an owner to decide.',
    zh: {
      message: `${member.name} 不是这个家的房主`,
      hint: '未签名的固件，或比设备现有版本更旧的固件，只能由房主决定。',
    },
  });
}

/** Where the protocol of a device knows no updates by the hub: the plain words for it. Else null. */
export function takesNone(error: unknown, { name, description }: DeviceRecord): HubError | null {
  const isOther = !BY_THE_HUB.has(description.adapter);
  if (!(error instanceof HubError) || error.code !== 'unsupported' || !isOther) return null;
  return new HubError('unsupported', `${name} takes no firmware from the hub`, {
    hint: "Only Zigbee and Matter devices do. Update it on its own page, or with its maker's app.",
    zh: {
      message: `${name} 不从中枢接收固件`,
      hint: '只有 Zigbee 和 Matter 设备可以。请在设备自己的页面或厂商的应用里更新。',
    },
    cause: error,
  });
}

/** Far enough for any plan; what is further off is a slip of the keyboard. */
const AHEAD_MAX_MS = 366 * 86_400_000;
/** A time that has just gone by is meant as now. */
const LATE_MAX_MS = 60_000;

/** @throws ValidationError for a time that is over, or out of all reason */
export function demandAhead(atMs: number, nowMs: number): void {
  const isOver = atMs < nowMs - LATE_MAX_MS;
  if (!isOver && atMs <= nowMs + AHEAD_MAX_MS) return;
  const at = new Date(atMs).toISOString();
  const now = new Date(nowMs).toISOString();
  const why = isOver
    ? { en: 'that is over', zh: '这个时间已经过去' }
    : { en: 'that is more than a year ahead', zh: '这超过一年以后' };
  throw new ValidationError(`No update can begin at ${at}: ${why.en}`, {
    hint: `It is ${now} now. Give a time that is still to come, or update at once: ingle firmware update DEVICE`,
    zh: {
      message: `更新不能在 ${at} 开始：${why.zh}`,
      hint: `现在是 ${now}。请给出将来的时间，或立即更新：ingle firmware update 设备`,
    },
    errors: [{ path: '/at', message: why.en, zh: why.zh }],
  });
}

/** @throws ConflictError while the battery is low */
export function demandBattery({ record, live }: DeviceView): void {
  const battery = live.properties[BATTERY]?.value;
  if (typeof battery !== 'number' || battery >= BATTERY_MIN) return;
  throw new ConflictError(`The battery of ${record.name} is at ${battery} %`, {
    hint: `Put in a fresh one: an update needs ${BATTERY_MIN} %.`,
    zh: {
      message: `${record.name} 的电池只剩 ${battery}%`,
      hint: `请换上新电池：更新需要 ${BATTERY_MIN}%。`,
    },
  });
}

/** @throws ConflictError where the image failed on another device and nobody wants it tried all the same */
export function demandNotHeld(hold: FirmwareHold | null, isAnyway: boolean): void {
  if (hold === null || isAnyway) return;
  throw new ConflictError(`This firmware failed on ${hold.name}: ${hold.reason.en}`, {
    hint: 'It goes to no other device by itself. To try it all the same: ingle firmware update DEVICE --anyway',
    zh: {
      message: `这个固件在 ${hold.name} 上失败了：${hold.reason.zh}`,
      hint: '它不会自动装到其他设备。仍要尝试：ingle firmware update 设备 --anyway',
    },
  });
}
