// `ingle scenes templates` and its kin against the API.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { startBench } from '../test-cli.ts';

const OWN = `template: my-lamp
name: {en: My lamp, zh: 我的灯}
description: {en: A lamp at a time., zh: 定时开灯。}
slots:
  lamp: {kind: device, is: light, sets: [on, brightness], label: {en: Lamp, zh: 灯}}
  level: {kind: number, min: 1, max: 100, unit: '%', default: 40, label: {en: Brightness, zh: 亮度}}
scene:
  do: [{set: {"{{lamp}}": {on: true, brightness: "{{level}}"}}}]
`;

test('item 77: a template is saved from a file, shown, made into a scene, and exported as it was', async () => {
  await using bench = await startBench();
  bench.hub.addDevice('Hall lamp');
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  try {
    const file = path.join(folder, 'own.yaml');
    fs.writeFileSync(file, OWN);
    expect((await bench.ingle(['scenes', 'template-save', file])).stdout).toContain('my-lamp');
    expect((await bench.ingle(['scenes', 'templates'])).stdout).toMatch(/my-lamp\s+My lamp/);
    expect((await bench.ingle(['scenes', 'template', 'my-lamp', '--file'])).stdout).toBe(OWN);
    expect((await bench.ingle(['scenes', 'template', 'my-lamp'])).stdout).toMatch(
      /lamp\s+Lamp\s+\S*hall-lamp/,
    );
    const preview = await bench.ingle([
      'scenes',
      'from-template',
      'my-lamp',
      '--set',
      'level=70',
      '--preview',
    ]);
    expect(preview.stdout).toContain('brightness to 70 %');
    const made = await bench.ingle(['scenes', 'from-template', 'my-lamp', '--name', 'Reading']);
    expect(made.code).toBe(0);
    expect(bench.hub.port.household.scenes()[0]?.text).toContain('template: my-lamp');
    expect((await bench.ingle(['scenes', 'template-remove', 'my-lamp'])).code).toBe(0);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});

test('item 75: what is wrong with a slot ends with exit code 2, its name, and what would fit', async () => {
  await using bench = await startBench();
  bench.hub.addDevice('Hall lamp');
  const wrong = await bench.ingle(['scenes', 'from-template', 'night-path', '--set', 'level=900']);
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain('Motion sensor');
  expect(wrong.stderr).toContain('A number from 1 to 100 % is wanted');
  const unknown = await bench.ingle([
    'scenes',
    'from-template',
    'night-path',
    '--set',
    'lamp=hall-lamp',
  ]);
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toContain('lamps');
});
