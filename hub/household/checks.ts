// What the household refuses in an edit of its home: names, places, zones, modes, and edits of an old version.
import { ConflictError, ValidationError } from '../model/errors.ts';
import type { HomeRecord } from '../model/home.ts';
import { OWN_MODES_MAX } from '../model/home-values.ts';
import { isHandle, NAME_LENGTH_MAX, tidyName } from './names.ts';

/** @throws ConflictError where an edit was made on another version than the present one; null: on whichever. */
export function checkVersion(what: string, asked: number | null, current: number): void {
  if (asked === null || asked === current) return;
  throw new ConflictError(
    `${what} was changed meanwhile: you edited version ${asked}, it is at ${current}`,
    {
      hint: 'Look at the present version and make your change again.',
      zh: { message: '这期间有别人改过它', hint: '请看一下现在的内容，再改一次。' },
    },
  );
}

const NAMED: Readonly<Record<'home' | 'room' | 'member' | 'device', string>> = {
  home: '家',
  room: '房间',
  member: '成员',
  device: '设备',
};

/** @returns the name without needless spaces. @throws ValidationError for one that is empty or too long */
export function checkName(what: keyof typeof NAMED, name: string): string {
  const tidy = tidyName(name);
  if (tidy === '' || [...tidy].length > NAME_LENGTH_MAX) {
    throw new ValidationError(`"${tidy.slice(0, 80)}" cannot be the name of a ${what}`, {
      hint: `A name has 1 to ${NAME_LENGTH_MAX} characters.`,
      zh: {
        message: `“${tidy.slice(0, 80)}”不能作为${NAMED[what]}的名称`,
        hint: `名称有 1 到 ${NAME_LENGTH_MAX} 个字符。`,
      },
      errors: [{ path: '/name', message: `must have 1 to ${NAME_LENGTH_MAX} characters` }],
    });
  }
  return tidy;
}

/** @throws ValidationError for what is not an IANA time zone */
export function checkZone(zone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
  } catch {
    throw new ValidationError(`"${zone}" is not a time zone`, {
      hint: 'Use a name such as Europe/Berlin or Asia/Shanghai.',
      zh: { message: `“${zone}”不是时区`, hint: '请填 Asia/Shanghai 这样的名称。' },
      errors: [{ path: '/zone', message: 'must be an IANA time zone' }],
    });
  }
}

/** @throws ValidationError for what is not a place on Earth */
export function checkPlace(place: HomeRecord['place']): void {
  if (place === null) return;
  const { latitude, longitude } = place;
  if (Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180) return;
  throw new ValidationError(`${latitude}, ${longitude} is not a place on Earth`, {
    hint: 'Latitude runs from -90 to 90, longitude from -180 to 180.',
    zh: {
      message: `地球上没有 ${latitude}, ${longitude} 这个位置`,
      hint: '纬度从 -90 到 90，经度从 -180 到 180。',
    },
    errors: [{ path: '/place', message: 'must be a latitude and a longitude in degrees' }],
  });
}

/** @throws ValidationError for too many modes of the household's own, or one that is no handle */
export function checkModes(modes: readonly string[]): void {
  if (modes.length <= OWN_MODES_MAX && modes.every(isHandle)) return;
  throw new ValidationError('The home cannot have these modes', {
    hint: `At most ${OWN_MODES_MAX} modes of its own, each of letters, digits and hyphens.`,
    zh: {
      message: '不能使用这些模式',
      hint: `自己的模式最多 ${OWN_MODES_MAX} 个，名称只含字母、数字和连字符。`,
    },
    errors: [{ path: '/modes', message: `at most ${OWN_MODES_MAX} words such as guests` }],
  });
}
