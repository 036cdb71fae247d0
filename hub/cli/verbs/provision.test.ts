// Goal: an installer sees what a file would do before it is done, in words and as JSON. The house itself is set up in
// scripts/e2e/provisioning.test.ts; here the hub's answers are the test hub's.
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBench, type TestBench } from '../test-cli.ts';

let bench: TestBench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench[Symbol.asyncDispose]());

function file(name: string, text: string): string {
  const target = path.join(bench.folder, name);
  fs.writeFileSync(target, text);
  return target;
}

describe('ingle provision and ingle export', () => {
  it('says in words what a file would do, and does nothing for --dry-run', async () => {
    const house = file('house.yaml', 'rooms: [Hall]\n');
    const english = await bench.ingle(['provision', house, '--dry-run']);
    expect(english).toMatchObject({ code: 0, stdout: '+ Add Hall\n' });
    const chinese = await bench.ingle(['provision', house, '--dry-run', '--lang', 'zh']);
    expect(chinese.stdout).toBe('+ 添加 Hall\n');
    const json = await bench.ingle(['provision', house, '--dry-run', '--json']);
    expect(JSON.parse(json.stdout).plan.lines[0].action).toBe('add');
    expect(bench.hub.port.jobs.list()).toEqual([]);
  });

  it('changes nothing without a yes, and ends by itself where there is nothing to do', async () => {
    const asked = await bench.ingle(['provision', file('house.yaml', 'rooms: [Hall]\n')]);
    expect(asked.code).toBe(2);
    expect(asked.stderr).toContain('--yes');
    const same = await bench.ingle(['provision', file('same.yaml', 'rooms: [] # nothing\n')]);
    expect(same.code).toBe(0);
    expect(same.stdout).toContain('Nothing to do');
    expect(bench.hub.port.jobs.list()).toEqual([]);
  });

  it('tells mistakes with line and column and ends with exit code 2', async () => {
    const { code, stderr } = await bench.ingle(['provision', file('wrong.yaml', 'devices: []\n')]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/1:1 .*no rooms/);
  });

  it('prints the schema of such files', async () => {
    const { code, stdout } = await bench.ingle(['provision', '--schema']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).properties.devices.items.properties.zigbee.pattern).toContain('{16}');
  });

  it('exports to a new file and never over one that is there', async () => {
    const target = path.join(bench.folder, 'export.yaml');
    expect((await bench.ingle(['export', target])).code).toBe(0);
    expect(fs.readFileSync(target, 'utf8')).toBe('rooms: [Hall]\n');
    expect((await bench.ingle(['export', target])).code).toBe(2);
    expect((await bench.ingle(['export'])).stdout).toBe('rooms: [Hall]\n');
  });
});
