// Which room a device stands in, where its name in Zigbee2MQTT plainly says so: `kitchen_lamp`, `living_room/tv`, `客厅灯`.
import { tidyName } from '../names.ts';

/** Words that are rooms in the languages of the page and of most who run Zigbee2MQTT. */
const ROOM_WORDS: readonly string[] = [
  ...[
    'kitchen',
    'living room',
    'livingroom',
    'dining room',
    'bedroom',
    'bathroom',
    'hall',
    'hallway',
  ],
  ...[
    'corridor',
    'entrance',
    'entry',
    'porch',
    'office',
    'study',
    'library',
    'nursery',
    'playroom',
  ],
  ...[
    'guest room',
    'kids room',
    'childrens room',
    'laundry',
    'laundry room',
    'utility room',
    'pantry',
  ],
  ...[
    'garage',
    'garden',
    'terrace',
    'balcony',
    'patio',
    'attic',
    'loft',
    'basement',
    'cellar',
    'toilet',
  ],
  ...['staircase', 'stairs', 'landing', 'workshop', 'shed', 'conservatory', 'lounge', 'wardrobe'],
  ...[
    'küche',
    'kueche',
    'wohnzimmer',
    'esszimmer',
    'schlafzimmer',
    'kinderzimmer',
    'badezimmer',
    'bad',
  ],
  ...[
    'flur',
    'diele',
    'büro',
    'buero',
    'arbeitszimmer',
    'gästezimmer',
    'keller',
    'dachboden',
    'garten',
  ],
  ...['terrasse', 'balkon', 'waschküche', 'treppenhaus', 'werkstatt'],
  ...[
    'cuisine',
    'salon',
    'chambre',
    'salle de bain',
    'couloir',
    'bureau',
    'cave',
    'grenier',
    'jardin',
  ],
  ...[
    'keuken',
    'woonkamer',
    'slaapkamer',
    'badkamer',
    'kantoor',
    'zolder',
    'kelder',
    'tuin',
    'gang',
  ],
  ...[
    'cocina',
    'dormitorio',
    'baño',
    'pasillo',
    'oficina',
    'cucina',
    'soggiorno',
    'bagno',
    'corridoio',
  ],
  ...[
    '客厅',
    '起居室',
    '餐厅',
    '厨房',
    '卧室',
    '主卧',
    '次卧',
    '儿童房',
    '书房',
    '浴室',
    '卫生间',
    '洗手间',
  ],
  ...[
    '走廊',
    '玄关',
    '门厅',
    '阳台',
    '车库',
    '花园',
    '院子',
    '地下室',
    '阁楼',
    '办公室',
    '洗衣房',
    '储藏室',
  ],
];

/** Words before a room that make it another one: `master bedroom` is not `bedroom`. */
const QUALIFIERS = [
  'master',
  'main',
  'guest',
  'kids',
  'parents',
  'upstairs',
  'downstairs',
  'small',
  'big',
];
const HAN = /\p{Script=Han}/u;
/** Longest first, so that `laundry room` is not taken for `laundry`. */
const WORDS_BY_LENGTH = [...ROOM_WORDS].sort((a, b) => b.length - a.length);

/** `living_room/floor-lamp` as a person would write it: `Living room floor lamp`. */
export function plainName(name: string): string {
  const words = tidyName(name.replace(/[_/]+/g, ' ').replace(/(?<=\p{L})-(?=\p{L})/gu, ' '));
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

/**
 * The room that the name of a device says, as it would be written; null where it says none.
 * @param rooms the home's own rooms, which count first
 */
export function roomIn(name: string, rooms: readonly string[]): string | null {
  const own = roomAt(plainName(name), rooms);
  if (own !== null) return own;
  const [folder, ...rest] = name.split('/');
  if (rest.length === 0 || folder === undefined) return null;
  return roomAt(plainName(folder), rooms);
}

/** Whether the whole text is a room, and as it would be written. */
export function asRoom(text: string, rooms: readonly string[]): string | null {
  const plain = plainName(text);
  const found = roomAt(plain, rooms);
  return found !== null && found.toLowerCase() === plain.toLowerCase() ? found : null;
}

function roomAt(plain: string, rooms: readonly string[]): string | null {
  const text = plain.toLowerCase();
  const own = [...rooms]
    .sort((a, b) => b.length - a.length)
    .find((room) => isAtEdge(text, room.toLowerCase()));
  if (own !== undefined) return own;
  for (const word of WORDS_BY_LENGTH) {
    if (HAN.test(word)) {
      if (text.startsWith(word)) return word;
      continue;
    }
    const pattern = new RegExp(
      `^((?:(?:${QUALIFIERS.join('|')}) )?${word}(?: \\d{1,2}(?= |$))?)(?: |$)|(?:^| )(${word})$`,
      'u',
    );
    const match = pattern.exec(text);
    const found = match?.[1] ?? match?.[2];
    if (found !== undefined) return found.slice(0, 1).toUpperCase() + found.slice(1);
  }
  return null;
}

function isAtEdge(text: string, room: string): boolean {
  if (text === room) return true;
  if (HAN.test(room)) return text.startsWith(room);
  return text.startsWith(`${room} `) || text.endsWith(` ${room}`);
}
