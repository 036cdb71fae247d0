// A problem's words reach its reader in the reader's language, over threads as well.
import { expect, test } from 'vitest';
import { fromProblem, HubError, type Problem, toProblem, ValidationError } from './errors.ts';
import { inputProblemIn, problemIn, problemInChinese, problemLine } from './problem-words.ts';

const SAID: Problem = {
  code: 'unreachable',
  message: 'Lamp cannot be reached',
  hint: 'Check its power.',
  zh: { message: '连不上 Lamp', hint: '请检查电源。' },
};
const UNSAID: Problem = { code: 'timed-out', message: 'Lamp did not answer', hint: 'Try again.' };

test('a problem that was said in both languages is read in both', () => {
  expect(problemInChinese(SAID)).toEqual({ message: '连不上 Lamp', hint: '请检查电源。' });
  expect(problemLine(SAID)).toEqual({
    en: 'Lamp cannot be reached. Check its power.',
    zh: '连不上 Lamp。请检查电源。',
  });
});

test('one that was said in English alone is told in Chinese by its kind', () => {
  expect(problemInChinese(UNSAID)).toEqual({
    message: '设备未响应（Lamp did not answer）',
    hint: null,
  });
});

test('both languages cross from thread to thread with the error', () => {
  expect(toProblem(fromProblem(SAID))).toEqual(SAID);
  expect(toProblem(fromProblem(UNSAID))).toEqual(UNSAID);
  const bad = new ValidationError('no', { zh: { message: '不行', hint: null } });
  expect(toProblem(fromProblem(toProblem(bad)))).toMatchObject({ zh: { message: '不行' } });
  expect(new HubError('busy', 'later').zh).toBeNull();
});

test('what the API tells is shown in the language asked for, and in English where it has no other', () => {
  const told = { detail: 'no', hint: null, zh: { detail: '不行', hint: '再试' } };
  expect(problemIn(told, 'zh')).toEqual({ detail: '不行', hint: '再试' });
  expect(problemIn(told, 'en').detail).toBe('no');
  expect(problemIn({ detail: 'no', hint: null }, 'zh').detail).toBe('no');
});

test('a mistake of an input is told in the language asked for, and crosses threads with both', () => {
  const mistake = { path: '/do', message: '"do" is missing here', zh: '这里缺少“do”', line: 1 };
  expect(inputProblemIn(mistake, 'zh')).toBe('这里缺少“do”');
  expect(inputProblemIn(mistake, 'en')).toBe('"do" is missing here');
  expect(inputProblemIn({ message: 'is missing' }, 'zh')).toBe('is missing');
  const bad = new ValidationError('no', { errors: [mistake] });
  expect(toProblem(fromProblem(toProblem(bad))).errors).toEqual([mistake]);
});
