// The uplink of the test hub: idle, with two records that were sent.
import { readSyncConsent } from '../household/sync-consent.ts';
import type { SentRecord, Sync } from '../model/sync-port.ts';

export function createTestSync(settings: Readonly<Record<string, string>>, atMs: number): Sync {
  const sent: SentRecord[] = ['2:2', '2:1'].map((id) => ({
    ...{ id, sentAtMs: atMs, ackedAtMs: atMs, kind: 'device-health', category: 'telemetry' },
    ...{ by: null, consentedAtMs: atMs, content: { online: true }, count: 1 },
  }));
  return {
    address: 'https://sync.example',
    consent: () => readSyncConsent(settings),
    status: async () => ({
      ...{ state: 'idle', problem: null, hub: null, setAside: 0 },
      ...{ queue: { batches: 0, rows: 0, bytes: 0 }, sent: { batches: 1, rows: 2 } },
      ...{ lastAckAtMs: atMs, nextAtMs: null },
    }),
    async records(before, limit) {
      const start = Number(before ?? 0);
      const end = start + limit;
      return { items: sent.slice(start, end), next: end < sent.length ? String(end) : null };
    },
  };
}
