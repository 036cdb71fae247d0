// How what was asked of a device ends without it having been done: something newer was asked, nobody wants it any
// more, or its device did not wake. Every adapter says it in the same words.
import type { Problem } from '../../hub/model/errors.ts';

/** Something newer is asked of the same property. */
export const SUPERSEDED: Problem = {
  code: 'cancelled',
  message: 'superseded',
  hint: null,
  zh: { message: '已被更新的命令取代', hint: null },
};

/** Somebody took it back while it waited for its device to wake. */
export const TAKEN_BACK: Problem = {
  code: 'cancelled',
  message: 'It was taken back before the device woke',
  hint: null,
  zh: { message: '在设备唤醒之前已取消', hint: null },
};

/** Its device does not belong to the home any more. */
export const DEVICE_GONE: Problem = {
  code: 'cancelled',
  message: 'The device does not belong to this home any more',
  hint: null,
  zh: { message: '设备已不属于这个家', hint: null },
};

/** Its device slept for longer than it waits. */
export const SLEPT_ON: Problem = {
  code: 'timed-out',
  message: 'The device did not wake in all that time',
  hint: 'Check its battery, press a button on it where it has one, and set it again.',
  zh: {
    message: '设备一直没有唤醒',
    hint: '请检查电池，如有按键请按一下，然后重新设置。',
  },
};
