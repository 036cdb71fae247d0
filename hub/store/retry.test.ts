import { describe, expect, it } from 'vitest';
import { groupCommit } from './retry.ts';

/** A commit that fails as long as it is told to, and what was heard of it. */
function scripted(windowMs = 1) {
  const seen = { attempts: 0, failures: 0, successes: 0, refuses: false };
  const commits = groupCommit({
    windowMs,
    commit: () => {
      seen.attempts += 1;
      if (seen.refuses) throw new Error('the disk is full');
    },
    failed: () => {
      seen.failures += 1;
    },
    succeeded: () => {
      seen.successes += 1;
    },
  });
  return { seen, commits };
}

describe('a group commit', () => {
  it('comes once for all that waits within its window', async () => {
    const { seen, commits } = scripted();
    for (let index = 0; index < 10; index += 1) commits.plan();
    expect(seen.attempts).toBe(0);
    await expect.poll(() => seen.successes).toBe(1);
    commits.plan();
    await expect.poll(() => seen.successes).toBe(2);
    expect(seen.attempts).toBe(2);
    commits.stop();
  });

  it('is tried again by itself until the disk takes it, and not hurried meanwhile', async () => {
    const { seen, commits } = scripted();
    seen.refuses = true;
    commits.hurry();
    commits.hurry();
    commits.plan();
    expect([seen.attempts, seen.failures]).toEqual([1, 1]);
    await expect.poll(() => seen.failures).toBeGreaterThan(1);
    seen.refuses = false;
    await expect.poll(() => seen.successes).toBe(1);
    commits.hurry();
    expect(seen.successes).toBe(2);
    commits.stop();
  });

  it('tells who asks for it now what went wrong', () => {
    const { seen, commits } = scripted();
    seen.refuses = true;
    expect(() => commits.now()).toThrow('the disk is full');
    seen.refuses = false;
    commits.now();
    expect(seen.successes).toBe(1);
    commits.stop();
  });

  it('leaves no timer once it was stopped', async () => {
    const { seen, commits } = scripted(1);
    commits.plan();
    commits.stop();
    commits.plan();
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(seen.attempts).toBe(0);
  });
});
