import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createTestApi } from './test-api.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A built page, in a folder beside a file that is nobody's business. */
function builtPage(): string {
  const outer = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  folders.push(outer);
  const folder = path.join(outer, 'dist');
  mkdirSync(path.join(folder, 'assets'), { recursive: true });
  writeFileSync(path.join(outer, 'secret.txt'), 'cli.token');
  writeFileSync(path.join(folder, 'index.html'), '<!doctype html><title>Ingle</title>');
  writeFileSync(path.join(folder, 'assets', 'index-Ab3dEf9h.js'), 'plain()');
  writeFileSync(path.join(folder, 'assets', 'index-Ab3dEf9h.js.br'), 'packed');
  writeFileSync(path.join(folder, 'icon.svg'), '<svg/>');
  writeFileSync(path.join(folder, 'notes.sh'), 'echo');
  symlinkSync(path.join(outer, 'secret.txt'), path.join(folder, 'link.txt'));
  return folder;
}

describe('the page', () => {
  test('is at the root, asked for anew each time, without a session', async () => {
    const api = createTestApi({ pageFolder: builtPage() });
    const answer = await api.call('/', { from: '192.168.1.9' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('no-cache');
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(await answer.text()).toContain('<title>Ingle</title>');
  });

  test('has hashed files that are kept for ever, packed for those who take it', async () => {
    const api = createTestApi({ pageFolder: builtPage() });
    const plain = await api.call('/assets/index-Ab3dEf9h.js');
    expect(plain.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(plain.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(await plain.text()).toBe('plain()');
    const packed = await api.call('/assets/index-Ab3dEf9h.js', {
      headers: { 'Accept-Encoding': 'gzip, deflate, br' },
    });
    expect(packed.headers.get('content-encoding')).toBe('br');
    expect(packed.headers.get('vary')).toBe('Accept-Encoding');
    expect(await packed.text()).toBe('packed');
  });

  test.each([
    '/secret.txt',
    '/link.txt',
    '/notes.sh',
    '/assets',
    '/assets/',
    '/index-Ab3dEf9h.js',
    '/nothing.html',
    '/favicon.ico',
  ])('%s is a page that says there is nothing', async (name) => {
    const api = createTestApi({ pageFolder: builtPage() });
    const answer = await api.call(name);
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toContain('text/html');
    expect(await answer.text()).not.toContain('cli.token');
  });

  test('has its screens at the addresses that people type, for browsers alone', async () => {
    const api = createTestApi({ pageFolder: builtPage() });
    const headers = { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
    const answer = await api.call('/devices/dev_1', { headers });
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/#/devices/dev_1']);
    expect((await api.call('/devices/dev_1')).status).toBe(404);
    for (const name of ['/nothing.html', '//evil.example', '/devices//', '/a/b/c/d/e/f/g']) {
      expect((await api.call(name, { headers })).headers.get('location'), name).toBeNull();
    }
  });

  test('is not changed by asking', async () => {
    const api = createTestApi({ pageFolder: builtPage() });
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
      expect((await api.call('/', { method })).status).toBe(405);
    }
    const head = await api.call('/', { method: 'HEAD' });
    expect(head.status).toBe(200);
    expect(await head.text()).toBe('');
  });

  test('a range is not cut out: the whole file comes', async () => {
    const api = createTestApi({ pageFolder: builtPage() });
    const headers = { Range: `bytes=${Array.from({ length: 500 }, () => '0-').join(',')}` };
    const answer = await api.call('/icon.svg', { headers });
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe('<svg/>');
  });

  test('one that was built anew is served anew', async () => {
    const folder = builtPage();
    const api = createTestApi({ pageFolder: folder });
    await api.call('/');
    writeFileSync(path.join(folder, 'index.html'), 'Second');
    utimesSync(path.join(folder, 'index.html'), 2_000_000_000, 2_000_000_000);
    expect(await (await api.call('/')).text()).toBe('Second');
  });

  test('that is not built says how it is', async () => {
    const api = createTestApi({ pageFolder: path.join(os.tmpdir(), 'ingle-none') });
    const answer = await api.call('/');
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain('npm run build');
    expect((await api.call('/healthz')).status).toBe(200);
  });
});
