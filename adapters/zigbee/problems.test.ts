// The words for what goes wrong, and that no key gets into them.
import net from 'node:net';
import { expect, test } from 'vitest';
import { filteredLog } from './coordinator/log-filter.ts';
import { pauseMs } from './coordinator/radio.ts';
import { coordinatorProblem, interviewFailed, lookAt, nodeError, redact } from './problems.ts';
import { readSettings } from './settings.ts';

const TCP = readSettings({ port: 'tcp://127.0.0.1:6638', driver: 'zstack' });
const STICK = readSettings({ port: '/dev/ttyUSB9' });

test.each([
  ['connect ECONNREFUSED 127.0.0.1:6638', TCP, 'unreachable', 'Nothing listens at 127.0.0.1:6638'],
  [
    'Failed to connect to the adapter (Error: SRSP - SYS - ping after 6000ms)',
    TCP,
    'timed-out',
    'does not answer',
  ],
  [
    'Error: Permission denied, cannot open /dev/ttyUSB9',
    STICK,
    'forbidden',
    'may not open /dev/ttyUSB9',
  ],
  [
    'Error: No such file or directory, cannot open /dev/ttyUSB9',
    STICK,
    'unreachable',
    'no device /dev/ttyUSB9',
  ],
  [
    'Error Resource temporarily unavailable Cannot lock port',
    STICK,
    'busy',
    'in use by another program',
  ],
  [
    'startup failed - configuration-adapter mismatch - see logs above for more information',
    TCP,
    'conflict',
    "not this home's network",
  ],
  [
    'network commissioning failed - panId collision detected (expected=1, actual=2)',
    TCP,
    'conflict',
    'same identity',
  ],
  [
    'USB adapter discovery error (No valid USB adapter found). Specify',
    STICK,
    'unsupported',
    'is not a coordinator that can be',
  ],
  ['getaddrinfo ENOTFOUND slzb', TCP, 'unreachable', 'is not known'],
  ['connect EHOSTUNREACH 10.0.0.9:1', TCP, 'unreachable', 'no way to'],
  ['The coordinator reset by itself', TCP, 'unreachable', 'has restarted by itself'],
  ['disconnected', TCP, 'unreachable', 'was lost'],
  ['something unheard of', TCP, 'unreachable', 'cannot be used: something unheard of'],
])('"%s" becomes plain words with a hint', (text, settings, code, message) => {
  const problem = coordinatorProblem(new Error(text), settings);
  expect(problem).toMatchObject({ code, message: expect.stringContaining(message) });
  expect(problem.hint).toMatch(/\w{3,}/);
  expect(problem.zh?.message).toMatch(/[\u4e00-\u9fff]{3,}/);
  expect(problem.zh?.hint).toMatch(/[\u4e00-\u9fff]{3,}.*。$/);
});

test('a coordinator that is away, one that is mute and a node without answers are told in Chinese too', () => {
  const away = coordinatorProblem(new Error('connect ECONNREFUSED 127.0.0.1:6638'), TCP);
  expect(away.zh).toEqual({
    message: '127.0.0.1:6638 没有程序在监听（ECONNREFUSED）',
    hint: '请检查网关（协调器）是否已开机，地址和端口是否正确。Ingle 会继续尝试。',
  });
  const mute = coordinatorProblem(new Error('SRSP - SYS - ping after 6000ms'), TCP);
  expect(mute.zh).toEqual({
    message: '网关（协调器）127.0.0.1:6638 没有应答',
    hint: '请检查驱动“zstack”和波特率是否正确，或拔下再插上。Ingle 会继续尝试。',
  });
  const lamp = nodeError(new Error("Data request failed with error: 'MAC_NO_ACK' (0xe9)"), 'Lamp');
  expect(lamp.zh?.message).toBe('连不上 Lamp');
  expect(interviewFailed('0x00158d0001a2b3c4')).toMatchObject({
    code: 'timed-out',
    message: '0x00158d0001a2b3c4 has joined but did not answer all questions',
    zh: { message: '0x00158d0001a2b3c4 已加入，但没有回答所有问题' },
  });
  expect(interviewFailed('0x00158d0001a2b3c4', lamp)).toMatchObject({
    code: 'unreachable',
    message: '0x00158d0001a2b3c4 did not answer all questions',
    zh: { message: '0x00158d0001a2b3c4 没有回答所有问题' },
  });
});

test('why a socket cannot be opened is found out by looking', async () => {
  const server = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as net.AddressInfo;
  const settings = readSettings({ port: `tcp://127.0.0.1:${port}`, driver: 'zstack' });
  expect(await lookAt(settings)).toBeNull();
  await new Promise((resolve) => server.close(resolve));
  expect((await lookAt(settings))?.message).toContain('ECONNREFUSED');
  expect((await lookAt(STICK))?.message).toContain('ENOENT');
});

test.each([
  ["Data request failed with error: 'MAC_NO_ACK' (0xe9)", 'unreachable', 'Lamp cannot be reached'],
  ["Data request failed with error: 'TIMEOUT'", 'unreachable', 'Lamp cannot be reached'],
  ['Timeout - 4711 - 1 - 9 - 6 - 11 after 2500ms', 'timed-out', 'Lamp did not answer'],
  [
    "ZCL command 0x1/1 genOnOff.read failed (Status 'UNSUPPORTED_ATTRIBUTE')",
    'rejected-by-device',
    'does not have this property',
  ],
  [
    'Cannot request when znp has not been initialized yet',
    'unreachable',
    'coordinator is not connected',
  ],
  ['x is not a function', 'internal', 'Lamp could not be commanded'],
])('a node\'s "%s" is %s', (text, code, message) => {
  expect(nodeError(new Error(text), 'Lamp')).toMatchObject({
    code,
    message: expect.stringContaining(message),
  });
});

test('keys never get into a log, whatever their form', () => {
  const key = Array.from({ length: 16 }, (_, index) => index * 13 + 5);
  const hex = Buffer.from(key).toString('hex');
  const forms = [
    hex,
    `0x${hex.toUpperCase()}`,
    JSON.stringify(key),
    key.join(', '),
    Buffer.from(key).toString('hex').match(/../g)?.join(' ') ?? '',
    Buffer.from(key).toString('hex').match(/../g)?.join(':') ?? '',
  ];
  for (const form of forms) {
    const text = redact(`- Network Key: configured=${form} counter=1`);
    expect(text).toBe(redact(text));
    expect(text).toContain('[hidden]');
    expect(text).not.toContain(form);
  }
  expect(redact('0x00158d0001a2b3c4 said 21.5')).toBe('0x00158d0001a2b3c4 said 21.5');
});

test('a flood of log lines is cut and counted', () => {
  const lines: string[] = [];
  let now = 1_000_000;
  const log = filteredLog(
    (_, text) => lines.push(text),
    () => now,
  );
  for (let i = 0; i < 1_000; i++) log('warn', `line ${i}`);
  expect(lines).toHaveLength(60);
  now += 11_000;
  log('info', 'calm again');
  expect(lines.slice(60)).toEqual(['940 more lines of Zigbee were left out', 'calm again']);
});

test('a line that comes with each frame is said three times in ten minutes, and leaves room for others', () => {
  const lines: string[] = [];
  let now = 1_000_000;
  const log = filteredLog(
    (_, text) => lines.push(text),
    () => now,
  );
  for (let i = 0; i < 500; i++) log('warn', 'nobody knows this');
  log('error', 'this matters');
  expect(lines).toEqual([...Array(3).fill('nobody knows this'), 'this matters']);
  now += 601_000;
  log('warn', 'nobody knows this');
  expect(lines.at(-1)).toBe('nobody knows this (and 497 times more before)');
  // However many there are, they are not remembered for ever.
  for (let i = 0; i < 10_000; i++) {
    now += 1_000;
    log('warn', `line ${i}`);
  }
  expect(lines).toHaveLength(10_005);
});

test('pauses grow from 1 s to 60 s, a quarter more or less', () => {
  const middle = [1, 2, 3, 4, 5, 6, 7, 8, 100].map((attempt) => pauseMs(attempt, () => 0.5));
  expect(middle).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  expect(pauseMs(7, () => 0)).toBe(45_000);
  expect(pauseMs(7, () => 0.9999)).toBeLessThanOrEqual(75_000);
});
