// `ingle replace` against the real API: what scenes would miss comes first, and nothing happens without a yes.
import { expect, test } from 'vitest';
import { describeProperty } from '../../model/properties.ts';
import { startBench } from '../test-cli.ts';

const REPLACE = ['replace', 'hall-lamp', '--with', 'plain-bulb'];

test('what scenes would miss is listed, and replaced only when it is said so', async () => {
  await using bench = await startBench();
  const { hub } = bench;
  const lamp = hub.addDevice('Hall lamp');
  hub.addDevice('Plain bulb', [describeProperty('on')]);
  const source = 'scene: Evening\ndo:\n  - set: { hall-lamp: { brightness: 20 } }\n';
  const actor = { member: null, cause: { kind: 'local' as const } };
  await hub.port.household.saveScene(null, source, { version: null }, actor);

  const plan = await bench.ingle([...REPLACE, '--dry-run']);
  expect(plan).toMatchObject({ code: 0 });
  expect(plan.stdout).toContain('Plain bulb lacks what is used of Hall lamp:');
  expect(plan.stdout).toMatch(/brightness\s+Evening/);
  const unasked = await bench.ingle(['--lang', 'zh', ...REPLACE]);
  expect(unasked).toMatchObject({ code: 2, stderr: expect.stringContaining('加上 --yes') });
  expect(unasked.stdout).toContain('被用到的功能');
  expect(hub.contents.devices).toHaveLength(2);

  const answer = await bench.ingle(['--json', ...REPLACE, '--yes']);
  const done = JSON.parse(answer.stdout) as {
    device: { id: string };
    gaps: { what: string }[];
  };
  expect(done).toMatchObject({ device: { id: lamp.id }, replaced: true });
  expect(done.gaps.map(({ what }) => what)).toContain('brightness');
  expect(hub.contents.devices).toHaveLength(1);
});

test('an undo that cannot be says why, and a device shows who defines it', async () => {
  await using bench = await startBench();
  bench.hub.addDevice('Hall lamp');
  const undo = await bench.ingle(['replace', 'hall-lamp', '--undo']);
  expect(undo).toMatchObject({ code: 1, stderr: expect.stringContaining('no replacing of') });
  const show = await bench.ingle(['devices', 'show', 'hall-lamp']);
  expect(show.stdout).toMatch(/definition\s+of the library, for this model/);
});
