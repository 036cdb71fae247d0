// The record of a pairing: what the adapter tells of it step by step, as lines in both languages.
import { expect, test } from 'vitest';
import type { AdapterCall } from '../model/adapter-port.ts';
import type { DeviceRecord } from '../model/device.ts';
import type { Problem } from '../model/errors.ts';
import { type AdapterId, adapterId, deviceId, nodeAddress } from '../model/identifiers.ts';
import type { Job } from '../model/job.ts';
import { createJobs } from './jobs.ts';

const ZIGBEE = adapterId('zigbee');
const NODE = nodeAddress('0x00158d0001a2b3c4');
const ACTOR = { member: null, cause: { kind: 'local' as const } };
const FAILED: Problem = {
  code: 'timed-out',
  message: 'It did not answer all questions',
  hint: 'Bring it nearer.',
  zh: { message: '它没有回答所有问题', hint: '请拿近一些。' },
};

function openJobs(
  called: (adapter: AdapterId, call: AdapterCall) => void = () => {},
  device?: DeviceRecord,
) {
  return createJobs({
    nowMs: () => 0,
    device: () => device,
    async callAdapter(adapter, call) {
      called(adapter, call);
      return null;
    },
    adopt: () => Promise.reject(new Error('no node is adopted here')),
    place: {
      replacement: () => Promise.reject(new Error('nothing is replaced here')),
      replace: () => Promise.reject(new Error('nothing is replaced here')),
    },
    changed: () => {},
  });
}

async function openPair() {
  const jobs = openJobs();
  const request = { adapter: ZIGBEE, seconds: 60, via: null, installCode: null };
  const { id } = await jobs.pair(request, ACTOR);
  const lines = () => (jobs.get(id) as Job).log.map(({ text }) => [text.en, text.zh]);
  return { jobs, lines, job: () => jobs.get(id) as Job };
}

test('the steps of a pairing are lines in English and in Chinese', async () => {
  const { jobs, lines } = await openPair();
  jobs.pairProgress(ZIGBEE, { kind: 'found', node: NODE });
  jobs.pairProgress(ZIGBEE, { kind: 'interviewing', node: NODE, index: 2, of: 5 });
  jobs.pairProgress(ZIGBEE, { kind: 'configuring', node: NODE });
  expect(lines()).toEqual([
    ['The network is open.', '网络已开放。'],
    [`Found a device (${NODE}).`, `找到了一个设备（${NODE}）。`],
    [`Getting to know it (${NODE}): 2 of 5.`, `正在了解它（${NODE}）：2/5。`],
    [`Setting it up (${NODE}).`, `正在设置它（${NODE}）。`],
  ]);
});

test('an interview that failed is told with what to do, and the job keeps both languages', async () => {
  const { jobs, lines, job } = await openPair();
  jobs.pairProgress(ZIGBEE, { kind: 'found', node: NODE });
  jobs.pairProgress(ZIGBEE, { kind: 'failed', node: NODE, problem: FAILED });
  expect(lines().at(-1)).toEqual([
    'It did not answer all questions. Bring it nearer.',
    '它没有回答所有问题。请拿近一些。',
  ]);
  expect(job().problem).toEqual(FAILED);
});

test('an adapter that is gone ends the job in both languages', async () => {
  const { jobs, lines, job } = await openPair();
  jobs.adapterGone(ZIGBEE, { en: 'Zigbee is gone', zh: 'Zigbee 停止了' });
  expect(lines().at(-1)).toEqual(['Zigbee is gone', 'Zigbee 停止了']);
  expect(job()).toMatchObject({
    state: 'failed',
    problem: { message: 'Zigbee is gone', zh: { message: 'Zigbee 停止了' } },
  });
});

test('devices cannot join a radio through a device of another protocol, and nothing is opened', async () => {
  const calls: AdapterCall[] = [];
  const plug = {
    name: 'Kettle plug',
    description: { adapter: adapterId('shelly'), node: NODE },
  } as unknown as DeviceRecord;
  const jobs = openJobs((_adapter, call) => calls.push(call), plug);
  const request = { adapter: ZIGBEE, seconds: 60, installCode: null };
  await expect(jobs.pair({ ...request, via: deviceId('dev_1') }, ACTOR)).rejects.toMatchObject({
    code: 'invalid-input',
    message: 'Nothing can join through Kettle plug: it is no Zigbee device',
    zh: { message: '设备不能通过 Kettle plug 入网：它不是 Zigbee 设备' },
  });
  expect(calls).toEqual([]);
  expect(jobs.list()).toEqual([]);
});

test('a search proposes what answers, once each and at most 100; adding one of them ends it', async () => {
  const calls: AdapterCall[] = [];
  const jobs = openJobs((_adapter, call) => calls.push(call));
  const shelly = adapterId('shelly');
  const request = { adapter: shelly, seconds: 60, via: null, installCode: null };
  const search = await jobs.pair({ ...request, address: null }, ACTOR);
  const plug = { address: '192.168.1.20', name: 'shellyplug-1', model: 'PlusPlugS' };
  for (let i = 0; i < 2; i++) jobs.pairProgress(shelly, { kind: 'proposed', ...plug });
  expect(jobs.get(search.id)).toMatchObject({
    state: 'running',
    result: { adapter: 'shelly', devices: [], proposed: [{ protocol: 'shelly', ...plug }] },
  });
  // Nothing was opened: it is a search.
  expect(jobs.get(search.id)?.log[0]?.text.en).toBe('The hub is looking.');

  const adding = await jobs.pair({ ...request, address: plug.address }, ACTOR);
  expect(calls.map(({ kind }) => kind)).toEqual(['pair', 'pairStop', 'pair']);
  const ended = jobs.get(search.id);
  expect(ended?.state).toBe('done');
  expect(ended?.log.at(-1)?.text.en).toBe('1 device answers and can be added.');

  const text = { en: 'Press the button.', zh: '请按下按钮。' };
  jobs.pairProgress(shelly, { kind: 'asked', text });
  expect(jobs.get(adding.id)?.result).toMatchObject({ asks: text });
  jobs.pairProgress(shelly, { kind: 'found', node: NODE });
  expect(jobs.get(adding.id)?.result).toMatchObject({ asks: null });
  const doubt = { en: 'Its certificate was withdrawn.', zh: '它的证书已被吊销。' };
  jobs.pairProgress(shelly, { kind: 'note', node: NODE, text });
  jobs.pairProgress(shelly, { kind: 'note', node: NODE, text: doubt, isWarning: true });
  expect(jobs.get(adding.id)).toMatchObject({ result: { warnings: [doubt] } });
  // What is being added is not given up for another one.
  await expect(jobs.pair({ ...request, address: '192.168.1.21' }, ACTOR)).rejects.toThrow(
    'already',
  );

  const other = openJobs();
  const { id } = await other.pair({ ...request, address: null }, ACTOR);
  for (let i = 0; i < 150; i++) {
    jobs.pairProgress(shelly, { kind: 'proposed', ...plug });
    other.pairProgress(shelly, { kind: 'proposed', ...plug, address: `192.168.1.${i}` });
  }
  const { proposed } = (other.get(id) as Job).result as { proposed: object[] };
  expect(proposed).toHaveLength(100);
});
