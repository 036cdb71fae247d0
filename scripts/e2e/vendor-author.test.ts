// Goal: whoever makes an adapter follows what the template's README says, and whoever judges one what the page on
// tiers says, and each block does what it says. Method: the blocks are run as they stand, in an empty folder, with
// npm and the `ingle` command on the path as on an author's machine, against the whole hub and the package's own
// emulated lamp.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DocBlocks } from './doc-blocks.ts';
import { type RunningHub, startHub, waitFor } from './running-hub.ts';

const MAIN = fileURLToPath(new URL('../../hub/cli/main.ts', import.meta.url));
const TIERS = fileURLToPath(new URL('../../adapters/contract/README.md', import.meta.url));

interface Adapter {
  readonly id: string;
  readonly version: string;
  readonly tier: string;
  readonly state: string;
  readonly settings: readonly { readonly name: string; readonly value: unknown }[];
}

describe('an adapter of others, from its author to the household', () => {
  let hub: RunningHub;
  let folder: string;
  let made: string;
  let environment: Record<string, string>;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
    made = path.join(folder, 'acme-lamp');
    const bin = path.join(folder, 'bin');
    mkdirSync(bin);
    const ingle = `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`;
    writeFileSync(path.join(bin, 'ingle'), ingle, { mode: 0o755 });
    hub = await startHub();
    await waitFor('readiness', async () => (await hub.call('/readyz')).status === 200);
    environment = {
      ...{ INGLE_HUB: hub.url, INGLE_DATA: hub.data, HOME: folder, NO_COLOR: '1' },
      PATH: [bin, path.dirname(process.execPath), process.env.PATH].join(':'),
    };
  }, 60_000);
  afterAll(async () => {
    await hub?.[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  const shell = (command: string, cwd = folder): Promise<string> => {
    const page = path.join(folder, 'command.md');
    writeFileSync(page, `\`\`\`sh it\n${command}\n\`\`\`\n`);
    return new DocBlocks(page).run('it', environment, cwd);
  };
  const adapter = async (): Promise<Adapter | undefined> =>
    (await hub.call<{ items: Adapter[] }>('/api/adapters')).body.items.find(
      ({ id }) => id === 'acme-lamp',
    );
  /** The emulated lamp stands on this machine, which the house's network does not mean. */
  function change(from: string, to: string): void {
    const file = path.join(made, 'ingle-adapter.json');
    const text = readFileSync(file, 'utf8');
    expect(text).toContain(from);
    writeFileSync(file, text.replace(from, to));
  }

  it('is made, tested, installed, set, brought to a new version and removed as its README says', async () => {
    expect(await shell('ingle adapter new acme-lamp')).toContain('ingle adapter test');
    const page = new DocBlocks(path.join(made, 'README.md'));
    expect(await page.run('test', environment, made)).toContain(
      'Verdict: it meets all 19 demands.',
    );
    const { startLamp } = (await import(
      pathToFileURL(path.join(made, 'test', 'emulator.js')).href
    )) as { startLamp(): Promise<{ port: number; stop(): Promise<void> }> };
    const lamp = await startLamp();
    const settings = { ADDRESS: '127.0.0.1', PORT: String(lamp.port) };
    try {
      change('"lan"', '"127.0.0.1"');
      const installed = await page.run('install', { ...environment, ...settings }, made);
      expect(installed).toContain('acme-lamp 0.1.0 Example is installed (community).');
      expect(installed).toContain('To be set: address.');
      expect(installed).toMatch(/^acme-lamp +community +/m);
      await waitFor('the lamp', async () => (await adapter())?.state === 'connected');

      change('"0.1.0"', '"0.2.0"');
      const updated = await shell('ingle adapter install .', made);
      expect(updated).toContain('It takes the place of 0.1.0; what was set stays.');
      await waitFor('the lamp again', async () => (await adapter())?.state === 'connected');
      const now = await adapter();
      expect(now).toMatchObject({ version: '0.2.0', tier: 'community' });
      expect(now?.settings.find(({ name }) => name === 'port')?.value).toBe(lamp.port);

      expect(await page.run('remove', environment, made)).toContain('acme-lamp is removed');
      expect(await adapter()).toBeUndefined();
      expect(page.unrun).toEqual([]);
    } finally {
      await lamp.stop();
    }
  }, 90_000);

  it('becomes preferred by the steps of the page on tiers, and is not any more once a byte is changed', async () => {
    const page = new DocBlocks(TIERS);
    const key = /for whoever trusts you: (\S+)/.exec(
      await page.run('key', environment, folder),
    )?.[1];
    const KEY = key ?? '';
    expect(await page.run('try', environment, folder)).toContain('Verdict: it meets all');
    await expect(shell(`ingle adapter verify acme-lamp --keys ${KEY}`)).rejects.toThrow(
      /Nobody has signed acme-lamp 0\.2\.0/,
    );
    expect(await page.run('sign', environment, folder)).toContain(KEY);
    expect(await page.run('verify', { ...environment, KEY }, folder)).toMatch(
      /is signed, exactly as it is, by:\n +\S+\nThat makes it preferred\./,
    );
    expect(page.unrun).toEqual([]);
    await expect(shell('ingle adapter verify acme-lamp')).rejects.toThrow(
      /This project has issued no key of its own yet/,
    );
    await expect(shell('ingle adapter key maintainer.pem')).rejects.toThrow(/exists already/);

    const wrong = await hub.call('/api/settings/adapters.keys', {
      ...{ method: 'PUT', body: { value: 'my key' } },
    });
    expect(wrong.status).toBe(422);
    await hub.call('/api/settings/adapters.keys', { method: 'PUT', body: { value: KEY } });
    expect(await shell('ingle adapter install acme-lamp')).toContain('is installed (preferred).');
    writeFileSync(path.join(made, 'more.js'), '');
    await expect(shell(`ingle adapter verify acme-lamp --keys ${KEY}`)).rejects.toThrow(
      /signatures of something else/,
    );
  }, 90_000);
});
