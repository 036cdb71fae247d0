// The options of an announcement that a device of the hub is not made of, as data: those that nothing is lost without,
// and why each of the others is left out. What a converter looks at needs no row here; README.md beside the adapter
// lists both sides for every component. Spec: https://www.home-assistant.io/integrations/mqtt/.
import type { Words } from '../../../hub/model/words.ts';
import { NO_CODE } from './draft.ts';

/** Read for the device as a whole: who it is, whether it is there, and how it is spoken to. */
const OF_THE_DEVICE: ReadonlySet<string> = new Set([
  ...['availability', 'availability_topic', 'availability_mode', 'availability_template'],
  ...['payload_available', 'payload_not_available', 'unique_id', 'name', 'object_id', 'retain'],
  ...['expire_after', 'off_delay', 'schema'],
]);

/** How a thing looks and is filed at Home Assistant, and what is so here whatever it says. */
const UNNEEDED: ReadonlySet<string> = new Set([
  ...['icon', 'entity_picture', 'picture', 'entity_category', 'enabled_by_default', 'group'],
  ...['visible_by_default', 'has_entity_name', 'default_entity_id', 'suggested_display_precision'],
  ...['display_precision', 'precision', 'device_class', 'state_class', 'migrate_discovery', 'qos'],
  ...['force_update', 'source_type', 'automation_type', 'mode', 'content_type', 'effect'],
  // Some announce a topic that Home Assistant itself has no use for either, as on a climate.
  ...['color_mode', 'transition', 'state_topic'],
]);

const SAID_LATER: Words = {
  en: 'a value is shown once the device itself has told it',
  zh: '值在设备自己上报之后才显示',
};
const NOT_TAKEN_BACK: Words = {
  en: 'a value cannot be taken back: the last one stays, with its time',
  zh: '值不能收回：保留最后一个值和它的时间',
};
const ATTRIBUTES: Words = {
  en: 'what is told beside the value of an entity is not kept',
  zh: '不保存实体的值以外的附加内容',
};
const WHITE: Words = {
  en: 'white is set by colour temperature, colour by hue and saturation',
  zh: '白光用色温设置，彩色用色相和饱和度设置',
};
const OTHER_COLOR: Words = {
  en: 'colour goes in one form, and another one that is announced is used',
  zh: '颜色只用一种方式设置，已采用另一种',
};
const EFFECT: Words = {
  en: 'an effect is asked for, and which one runs is not shown',
  zh: '可以选择效果，但不显示正在运行的效果',
};
const UPDATES: Words = {
  en: 'updates are made where the device belongs, in its own bridge',
  zh: '升级在设备所属的网桥里进行',
};
const TILT: Words = { en: 'the tilt is set by its number', zh: '叶片角度用数值设置' };
const FLASH: Words = { en: 'a lamp is not flashed by a command', zh: '不支持让灯闪烁的指令' };
const ON_ITS_WAY: Words = {
  en: 'a lock is locked or not; on its way it is as before',
  zh: '门锁只有锁上和未锁；动作过程中保持原状态',
};
const AS_WRITTEN: Words = {
  en: 'a text is sent as it is written',
  zh: '文本按原样发送',
};
const OLD: Words = {
  en: 'Home Assistant itself does not know it any more',
  zh: 'Home Assistant 自己也不再使用它',
};
const UNKNOWN: Words = { en: 'Ingle has no use for it', zh: 'Ingle 用不到它' };

const ONE_ROOM: Words = {
  en: 'a vacuum is not sent to single rooms',
  zh: '不能让扫地机只清扫某个房间',
};
const UTF_8: Words = { en: 'messages are read and sent as UTF-8', zh: '消息按 UTF-8 读写' };
const AT_ONCE: Words = {
  en: 'a message is sent at once or not at all',
  zh: '消息要么立即发送，要么不发送',
};
const NO_EFFECTS: Words = {
  en: 'a lamp that goes by templates is not asked for effects',
  zh: '用模板控制的灯不支持选择效果',
};

/** Why each is left out: by its name, or by `component/name`. */
const LEFT_OUT: readonly (readonly [why: Words, ...options: string[]])[] = [
  [ATTRIBUTES, 'json_attributes_topic', 'json_attributes_template'],
  [SAID_LATER, 'optimistic', 'tilt_optimistic', 'initial'],
  [NOT_TAKEN_BACK, 'payload_reset', 'payload_reset_humidity', 'payload_reset_mode'],
  [NOT_TAKEN_BACK, 'payload_reset_percentage', 'payload_reset_preset_mode'],
  [NOT_TAKEN_BACK, 'last_reset_topic', 'last_reset_value_template'],
  [UTF_8, 'encoding'],
  [AT_ONCE, 'message_expiry_interval'],
  [WHITE, 'color_mode_state_topic', 'color_mode_value_template', 'white_scale'],
  [WHITE, 'rgbw_state_topic', 'rgbw_value_template', 'rgbw_command_template'],
  [WHITE, 'rgbww_state_topic', 'rgbww_value_template', 'rgbww_command_template'],
  [OTHER_COLOR, ...inForms('hs'), ...inForms('xy'), ...inForms('rgb')],
  [EFFECT, 'effect_state_topic', 'effect_value_template', 'effect_template'],
  [NO_EFFECTS, 'light/effect_list'],
  [ON_ITS_WAY, 'state_locking', 'state_unlocking'],
  [FLASH, 'flash', 'flash_time_long', 'flash_time_short'],
  [AS_WRITTEN, 'text/min', 'text/max', 'text/pattern'],
  [TILT, 'tilt_closed_value', 'tilt_opened_value', 'payload_stop_tilt'],
  [NO_CODE, 'code', 'code_arm_required', 'code_disarm_required', 'code_trigger_required'],
  [UPDATES, 'payload_install', 'release_summary', 'release_url', 'title'],
  [ONE_ROOM, 'clean_segments_command_topic', 'clean_segments_command_template'],
  [OLD, 'aux_command_topic', 'aux_state_topic', 'aux_state_template'],
  [OLD, 'away_mode_command_topic', 'away_mode_state_topic'],
  [OLD, 'hold_command_topic', 'hold_state_topic'],
];

/** The options of one way to say a colour. */
function inForms(way: string): string[] {
  return ['command_topic', 'command_template', 'state_topic', 'value_template'].map(
    (word) => `${way}_${word}`,
  );
}

const REASONS: ReadonlyMap<string, Words> = new Map(
  LEFT_OUT.flatMap(([why, ...options]) => options.map((option) => [option, why] as const)),
);

/** What becomes of an option that no converter has looked at. */
export type Fate =
  | { readonly kind: 'ofTheDevice' }
  | { readonly kind: 'unneeded' }
  | { readonly kind: 'leftOut'; readonly why: Words };

export function fateOf(component: string, option: string, value: unknown): Fate {
  if (OF_THE_DEVICE.has(option)) return { kind: 'ofTheDevice' };
  if (option === 'encoding' && /^utf-?8$/i.test(String(value))) return { kind: 'unneeded' };
  const why = REASONS.get(`${component}/${option}`) ?? REASONS.get(option);
  if (why !== undefined) return { kind: 'leftOut', why };
  return UNNEEDED.has(option) ? { kind: 'unneeded' } : { kind: 'leftOut', why: UNKNOWN };
}
