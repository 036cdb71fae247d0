// `ingle open`: an owner grants and revokes accounts of the open interface.
import { expect, test } from 'vitest';
import { startBench } from '../test-cli.ts';

test('an account is granted with its token, listed, and revoked', async () => {
  await using bench = await startBench();
  expect((await bench.ingle(['open', '--lang', 'zh'])).stdout).toContain('还没有程序带来设备');
  const granted = await bench.ingle(['open', 'grant', 'acme']);
  expect(granted.stdout).toContain('The token of acme: vnd_told-once');
  expect((await bench.ingle(['open', 'grant', 'acme'])).code).toBe(1);
  const listed = await bench.ingle(['open', '--json']);
  expect(JSON.parse(listed.stdout)).toMatchObject({ name: 'acme', devices: 0 });
  expect((await bench.ingle(['open', 'revoke', 'acme'])).stdout).toContain('is revoked');
  expect((await bench.ingle(['open', 'revoke', 'acme'])).code).toBe(2);
});
