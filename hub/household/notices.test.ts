// What a household reads of faults, in both languages: who is to blame, and what to do.
import { expect, test } from 'vitest';
import type { AdapterState } from '../model/adapter-port.ts';
import type { Problem } from '../model/errors.ts';
import type { AdapterHealth, PartHealth } from '../model/hub-port.ts';
import { adapterId } from '../model/identifiers.ts';
import { noticesOf } from './notices.ts';

const ADDRESS = 'tcp://192.0.2.4:6638';

function part(name: string, state: PartHealth['state']): PartHealth {
  const since = { wallMs: 0, monoMs: 0 };
  return { name, state, since, restarts: 0, rssBytes: null, problem: null };
}

function adapter(id: string, state: AdapterState): AdapterHealth {
  return { id: adapterId(id), state, sinceMs: 0, restarts: 0 };
}

function fault(code: Problem['code'], message = 'no answer'): AdapterState {
  return { kind: 'fault', problem: { code, message, hint: null }, retryAtMs: null };
}

function told(adapters: readonly AdapterHealth[], parts: readonly PartHealth[] = []) {
  const addressOf = (id: string) => (id === 'zigbee' ? ADDRESS : '');
  return noticesOf({ adapters, parts, storage: null, clock: 'synced', addressOf });
}

test('a coordinator that is away and one that is mute are told apart', () => {
  expect(told([adapter('zigbee', fault('unreachable'))])[0]?.text).toEqual({
    en: `The Zigbee coordinator (${ADDRESS}) cannot be reached. Check that it is plugged in and powered; the hub connects again by itself.`,
    zh: `连不上 Zigbee 网关（协调器） (${ADDRESS})。请检查它是否插好并已通电；中枢会自动重新连接。`,
  });
  expect(told([adapter('zigbee', fault('timed-out'))])[0]?.text).toEqual({
    en: `The Zigbee coordinator (${ADDRESS}) does not answer. Unplug it, wait ten seconds and plug it in again; the hub connects again by itself.`,
    zh: `Zigbee 网关（协调器） (${ADDRESS}) 没有应答。请拔下它，等 10 秒再插上；中枢会自动重新连接。`,
  });
});

test('a part that hangs or is gone is named instead of its radio, which is not to blame', () => {
  const hanging = told(
    [adapter('zigbee', fault('timed-out')), adapter('mqtt', { kind: 'connecting' })],
    [part('zigbee', 'hanging'), part('mqtt', 'restarting'), part('core', 'running')],
  );
  expect(hanging.map(({ about, text }) => [about, text.en.split('. ')[0], text.zh])).toEqual([
    [
      'zigbee',
      'Zigbee does not answer',
      'Zigbee 没有应答。如果一直没有应答，几秒后会自动重新启动；其他一切照常。',
    ],
    [
      'mqtt',
      'MQTT stopped and is being started again',
      'MQTT 停止了，正在重新启动。不需要你做什么；如果经常发生，请查看日志。',
    ],
  ]);
  expect(told([], [part('core', 'restarting')])[0]?.text.zh).toMatch(/^核心停止了/);
});

test('item 80: a disk that is full or cannot be written is a fault that says what goes on and what does not', () => {
  const statistics = {
    ...{ files: {}, writtenBytes: 0, commitMs: 2, pendingRecords: 7, droppedLogEntries: 0 },
    problem: 'runs.db cannot be written: database or disk is full. The disk is full: free space.',
  };
  const about = { adapters: [], parts: [], clock: 'synced' as const, addressOf: () => '' };
  const [full] = noticesOf({ ...about, storage: statistics });
  expect(full).toMatchObject({ severity: 'fault', about: 'storage' });
  expect(full?.text.en).toMatch(/is full: free some space. Lamps and scenes go on.*left out/);
  expect(full?.text.zh).toMatch(/磁盘已满：请清理空间。灯和场景照常工作/);
  const problem = 'home.db cannot be written. The disk is read-only';
  const [worn] = noticesOf({ ...about, storage: { ...statistics, problem } });
  expect(worn?.text.en).toMatch(/cannot be written: home\.db.*read-only/);
  expect(worn?.text.zh).toMatch(/磁盘无法写入/);
  expect(noticesOf({ ...about, storage: { ...statistics, problem: null } })).toEqual([]);
});

test('an adapter of others that fell is named for ten minutes, with who made it, why, and what can be done', () => {
  const manifest = {
    ...{ id: 'acme', title: 'Acme lamps', vendor: 'Acme', version: '1.0.0', main: 'a.js' },
    ...{ hosts: [], settings: [] },
  };
  const reason = { en: 'it took 210 MB', zh: '占用了 210 MB' };
  const at = (nowMs: number) =>
    noticesOf({
      ...{ adapters: [], parts: [], storage: null, clock: 'synced', addressOf: () => '' },
      ...{ vendors: [{ manifest, lastFault: { atMs: 0, reason } }], nowMs },
    });
  const [notice] = at(60_000);
  expect(notice).toMatchObject({ severity: 'fault', about: 'acme' });
  expect(notice?.text.en).toMatch(
    /Acme lamps of Acme \(community\).*it took 210 MB.*All else goes on/,
  );
  expect(notice?.text.en).toContain('ingle adapter disable acme');
  expect(notice?.text.zh).toMatch(/占用了 210 MB.*其他一切照常/);
  expect(at(11 * 60_000)).toEqual([]);
});

test('what an adapter of others says is wrong is told as its own, with what it says to do', () => {
  const manifest = {
    ...{ id: 'acme', title: 'Acme lamps', vendor: 'Acme', version: '1.0.0', main: 'a.js' },
    ...{ hosts: [], settings: [] },
  };
  const problem: Problem = {
    ...{ code: 'invalid-input', message: 'The address is not set', hint: 'Set it.' },
    zh: { message: '还没有设置地址', hint: '请设置。' },
  };
  const [notice] = noticesOf({
    adapters: [adapter('acme', { kind: 'fault', problem, retryAtMs: null })],
    ...{ parts: [], storage: null, clock: 'synced', addressOf: () => '' },
    ...{ vendors: [{ manifest, lastFault: null }], nowMs: 0 },
  });
  expect(notice?.text).toEqual({
    en: 'Acme lamps of Acme (community): The address is not set. Set it.',
    zh: 'Acme 的 Acme lamps（社区）：还没有设置地址。请设置。',
  });
});
