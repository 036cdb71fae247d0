// Backups over HTTP: an owner's business alone, and the code only for whoever gives the password again.
import { expect, test } from 'vitest';
import { createPasswords } from '../household/passwords.ts';
import { bodyOf, createTestApi, PASSWORD } from './test-api.ts';

const root = { member: null, cause: { kind: 'local' } } as const;

test('an owner lists, makes, fetches and removes backups; others of the home do not see them', async () => {
  const api = createTestApi();
  const owner = api.page('owner', 'Ann');
  const { recipient, backups } = await bodyOf(await owner('/api/backups'));
  expect(recipient).toBe(null);
  const [{ name }] = backups as [{ name: string }];
  const file = await owner(`/api/backups/${name}/file`);
  expect([file.status, file.headers.get('content-type')]).toEqual([
    200,
    'application/octet-stream',
  ]);
  expect(file.headers.get('content-disposition')).toBe(`attachment; filename="${name}"`);
  expect((await file.arrayBuffer()).byteLength).toBe(Number(file.headers.get('content-length')));
  const job = await owner('/api/jobs', { body: { kind: 'backup' } });
  expect([job.status, (await bodyOf(job)).kind]).toEqual([202, 'backup']);
  expect((await owner(`/api/backups/${name}`, { method: 'DELETE' })).status).toBe(204);
  expect((await owner(`/api/backups/${name}/file`)).status).toBe(404);
  for (const role of ['adult', 'installer'] as const) {
    const other = api.page(role, `The ${role}`);
    expect((await other('/api/backups')).status).toBe(403);
    expect((await other('/api/jobs', { body: { kind: 'backup' } })).status).toBe(403);
  }
});

test('a recovery code is made for an owner who gives the password again, and is in no other answer', async () => {
  const api = createTestApi();
  const owner = api.page('owner', 'Ann');
  const passwordHash = await createPasswords().hash(PASSWORD);
  const { id: member } = owner.member;
  await api.hub.port.household.setCredential({ member, passwordHash }, root);
  expect((await owner('/api/backups/code', { body: {} })).status).toBe(422);
  const wrong = await owner('/api/backups/code', { body: { password: 'a guess of mine' } });
  expect(wrong.status).toBe(403);
  const made = await owner('/api/backups/code', { body: { password: PASSWORD } });
  expect(made.status).toBe(201);
  expect((await bodyOf(made)).code).toMatch(/^AGE-SECRET-KEY-1/);
  const after = await bodyOf(await owner('/api/backups'));
  expect(after.recipient).toMatch(/^age1/);
  expect(JSON.stringify(after)).not.toContain('SECRET');
});
