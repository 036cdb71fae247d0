// The verbs that stay: watch over a lost connection, logs that go on, pairing step by step.
import { describe, expect, test } from 'vitest';
import type { HubPort } from '../../model/hub-port.ts';
import { jobId } from '../../model/identifiers.ts';
import type { Job } from '../../model/job.ts';
import { startBench } from '../test-cli.ts';

describe('watch', () => {
  test('events are told as sentences in the chosen language, and Ctrl-C ends it well', async () => {
    await using bench = await startBench();
    const lamp = bench.hub.addDevice('Hall lamp');
    const cli = bench.start(['watch', '--lang', 'zh']);
    await waitForClient(() => bench.hub.report(lamp.id, 'on', true), cli.printed('Hall lamp'));
    bench.hub.report(lamp.id, 'brightness', 62.5);
    await cli.printed('亮度 – → 62.5 %');
    cli.child.kill('SIGINT');
    expect(await cli.ended).toMatchObject({ code: 0, stderr: '' });
  });

  test('after a restart of the hub nothing is missed and nothing is told twice', async () => {
    await using bench = await startBench();
    const lamp = bench.hub.addDevice('Hall lamp');
    const cli = bench.start(['watch', '--json']);
    await waitForClient(() => bench.hub.report(lamp.id, 'brightness', 0), cli.printed('change'));
    bench.hub.report(lamp.id, 'brightness', 1);
    await cli.printed('"value":1,');
    await bench.restart(async () => {
      await cli.printed('connection to the hub is lost');
      bench.hub.report(lamp.id, 'brightness', 2);
      bench.hub.report(lamp.id, 'brightness', 3);
    });
    await cli.printed('"value":3,');
    bench.hub.report(lamp.id, 'brightness', 4);
    await cli.printed('"value":4,');
    cli.child.kill('SIGTERM');
    const { code, stdout } = await cli.ended;
    expect(code).toBe(0);
    const values = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: string; data: { value: unknown } })
      .filter((each) => each.event === 'change')
      .map((each) => each.data.value)
      .filter((value) => value !== 0);
    expect(values).toEqual([1, 2, 3, 4]);
  });

  test('one device can be watched, for so many events', async () => {
    await using bench = await startBench();
    const lamp = bench.hub.addDevice('Hall lamp');
    const other = bench.hub.addDevice('Kitchen lamp');
    const cli = bench.start([
      'watch',
      '--device',
      'hall-lamp',
      '--count',
      '2',
      '--topics',
      'devices',
    ]);
    const tell = () => {
      bench.hub.report(other.id, 'on', true);
      bench.hub.report(lamp.id, 'on', true);
    };
    await waitForClient(tell, cli.ended);
    const { code, stdout } = await cli.ended;
    expect(code).toBe(0);
    expect(stdout.trim().split('\n')).toHaveLength(2);
    expect(stdout).not.toContain('Kitchen');
  });
});

/** Tells an event again and again until the command has shown one: only then does its stream stand. */
async function waitForClient(tell: () => void, seen: Promise<unknown>): Promise<void> {
  const timer = setInterval(tell, 50);
  try {
    await seen;
  } finally {
    clearInterval(timer);
  }
}

test('logs -f goes on with new lines, each once, also over a restart', async () => {
  await using bench = await startBench();
  const line = (text: string) => ({ atMs: 0, level: 'warn' as const, part: 'core', text });
  bench.hub.logLines = [line('first'), line('second')];
  const cli = bench.start(['logs', '-f', '-n', '1']);
  await cli.printed('second');
  bench.hub.logLines.push(line('third'));
  await cli.printed('third');
  await bench.restart(() => cli.printed('connection to the hub is lost'));
  bench.hub.logLines.push(line('fourth'));
  await cli.printed('fourth');
  cli.child.kill('SIGINT');
  const { code, stdout } = await cli.ended;
  expect(code).toBe(0);
  expect(
    stdout
      .trim()
      .split('\n')
      .map((each) => each.split('  ').at(-1)),
  ).toEqual(['second', 'third', 'fourth']);
});

describe('pair', () => {
  /** Jobs that a test moves by hand. */
  function scripted(): {
    change: (port: HubPort) => HubPort;
    move(change: Partial<Job>): void;
    job(): Job;
  } {
    let job: Job = {
      id: jobId('job_1'),
      kind: 'pair',
      state: 'running',
      step: { name: 'open', index: 1, of: 4 },
      progress: 0,
      etaSeconds: 60,
      log: [],
      result: null,
      problem: null,
      startedAtMs: 0,
      endedAtMs: null,
    };
    return {
      job: () => job,
      move: (change) => {
        job = { ...job, ...change };
      },
      change: (port) => ({
        ...port,
        jobs: {
          list: () => [job],
          get: (id) => (id === job.id ? job : undefined),
          pair: async () => job,
          interview: async () => job,
          cancel: async () => {
            job = { ...job, state: 'cancelled', endedAtMs: 1 };
            return job;
          },
        },
      }),
    };
  }

  test('each step is a line, and the added device is named at the end', async () => {
    const script = scripted();
    await using bench = await startBench({ change: script.change });
    const cli = bench.start(['pair', '--seconds', '60']);
    await cli.printed('waiting for a device (1 of 4), 60 s left');
    const log = [{ atMs: 0, text: { en: 'Found 0x00158d0001a2b3c4.', zh: '找到了。' } }];
    script.move({ step: { name: 'interview', index: 2, of: 4 }, log });
    await cli.printed('asking the device what it is (2 of 4)');
    bench.hub.addDevice('Hall lamp');
    script.move({ state: 'done', step: { name: 'done', index: 4, of: 4 }, endedAtMs: 1 });
    const { code, stdout } = await cli.ended;
    expect(code).toBe(0);
    expect(stdout).toContain('Found 0x00158d0001a2b3c4.');
    expect(stdout.split('Found')).toHaveLength(2);
    expect(stdout.trim().split('\n').at(-1)).toBe('Added: Hall lamp (IKEA LED1732G11)');
  });

  test('when nothing joins it ends with 1 and says what to try, in both languages', async () => {
    for (const [lang, text] of [
      ['en', 'reset it'],
      ['zh', '把设备靠近网关（协调器）并重置'],
    ] as const) {
      const script = scripted();
      script.move({ state: 'done' });
      await using bench = await startBench({ change: script.change });
      const { code, stderr } = await bench.ingle(['pair', '--lang', lang]);
      expect(code).toBe(1);
      expect(stderr).toContain(text);
    }
  });

  test('a failed interview ends with its reason', async () => {
    const script = scripted();
    const problem = {
      code: 'timed-out' as const,
      message: 'The device stopped answering',
      hint: 'Wake it while it is interviewed.',
    };
    script.move({ state: 'done', problem });
    await using bench = await startBench({ change: script.change });
    const { code, stderr, stdout } = await bench.ingle(['pair', '--json']);
    expect(code).toBe(1);
    expect(stderr).toContain('The device stopped answering');
    expect(JSON.parse(stdout)).toMatchObject({ added: [], job: { id: 'job_1' } });
  });

  test('Ctrl-C closes the network, and tells so', async () => {
    const script = scripted();
    await using bench = await startBench({ change: script.change });
    const cli = bench.start(['pair']);
    await cli.printed('waiting for a device');
    cli.child.kill('SIGINT');
    const { code, stderr } = await cli.ended;
    expect(script.job().state).toBe('cancelled');
    expect(code).toBe(1);
    expect(stderr).toContain('the network is closed');
  });
});
