// Why records wait reads as a sentence in both languages.
import { expect, test } from 'vitest';
import { syncProblem } from './sync-problem.ts';

test('what the transport said is told with its meaning, and whether it goes on by itself', () => {
  const refused = 'connect ECONNREFUSED 127.0.0.1:8430';
  expect(syncProblem(refused, false, 'en')).toBe(
    `The receiver cannot be reached (${refused}). It is tried again by itself.`,
  );
  expect(syncProblem(refused, false, 'zh')).toBe(`无法连接接收方（${refused}）。会自动重试。`);
  expect(syncProblem('getaddrinfo ENOTFOUND nowhere.example', false, 'zh')).toContain('找不到');
  expect(syncProblem('The operation was aborted due to timeout', false, 'en')).toContain('in time');
});

test('what the receiver refuses is told as it said it, and is not tried again', () => {
  expect(syncProblem('this hub is not welcome', true, 'en')).toBe(
    'The receiver did not take it (this hub is not welcome).',
  );
  expect(syncProblem('HTTP 503', true, 'zh')).toBe('接收方没有收下（HTTP 503）。');
});
