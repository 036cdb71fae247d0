// A Zigbee device's reports and bindings over HTTP: shown, set, and refused in words.
import { expect, test } from 'vitest';
import { bodyOf, createTestApi } from './test-api.ts';

test('reports and bindings are shown and set; what is no such thing is refused with its place', async () => {
  const api = createTestApi();
  const owner = api.page('owner', 'Ann');
  const lamp = api.hub.addDevice('Hall lamp');
  const links = `/api/devices/${lamp.id}/links`;
  expect(await bodyOf(await owner(links))).toMatchObject({
    setUp: { kind: 'done' },
    isAsked: false,
    reporting: [{ cluster: 'genOnOff', attribute: 'onOff' }],
    bindings: [{ to: { kind: 'hub' } }],
  });
  expect(await bodyOf(await owner(`${links}?read=true`))).toMatchObject({ isAsked: true });

  const binding = {
    ...{ endpoint: 1, cluster: 'genOnOff' },
    to: { kind: 'device', id: lamp.id, endpoint: 2 },
  };
  const bound = await owner(links, { body: { kind: 'bind', binding } });
  expect(bound.status).toBe(200);
  expect((await bodyOf(bound)).bindings).toContainEqual(binding);
  const unbound = await bodyOf(await owner(links, { body: { kind: 'unbind', binding } }));
  expect(unbound.bindings).not.toContainEqual(binding);

  const reporting = {
    ...{ endpoint: 1, cluster: 'genOnOff', attribute: 'onOff' },
    ...{ minimumSeconds: -1, maximumSeconds: 600 },
  };
  const wrong = await owner(links, { body: { kind: 'report', reporting } });
  expect(wrong.status).toBe(422);
  const nobody = { ...binding, to: { kind: 'device', id: 'dev_nobody', endpoint: 1 } };
  expect((await owner(links, { body: { kind: 'bind', binding: nobody } })).status).toBe(404);
  const child = api.page('child', 'Tim');
  expect((await child(links)).status).toBe(403);
});
