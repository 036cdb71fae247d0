// What people and calendars do when a value of theirs changes, by the names under which scenes listen for it.
import { AT_HOME, AWAY, CALENDAR, PERSON } from '../../hub/model/home-values.ts';
import type { PropertyValue } from '../../hub/model/properties.ts';
import type { ChangeInput } from '../../hub/model/scene-world.ts';

/** Names that the change is told under beside itself; `atHome`: how many people are at home after it. */
export function happeningsOfValue(
  { device, property, value, previous }: Omit<ChangeInput, 'cause'>,
  atHome: PropertyValue | null,
): readonly string[] {
  if (previous === null) return [];
  if (device === CALENDAR) return [`calendar/${property}/${value === true ? 'starts' : 'ends'}`];
  if (device !== PERSON) return [];
  const told: string[] = [];
  const add = (kind: string, names: readonly string[], zone: string): void => {
    for (const name of names) told.push(`person/${kind}/${name}/${zone}`);
  };
  if (previous === AT_HOME) {
    add('leaves', atHome === 0 ? [property, 'anyone', 'last'] : [property, 'anyone'], '');
  } else if (previous !== AWAY) {
    add('exits', [property, 'anyone'], String(previous));
  }
  if (value === AT_HOME) {
    add('arrives', atHome === 1 ? [property, 'anyone', 'first'] : [property, 'anyone'], '');
  } else if (value !== AWAY) {
    add('enters', [property, 'anyone'], String(value));
  }
  return told;
}
