// The verbs that ask and answer once: status, devices, set, scenes, claim, reset-password, login.
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { HubPort } from '../../model/hub-port.ts';
import { memberId, runId, sceneId } from '../../model/identifiers.ts';
import type { RunTrace } from '../../model/run.ts';
import { startBench } from '../test-cli.ts';

const EVIL = 'Lamp\u001b[2J\u001b]0;owned\u0007\u009b1m\nFault: \u202e';
const ESCAPED = 'Lamp\\x1b[2J\\x1b]0;owned\\x07\\x9b1m\\nFault: \\u202e';

/** Whether a terminal would do anything but draw it. */
function isHarmless(text: string): boolean {
  return [...text].every(
    (each) =>
      each === '\n' || (each >= ' ' && !(each >= '\x7f' && each < '\xa0') && each !== '\u202e'),
  );
}

describe('status', () => {
  test('a healthy hub is told in few lines', async () => {
    await using bench = await startBench();
    bench.hub.addDevice('Hall lamp');
    const { code, stdout } = await bench.ingle(['status']);
    expect(code).toBe(0);
    expect(stdout).toContain('The hub is ready.');
    expect(stdout).toContain('zigbee: connected (zstack)');
    expect(stdout).toContain('1 device, all within reach');
  });

  test('a fault is told in the chosen language, with what to do; a restart shows', async () => {
    await using bench = await startBench();
    const { hub } = bench;
    const en = 'The Zigbee coordinator cannot be reached. Check that it is plugged in.';
    const zh = '连不上 Zigbee 网关(协调器)。请检查它是否插好。';
    const now = hub.port.now();
    const core = { name: 'core', since: now, rssBytes: null, problem: null };
    hub.health = {
      ...hub.health,
      ready: false,
      waitingFor: ['core'],
      parts: [{ ...core, state: 'restarting', restarts: 2 }],
      notices: [{ severity: 'fault', about: 'zigbee', text: { en, zh } }],
    };
    const english = await bench.ingle(['status']);
    expect(english.code).toBe(0);
    expect(english.stdout).toContain(`Fault: ${en}`);
    expect(english.stdout).toContain('not ready yet; it waits for: core');
    expect(english.stdout).toContain('core: restarting, restarted 2 times');
    const chinese = await bench.ingle(['status'], { env: { LANG: 'zh_CN.UTF-8' } });
    expect(chinese.stdout).toContain(`故障：${zh}`);
    expect(chinese.stdout).toContain('core：重启中，已重启 2 次');
    const json = await bench.ingle(['status', '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      ready: false,
      notices: [{ text: { en, zh } }],
    });
    // A stranger is told too, though the hub answers 503.
    const stranger = await bench.ingle(['status'], { env: { INGLE_DATA: '/nowhere' } });
    expect(stranger).toMatchObject({ code: 0 });
    expect(stranger.stdout).toContain('waits for: core');
  });
});

describe('a problem of an adapter', () => {
  test('is read in the chosen language', async () => {
    await using bench = await startBench();
    const { hub } = bench;
    const problem = {
      code: 'unreachable' as const,
      message: 'The connection to the coordinator was lost',
      hint: 'Check its cable.',
      zh: { message: '与网关（协调器）的连接断开了', hint: '请检查线缆。' },
    };
    hub.health = {
      ...hub.health,
      adapters: hub.health.adapters.map((adapter) => ({
        ...adapter,
        state: { kind: 'fault' as const, problem, retryAtMs: null },
      })),
    };
    expect((await bench.ingle(['status'])).stdout).toContain(problem.message);
    expect((await bench.ingle(['status', '--lang', 'zh'])).stdout).toContain(problem.zh.message);
    const { stdout } = await bench.ingle(['status', '--json']);
    expect(JSON.parse(stdout).adapters[0].problem).toEqual({
      code: 'unreachable',
      detail: problem.message,
      hint: problem.hint,
      zh: { detail: problem.zh.message, hint: problem.zh.hint },
    });
  });
});

describe('devices', () => {
  test('the list shows name, room, state in words and the handle', async () => {
    await using bench = await startBench();
    const lamp = bench.hub.addDevice('走廊灯');
    bench.hub.report(lamp.id, 'on', true);
    bench.hub.report(lamp.id, 'brightness', 62.5);
    const { stdout } = await bench.ingle(['devices']);
    expect(stdout).toMatch(/^NAME +ROOM +KIND +STATE +HANDLE$/m);
    expect(stdout).toMatch(/^走廊灯 .*\bon, .*62\.5 %/m);
    const zh = await bench.ingle(['devices', '--lang', 'zh']);
    expect(zh.stdout).toContain('亮度 62.5 %');
    const json = await bench.ingle(['devices', '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject([{ id: lamp.id, name: '走廊灯' }]);
  });

  test('rename, move, replace and remove change the home and say so', async () => {
    await using bench = await startBench();
    const lamp = bench.hub.addDevice('Hall lamp');
    const fresh = bench.hub.addDevice('New bulb');
    const rename = await bench.ingle(['devices', 'rename', 'hall-lamp', 'Lamp by the door']);
    expect(rename.stdout).toBe('Hall lamp is now called Lamp by the door.\n');
    const missing = await bench.ingle(['devices', 'room', lamp.id, 'Hall']);
    expect(missing).toMatchObject({ code: 2 });
    const move = await bench.ingle(['devices', 'room', lamp.id, 'Hall', '--create']);
    expect(move.stdout).toBe('Lamp by the door is now in Hall.\n');
    expect(bench.hub.contents.devices[0]?.room).toBe(bench.hub.contents.rooms[0]?.id);
    const out = await bench.ingle(['devices', 'room', 'Lamp by', '--none']);
    expect(out.stdout).toContain('in no room');
    const replace = await bench.ingle(['devices', 'replace', lamp.id, 'new-bulb']);
    expect(replace.stdout).toContain('is now a IKEA LED1732G11');
    expect(bench.hub.contents.devices.map((each) => each.id)).toEqual([lamp.id]);
    expect(bench.hub.contents.devices.some((each) => each.id === fresh.id)).toBe(false);
    bench.hub.behave(lamp.id, 'unreachable');
    const kept = await bench.ingle(['devices', 'remove', lamp.id, '--yes']);
    expect(kept).toMatchObject({ code: 1, stderr: expect.stringContaining('does not answer') });
    const removed = await bench.ingle(['devices', 'remove', lamp.id, '--yes', '--force']);
    expect(removed).toMatchObject({ code: 0, stdout: 'Lamp by the door has left the home.\n' });
    expect(bench.hub.contents.devices).toEqual([]);
  });

  test('a name full of terminal escapes is drawn and does nothing, in every view', async () => {
    await using bench = await startBench();
    const lamp = bench.hub.addDevice(EVIL);
    bench.hub.report(lamp.id, 'x_led_color', EVIL);
    bench.hub.logLines = [{ atMs: 0, level: 'warn', part: EVIL, text: EVIL }];
    const notice = { severity: 'fault' as const, about: EVIL, text: { en: EVIL, zh: EVIL } };
    bench.hub.health = { ...bench.hub.health, notices: [notice] };
    for (const args of [
      ['devices'],
      ['devices', 'show', lamp.id],
      ['devices', '--json'],
      ['status'],
      ['status', '--json'],
      ['logs'],
      ['logs', '--json'],
      ['set', lamp.id, 'on', 'true', '--wait', 'observed'],
      ['set', lamp.id, EVIL, 'true'],
      ['toggle', EVIL],
      ['toggle', `${EVIL}x`, '--json'],
    ]) {
      const { stdout, stderr } = await bench.ingle(args);
      expect(isHarmless(stdout + stderr), JSON.stringify(stdout + stderr)).toBe(true);
    }
    const { stdout } = await bench.ingle(['devices', 'show', lamp.id]);
    expect(stdout).toContain(ESCAPED);
  }, 30_000);
});

describe('set and toggle', () => {
  test('a command is followed as far as was asked, and ends in a sentence', async () => {
    await using bench = await startBench();
    bench.hub.addDevice('Hall lamp');
    const seen = await bench.ingle([
      'set',
      'Hall l',
      'brightness',
      '40%',
      '--over',
      '2s',
      '--wait',
      'observed',
    ]);
    expect(seen).toMatchObject({ code: 0, stdout: 'Hall lamp: Brightness is 40 %.\n' });
    const [command] = [...bench.hub.commands.values()];
    expect(command?.body).toEqual({
      kind: 'set',
      property: 'brightness',
      value: 40,
      transitionMs: 2000,
    });
    expect(command?.cause).toEqual({ kind: 'local' });
    const json = await bench.ingle(['set', 'hall-lamp', 'on@2', 'off', '--json', '--wait', 'none']);
    expect(JSON.parse(json.stdout)).toMatchObject({ property: 'on@2', value: false });
    const toggled = await bench.ingle(['toggle', 'hall-lamp', 'on@2']);
    expect(toggled).toMatchObject({ code: 0 });
    const last = [...bench.hub.commands.values()].at(-1);
    expect(last?.body).toEqual({ kind: 'invoke', name: 'toggle', args: { property: 'on@2' } });
  });

  test('a device that does not answer, refuses or cannot be reached ends with the reason', async () => {
    await using bench = await startBench();
    const lamp = bench.hub.addDevice('Hall lamp');
    const set = ['set', 'hall-lamp', 'on', 'true', '--timeout', '300ms'];
    bench.hub.behave(lamp.id, 'silent');
    const silent = await bench.ingle(set);
    expect(silent).toMatchObject({ code: 1, stdout: '' });
    expect(silent.stderr).toContain('did not confirm within 0.3 s; the command is sent');
    bench.hub.behave(lamp.id, 'unreachable');
    const unreachable = await bench.ingle(set);
    expect(unreachable).toMatchObject({ code: 1 });
    expect(unreachable.stderr).toContain('No answer from the device');
    bench.hub.behave(lamp.id, 'refuses');
    const refused = await bench.ingle(set);
    expect(refused).toMatchObject({ code: 4 });
    expect(refused.stderr).toContain('Not at this hour');
  });
});

describe('scenes', () => {
  test('a file is checked, saved, saved anew, shown, switched off and removed', async () => {
    await using bench = await startBench();
    const file = path.join(bench.folder, 'evening.yaml');
    const text = 'scene: Evening\nwhen: []  # none\ndo:\n\t- x\n';
    fs.writeFileSync(file, text);
    const inFolder = { cwd: bench.folder };
    const check = await bench.ingle(['scenes', 'check', 'evening.yaml'], inFolder);
    expect(check).toMatchObject({
      code: 0,
      stdout: '"Evening" is a good scene file:\nScene Evening\n',
    });
    const first = await bench.ingle(['scenes', 'save', 'evening.yaml'], inFolder);
    expect(first.stdout).toContain('Evening is saved (version 1).');
    const second = await bench.ingle(['scenes', 'save', '-', '--lang', 'zh'], { input: text });
    expect(second.stdout).toContain('Evening 已保存（版本 2）。');
    expect(bench.hub.contents.scenes).toHaveLength(1);
    const show = await bench.ingle(['scenes', 'show', 'even']);
    expect(show.stdout).toBe(text);
    const disable = await bench.ingle(['scenes', 'disable', 'Evening']);
    expect(disable.stdout).toBe('Evening no longer runs by itself.\n');
    const list = await bench.ingle(['scenes']);
    expect(list.stdout).toMatch(/^Evening +disabled +never +Scene Evening$/m);
    const enable = await bench.ingle(['scenes', 'enable', 'Evening']);
    expect(enable.code).toBe(0);
    expect(bench.hub.contents.scenes[0]?.enabled).toBe(true);
    const run = await bench.ingle(['scenes', 'run', 'Evening']);
    expect(run).toMatchObject({ code: 0, stdout: 'Evening runs.\n' });
    const removed = await bench.ingle(['scenes', 'remove', 'Evening', '-y']);
    expect(removed.code).toBe(0);
    expect(bench.hub.contents.scenes).toEqual([]);
  });

  test('a trace says what was done, when and why, in both languages', async () => {
    const run: RunTrace = {
      id: runId('run_1'),
      scene: sceneId('scene_t1'),
      sceneVersion: 1,
      state: 'done',
      startedAtMs: Date.UTC(2026, 10, 21, 19, 0, 1),
      endedAtMs: Date.UTC(2026, 10, 21, 19, 0, 2),
      cause: { kind: 'schedule', at: '19:00' },
      seq: 1,
      steps: [
        {
          atMs: Date.UTC(2026, 10, 21, 19, 0, 2),
          path: 'do[0]',
          kind: 'command',
          state: 'failed',
          text: { en: 'turned Hall lamp on', zh: '打开门厅灯' },
          problem: { code: 'unreachable', message: 'No answer from the lamp', hint: null },
        },
      ],
      omitted: 3,
      summary: { en: 'It was seven', zh: '到了七点' },
    };
    const change = (port: HubPort): HubPort => ({ ...port, recentRuns: () => [run] });
    await using bench = await startBench({ change });
    await bench.ingle(['scenes', 'save', '-'], { input: 'scene: Evening\n' });
    const en = await bench.ingle(['scenes', 'trace', 'Evening']);
    expect(en.stdout).toContain('Evening: done');
    expect(en.stdout).toMatch(/19:00:02 +✗ +do\[0\] +turned Hall lamp on: No answer from the lamp/);
    expect(en.stdout).toContain('… and 3 more steps');
    const zh = await bench.ingle(['scenes', 'trace', 'Evening', '--lang', 'zh']);
    expect(zh.stdout).toContain('到了七点');
    expect(zh.stdout).toMatch(/do\[0\] +打开门厅灯/);
  });
});

describe('claim, reset-password and login', () => {
  test('a code is printed with where to type it, and it claims the hub', async () => {
    await using bench = await startBench();
    const { code, stdout } = await bench.ingle(['claim']);
    expect(code).toBe(0);
    expect(stdout).toContain(`Open ${bench.address} and type it in there.`);
    const claimCode = /^Claim code: (.+)$/m.exec(stdout)?.[1];
    const claim = await fetch(`${bench.address}/api/claim`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code: claimCode, name: 'Anna', password: 'a lamp in the hall' }),
    });
    expect(claim.status).toBe(201);
    const again = await bench.ingle(['claim']);
    expect(again.code).toBe(1);

    const reset = await bench.ingle(['reset-password', 'Anna'], { input: 'door by the window\n' });
    expect(reset).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Anna has a new password'),
    });
    const empty = await bench.ingle(['reset-password', 'Anna'], { input: '' });
    expect(empty).toMatchObject({ code: 2, stderr: expect.stringContaining('No password') });
    const weak = await bench.ingle(['reset-password', 'Anna'], { input: 'short\n' });
    expect(weak.code).toBe(2);

    const login = ['login', '--hub', bench.address, '--name', 'Anna'];
    const wrong = await bench.ingle(login, { input: 'a lamp in the hall\n' });
    expect(wrong.code).toBe(4);
    const right = await bench.ingle(login, { input: 'door by the window\n' });
    expect(right).toMatchObject({ code: 0, stderr: '' });
    const file = path.join(bench.folder, '.config', 'ingle', 'logins.json');
    expect(fs.statSync(file).mode & 0o777).toBe(0o600);
    expect(right.stdout + right.stderr).not.toContain(fs.readFileSync(file, 'utf8').slice(40, 80));
    // The sign-in itself has ended; what is left is the token.
    const anna = bench.hub.contents.members[0]?.id ?? memberId('mem_none');
    const left = bench.hub.contents.tokens.filter((each) => each.member === anna);
    expect(left.map((each) => each.kind)).toEqual(['token']);
    const devices = await bench.ingle(['devices', '--json'], { env: { INGLE_DATA: '/nowhere' } });
    expect(devices).toMatchObject({ code: 0, stdout: '[]\n' });
  }, 30_000);
});
