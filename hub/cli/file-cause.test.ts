// What a person reads when a file of theirs cannot be read or written.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { fileCause } from './file-cause.ts';
import { en } from './messages/en.ts';
import { zh } from './messages/zh.ts';

function failure(act: () => void): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}

test('a missing file, a folder in its place and a missing folder are told in plain words', () => {
  const nowhere = path.join(os.tmpdir(), 'ingle-nowhere', 'b.json');
  const missing = failure(() => fs.readFileSync(nowhere));
  expect(fileCause(missing, en)).toBe('There is no such file or folder: check the spelling.');
  expect(fileCause(missing, zh)).toBe('没有这个文件或文件夹：请检查拼写。');
  const folder = failure(() => fs.readFileSync(os.tmpdir()));
  expect(fileCause(folder, en)).toContain('It is a folder');
  const notFolder = failure(() => fs.readdirSync(process.execPath));
  expect(fileCause(notFolder, zh)).toContain('不是文件夹');
});

test('what has no words is told in those of the system', () => {
  expect(fileCause(new Error('> 1000000'), en)).toBe('> 1000000');
  expect(fileCause('odd', en)).toBeNull();
});
