import { describe, expect, it } from 'vitest';
import { bodyOf, createTestApi } from './test-api.ts';

describe('what leaves the house', () => {
  it('is told with its address, the state, and that nobody agreed to anything', async () => {
    const api = createTestApi();
    const answer = await api.page('adult')('/api/sync');
    expect(answer.status).toBe(200);
    expect(await bodyOf(answer)).toMatchObject({
      address: 'https://sync.example',
      state: 'idle',
      consents: [
        { category: 'telemetry', granted: false, by: null, at: null },
        { category: 'usage', granted: false, by: null, at: null },
      ],
    });
  });

  it('is agreed to and taken back by a member, each category by itself', async () => {
    const api = createTestApi();
    const ask = api.page('owner', 'Anna');
    const put = (body: unknown) => ask('/api/sync/consent', { method: 'PUT', body });
    const agreed = await put({ category: 'usage', granted: true });
    expect(await bodyOf(agreed)).toMatchObject({
      consents: [
        { category: 'telemetry', granted: false },
        { category: 'usage', granted: true, by: 'Anna' },
      ],
    });
    const back = await put({ category: 'usage', granted: false });
    expect(await bodyOf(back)).toMatchObject({
      consents: [{ granted: false }, { granted: false, by: 'Anna' }],
    });
    expect((await put({ category: 'presence', granted: true })).status).toBe(422);
    expect((await put({ category: 'usage' })).status).toBe(422);
  });

  it('is not for children, elders, guests and installers to see or decide', async () => {
    const api = createTestApi();
    for (const role of ['child', 'elder', 'guest', 'installer'] as const) {
      const ask = api.page(role);
      expect((await ask('/api/sync')).status).toBe(403);
      expect((await ask('/api/sync/records')).status).toBe(403);
      const body = { category: 'usage', granted: true };
      expect((await ask('/api/sync/consent', { method: 'PUT', body })).status).toBe(403);
    }
  });

  it('is listed record by record, with purpose and consent, in pages', async () => {
    const api = createTestApi();
    const first = await bodyOf(await api.asLocal('/api/sync/records?limit=1'));
    expect(first).toMatchObject({
      items: [
        { id: '2:2', kind: 'device-health', category: 'telemetry', content: { online: true } },
      ],
    });
    expect(JSON.stringify(first.items)).toContain('low on battery');
    const second = await bodyOf(
      await api.asLocal(`/api/sync/records?limit=1&cursor=${first.next}`),
    );
    expect(second).toMatchObject({ items: [{ id: '2:1' }], next: null });
  });
});
