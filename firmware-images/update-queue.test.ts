// Whose turn it is among updates.
import { expect, it } from 'vitest';
import { adapterId, deviceId } from '../hub/model/identifiers.ts';
import { UpdateQueue } from './update-queue.ts';

const zigbee = adapterId('zigbee');

function update(name: string, adapter = zigbee) {
  const stop = new AbortController();
  const done = Promise.withResolvers<void>();
  const told: string[] = [];
  return {
    ...{ told, stop, done },
    entry: {
      ...{ device: deviceId(`dev_${name}`), adapter, name, signal: stop.signal },
      waits: (place: number, of: number) => void told.push(`${place} of ${of}`),
      run: () => {
        told.push('runs');
        return done.promise;
      },
      takenBack: () => void told.push('taken back'),
    },
  };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

it('lets one of each adapter run, and the others in the order in which they came', async () => {
  const queue = new UpdateQueue();
  const [a, b, c, d] = ['aaa', 'bbb', 'ccc', 'ddd'].map((name) => update(name));
  const other = update('other', adapterId('another'));
  for (const each of [a, b, c, d, other]) if (each) queue.add(each.entry);
  expect([a?.told, b?.told, other.told]).toEqual([
    ['runs'],
    ['1 of 1', '1 of 2', '1 of 3'],
    ['runs'],
  ]);
  c?.stop.abort();
  expect(c?.told.at(-1)).toBe('taken back');
  expect(d?.told).toEqual(['3 of 3', '2 of 2']);
  // An update that fails holds nobody up.
  a?.done.reject(new Error('the device went away'));
  await settled();
  expect([b?.told.at(-1), d?.told.at(-1)]).toEqual(['runs', '1 of 1']);
  b?.done.resolve();
  await settled();
  expect(d?.told.at(-1)).toBe('runs');
  expect(c?.told.at(-1)).toBe('taken back');
  d?.done.resolve();
  other.done.resolve();
  await settled();
  expect(queue.isBusy(zigbee)).toBe(false);
});

it('takes a device once, and no more than its limit', () => {
  const queue = new UpdateQueue();
  queue.add(update('first').entry);
  queue.add(update('second').entry);
  expect(() => queue.add(update('first').entry)).toThrow('first is being updated already');
  expect(() => queue.add(update('second').entry)).toThrow('waits for its turn already');
  for (let count = 1; count < 200; count += 1) queue.add(update(`d${count}`).entry);
  expect(() => queue.add(update('more').entry)).toThrow('200 updates wait already');
});
