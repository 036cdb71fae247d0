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
  mdiStop as ICON_STOP,
  mdiTimelineClockOutline as ICON_ACTIVITY,
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

/** The icon of a room; a plain house where none was chosen. */
export function roomIcon(name: string | null): string {
  if (name === null) return mdiHomeOutline;
  return ROOM_ICONS[name] ?? ROOM_ICONS[`${name}Outline`] ?? mdiHomeOutline;
}

/** The icons that a room can be given. */
export const ROOM_ICON_NAMES: readonly string[] = Object.keys(ROOM_ICONS);
