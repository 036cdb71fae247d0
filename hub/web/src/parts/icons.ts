// The icons of the page's frame and rooms, by path: only what is named here is in the page.
import {
  mdiBathtubOutline,
  mdiBedOutline,
  mdiCountertopOutline,
  mdiDeskLamp,
  mdiDoor,
  mdiFlowerOutline,
  mdiGarageVariant,
  mdiHomeOutline,
  mdiSilverwareForkKnife,
  mdiSofaOutline,
  mdiStairs,
  mdiTeddyBear,
  mdiWashingMachine,
} from '@mdi/js';

export {
  mdiAlertCircleOutline as ICON_PROBLEM,
  mdiAlertOutline as ICON_WARNING,
  mdiArrowLeft as ICON_BACK,
  mdiBatteryAlertVariantOutline as ICON_BATTERY_LOW,
  mdiBellOutline as ICON_BELL,
  mdiCheck as ICON_CHECK,
  mdiChevronRight as ICON_NEXT,
  mdiClose as ICON_CLOSE,
  mdiCogOutline as ICON_HOUSE,
  mdiDotsHorizontal as ICON_MORE,
  mdiHome as ICON_HOME_FULL,
  mdiHomeOutline as ICON_HOME,
  mdiLightbulbGroupOutline as ICON_LIGHTS,
  mdiLockOpenVariantOutline as ICON_UNLOCKED,
  mdiLockOutline as ICON_LOCKED,
  mdiMinus as ICON_MINUS,
  mdiPencilOutline as ICON_EDIT,
  mdiPlay as ICON_RUN,
  mdiPlus as ICON_PLUS,
  mdiRadar as ICON_SEARCH,
  mdiScriptTextOutline as ICON_SCENES,
  mdiTimelineClockOutline as ICON_ACTIVITY,
  mdiVectorPolyline as ICON_NETWORK,
  mdiWifiOff as ICON_OFFLINE,
  mdiWindowOpenVariant as ICON_WINDOW,
} from '@mdi/js';

/** Icons that a room can have, by their names of @mdi/js. */
const ROOM_ICONS: Readonly<Record<string, string>> = {
  mdiSofaOutline,
  mdiCountertopOutline,
  mdiBedOutline,
  mdiBathtubOutline,
  mdiDoor,
  mdiTeddyBear,
  mdiDeskLamp,
  mdiSilverwareForkKnife,
  mdiStairs,
  mdiGarageVariant,
  mdiFlowerOutline,
  mdiWashingMachine,
};

/** What a room without a picture of its own is most likely, by its name in either language. */
const LIKELY: readonly (readonly [RegExp, string])[] = [
  [/living|lounge|客厅|起居/i, mdiSofaOutline],
  [/kitchen|厨/i, mdiCountertopOutline],
  [/bath|toilet|shower|卫|浴|厕/i, mdiBathtubOutline],
  [/child|kid|nursery|儿童|孩/i, mdiTeddyBear],
  [/bed|卧/i, mdiBedOutline],
  [/hall|entr|corridor|玄关|走廊|门厅/i, mdiDoor],
  [/study|office|书房/i, mdiDeskLamp],
  [/dining|餐/i, mdiSilverwareForkKnife],
  [/cellar|basement|stairs|attic|地下|楼梯|阁楼/i, mdiStairs],
  [/garage|车库/i, mdiGarageVariant],
  [/garden|outside|balcony|terrace|yard|花园|户外|室外|阳台|院/i, mdiFlowerOutline],
  [/laundry|utility|洗衣/i, mdiWashingMachine],
];

/** The icon of a room: the chosen one, else what its name suggests, else a plain house. */
export function roomIcon(icon: string | null, name = ''): string {
  const chosen = icon === null ? undefined : (ROOM_ICONS[icon] ?? ROOM_ICONS[`${icon}Outline`]);
  return chosen ?? LIKELY.find(([words]) => words.test(name))?.[1] ?? mdiHomeOutline;
}

/** The icons that a room can be given. */
export const ROOM_ICON_NAMES: readonly string[] = Object.keys(ROOM_ICONS);
