import { describe, expect, it } from 'vitest';
import { createTestHub } from '../api/test-hub.ts';
import { NO_CONSENT } from '../model/sync-port.ts';
import { changeSyncConsent, readSyncConsent, SYNC_CONSENT_SETTING } from './sync-consent.ts';
import { createSyncRows } from './sync-rows.ts';

describe('rows that may leave the house', () => {
  it('hold no name, room, handle or address that a person or a network gave', async () => {
    const hub = createTestHub();
    const device = hub.addDevice('Wilhelmina lamp');
    const rows = createSyncRows({
      reads: { runCounts: async () => ({ counts: [], last: 3 }) },
      now: hub.port.now,
      devices: hub.port.devices,
      flush: async () => {},
    });
    const { rows: health } = await rows('telemetry', 0, 1, null);
    expect(health).toMatchObject([
      { device: device.id, product: 'IKEA LED1732G11', firmware: '2.3.050', online: true },
    ]);
    const text = JSON.stringify(health);
    for (const canary of ['Wilhelmina', device.handle, device.description.node]) {
      expect(text).not.toContain(canary);
    }
  });

  it('count runs since the last time, and never before consent', async () => {
    const asked: (number | null)[] = [];
    const hub = createTestHub();
    const rows = createSyncRows({
      reads: {
        async runCounts(after) {
          asked.push(after);
          const count = { trigger: 'device', result: 'done', count: 4 };
          return { counts: after === null ? [] : [count], last: 9 };
        },
      },
      now: hub.port.now,
      devices: hub.port.devices,
      flush: async () => {},
    });
    expect(await rows('usage', 10, 10, null)).toEqual({ rows: [], mark: 9 });
    expect(await rows('usage', 10, 20, 9)).toEqual({
      rows: [{ from: 10, to: 20, trigger: 'device', result: 'done', count: 4 }],
      mark: 9,
    });
    expect(asked).toEqual([null, 9]);
  });
});

describe('consent', () => {
  it('rises with each change, stays with none, and is none where it cannot be read', () => {
    const agreed = { category: 'usage', granted: true, by: null, atMs: 5_000_000 } as const;
    const first = changeSyncConsent(NO_CONSENT, agreed);
    expect(first.rev).toBe(5_000);
    expect(changeSyncConsent(first, agreed)).toBe(first);
    expect(changeSyncConsent(NO_CONSENT, { ...agreed, granted: false })).toBe(NO_CONSENT);
    const back = changeSyncConsent(first, { ...agreed, granted: false });
    expect([back.rev, back.categories.usage?.granted]).toEqual([5_001, false]);
    expect(readSyncConsent({ [SYNC_CONSENT_SETTING]: JSON.stringify(back) })).toEqual(back);
    expect(readSyncConsent({ [SYNC_CONSENT_SETTING]: '{' })).toEqual(NO_CONSENT);
  });
});
