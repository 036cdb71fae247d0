// The demo's own network: made, used, taken away, also after a demo that was killed. Needs root, as the demo does.
import { execFileSync, spawnSync } from 'node:child_process';
import { networkInterfaces } from 'node:os';
import { expect, test } from 'vitest';
import { createDemoNamespace, whyNoNamespace } from './namespace.ts';

const names = (): string => execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' });
/** The id of a process that is over. */
const deadPid = (): number => spawnSync('true').pid;
const isPossible =
  whyNoNamespace() === null &&
  spawnSync('unshare', ['-n', 'true']).status === 0 &&
  spawnSync('ip', ['netns', 'list']).status === 0;

test.skipIf(!isPossible)('the two ends reach each other, and no route is touched', async () => {
  const routes = () => execFileSync('ip', ['-4', 'route'], { encoding: 'utf8' });
  const before = routes();
  const pid = deadPid();
  const network = await createDemoNamespace(pid);
  try {
    expect(names()).toContain(network.name);
    const end = networkInterfaces()[network.hubInterface]?.find(({ family }) => family === 'IPv6');
    expect(end?.address).toMatch(/^fe80:/);
    const [command, args] = network.inside('ip', ['-6', '-o', 'address', 'show']);
    const inside = execFileSync(command, args, { encoding: 'utf8' });
    expect(inside).toContain(network.deviceInterface);
    expect(inside).not.toContain('eth0');
    expect(routes()).toBe(before);
  } finally {
    await network.remove();
  }
  expect(names()).not.toContain(network.name);
  expect(networkInterfaces()[network.hubInterface]).toBeUndefined();
  await network.remove();
});

test.skipIf(!isPossible)('what a killed demo left behind goes at the next start', async () => {
  const left = await createDemoNamespace(deadPid());
  const living = await createDemoNamespace();
  try {
    expect(names()).not.toContain(left.name);
    expect(names()).toContain(living.name);
  } finally {
    await living.remove();
    await left.remove();
  }
});
