// What leaves the house: the household's consent, how it goes, and what went.
import { toRfc3339 } from '../model/clock.ts';
import type { MemberId } from '../model/identifiers.ts';
import { type SentRecord, SYNC_CATEGORIES } from '../model/sync-port.ts';
import { type ApiParts, actorOf, type Handlers } from './context.ts';
import type { SentRecordJson, SyncJson } from './sync-shapes.ts';

/** Why each kind of record is sent, as the household is told. */
const PURPOSES: Readonly<Record<string, { readonly en: string; readonly zh: string }>> = {
  'device-health': {
    en: 'To see which devices drop out, run low on battery or need new firmware',
    zh: '了解哪些设备经常掉线、电量不足或需要更新固件',
  },
  'scene-runs': {
    en: 'To see how often scenes run and whether they succeed, in order to make them better',
    zh: '了解场景运行的次数和成败，以便改进',
  },
  consent: {
    en: 'To tell the receiver what you allow, and what it must delete',
    zh: '告知接收方你允许什么、它必须删除什么',
  },
  gap: {
    en: 'To say that records are missing on purpose, and how many',
    zh: '说明缺少了哪些记录以及数量',
  },
};
const NO_PURPOSE = { en: 'Unknown to this version', zh: '此版本无法识别' };

const timeOrNull = (ms: number | null) => (ms === null ? null : toRfc3339(ms));

export function syncRoutes({ hub }: ApiParts) {
  const nameOf = (id: MemberId | null): string | null =>
    hub.household.contents().members.find((member) => member.id === id)?.name ?? null;

  async function view(): Promise<SyncJson> {
    const { categories } = hub.sync.consent();
    const status = await hub.sync.status();
    return {
      state: status.state,
      address: hub.sync.address || null,
      hub: status.hub,
      problem: status.problem,
      consents: SYNC_CATEGORIES.map((category) => {
        const entry = categories[category];
        return {
          category,
          granted: entry?.granted ?? false,
          by: nameOf(entry?.by ?? null),
          at: timeOrNull(entry?.atMs ?? null),
        };
      }),
      queue: {
        batches: status.queue.batches,
        records: status.queue.rows,
        bytes: status.queue.bytes,
      },
      sent: { batches: status.sent.batches, records: status.sent.rows },
      setAside: status.setAside,
      lastAckAt: timeOrNull(status.lastAckAtMs),
      nextAt: timeOrNull(status.nextAtMs),
    };
  }

  const recordView = (record: SentRecord): SentRecordJson => ({
    id: record.id,
    sentAt: toRfc3339(record.sentAtMs),
    ackedAt: timeOrNull(record.ackedAtMs),
    kind: record.kind,
    category: record.category,
    purpose: PURPOSES[record.kind] ?? NO_PURPOSE,
    by: nameOf(record.by),
    consentedAt: timeOrNull(record.consentedAtMs),
    content: record.content,
    count: record.count,
  });

  return {
    'GET /api/sync': async (c) => c.json(await view()),
    'PUT /api/sync/consent': async (c, { body }) => {
      await hub.household.setSyncConsent(body.category, body.granted, actorOf(c));
      return c.json(await view());
    },
    'GET /api/sync/records': async (c, { query }) => {
      const { items, next } = await hub.sync.records(query.cursor ?? null, query.limit);
      return c.json({ items: items.map(recordView), next });
    },
  } satisfies Partial<Handlers>;
}
