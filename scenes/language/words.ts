// The words for the parts of a scene in English and Chinese: devices, properties, values, levels and edges. The
// sentences and the traces are made of these. Numbers are never rounded here, so that no two scenes read alike.
import type { DeviceRecord } from '../../hub/model/device.ts';
import {
  HOME,
  HOME_MODE,
  HOME_MODE_LABELS,
  isHomeSubject,
  PERSON,
} from '../../hub/model/home-values.ts';
import type { DeviceId } from '../../hub/model/identifiers.ts';
import {
  findProperty,
  type PropertyKey,
  type PropertyValue,
  specOf,
} from '../../hub/model/properties.ts';
import { formatValue, valueLabel } from '../../hub/model/property-format.ts';
import type { Label, PropertySpec } from '../../hub/model/property-row.ts';
import { EACH } from './each.ts';
import { joined, joinedZh } from './literals.ts';
import type { SceneNames } from './names.ts';
import { typeset } from './typeset.ts';
import type { Crossing, LevelMatch, Matcher, Press, Subject } from './values.ts';

/** How a scene's text calls what it names: a part of SceneNames. */
export type WordNames = Pick<SceneNames, 'device' | 'room' | 'scene' | 'isShared'>;

/** A text in both languages; the Chinese one gets its full-width marks and its spaces here. */
export function both(en: string, zh: string): Label {
  return { en, zh: typeset(zh) };
}

/** Parts of a list in both languages, joined by "and" or "or". */
export function listed(parts: readonly Label[], word: 'and' | 'or'): Label {
  return {
    en: joined(
      parts.map(({ en }) => en),
      word,
    ),
    zh: joinedZh(
      parts.map(({ zh }) => zh),
      word === 'and' ? '和' : '或',
    ),
  };
}

/** The device's name; with its handle where another device has the same name. */
export function deviceWords(names: WordNames, id: DeviceId): Label {
  if (id === EACH) return both('that device', '该设备');
  const device = names.device(id);
  if (device === undefined) return both(`a device that is gone (${id})`, `已移除的设备（${id}）`);
  const { name, handle } = device;
  return names.isShared(name)
    ? both(`${name} (${handle})`, `${name}(${handle})`)
    : both(name, name);
}

/** What is known of a property: of a device as it is, else of the table's row. */
export function propertySpec(
  names: WordNames,
  id: DeviceId,
  key: PropertyKey,
): PropertySpec | null {
  if (id === EACH) return findProperty(key.split('@', 1)[0] ?? key) ?? null;
  const descriptor = names.device(id)?.description.properties.find((one) => one.key === key);
  return descriptor === undefined ? null : specOf(descriptor);
}

/** As propertySpec, of the home's own subjects: its modes have names in both languages. */
function homeSpec(
  names: WordNames,
  { device, property }: { readonly device: DeviceId; readonly property: PropertyKey },
): PropertySpec | null {
  const spec = propertySpec(names, device, property);
  if (spec?.values === undefined || `${device}.${property}` !== HOME_MODE) return spec;
  return { ...spec, values: { ...spec.values, ...HOME_MODE_LABELS } };
}

interface SubjectWords {
  readonly device: Label;
  /** "Hall lamp's brightness". */
  readonly owned: Label;
  readonly spec: PropertySpec | null;
  /** The name by which special phrases are known; null for one of several endpoints. */
  readonly phrase: string | null;
}

/** The words for whose value is meant. */
export function subjectWords(names: WordNames, subject: Subject): SubjectWords {
  const own = homeSubject(subject);
  if (own) {
    const owned = homeValueWords(names, own);
    return {
      device: owned,
      owned,
      spec: homeSpec(names, own),
      phrase: null,
    };
  }
  const isAny = subject.kind === 'any';
  const device = isAny ? both('any device', '任一设备') : deviceWords(names, subject.device);
  const spec = isAny
    ? (findProperty(subject.property) ?? null)
    : propertySpec(names, subject.device, subject.property);
  const record = isAny ? undefined : names.device(subject.device);
  const label = propertyWords(record, spec, subject.property);
  return {
    device,
    owned: both(`${device.en}'s ${label.en}`, `${device.zh}的${label.zh}`),
    spec,
    phrase: subject.property.includes('@') ? null : subject.property,
  };
}

/** The property's label, its owner's where there is one, told apart from another one of the device that is called so. */
export function propertyWords(
  device: DeviceRecord | undefined,
  spec: PropertySpec | null,
  key: string,
): Label {
  if (spec === null) return both(key, key);
  const isNamed = device?.description.properties.find((one) => one.key === key)?.isNamed === true;
  const { en, zh } = spec.label;
  const label = both(isNamed ? en : lowerFirst(en), zh);
  const endpoint = isNamed ? undefined : key.split('@')[1];
  if (endpoint !== undefined) return both(`${label.en} ${endpoint}`, `${label.zh} ${endpoint}`);
  const isShared = (device?.description.properties ?? []).some(
    (other) => other.key !== key && specOf(other).label.en === spec.label.en,
  );
  return isShared ? both(`${label.en} (${key})`, `${label.zh}(${key})`) : label;
}

function lowerFirst(text: string): string {
  // "CO₂" and "UV index" keep their capitals.
  return /^\p{Lu}\p{Ll}/u.test(text) ? text.slice(0, 1).toLowerCase() + text.slice(1) : text;
}

/** A value as a scene states it: exact, with its unit. */
export function literalWords(spec: PropertySpec | null, value: PropertyValue): Label {
  if (typeof value === 'number') {
    const unit = spec?.unit;
    const text =
      unit === undefined ? String(value) : unit === '°' ? `${value}°` : `${value} ${unit}`;
    return both(text, text);
  }
  if (typeof value === 'object') {
    return both(
      `hue ${value.hue}° and saturation ${value.saturation} %`,
      `色相 ${value.hue}° 饱和度 ${value.saturation} %`,
    );
  }
  if (spec === null || (typeof value === 'string' && spec.type !== 'enum')) {
    return both(`“${value}”`, `“${value}”`);
  }
  if (typeof value === 'string') return enumWords(spec, value);
  return both(formatValue(spec, value, 'en'), formatValue(spec, value, 'zh'));
}

function enumWords(spec: PropertySpec, value: string): Label {
  const label = valueLabel(spec, value);
  const others = Object.entries(spec.values ?? {}).filter(([other]) => other !== value);
  const same = (language: 'en' | 'zh'): boolean =>
    others.some(([, other]) => other[language] === label[language]);
  return both(
    same('en') ? `${label.en} (${value})` : label.en,
    same('zh') ? `${label.zh}(${value})` : label.zh,
  );
}

interface LevelPhrase {
  /** [level, edge] of true and of false, after the device's name. */
  readonly true: { readonly is: Label; readonly becomes: Label };
  readonly false: { readonly is: Label; readonly becomes: Label };
}

/** What is said instead of "its power becomes on". */
const PHRASES: Readonly<Record<string, LevelPhrase>> = {
  on: {
    true: { is: both('is on', '开着'), becomes: both('is turned on', '开启') },
    false: { is: both('is off', '关着'), becomes: both('is turned off', '关掉') },
  },
  open: {
    true: { is: both('is open', '处于打开状态'), becomes: both('opens', '被打开') },
    false: { is: both('is closed', '处于关闭状态'), becomes: both('closes', '被关上') },
  },
  occupancy: {
    true: {
      is: both('sees motion', '有人移动'),
      becomes: both('detects motion', '检测到有人移动'),
    },
    false: {
      is: both('sees no motion', '无人移动'),
      becomes: both('no longer detects motion', '不再检测到有人移动'),
    },
  },
  presence: {
    true: { is: both('sees somebody', '有人在'), becomes: both('detects somebody', '检测到有人') },
    false: {
      is: both('sees nobody', '无人在'),
      becomes: both('no longer detects anybody', '不再检测到有人'),
    },
  },
  waterLeak: {
    true: { is: both('is wet', '有水'), becomes: both('detects water', '检测到漏水') },
    false: {
      is: both('is dry', '无水'),
      becomes: both('no longer detects water', '不再检测到漏水'),
    },
  },
  smoke: {
    true: { is: both('sees smoke', '有烟雾'), becomes: both('detects smoke', '检测到烟雾') },
    false: {
      is: both('sees no smoke', '无烟雾'),
      becomes: both('no longer detects smoke', '不再检测到烟雾'),
    },
  },
  locked: {
    true: { is: both('is locked', '锁着'), becomes: both('becomes locked', '上锁') },
    false: { is: both('is unlocked', '没锁'), becomes: both('becomes unlocked', '解锁') },
  },
};

/** A level or an edge: "Hall lamp is on", "Hall lamp is turned on". */
export function levelWords(
  names: WordNames,
  { subject, matcher }: LevelMatch,
  use: 'is' | 'becomes',
): Label {
  const whereabouts = personLevelWords(names, { subject, matcher }, use);
  if (whereabouts) return whereabouts;
  const { device, owned, spec, phrase } = subjectWords(names, subject);
  const only =
    matcher.kind === 'oneOf' && matcher.values.length === 1 ? matcher.values[0] : undefined;
  if (typeof only === 'boolean' && phrase !== null) {
    const special = PHRASES[phrase];
    const words = special && (only ? special.true : special.false)[use];
    if (words) return both(`${device.en} ${words.en}`, device.zh + words.zh);
  }
  const what = matcherWords(spec, matcher);
  return use === 'is'
    ? both(
        `${owned.en} is ${what.en}`,
        `${owned.zh}${matcher.kind === 'range' ? '' : '为'}${what.zh}`,
      )
    : both(`${owned.en} becomes ${what.en}`, `${owned.zh}变为${what.zh}`);
}

/** The opposite of a level: "Hall lamp's power is not on". */
export function notLevelWords(names: WordNames, { subject, matcher }: LevelMatch): Label {
  const whereabouts = personLevelWords(names, { subject, matcher }, 'not');
  if (whereabouts) return whereabouts;
  const { owned, spec } = subjectWords(names, subject);
  const what = matcherWords(spec, matcher);
  return both(`${owned.en} is not ${what.en}`, `${owned.zh}不是${what.zh}`);
}

/** Which values are meant: "on", "above 28 °C". */
export function matcherWords(spec: PropertySpec | null, matcher: Matcher): Label {
  if (matcher.kind === 'oneOf') {
    return listed(
      matcher.values.map((value) => literalWords(spec, value)),
      'or',
    );
  }
  const { above, below } = matcher;
  const high = above === null ? null : literalWords(spec, above);
  const low = below === null ? null : literalWords(spec, below);
  const parts = [
    ...(high ? [both(`above ${high.en}`, `高于 ${high.zh}`)] : []),
    ...(low ? [both(`below ${low.en}`, `低于 ${low.zh}`)] : []),
  ];
  return both(parts.map(({ en }) => en).join(' and '), parts.map(({ zh }) => zh).join('且'));
}

/** "Kitchen sensor's temperature rises above 28 °C". */
export function crossingWords(names: WordNames, crossing: Crossing): Label {
  const { owned, spec } = subjectWords(names, crossing.subject);
  const { other } = crossing;
  const threshold =
    other === null
      ? literalWords(spec, crossing.threshold)
      : subjectWords(names, { kind: 'device', ...other }).owned;
  const isUp = crossing.direction === 'above';
  const back = crossing.hysteresis === 0 ? null : literalWords(spec, crossing.hysteresis);
  const again = back
    ? both(
        ` (and again once it was back by ${back.en})`,
        `(${isUp ? '回落' : '回升'} ${back.zh} 后重新计)`,
      )
    : both('', '');
  return both(
    `${owned.en} ${isUp ? 'rises above' : 'falls below'} ${threshold.en}${again.en}`,
    `${owned.zh}${isUp ? '升到' : '降到'} ${threshold.zh} ${isUp ? '以上' : '以下'}${again.zh}`,
  );
}

const PRESS_WORDS: Readonly<Record<string, Label>> = {
  single: both('is pressed', '被单击'),
  double: both('is pressed twice', '被双击'),
  triple: both('is pressed three times', '被三击'),
  quadruple: both('is pressed four times', '被四击'),
  long: both('is held', '被长按'),
  release: both('is let go', '被松开'),
};

/** "Bedroom button is pressed twice". */
export function pressWords(names: WordNames, { subject, values }: Press): Label {
  const { device, owned, spec, phrase } = subjectWords(names, subject);
  const named = phrase === 'button' ? device : owned;
  const said = values.map((value) => {
    const known = Object.hasOwn(PRESS_WORDS, value) ? PRESS_WORDS[value] : undefined;
    if (known) return known;
    const label = spec ? literalWords(spec, value) : both(value, value);
    return both(`sends “${label.en}”`, `发出“${label.zh}”`);
  });
  const list = listed(said, 'or');
  return both(`${named.en} ${list.en}`, named.zh + list.zh);
}

type HomeSubject = Extract<Subject, { kind: 'device' }>;

/** The subject where it is one of the home's own; null for a device. */
export function homeSubject(subject: Subject): HomeSubject | null {
  return subject.kind === 'device' && isHomeSubject(subject.device) ? subject : null;
}

/** What a value of the home is called; with its handle where another of its kind has the same name. */
export function homeValueName(names: WordNames, { device, property }: HomeSubject): Label {
  const properties = names.device(device)?.description.properties ?? [];
  const found = properties.find(({ key }) => key === property);
  if (found === undefined) return both(property, property);
  const { label } = specOf(found);
  const isShared = properties.some((one) => one !== found && specOf(one).label.en === label.en);
  return isShared ? both(`${label.en} (${property})`, `${label.zh}(${property})`) : label;
}

/** "the home's mode", "Guests". */
export function homeValueWords(names: WordNames, subject: HomeSubject): Label {
  const name = homeValueName(names, subject);
  if (subject.device === HOME) {
    if (subject.property === 'people') {
      return both('the number of people at home', '在家人数');
    }
    return both(`the home's ${name.en}`, `家的${name.zh}`);
  }
  if (subject.device === PERSON) return both(`${name.en}'s whereabouts`, `${name.zh}的位置`);
  return both(`“${name.en}”`, `“${name.zh}”`);
}

/** Where a person is, or comes to be; null where the level is of something else. */
export function personLevelWords(
  names: WordNames,
  { subject, matcher }: LevelMatch,
  use: 'is' | 'becomes' | 'not',
): Label | null {
  const own = homeSubject(subject);
  if (own?.device !== PERSON || matcher.kind !== 'oneOf') return null;
  const name = homeValueName(names, own);
  const places = matcher.values.map((value) => placeWords(String(value), use));
  const list = listed(places, 'or');
  return both(`${name.en} ${list.en}`, name.zh + list.zh);
}

function placeWords(place: string, use: 'is' | 'becomes' | 'not'): Label {
  const not = use === 'not' ? both('is not', '不') : both('is', '');
  if (place === 'home') {
    return use === 'becomes'
      ? both('comes home', '到家')
      : both(`${not.en} at home`, `${not.zh}在家`);
  }
  if (place === 'away') {
    return use === 'becomes' ? both('goes away', '外出') : both(`${not.en} away`, `${not.zh}在外`);
  }
  return use === 'becomes'
    ? both(`comes to “${place}”`, `到“${place}”`)
    : both(`${not.en} at “${place}”`, `${not.zh}在“${place}”`);
}
