// What the owner has set about what leaves the house because of scenes and messages: kept in the settings of home.db as
// one record, which changes only through here.
import { HubError, ValidationError } from '../../model/errors.ts';
import {
  NO_OUTBOUND,
  OUTBOUND_LIMITS,
  type OutboundChange,
  type OutboundSettings,
} from '../../model/outbound.ts';
import { tidyRule } from './allow-list.ts';

/** Where it stands in home.db; no setting of this name can be set in the page. */
export const OUTBOUND_SETTING = 'household.outbound';

/** @returns nothing allowed where there is no record, or where it cannot be read */
export function readOutbound(settings: Readonly<Record<string, string>>): OutboundSettings {
  const text = settings[OUTBOUND_SETTING];
  if (text === undefined) return NO_OUTBOUND;
  try {
    // Written by changeOutbound.
    return JSON.parse(text) as OutboundSettings;
  } catch {
    return NO_OUTBOUND;
  }
}

/** The settings after one change. @throws ValidationError that says what of it cannot be */
export function changeOutbound(
  before: OutboundSettings,
  change: OutboundChange,
  atMs: number,
): OutboundSettings {
  const allow = new Set(before.allow);
  for (const text of change.allow ?? []) allow.add(tidyRule(text));
  for (const text of change.remove ?? []) {
    if (!allow.delete(text) && !allow.delete(tidyRule(text))) {
      throw new HubError('not-found', `"${text.slice(0, 80)}" is not on the list`, {
        zh: { message: `名单里没有“${text.slice(0, 80)}”`, hint: null },
      });
    }
  }
  if (allow.size > OUTBOUND_LIMITS.rules) {
    throw new HubError(
      'busy',
      `The list has ${OUTBOUND_LIMITS.rules} entries, the most it can have`,
      { zh: { message: `名单已有 ${OUTBOUND_LIMITS.rules} 项，不能再多`, hint: null } },
    );
  }
  const push = change.push === undefined ? before.push : checkedPush(change.push, before, atMs);
  return { allow: [...allow].sort(), push };
}

function checkedPush(
  push: NonNullable<OutboundChange['push']> | null,
  before: OutboundSettings,
  atMs: number,
): OutboundSettings['push'] {
  if (push === null) return null;
  const url = URL.canParse(push.url) ? new URL(push.url) : null;
  const isHttp = url?.protocol === 'https:' || url?.protocol === 'http:';
  if (url === null || !isHttp || url.username !== '' || url.search !== '' || url.hash !== '') {
    throw new ValidationError(`"${push.url.slice(0, 80)}" is not the address of an ntfy server`, {
      hint: 'Give its base address, such as https://ntfy.example or http://192.168.1.20:8080.',
      zh: {
        message: `“${push.url.slice(0, 80)}”不是 ntfy 服务器的地址`,
        hint: '请填它的基本地址，例如 https://ntfy.example 或 http://192.168.1.20:8080。',
      },
      errors: [{ path: '/push/url', message: 'must be the base address of an ntfy server' }],
    });
  }
  // Spec: ntfy, names of topics.
  if (!/^[-_A-Za-z0-9]{1,64}$/.test(push.topic)) {
    throw new ValidationError(`"${push.topic.slice(0, 80)}" is not a topic of ntfy`, {
      hint: 'A topic has 1 to 64 letters, digits, hyphens or underscores.',
      zh: {
        message: `“${push.topic.slice(0, 80)}”不是 ntfy 的主题`,
        hint: '主题有 1 到 64 个字母、数字、连字符或下划线。',
      },
      errors: [{ path: '/push/topic', message: 'must be a topic of ntfy' }],
    });
  }
  const isSame = before.push?.url === url.href && before.push.topic === push.topic;
  // A token is kept with the address that it was given for, and nowhere else.
  const token = push.token === undefined && isSame ? (before.push?.token ?? null) : push.token;
  return { url: url.href, topic: push.topic, token: token ?? null, sinceMs: Math.round(atMs) };
}
