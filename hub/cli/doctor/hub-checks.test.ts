// What the doctor says of what the hub writes: a card wears out by it.
import { expect, it } from 'vitest';
import { checkWrites, type HubFacts } from './hub-checks.ts';

const STARTED = '2026-11-21T12:00:00.000Z';
const HOUR_MS = 3_600_000;

function facts(writtenBytes: number | null): HubFacts {
  return {
    ...{ isRunning: true, isPortTaken: false, home: null, coordinator: null, writtenBytes },
    health: {
      ...{
        ready: true,
        waitingFor: [],
        version: '1',
        startedAt: STARTED,
        clock: 'synced',
        demo: null,
      },
      ...{ parts: [], adapters: [], notices: [] },
    },
  };
}

const after = (hours: number, writtenBytes: number | null) =>
  checkWrites(facts(writtenBytes), Date.parse(STARTED) + hours * HOUR_MS);

it('item 85: what is written a day is said, and more than a card bears is a warning with what to do', () => {
  expect(after(12, 100_000_000)).toMatchObject({
    state: 'ok',
    text: { en: 'About 200 MB a day are written', zh: '每天大约写入 200 MB' },
  });
  expect(after(12, 3_000_000_000)).toMatchObject({
    state: 'warn',
    text: { en: 'About 6000 MB a day are written' },
    advice: { en: expect.stringMatching(/wears an SD card out/) },
  });
  expect(after(0.1, 3_000_000_000).state).toBe('ok');
  expect(after(12, null).state).toBe('skipped');
});
