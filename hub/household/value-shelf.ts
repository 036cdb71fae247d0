// What the household declares beside its devices: people, variables, inputs, calendars, zones. Every member is a person
// of the home by himself; a record is stored for one only once something about it was set.
import type { CoreInput } from '../model/core-port.ts';
import { ConflictError, HubError, NotFoundError, ValidationError } from '../model/errors.ts';
import type { MemberRecord } from '../model/home.ts';
import {
  HOME_MODE,
  HOME_PEOPLE,
  HOME_VALUES_MAX,
  type HomeValueKey,
  type HomeValueRecord,
  homeSubjects,
  homeValueKey,
  homeValueProblem,
} from '../model/home-values.ts';
import type { Actor, Async, ValueEdits } from '../model/hub-port.ts';
import type { HomeContents, StoreCalls } from '../model/store-port.ts';
import { firstFree, handleFrom, isHandle, NAME_LENGTH_MAX, tidyName } from './names.ts';

/** Values of an enum. */
const ENUM_VALUES_MAX = 50;
const TOPIC_CHARACTERS_MAX = 200;

/** The household's own means, lent to the shelf. */
export interface ValueShelfTools {
  readonly store: Pick<Async<StoreCalls>, 'putHomeValue' | 'removeHomeValue'>;
  readonly contents: { homeValues: readonly HomeValueRecord[] } & Pick<
    HomeContents,
    'members' | 'home'
  >;
  inTurn<Result>(work: () => Promise<Result>): Promise<Result>;
  audit(actor: Actor, action: string, subject: string, detail?: string): Promise<void>;
  tellCore(input: Exclude<CoreInput, { request: number }>): void;
  changed(): void;
}

export interface ValueShelf {
  /** All that is declared, the members as people too, sorted by key. */
  all(): readonly HomeValueRecord[];
  /** Keeps a member's place among the people under its handle, before the member's name changes. */
  keepPerson(member: MemberRecord): Promise<void>;
  readonly edits: ValueEdits;
}

/** What is declared, and of every member who has no record a person named after the member; sorted by key. */
export function withPeople(
  stored: readonly HomeValueRecord[],
  members: readonly MemberRecord[],
): readonly HomeValueRecord[] {
  const taken = new Set<string>(stored.map(({ id }) => id));
  const known = new Set(stored.map(({ member }) => member));
  const implied = members
    .filter(({ id }) => !known.has(id))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map((member) => {
      const handle = firstFree(handleFrom(member.name), '-', (one) =>
        taken.has(homeValueKey('person', one)),
      );
      taken.add(homeValueKey('person', handle));
      return personOf(member, handle);
    });
  return [...stored, ...implied].sort((a, b) => (a.id < b.id ? -1 : 1));
}

export function createValueShelf(tools: ValueShelfTools): ValueShelf {
  const { store, contents, inTurn, audit } = tools;

  const all = (): readonly HomeValueRecord[] => withPeople(contents.homeValues, contents.members);

  function find(id: HomeValueKey): HomeValueRecord {
    const found = all().find((one) => one.id === id);
    if (found) return found;
    throw new NotFoundError('value of the home', id, {
      hint: 'GET /api/home/values lists them all.',
    });
  }

  async function keep(record: HomeValueRecord): Promise<HomeValueRecord> {
    await store.putHomeValue(record);
    contents.homeValues = [...contents.homeValues.filter(({ id }) => id !== record.id), record];
    told();
    return record;
  }

  function told(): void {
    tools.tellCore({ kind: 'homeValues', values: all() });
    tools.changed();
  }

  function check(record: HomeValueRecord): void {
    const { name, kind, type, values, topic, initial, min, max } = record;
    const fail = (path: string, message: string, zh?: string): never => {
      throw new ValidationError(`${record.id}: ${message}`, {
        errors: [{ path, message, ...(zh === undefined ? {} : { zh }) }],
        ...(zh === undefined
          ? {}
          : { zh: { message: `${record.name || record.id}：${zh}`, hint: null } }),
      });
    };
    if (name === '' || [...name].length > NAME_LENGTH_MAX) {
      fail(
        '/name',
        `a name has 1 to ${NAME_LENGTH_MAX} characters`,
        `名称有 1 到 ${NAME_LENGTH_MAX} 个字符`,
      );
    }
    if (type === 'enum' && kind !== 'person' && (values ?? []).length === 0) {
      fail('/values', 'an enum names its values', '请列出可选的值');
    }
    if ((values ?? []).length > ENUM_VALUES_MAX) {
      fail(
        '/values',
        `an enum has at most ${ENUM_VALUES_MAX} values`,
        `可选的值最多 ${ENUM_VALUES_MAX} 个`,
      );
    }
    if (min !== undefined && max !== undefined && min > max)
      fail('/min', 'min is above max', '最小值大于最大值');
    if ((topic ?? '').length > TOPIC_CHARACTERS_MAX || /[+#\0]/.test(topic ?? '')) {
      fail('/topic', `a topic has at most ${TOPIC_CHARACTERS_MAX} characters and no + or #`);
    }
    if (kind === 'zone') return;
    const others = all().filter(({ id }) => id !== record.id);
    const subjects = homeSubjects(contents.home, [...others, record]);
    const problem = homeValueProblem(record.id, initial, subjects);
    if (problem) fail('/initial', problem.message);
  }

  const edits: ValueEdits = {
    homeValues: all,
    addHomeValue: (given, actor) =>
      inTurn(async () => {
        const sameKind = all().filter(({ kind }) => kind === given.kind);
        if (sameKind.length >= HOME_VALUES_MAX) {
          throw new HubError(
            'busy',
            `The home has ${HOME_VALUES_MAX} values of this kind, the most it can have`,
            { zh: { message: `这类值已有 ${HOME_VALUES_MAX} 个，不能再多`, hint: null } },
          );
        }
        const name = tidyName(given.name);
        const handle = given.handle ?? handleFrom(name);
        const id = homeValueKey(given.kind, handle);
        if (!isHandle(handle)) {
          throw new ValidationError(`"${handle}" cannot be a handle`, {
            hint: 'A handle has letters, digits and hyphens and begins with a letter.',
            zh: {
              message: `“${handle}”不能作为代号`,
              hint: '代号只含字母、数字和连字符，以字母开头。',
            },
            errors: [{ path: '/handle', message: 'must be letters, digits and hyphens' }],
          });
        }
        const isTaken = [HOME_MODE, HOME_PEOPLE].includes(id) || all().some((one) => one.id === id);
        const isWord = given.kind === 'person' && ['anyone', 'first', 'last'].includes(handle);
        if (isTaken || isWord) {
          throw new ConflictError(`"${id}" is taken already`, {
            hint: 'Choose another name.',
            zh: { message: `“${id}”已被使用`, hint: '请换一个名称。' },
          });
        }
        const record: HomeValueRecord = {
          ...TYPE_OF[given.kind],
          ...given.shape,
          ...(given.kind === 'person' || given.kind === 'zone' || given.kind === 'calendar'
            ? TYPE_OF[given.kind]
            : {}),
          id,
          name,
          kind: given.kind,
          initial: given.initial ?? null,
          member: null,
          topic: given.topic ?? null,
          version: 1,
        };
        check(record);
        await keep(record);
        await audit(actor, 'value.add', id, name);
        return record;
      }),
    setHomeValueRecord: (id, change, version, actor) =>
      inTurn(async () => {
        const before = find(id);
        if (version !== null && version !== before.version) {
          throw new ConflictError(
            `${before.name} was changed meanwhile: you edited version ${version}, it is at ${before.version}`,
            {
              hint: 'Look at the present version and make your change again.',
              zh: {
                message: `这期间有别人改过 ${before.name}`,
                hint: '请看一下现在的内容，再改一次。',
              },
            },
          );
        }
        const record: HomeValueRecord = {
          ...before,
          ...change,
          name: change.name === undefined ? before.name : tidyName(change.name),
          version: before.version + 1,
        };
        check(record);
        await keep(record);
        await audit(actor, 'value.set', id, JSON.stringify(change));
        return record;
      }),
    removeHomeValue: (id, actor) =>
      inTurn(async () => {
        const before = find(id);
        if (before.member !== null) {
          throw new ConflictError(
            `${before.name} is a member of the home and stays one of its people`,
            { zh: { message: `${before.name} 是家庭成员，会一直在“谁在家”里`, hint: null } },
          );
        }
        await store.removeHomeValue(id);
        contents.homeValues = contents.homeValues.filter((one) => one.id !== id);
        told();
        await audit(actor, 'value.remove', id, before.name);
      }),
  };

  return {
    all,
    edits,
    async keepPerson(member) {
      if (contents.homeValues.some((one) => one.member === member.id)) return;
      const implied = all().find((one) => one.member === member.id);
      if (implied) await keep({ ...implied, version: 1 });
    },
  };
}

const TYPE_OF = {
  person: { type: 'enum' },
  zone: { type: 'string' },
  calendar: { type: 'boolean' },
  variable: { type: 'number' },
  input: { type: 'string' },
} as const satisfies Record<HomeValueRecord['kind'], Pick<HomeValueRecord, 'type'>>;

function personOf(member: MemberRecord, handle: string): HomeValueRecord {
  return {
    id: homeValueKey('person', handle),
    name: member.name,
    kind: 'person',
    type: 'enum',
    initial: null,
    member: member.id,
    topic: null,
    version: 0,
  };
}
