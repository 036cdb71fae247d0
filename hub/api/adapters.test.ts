// Adapters over HTTP: how each is and how far we stand behind it; those of others come and go by an owner alone.
import { expect, it } from 'vitest';
import type { AdapterJson } from './adapters-shapes.ts';
import { bodyOf, createTestApi } from './test-api.ts';

const FILES = {
  'ingle-adapter.json': JSON.stringify({
    ...{ id: 'acme', title: 'Acme lamps', vendor: 'Acme', version: '1.2.0', main: 'a.js' },
    hosts: ['lan', 'api.acme.example'],
    settings: [{ name: 'port', type: 'number', label: { en: 'Port', zh: '端口' }, initial: 7000 }],
  }),
  'a.js': 'export function createAdapter() {}',
};

const listOf = async (response: Response) =>
  ((await response.json()) as { items: AdapterJson[] }).items;

it('lists every adapter with its support tier, and of an installed one who made it and where it may connect to', async () => {
  const api = createTestApi();
  const owner = api.page('owner');
  const ours = await listOf(await owner('/api/adapters'));
  expect(ours.every(({ tier, isInstalled }) => tier === 'core' && !isInstalled)).toBe(true);
  const made = await owner('/api/adapters', { method: 'POST', body: { files: FILES } });
  expect(made.status).toBe(201);
  const acme = (await listOf(await owner('/api/adapters'))).find(({ id }) => id === 'acme');
  expect(acme).toMatchObject({
    ...{ tier: 'community', vendor: 'Acme', version: '1.2.0', isInstalled: true, enabled: true },
    hosts: ['lan', 'api.acme.example'],
    settings: [{ name: 'port', value: 7000 }],
  });
  const changed = await owner('/api/adapters/acme', {
    method: 'PATCH',
    body: { enabled: false, settings: { port: 7001 } },
  });
  expect(await bodyOf(changed)).toMatchObject({ enabled: false, settings: [{ value: 7001 }] });
  expect((await owner('/api/adapters/acme', { method: 'DELETE' })).status).toBe(204);
  expect((await owner('/api/adapters/acme', { method: 'DELETE' })).status).toBe(404);
});

it('lets nobody but an owner install, switch or remove one', async () => {
  const api = createTestApi();
  for (const role of ['adult', 'installer', 'child'] as const) {
    const ask = api.page(role);
    const made = await ask('/api/adapters', { method: 'POST', body: { files: FILES } });
    expect([role, made.status]).toEqual([role, 403]);
    expect((await ask('/api/adapters/acme', { method: 'DELETE' })).status).toBe(403);
    expect((await ask('/api/adapters')).status).toBe(200);
  }
});

it('refuses a package with all that is wrong with it, in both languages, and keeps nothing of it', async () => {
  const api = createTestApi();
  const owner = api.page('owner');
  const files = { ...FILES, '../evil.js': 'x', 'ingle-adapter.json': '{"id": "No!", "hosts": 3}' };
  const refused = await owner('/api/adapters', { method: 'POST', body: { files } });
  expect(refused.status).toBe(422);
  const { errors } = (await bodyOf(refused)) as { errors: { message: string; zh: string }[] };
  const told = errors.map(({ message }) => message).join('\n');
  for (const wrong of [
    /"\.\.\/evil\.js"/,
    /"id" is 2 to 24/,
    /"hosts" lists/,
    /"version" is a version/,
  ]) {
    expect(told).toMatch(wrong);
  }
  expect(errors.every(({ zh }) => /\p{Script=Han}/u.test(zh))).toBe(true);
  expect((await listOf(await owner('/api/adapters'))).some(({ isInstalled }) => isInstalled)).toBe(
    false,
  );
});

it('shows those of the hub that can be switched, also while they are off, and switches them for an owner alone', async () => {
  const api = createTestApi();
  const owner = api.page('owner');
  const find = async (id: string) =>
    (await listOf(await owner('/api/adapters'))).find((one) => one.id === id);
  expect(await find('matter')).toMatchObject({
    ...{ tier: 'core', isInstalled: false, enabled: false, state: 'off', canSwitch: true },
    ...{ fixedBy: null, needsBytes: 100_000_000 },
    settings: [{ name: 'interface', value: null, choices: ['eth0', 'wlan0'] }],
  });
  expect(await find('mqtt')).toMatchObject({ canSwitch: false, fixedBy: 'environment' });
  const body = { enabled: true, settings: { interface: 'wlan0' } };
  const on = await owner('/api/adapters/matter', { method: 'PATCH', body });
  expect(await bodyOf(on)).toMatchObject({ enabled: true, settings: [{ value: 'wlan0' }] });
  expect((await api.page('adult')('/api/adapters/matter', { method: 'PATCH', body })).status).toBe(
    403,
  );
  // What comes with the hub is not taken away, and Zigbee is not switched here: that is said of it.
  for (const [id, method] of [
    ['matter', 'DELETE'],
    ['zigbee', 'PATCH'],
  ] as const) {
    const change = method === 'PATCH' ? { body: { enabled: false } } : {};
    const refused = await owner(`/api/adapters/${id}`, { method, ...change });
    expect(refused.status).toBe(422);
    expect(await bodyOf(refused)).toMatchObject({
      code: 'unsupported',
      detail: expect.stringMatching(/ comes with the hub$/),
      zh: { detail: expect.stringMatching(/自带/) },
    });
  }
});
