// Whether the hub was stopped, crashed, or lost its power.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { markRun } from './run-mark.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true, force: true });
});

function folder(): string {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  folders.push(made);
  return made;
}

describe('the mark of a running hub', () => {
  it('item 22: a start after an orderly stop is a restart, on another boot of the machine too', () => {
    const data = folder();
    const first = markRun(data, 'boot-1');
    expect(first.start).toBe('first');
    first.stopped();
    const second = markRun(data, 'boot-1');
    expect(second.start).toBe('restarted');
    second.stopped();
    expect(markRun(data, 'boot-2').start).toBe('restarted');
  });

  it('item 22: a hub that was killed is restarted; a machine that went down under it has lost its power', () => {
    const data = folder();
    markRun(data, 'boot-1');
    expect(markRun(data, 'boot-1').start).toBe('restarted');
    expect(markRun(data, 'boot-2').start).toBe('power-returned');
  });

  it('takes a damaged mark for none', () => {
    const data = folder();
    fs.writeFileSync(path.join(data, 'running.json'), '{"bootId":');
    expect(markRun(data, 'boot-1').start).toBe('first');
  });
});
