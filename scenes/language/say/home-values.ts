// The home's own values in words: "the home's mode is night", "Anna comes home", "Guests is 3".
import { HOME, isHomeSubject, PERSON } from '../../../hub/model/home-values.ts';
import { specOf } from '../../../hub/model/properties.ts';
import type { Label } from '../../../hub/model/property-row.ts';
import type { LevelMatch, Subject } from '../values.ts';
import { both, listed, type WordNames } from '../words.ts';

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
