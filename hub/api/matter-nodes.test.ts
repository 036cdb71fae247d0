// A Matter device in other homes over HTTP: told, opened to one more, taken out of one; the owner's alone.
import { expect, test } from 'vitest';
import { bodyOf, createTestApi } from './test-api.ts';

const MATTER = {
  adapter: 'matter',
  notShown: [{ what: 'Groups (0x0004)', parts: [] }],
};

test('the homes of a Matter device are told, it is opened with a code, and leaves one of them', async () => {
  const api = createTestApi();
  const owner = api.page('owner', 'Ann');
  const lamp = api.hub.addDevice('Hall lamp');
  Object.assign(lamp.description, MATTER);
  const path = `/api/devices/${lamp.id}/matter`;
  expect(await bodyOf(await owner(`/api/devices/${lamp.id}`))).toMatchObject({
    notShown: [{ what: 'Groups (0x0004)', parts: [] }],
  });
  expect(await bodyOf(await owner(path))).toMatchObject({
    attestation: 'test',
    fabricsMax: 5,
    fabrics: [
      { index: 1, own: true, label: 'Ingle' },
      { index: 2, own: false, label: 'Flat', vendor: 'Apple Home' },
    ],
    window: null,
  });
  const opened = await owner(`${path}/window`, { body: { seconds: 300 } });
  expect(await bodyOf(opened)).toMatchObject({
    manualCode: '34970112332',
    closesAt: expect.stringMatching(/Z$/),
  });
  expect((await bodyOf(await owner(path))).window).toMatchObject({ manualCode: '34970112332' });
  expect((await owner(`${path}/window`, { method: 'DELETE' })).status).toBe(204);
  expect((await owner(`${path}/fabrics/2`, { method: 'DELETE' })).status).toBe(204);
  expect((await bodyOf(await owner(path))).fabrics).toHaveLength(1);
  expect((await owner(`${path}/fabrics/2`, { method: 'DELETE' })).status).toBe(404);
  expect((await owner(`${path}/fabrics/x`, { method: 'DELETE' })).status).toBe(404);
  const short = await owner(`${path}/window`, { body: { seconds: 10 } });
  expect(short.status).toBe(422);
});

test('a device of another protocol is not shared so, and only an owner opens one', async () => {
  const api = createTestApi();
  const [owner, adult] = [api.page('owner', 'Ann'), api.page('adult', 'Bob')];
  const lamp = api.hub.addDevice('Hall lamp');
  const path = `/api/devices/${lamp.id}/matter`;
  expect(await bodyOf(await owner(path))).toMatchObject({ code: 'unsupported' });
  Object.assign(lamp.description, MATTER);
  expect((await adult(path)).status).toBe(200);
  expect((await adult(`${path}/window`, { body: {} })).status).toBe(403);
  expect((await owner('/api/devices/dev_nobody/matter')).status).toBe(404);
});
