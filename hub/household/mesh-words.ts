// What is wrong in a mesh, in words: which router is gone and whom it took along, which device says too much.
import type { Flooding, LostRouter } from '../model/mesh.ts';
import type { WaitingLinks } from '../model/node-links.ts';
import type { Words } from '../model/words.ts';

/** Of more, the others are counted. */
const NAMED_MAX = 6;
const WEEK_MS = 6 * 86_400_000;

/** A moment of the last days by its weekday, an older one by its date, on the household's clocks. */
export function momentOf(atMs: number, nowMs: number, zone: string): Words {
  const at = new Date(atMs);
  const part = (language: string, options: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat(language, { timeZone: zone, ...options }).format(at);
  const time = part('en-GB', { hour: '2-digit', minute: '2-digit', hour12: false });
  const isToday =
    part('sv', { dateStyle: 'short' }) ===
    new Intl.DateTimeFormat('sv', { timeZone: zone, dateStyle: 'short' }).format(nowMs);
  if (isToday) return { en: time, zh: `今天 ${time}` };
  const day: Intl.DateTimeFormatOptions =
    nowMs - atMs < WEEK_MS ? { weekday: 'long' } : { day: 'numeric', month: 'long' };
  return { en: `${part('en-GB', day)} ${time}`, zh: `${part('zh-CN', day)} ${time}` };
}

function listed(names: readonly string[]): Words {
  const shown = names.slice(0, NAMED_MAX);
  const more = names.length - shown.length;
  return {
    en: `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`,
    zh: `${shown.join('、')}${more > 0 ? `等 ${names.length} 个` : ''}`,
  };
}

/** One notice for a router that is gone and all that it took along. */
export function lostRouterNotice(
  lost: LostRouter,
  { router, names, since }: { router: string; names: readonly string[]; since: Words },
): Words {
  const count = lost.nodes.length;
  const list = listed(names);
  const devices =
    count === 1
      ? 'One device reached the home through it and has not been heard since'
      : `${count} devices reached the home through it and have not been heard since`;
  return {
    en: `${router} has not answered since ${since.en}; it was probably unplugged or switched off. ${devices}: ${list.en}. Give it power again; what hung on it comes back by itself.`,
    zh: `${router} 自${since.zh}起没有应答，可能被拔掉或断电了。有 ${count} 个设备通过它连接，此后再没有消息：${list.zh}。请恢复它的供电，这些设备会自动回来。`,
  };
}

/** Why a device is gone that hung on a lost router. */
export function lostWithRouter(router: string, since: Words): Words {
  return {
    en: `It reached the home through ${router}, which has not answered since ${since.en}.`,
    zh: `它通过 ${router} 连接，而 ${router} 自${since.zh}起没有应答。`,
  };
}

/** One notice for a device in quarantine. */
export function floodingNotice(flooding: Flooding, name: string, since: Words): Words {
  const rate = Math.max(1, Math.round(flooding.perSecond));
  return {
    en: `${name} sends too much since ${since.en} (${rate} messages a second). Only its newest values are taken, every 5 seconds, so that the others are heard. If it does not calm down, take it off power for a minute, or look for newer firmware.`,
    zh: `${name} 自${since.zh}起发送过多消息（每秒 ${rate} 条）。现在每 5 秒只取它的最新值，以免影响其他设备。如果一直这样，请断电一分钟，或检查是否有新固件。`,
  };
}

/** One notice for a device that has still to be told of a replaced one's bindings and groups. */
export function waitingLinksNotice(
  { count, node, of }: WaitingLinks,
  names: { readonly node: string; readonly of: string },
): Words {
  const [links, direct] =
    count === 1
      ? ['a direct link', '一项直接绑定']
      : [`${count} direct links`, `${count} 项直接绑定`];
  if (node === of) {
    return {
      en: `${names.node} was replaced, and ${links} of the old device still have to be told to the new one. Press a button on it, or give it power.`,
      zh: `${names.node} 已被替换，还有${direct}需要告诉新设备。请按一下它的按键，或给它供电。`,
    };
  }
  return {
    en: `${names.node} still has to be told ${links} to the device that ${names.of} is now. Wake it: press one of its buttons, or give it power.`,
    zh: `${names.of} 已换成新设备，${names.node} 还需要得知${direct}。请唤醒它：按一下它的按键，或给它供电。`,
  };
}
