import { describe, expect, it } from 'vitest';
import { startBench } from '../test-cli.ts';

describe('ingle sync', () => {
  it('says in both languages what leaves the house and who allowed it', async () => {
    await using bench = await startBench();
    const status = await bench.ingle(['sync']);
    expect(status.code).toBe(0);
    expect(status.stdout).toContain('telemetry (how the devices are): not allowed');
    const agreed = await bench.ingle(['sync', 'consent', 'telemetry', '--lang', 'zh']);
    expect(agreed.stdout).toContain('telemetry（设备状况）：已允许');
    const back = await bench.ingle(['sync', 'withdraw', 'telemetry', '--json']);
    expect(JSON.parse(back.stdout)).toMatchObject({ consents: [{ granted: false }, {}] });
  });

  it('lists what went, with its purpose, and refuses a category that there is not', async () => {
    await using bench = await startBench();
    const records = await bench.ingle(['sync', 'records', '-n', '1']);
    expect(records.stdout).toContain('device-health');
    expect(records.stdout).toContain('low on battery');
    expect(records.stdout).toContain('{"online":true}');
    expect((await bench.ingle(['sync', 'consent', 'presence'])).code).toBe(2);
  });
});
