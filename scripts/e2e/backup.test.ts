// Goal: a household's backup brings its home back on an empty disk, and is of no use to anybody without the code.
// Method: the real hub on emulated Zigbee, the real command; the disk is lost with the hub.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCli } from '../../hub/cli/test-cli.ts';
import { type House, openHouse } from './house.ts';
import { makeFolder, waitFor } from './running-hub.ts';

const SCENE = `scene: Night\nwhen:\n  - at: "23:00"\ndo:\n  - set: { hall-lamp: { on: false } }\n`;

let house: House;
let folder: string;
let file: string;
let codeFile: string;

async function ingle(...args: string[]) {
  const env = { INGLE_DATA: house.data, INGLE_PORT: new URL(house.hub.url).port };
  const { code, stdout, stderr } = await startCli(args, { env }, folder).ended;
  return { code, stdout, stderr };
}

async function said(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await ingle(...args);
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
}

describe('a backup of the home', () => {
  beforeAll(async () => {
    folder = makeFolder();
    file = path.join(folder, 'home.ingle-backup');
    codeFile = path.join(folder, 'code.txt');
    house = await openHouse();
    await house.add('Hall lamp', 'Hall motion');
    await house.scene(SCENE);
  }, 60_000);

  afterAll(async () => {
    await house?.[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is not made before there is a recovery code, and says how to get one', async () => {
    const { code, stderr } = await ingle('backup');
    expect(code).toBe(1);
    expect(stderr).toContain('There is no recovery code yet');
    expect(stderr).toContain('ingle backup code');
    expect((await ingle('--lang', 'zh', 'backup')).stderr).toContain('还没有恢复码');
  });

  it('is made, listed and copied elsewhere, and nothing in it can be read', async () => {
    const text = await said('backup', 'code');
    const [code = ''] = /AGE-SECRET-KEY-1[0-9A-Z]+/.exec(text) ?? [];
    writeFileSync(codeFile, `${code}\n`);
    const again = await ingle('backup', 'code');
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('--yes')]);
    const name = /\S+\.ingle-backup/.exec(await said('backup'))?.[0] ?? '';
    expect(await said('backup', 'list')).toContain(name);
    await said('backup', 'save', 'latest', file);
    const bytes = readFileSync(file);
    for (const secret of ['Hall lamp', 'SQLite format', code]) {
      expect(bytes.includes(secret)).toBe(false);
    }
    // Neither has the hub kept what opens it.
    const { stdout } = await ingle('--json', 'backup', 'list');
    expect(stdout).not.toContain('AGE-SECRET-KEY');
    expect(readFileSync(path.join(house.data, 'home.db')).includes(code)).toBe(false);
  });

  it('is found whole with its code, and refused with words without it', async () => {
    expect(await said('backup', 'check', file, '--code-file', codeFile)).toContain('It is whole.');
    const wrong = path.join(folder, 'wrong.txt');
    writeFileSync(wrong, 'correct horse battery staple');
    const { code, stderr } = await ingle(
      '--lang',
      'zh',
      'backup',
      'check',
      file,
      '--code-file',
      wrong,
    );
    expect([code, stderr]).toEqual([2, expect.stringContaining('这不是恢复码')]);
  });

  it('is not restored over a home that is there', async () => {
    const { code, stderr } = await ingle('restore', file, '--code-file', codeFile);
    expect([code, stderr]).toEqual([1, expect.stringContaining('is not empty')]);
  });

  it('brings the home back after its disk is lost: rooms, scenes, and devices that need not join again', async () => {
    const before = (await house.devices()).map(({ id, handle }) => [id, handle]);
    await house.hub.kill();
    rmSync(house.data, { recursive: true });
    expect(await said('restore', file, '--code-file', codeFile)).toContain(house.data);
    expect(readdirSync(house.data)).toContain('zigbee');
    await house.restart();
    expect((await house.devices()).map(({ id, handle }) => [id, handle])).toEqual(before);
    const { body } = await house.hub.call<{ items: { name: string }[] }>('/api/scenes');
    expect(body.items.map(({ name }) => name)).toEqual(['Night']);
    await waitFor(
      'the lamp to answer',
      async () => (await house.device('hall-lamp')).availability.online,
    );
    await said('set', 'hall-lamp', 'on', 'true');
    // The hub that was restored goes on with the same code.
    await said('backup');
  }, 90_000);
});
