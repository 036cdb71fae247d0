import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSceneFile } from './scene-file.ts';

let dataFolder: string;
beforeEach(() => {
  dataFolder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
});
afterEach(() => rmSync(dataFolder, { recursive: true }));

const file = () => path.join(dataFolder, 'cache', 'scenes.json');

describe('the file of scenes as they were read', () => {
  it('gives back what the same program wrote', () => {
    createSceneFile({ dataFolder, program: 'a' }).write('{"text":"灯"}\n');
    expect(createSceneFile({ dataFolder, program: 'a' }).read()).toBe('{"text":"灯"}\n');
  });

  it('is nothing to another program, and nothing is kept where the program is not known', () => {
    createSceneFile({ dataFolder, program: 'a' }).write('{}');
    expect(createSceneFile({ dataFolder, program: 'b' }).read()).toBeNull();
    expect(createSceneFile({ dataFolder, program: null }).read()).toBeNull();
    expect(createSceneFile({ dataFolder }).read()).toBeNull();
  });

  it('is nothing once it is damaged, cut or empty', () => {
    const scenes = createSceneFile({ dataFolder, program: 'a' });
    expect(scenes.read()).toBeNull();
    scenes.write('{"number":1}');
    const whole = readFileSync(file(), 'utf8');
    for (const damaged of [whole.replace('1}', '2}'), whole.slice(0, -1), whole.slice(0, 20), '']) {
      writeFileSync(file(), damaged);
      expect(scenes.read()).toBeNull();
    }
  });

  it('is not written again where it says the same already', () => {
    const scenes = createSceneFile({ dataFolder, program: 'a' });
    scenes.write('{"number":1}');
    const { ino } = statSync(file());
    scenes.write('{"number":1}');
    expect(statSync(file()).ino).toBe(ino);
    scenes.write('{"number":2}');
    expect(scenes.read()).toBe('{"number":2}');
  });

  it('is no fault when it cannot be written', () => {
    mkdirSync(`${file()}.new`, { recursive: true });
    const scenes = createSceneFile({ dataFolder, program: 'a' });
    scenes.write('{}');
    expect(scenes.read()).toBeNull();
  });
});
