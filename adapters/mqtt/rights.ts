// What an account of the broker may publish and subscribe to. Its name is the device's topic, so each device reaches
// its own topics, its own discovery, and what its rights give it; `$SYS` and what others say are nobody's. Pure.
import { ValidationError } from '../../hub/model/errors.ts';
import { matchesTopic } from '../../hub/model/home-values.ts';
import type { AccountRights } from '../../hub/model/mqtt.ts';

/** Account names, which are also topics of devices: nothing that a topic gives a meaning to. */
const ACCOUNT_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/;
/** Below `ingle/` these are the hub's own. */
const RESERVED_NAMES: ReadonlySet<string> = new Set(['home', 'open', 'status']);

/** Topics that are commands to all devices, or to one by its built-in name; only the hub publishes commands. */
const GROUP_COMMANDS = /^cmnd\/(tasmotas|DVES_[0-9A-F]{6}_fb)\/#$/;

const DISCOVERY = /^tasmota\/discovery\/([0-9A-F]{12})\/(config|sensors)$/;
const ANNOUNCEMENT = /^homeassistant\/.+\/config$/;
const TOPIC_CHARACTERS_MAX = 256;
const TOPICS_MAX = 8;
/** First words of topics that have owners already. */
const TAKEN = /^(?:cmnd|stat|tele|tasmota|homeassistant|ingle|\$.*)$/;
/** Where a program beside the hub gives its orders. */
const HOME_COMMANDS = ['ingle/home/+/set', 'ingle/home/+/set/+', 'ingle/home/+/command'] as const;
const HOME_TELLS = ['ingle/home/#', 'ingle/status', 'homeassistant/#'] as const;

/** A vendor's account of the open interface, which no other account can be called. */
const VENDOR = /^open\.([a-z0-9-]+)$/;
const VENDOR_SAYS = '[^/]+/(?:description|report|event|availability|outcome)';

/** Who asks: an account by its name, with its rights. */
export interface Holder {
  readonly name: string;
  readonly rights: AccountRights;
}

export function isAccountName(name: string): boolean {
  return ACCOUNT_NAME.test(name) && !RESERVED_NAMES.has(name);
}

/** @throws ValidationError naming the topic that cannot be an account's own */
export function checkRights({ topics }: AccountRights): void {
  const refuse = (topic: string, message: string, zh: string): never => {
    throw new ValidationError(`"${topic.slice(0, 80)}" cannot be a topic of an account`, {
      hint: message,
      zh: { message: `“${topic.slice(0, 80)}”不能作为账号的主题`, hint: zh },
      errors: [{ path: '/topics', message }],
    });
  };
  if (topics.length > TOPICS_MAX) {
    refuse(
      topics[TOPICS_MAX] ?? '',
      `An account has ${TOPICS_MAX} topics at most.`,
      `一个账号最多有 ${TOPICS_MAX} 个主题。`,
    );
  }
  for (const topic of topics) {
    const levels = topic.split('/');
    const isWhole =
      topic.length <= TOPIC_CHARACTERS_MAX &&
      levels.every((level, at) => (level === '#' ? at === levels.length - 1 : !/[+#]/.test(level)));
    if (!isWhole || levels[0] === '' || levels[0] === '#') {
      refuse(
        topic,
        'It begins with a word of its own and may end in /#, such as zigbee2mqtt/#.',
        '主题要以自己的词开头，可以 /# 结尾，例如 zigbee2mqtt/#。',
      );
    }
    if (TAKEN.test(levels[0] ?? '')) {
      refuse(
        topic,
        'Topics under that word belong to devices and to the hub.',
        '这个词下的主题属于设备和中枢。',
      );
    }
  }
}

/** Whether this account may publish to the topic. What it announces is judged apart. */
export function mayPublish({ name, rights }: Holder, topic: string): boolean {
  if (topic.length > TOPIC_CHARACTERS_MAX) return false;
  const vendor = VENDOR.exec(name)?.[1];
  if (vendor !== undefined) return new RegExp(`^ingle/open/${vendor}/${VENDOR_SAYS}$`).test(topic);
  if (DISCOVERY.test(topic)) return true;
  if (topic.startsWith(`tele/${name}/`) || topic.startsWith(`stat/${name}/`)) return true;
  if (topic.startsWith(`${name}/`) && !TAKEN.test(name)) return true;
  if (ANNOUNCEMENT.test(topic)) return rights.announces;
  if (topic === 'homeassistant/status') return mayRead(rights);
  if (mayControl(rights) && HOME_COMMANDS.some((filter) => matchesTopic(filter, topic)))
    return true;
  return rights.topics.some((filter) => matchesTopic(filter, topic));
}

/** Whether this account may subscribe to the filter: all that the filter can match must be its to hear. */
export function maySubscribe({ name, rights }: Holder, filter: string): boolean {
  if (filter.length > TOPIC_CHARACTERS_MAX) return false;
  const vendor = VENDOR.exec(name)?.[1];
  if (vendor !== undefined) return covers(`ingle/open/${vendor}/#`, filter);
  if (GROUP_COMMANDS.test(filter)) return true;
  const own = [`cmnd/${name}/#`, `ingle/${name}/#`, ...(TAKEN.test(name) ? [] : [`${name}/#`])];
  const announced = rights.announces ? ['homeassistant/#'] : [];
  const told = mayRead(rights) ? HOME_TELLS : [];
  return [...own, ...announced, ...told, ...rights.topics].some((each) => covers(each, filter));
}

/** Whether the account hears or speaks on this very topic. */
export function reaches(holder: Holder, topic: string): boolean {
  return mayPublish(holder, topic) || maySubscribe(holder, topic);
}

const mayRead = ({ home }: AccountRights) => home !== 'none';
const mayControl = ({ home }: AccountRights) => home === 'control' || home === 'all';

/** Whether every topic that `filter` matches is matched by `allowed`; a topic is a filter that matches itself. */
export function covers(allowed: string, filter: string): boolean {
  const wanted = filter.split('/');
  const given = allowed.split('/');
  for (const [at, level] of given.entries()) {
    if (level === '#') return wanted.length > at;
    const asked = wanted[at];
    if (asked === undefined || asked === '#') return false;
    if (level !== '+' && level !== asked) return false;
  }
  return wanted.length === given.length;
}

/** Whether the topic is a Tasmota device's announcement of itself. */
export function isDiscovery(topic: string): boolean {
  return DISCOVERY.test(topic);
}

/** Whether the topic is an announcement in the form of Home Assistant. */
export function isAnnouncement(topic: string): boolean {
  return ANNOUNCEMENT.test(topic);
}

/** Whether only devices and the hub's own commands speak on the topic, so that nobody else may speak in their name. */
export function isReserved(topic: string): boolean {
  return /^(?:cmnd|stat|tele|tasmota\/discovery|homeassistant|ingle\/home|ingle\/open)\//.test(
    topic,
  );
}
