// The record of a pairing: what the adapter tells of it step by step, as lines in both languages.
import { expect, test } from 'vitest';
import type { Problem } from '../model/errors.ts';
import { adapterId, nodeAddress } from '../model/identifiers.ts';
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

async function openPair() {
  const jobs = createJobs({
    nowMs: () => 0,
    device: () => undefined,
    callAdapter: () => Promise.resolve(null),
    adopt: () => Promise.reject(new Error('no node is adopted here')),
    place: {
      replacement: () => Promise.reject(new Error('nothing is replaced here')),
      replace: () => Promise.reject(new Error('nothing is replaced here')),
    },
    changed: () => {},
  });
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
    [`Found ${NODE}.`, `找到了 ${NODE}。`],
    [`Getting to know ${NODE}: 2 of 5.`, `正在了解 ${NODE}：2/5。`],
    [`Setting up ${NODE}.`, `正在设置 ${NODE}。`],
  ]);
});

test('an interview that failed is told with what to do, and the job keeps both languages', async () => {
  const { jobs, lines, job } = await openPair();
  jobs.pairProgress(ZIGBEE, { kind: 'found', node: NODE });
  jobs.pairProgress(ZIGBEE, { kind: 'failed', node: NODE, problem: FAILED });
  expect(lines().at(-1)).toEqual([
    'It did not answer all questions Bring it nearer.',
    '它没有回答所有问题 请拿近一些。',
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
