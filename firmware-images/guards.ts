// What an update is refused for, each with what to do.
import { ConflictError, HubError } from '../hub/model/errors.ts';
import type { FirmwareHold } from '../hub/model/firmware.ts';
import type { Actor, DeviceView } from '../hub/model/hub-port.ts';
import { propertyKey } from '../hub/model/properties.ts';

/** A battery that dies in the middle leaves a device that must be sent in. */
const BATTERY_MIN = 30;
const BATTERY = propertyKey('battery');

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
