// The owner's list of what scenes may call: addresses with the beginning of a path, and MQTT topics. What is not on it
// does not leave.
import { HubError, ValidationError } from '../../model/errors.ts';
import { OUTBOUND_LIMITS } from '../../model/outbound.ts';
import type { Words } from '../../model/words.ts';

const MQTT = 'mqtt:';
const WANTED =
  'An entry is an address such as https://example.org/hooks/ or http://192.168.1.20:8080, or MQTT topics such as mqtt:ingle/#.';
const WANTED_ZH =
  '可以填 https://example.org/hooks/ 或 http://192.168.1.20:8080 这样的地址，或 mqtt:ingle/# 这样的 MQTT 主题。';
const CHARACTERS_MAX = 300;

/**
 * An entry in the one form in which it is kept and compared.
 * @throws ValidationError when it is neither an address nor a filter of topics
 */
export function tidyRule(text: string): string {
  const trimmed = text.trim();
  if (trimmed.length > CHARACTERS_MAX) {
    throw refusal(text, {
      en: `has over ${CHARACTERS_MAX} characters`,
      zh: `它超过 ${CHARACTERS_MAX} 个字符`,
    });
  }
  if (trimmed.startsWith(MQTT)) {
    const filter = trimmed.slice(MQTT.length);
    if (!isFilter(filter)) {
      throw refusal(text, { en: 'is not a filter of MQTT topics', zh: '它不是 MQTT 主题' });
    }
    return MQTT + filter;
  }
  const url = URL.canParse(trimmed) ? new URL(trimmed) : null;
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw refusal(text, { en: 'is not an address', zh: '它不是地址' });
  }
  if (url.username !== '' || url.password !== '') {
    throw refusal(text, { en: 'holds a password', zh: '它带有密码' });
  }
  if (url.search !== '' || url.hash !== '') {
    throw refusal(text, { en: 'goes on behind its path', zh: '它在路径后面还有内容' });
  }
  return url.origin + url.pathname;
}

function refusal(text: string, why: Words): ValidationError {
  return new ValidationError(`"${text.slice(0, 80)}" cannot be allowed: it ${why.en}`, {
    hint: WANTED,
    errors: [{ path: '/allow', message: why.en, zh: why.zh }],
    zh: { message: `不能允许“${text.slice(0, 80)}”：${why.zh}`, hint: WANTED_ZH },
  });
}

/** Spec: MQTT 5.0 § 4.7.1. A filter of everything is none; topics of the broker itself are not for scenes. */
function isFilter(filter: string): boolean {
  if (filter === '' || filter === '#' || filter.startsWith('$') || filter.startsWith('+'))
    return false;
  if (/\p{Cc}/u.test(filter)) return false;
  const levels = filter.split('/');
  return levels.every(
    (level, index) =>
      level === '+' || (level === '#' && index === levels.length - 1) || !/[+#]/.test(level),
  );
}

/** Whether a topic is one that can be published to. */
export function isTopic(topic: string): boolean {
  const bytes = new TextEncoder().encode(topic).length;
  return (
    bytes > 0 &&
    bytes <= OUTBOUND_LIMITS.topicBytes &&
    !topic.startsWith('$') &&
    !/[+#\p{Cc}]/u.test(topic)
  );
}

/** Whether the list has an entry for this address. The path is compared by whole segments. */
export function isUrlAllowed(allow: readonly string[], url: URL): boolean {
  if (url.username !== '' || url.password !== '') return false;
  // Encoded separators and dots could mean another path to the server than they do here.
  if (/%2f|%5c|%2e/i.test(url.pathname)) return false;
  return allow.some((rule) => {
    if (rule.startsWith(MQTT)) return false;
    const allowed = new URL(rule);
    if (allowed.origin !== url.origin) return false;
    const prefix = allowed.pathname;
    if (url.pathname === prefix) return true;
    return url.pathname.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`);
  });
}

/** Whether the list has an entry for this topic. */
export function isTopicAllowed(allow: readonly string[], topic: string): boolean {
  return (
    isTopic(topic) &&
    allow.some((rule) => rule.startsWith(MQTT) && matchesFilter(rule.slice(MQTT.length), topic))
  );
}

function matchesFilter(filter: string, topic: string): boolean {
  const wanted = filter.split('/');
  const levels = topic.split('/');
  for (const [index, level] of wanted.entries()) {
    if (level === '#') return true;
    if (index >= levels.length) return false;
    if (level !== '+' && level !== levels[index]) return false;
  }
  return wanted.length === levels.length;
}

/** What is said of a call that is not on the list. */
export function notAllowed(what: string, entry: string): HubError {
  return new HubError('forbidden', `${what} is not on the list of what scenes may call`, {
    hint: `The owner can add it: House, What scenes may call outside, or ingle outbound allow ${entry}`,
    zh: {
      message: `${what} 不在场景可以调用的名单上`,
      hint: `户主可以添加：“全屋 › 场景可以调用的外部地址”，或 ingle outbound allow ${entry}`,
    },
  });
}
