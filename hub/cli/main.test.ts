// Words, languages, addresses, tokens and exit codes of the command, whatever the verb.
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startBench, startCli, type TestBench } from './test-cli.ts';

let bench: TestBench;

beforeAll(async () => {
  bench = await startBench();
  bench.hub.addDevice('Hall lamp');
  bench.hub.addDevice('Hall motion');
  bench.hub.contents.isClaimed = true;
});

afterAll(() => bench[Symbol.asyncDispose]());

function fileOf(text: string): string {
  const file = path.join(bench.folder, `${Math.random().toString(36).slice(2)}.yaml`);
  fs.writeFileSync(file, text);
  return file;
}

describe('wrong words and wrong input', () => {
  const CASES: readonly (readonly [string, readonly string[], number, string])[] = [
    ['an unknown command', ['statsu'], 2, 'There is no command "statsu".'],
    ['a near command', ['devcies'], 2, 'Did you mean devices?'],
    ['an unknown option', ['status', '--verbose'], 2, 'There is no option "--verbose" here.'],
    ['a missing argument', ['set', 'hall-lamp', 'on'], 2, 'The value is missing.'],
    ['a missing value', ['status', '--hub'], 2, '--hub <url> needs a value'],
    ['too many words', ['devices', 'show', 'Hall', 'lamp', 'x'], 2, 'more words'],
    ['an unknown verb of devices', ['devices', 'explode'], 2, 'no command "explode"'],
    ['a mistyped verb of adapter', ['adapter', 'tset', 'x'], 2, 'Did you mean test?'],
    ['a bad address', ['status', '--hub', 'not a url'], 2, 'not the address of a hub'],
    ['another scheme', ['status', '--hub', 'file:///etc/passwd'], 2, 'not the address'],
    ['a language we lack', ['status', '--lang', 'fr'], 2, 'It takes: en, zh.'],
    ['an unknown device', ['set', 'hall-lmap', 'on', 'true'], 2, 'Did you mean "Hall lamp"?'],
    ['a name that two begin with', ['toggle', 'hall'], 2, 'could be more than one device'],
    ['an unknown property', ['set', 'hall-lamp', 'brigthness', '4'], 2, '"brightness"'],
    ['a value of another type', ['set', 'hall-lamp', 'on', 'maybe'], 2, 'not a value of on'],
    ['a value out of range', ['set', 'hall-lamp', 'brightness', '140'], 2, 'brightness'],
    ['a bad duration', ['set', 'hall-lamp', 'on', 'on', '--over', '2'], 2, 'like 400ms, 2s'],
    ['a bad wait', ['set', 'hall-lamp', 'on', 'on', '--wait', 'long'], 2, 'none, sent'],
    ['too short a pairing', ['pair', '--seconds', '5'], 2, 'from 10 to 254'],
    ['a router that is not there', ['pair', '--via', 'attic'], 2, 'no device "attic"'],
    ['a file that is not there', ['scenes', 'save', '/nowhere.yaml'], 2, 'cannot be read'],
    ['an unknown scene', ['scenes', 'run', 'Evening'], 2, 'There is no scene "Evening".'],
    ['an unknown topic', ['watch', '--topics', 'weather'], 2, 'devices, scenes, jobs'],
    ['a bad level', ['logs', '--level', 'loud'], 2, 'debug, info, warn, error'],
    ['removing unasked', ['devices', 'remove', 'hall-lamp'], 2, '--yes'],
    ['a room without a name', ['devices', 'room', 'hall-lamp'], 2, '--none'],
    ['a member that is not there', ['reset-password', 'Nobody'], 2, 'no member "Nobody"'],
    ['signing in nowhere', ['login'], 2, '--hub URL'],
  ];

  test.each(CASES)('%s ends with its exit code and says what is right', async (...row) => {
    const [, args, code, text] = row;
    const outcome = await bench.ingle(args);
    expect(outcome.stderr).toContain(text);
    expect(outcome.stdout).toBe('');
    expect(outcome.code).toBe(code);
  });

  test('faults of a scene file come with their places', async () => {
    const file = fileOf('when: []\n');
    const outcome = await bench.ingle(['scenes', 'check', file]);
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toContain('1:1 scene: A scene begins with "scene: NAME"');
  });

  test('a file larger than the hub reads is not sent', async () => {
    const outcome = await bench.ingle(['scenes', 'save', fileOf('#'.repeat(300_000))]);
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toContain('larger than the hub reads');
  });

  test('with --json a fault is one JSON object on standard error', async () => {
    const outcome = await bench.ingle(['--json', 'set', 'nothing', 'on', 'true']);
    expect(outcome.stdout).toBe('');
    expect(JSON.parse(outcome.stderr)).toMatchObject({
      error: { code: 'not-found', message: 'There is no device "nothing".', exitCode: 2 },
    });
  });

  test('no words at all show the help and count as wrong usage', async () => {
    const outcome = await bench.ingle([]);
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toContain('ingle status');
  });
});

describe('help', () => {
  const VERBS = 'status devices set toggle pair scenes watch logs claim reset-password login';

  test('the help names every verb, shows examples and the exit codes', async () => {
    const { code, stdout } = await bench.ingle(['--help']);
    expect(code).toBe(0);
    for (const verb of VERBS.split(' ')) expect(stdout).toMatch(new RegExp(`^  ${verb}\\b`, 'm'));
    expect(stdout).toContain('Exit codes: 0 done, 1 failed, 2 wrong usage or input');
  });

  test('each verb has a help of its own with an example, also in Chinese', async () => {
    const outcomes = await Promise.all(
      VERBS.split(' ').map((verb) => bench.ingle([verb, '--help', '--lang', 'zh'])),
    );
    for (const { code, stdout } of outcomes) {
      expect(code).toBe(0);
      expect(stdout).toMatch(/用法：.*ingle/);
      expect(stdout).toMatch(/示例：\n {2}ingle /);
    }
  }, 30_000);

  test("the language is the terminal's, and --lang is stronger", async () => {
    const zh = await bench.ingle(['scenes'], { env: { LANG: 'zh_CN.UTF-8' } });
    expect(zh.stderr).toContain('还没有场景');
    const en = await bench.ingle(['scenes', '--lang=en'], { env: { LANG: 'zh_CN.UTF-8' } });
    expect(en.stderr).toContain('There are no scenes yet');
  });
});

describe('the hub and the right to speak to it', () => {
  test('a hub that is not there ends with 3 and says what to do, in both languages', async () => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    await new Promise((resolve) => server.close(resolve));
    const env = { INGLE_PORT: String(port) };
    const en = await bench.ingle(['status'], { env });
    expect(en).toMatchObject({ code: 3, stdout: '' });
    expect(en.stderr).toContain(`No hub answers at http://127.0.0.1:${port}.`);
    expect(en.stderr).toContain('npm start');
    const zh = await bench.ingle(['status', '--lang', 'zh'], { env });
    expect(zh.stderr).toContain('没有中枢应答');
  });

  test('something else that listens there is not taken for a hub', async () => {
    const server = http.createServer((_request, response) => response.end('<h1>Router</h1>'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    try {
      const outcome = await bench.ingle(['devices', '--hub', `http://127.0.0.1:${port}`]);
      expect(outcome.code).toBe(3);
      expect(outcome.stderr).toContain('is not an Ingle hub');
    } finally {
      server.close();
    }
  });

  test('without a token the command is not allowed, and says how to be', async () => {
    const outcome = await bench.ingle(['devices'], { env: { INGLE_DATA: '/nowhere' } });
    expect(outcome.code).toBe(4);
    expect(outcome.stderr).toContain('ingle login');
  });

  test('status without a token still says whether the hub is ready', async () => {
    const outcome = await bench.ingle(['status'], { env: { INGLE_DATA: '/nowhere' } });
    expect(outcome).toMatchObject({ code: 0, stdout: 'The hub is ready.\n' });
  });

  test("the demo's token is found in the demo folder, past an old one of the real home", async () => {
    await using demo = await startBench({ subfolder: 'demo' });
    const stale = path.join(demo.folder, 'data', 'cli.token');
    fs.writeFileSync(stale, `${'a'.repeat(43)}\n`);
    expect(await demo.ingle(['devices', '--json'])).toMatchObject({ code: 0, stdout: '[]\n' });
    // A relative folder, from where the command was called.
    const env = { INGLE_DATA: '' };
    const options = { env, cwd: demo.folder };
    expect((await demo.ingle(['devices', '--data', 'data'], options)).code).toBe(0);
    expect((await demo.ingle(['devices'], options)).code).toBe(0);
  });

  test("local root's token is never sent to another machine", async () => {
    const seen: (string | undefined)[] = [];
    const server = http.createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(401, { 'content-type': 'application/problem+json' });
      const problem = { code: 'unauthenticated', detail: 'Who asks?', hint: null };
      response.end(JSON.stringify(problem));
    });
    const own = Object.values(os.networkInterfaces())
      .flatMap((each) => each ?? [])
      .find((each) => !each.internal && each.family === 'IPv4')?.address;
    // 0.0.0.0 reaches this machine and is no loopback address to the command, like any other.
    const host = own ?? '0.0.0.0';
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    try {
      const outcome = await bench.ingle(['devices', '--hub', `http://${host}:${port}`]);
      expect(outcome.code).toBe(4);
      expect(outcome.stderr).toContain(`ingle login --hub http://${host}:${port}`);
      expect(seen.length).toBeGreaterThan(0);
      expect(seen.every((each) => each === undefined)).toBe(true);
    } finally {
      server.close();
    }
  });

  test('claim and reset-password are refused for a hub elsewhere, before anything is sent', async () => {
    for (const args of [['claim'], ['reset-password', 'Anna']]) {
      const outcome = await bench.ingle([...args, '--hub', 'http://192.0.2.1:8420']);
      expect(outcome.code).toBe(4);
      expect(outcome.stderr).toContain('works only on the hub itself');
    }
  });
});

test('the command works in an empty environment', async () => {
  const { code } = await startCli(['--version'], {}, bench.folder).ended;
  expect(code).toBe(0);
});
