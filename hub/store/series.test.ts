import { describe, expect, it } from 'vitest';
import { deviceId, runId, sceneId } from '../model/identifiers.ts';
import type { LogEntry } from '../model/journal.ts';
import { type PropertyValue, propertyKey } from '../model/properties.ts';
import { EventLog } from './event-log.ts';
import { HISTORY_FILE } from './files.ts';
import { readLog } from './log-reader.ts';
import { type OpenDatabase, openDatabase } from './open.ts';
import { createRetention, LOG_KEPT_MS, usedBytes } from './retention.ts';
import { Buckets, DAY_MS, decodeBuckets, encodeBuckets, HOUR_MS, MINUTE_MS } from './rollup.ts';
import type { Sample } from './sample.ts';
import { decodeChunk, encodeChunk } from './series-chunk.ts';
import { readSeries } from './series-reader.ts';
import { createSeriesRoll } from './series-roll.ts';
import {
  change,
  HALL,
  START_MS,
  seededRandom,
  TEMPERATURE,
  temporaryFolder,
} from './test-records.ts';

function withLog(
  test: (log: EventLog, database: OpenDatabase, reopen: () => EventLog) => void,
): void {
  using folder = temporaryFolder();
  let database = openDatabase(folder.path, HISTORY_FILE);
  // Nothing here is about power cuts.
  database.pragma('synchronous = OFF');
  try {
    test(new EventLog(database), database, () => {
      database.close();
      database = openDatabase(folder.path, HISTORY_FILE);
      return new EventLog(database);
    });
  } finally {
    database.close();
  }
}

function write(log: EventLog, entries: readonly LogEntry[], perCommit = 50): void {
  for (let from = 0; from < entries.length; from += perCommit) {
    log.accept(entries.slice(from, from + perCommit));
    log.commit();
  }
}

function roll(database: OpenDatabase, log: EventLog): void {
  const work = createSeriesRoll(database, log);
  while (work.step());
}

function readAll(database: OpenDatabase): LogEntry[] {
  const entries: LogEntry[] = [];
  let before: string | null = null;
  do {
    const page = readLog(database, { device: null, before, limit: 500 });
    entries.push(...page.items);
    before = page.next;
  } while (before !== null);
  return entries;
}

/** A thermometer that reports about once a minute, some 20 ms early or late. */
function thermometer(count: number, seed = 1): LogEntry[] {
  const random = seededRandom(seed);
  let tenths = 210;
  let seq = 0;
  return Array.from({ length: count }, (_, minute) => {
    tenths += Math.round((random() - 0.5) * 6) || 1;
    seq += 40 + Math.floor(random() * 60);
    const atMs = START_MS + minute * MINUTE_MS + Math.floor(random() * 40);
    return change(seq, tenths / 10, { atMs });
  });
}

const samplesOf = (values: readonly PropertyValue[]): Sample[] =>
  values.map((value, index) => ({ seq: index * 2, atMs: START_MS + index, value, cause: null }));

describe('a chunk', () => {
  it('gives back exactly what went in, whatever the values are', () => {
    const cases: PropertyValue[][] = [
      [],
      [21.5],
      [21.5, 21.4, 21.6, -3, 0],
      [0.1 + 0.2, 1e-9, 1e300, Number.MAX_SAFE_INTEGER],
      [true, false, true],
      ['heat', 'off', 'heat'],
      [1, 'unknown', 2],
      [{ hue: 1, saturation: 2 }, 5],
      [2 ** 50, -(2 ** 50), 0.5],
    ];
    for (const values of cases) {
      const samples = samplesOf(values);
      expect(decodeChunk(encodeChunk(samples))).toEqual(samples);
    }
  });

  it('keeps times that go back, and who caused what', () => {
    const scene = { kind: 'scene', scene: sceneId('scene_a'), run: runId('run_a') } as const;
    const samples: Sample[] = [
      { seq: 5, atMs: START_MS, value: 1, cause: null },
      { seq: 9, atMs: START_MS - DAY_MS, value: 2, cause: scene },
      { seq: 9, atMs: 12, value: 3, cause: scene },
      { seq: 2 ** 45, atMs: 2 ** 43, value: 4, cause: { kind: 'local' } },
    ];
    expect(decodeChunk(encodeChunk(samples))).toEqual(samples);
  });

  it('is refused when any byte of it changed or is missing', () => {
    const chunk = encodeChunk(samplesOf([21, 22, 23, 21, 24]));
    for (let index = 0; index < chunk.length; index += 1) {
      const spoilt = chunk.slice();
      spoilt[index] = (spoilt[index] ?? 0) ^ 0x10;
      expect(() => decodeChunk(spoilt)).toThrow(/damaged/);
      expect(() => decodeChunk(chunk.slice(0, index))).toThrow(/damaged/);
    }
  });
});

describe('roll-ups', () => {
  it('come back as they were', () => {
    const buckets = new Buckets(HOUR_MS);
    buckets.addSamples(samplesOf([1, 2, 6, true, 'no number']));
    expect(buckets.list()).toEqual([
      { atMs: START_MS, count: 4, min: 1, max: 6, mean: 2.5, last: 1 },
    ]);
    const list = buckets.list();
    expect(decodeBuckets(encodeBuckets(list, HOUR_MS), HOUR_MS)).toEqual(list);
  });
});

describe('rolling the log into series', () => {
  it('changes nothing in what is read: entries, order, last values', () => {
    withLog((log, database, reopen) => {
      const others: LogEntry[] = Array.from({ length: 30 }, (_, index) => ({
        kind: 'event',
        seq: 1 + index * 1000,
        atMs: START_MS + index * 10 * MINUTE_MS,
        device: HALL,
        property: propertyKey('button'),
        value: 'single',
      }));
      const entries = [...thermometer(600), ...others].sort((a, b) => a.seq - b.seq);
      write(log, entries.slice(0, 400));
      roll(database, log);
      write(log, entries.slice(400, 550));
      roll(database, log);
      write(log, entries.slice(550));
      expect(readAll(database)).toEqual(entries.toReversed());
      const again = reopen();
      expect(again.lastValues()).toEqual(log.lastValues());
      expect(again.lastSeq).toBe(log.lastSeq);
    });
  });

  it('may be given up after any slice: nothing is lost and nothing doubled', () => {
    const kitchen = deviceId('dev_kitchen');
    const entries = thermometer(200).flatMap((entry, index) => [
      entry,
      ...['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'].map((name) =>
        change(entry.seq, index, { device: deviceId(`dev_${name}`), atMs: entry.atMs }),
      ),
      change(entry.seq, index % 2 === 0, { device: kitchen, atMs: entry.atMs }),
    ]);
    const place = (entry: LogEntry): string =>
      `${entry.seq} ${entry.kind === 'change' ? entry.device : ''}`;
    const sorted = (list: readonly LogEntry[]): LogEntry[] =>
      list.toSorted((one, other) => (place(one) < place(other) ? -1 : 1));
    for (let slices = 0; slices < 8; slices += 1) {
      withLog((log, database, reopen) => {
        write(log, entries.slice(0, 2000));
        const work = createSeriesRoll(database, log);
        for (let step = 0; step < slices; step += 1) work.step();
        const again = reopen();
        const reopened = again.database;
        expect(sorted(readAll(reopened))).toEqual(sorted(entries.slice(0, 2000)));
        write(again, entries.slice(2000));
        roll(reopened, again);
        expect(sorted(readAll(reopened))).toEqual(sorted(entries));
        const query = { device: HALL, property: TEMPERATURE, fromMs: START_MS, points: 2000 };
        const { points } = readSeries(reopened, { ...query, toMs: START_MS + 200 * MINUTE_MS });
        expect(points).toHaveLength(200);
      });
    }
  });

  it('stores a steady number in at most 5.4 bytes a sample, milliseconds and all, in the whole file', () => {
    withLog((log, database) => {
      const days = 7;
      const series = 10;
      const entries: LogEntry[] = [];
      for (let index = 0; index < series; index += 1) {
        const device = deviceId(`dev_t${index}`);
        for (const entry of thermometer(days * 1440, index + 1)) {
          entries.push({ ...entry, device, cause: { kind: 'device', device } } as LogEntry);
        }
      }
      entries.sort((a, b) => a.seq - b.seq);
      for (let from = 0; from < entries.length; from += 2000) {
        write(log, entries.slice(from, from + 2000), 500);
        roll(database, log);
      }
      const bytesPerSample = usedBytes(database) / entries.length;
      expect(bytesPerSample).toBeLessThan(5.4);
      expect(bytesPerSample).toBeGreaterThan(1);
    });
  });
});

describe('a series', () => {
  const query = { device: HALL, property: TEMPERATURE, fromMs: START_MS, points: 100 };

  it('is the same from the log, from chunks and from both', () => {
    const entries = thermometer(300);
    const ask = (database: OpenDatabase, points: number) =>
      readSeries(database, { ...query, points, toMs: START_MS + 300 * MINUTE_MS });
    withLog((log, database) => {
      write(log, entries);
      const fine = ask(database, 2000);
      const coarse = ask(database, 3);
      expect([fine.resolutionMs, fine.points.length]).toEqual([10_000, 300]);
      expect(coarse.resolutionMs).toBe(2 * HOUR_MS);
      roll(database, log);
      expect(ask(database, 2000)).toEqual(fine);
      const rolled = ask(database, 3);
      expect(rolled.points.map(([at, min, max, , last]) => [at, min, max, last])).toEqual(
        coarse.points.map(([at, min, max, , last]) => [at, min, max, last]),
      );
      for (const [index, point] of rolled.points.entries()) {
        expect(point[3]).toBeCloseTo(coarse.points[index]?.[3] ?? 0, 4);
      }
    });
  });

  it('has minimum, maximum, mean and last of each interval, and only of what was asked', () => {
    withLog((log, database) => {
      write(
        log,
        [20, 30, 10, 40].map((value, index) =>
          change(index + 1, value, { atMs: START_MS + index * 30_000 }),
        ),
      );
      const minutes = readSeries(database, { ...query, toMs: START_MS + 100 * MINUTE_MS });
      expect(minutes).toEqual({
        resolutionMs: MINUTE_MS,
        points: [
          [START_MS, 20, 30, 25, 30],
          [START_MS + MINUTE_MS, 10, 40, 25, 40],
        ],
      });
      const later = { ...query, fromMs: START_MS + 30_000, toMs: START_MS + 60_000, points: 1 };
      expect(readSeries(database, later).points.map((point) => point[4])).toEqual([30]);
      expect(readSeries(database, { ...query, toMs: START_MS }).points).toEqual([]);
      expect(
        readSeries(database, { ...query, device: deviceId('dev_none'), toMs: START_MS + 1 }).points,
      ).toEqual([]);
    });
  });

  it('of words has no points, of truths has ones and zeros', () => {
    withLog((log, database) => {
      const mode = propertyKey('mode');
      const on = propertyKey('on');
      write(log, [change(1, 'heat', { property: mode }), change(2, true, { property: on })]);
      const range = { ...query, toMs: START_MS + HOUR_MS };
      expect(readSeries(database, { ...range, property: mode }).points).toEqual([]);
      expect(readSeries(database, { ...range, property: on }).points).toMatchObject([
        [expect.any(Number), 1, 1, 1, 1],
      ]);
    });
  });

  it('of 30 days is read in a moment', () => {
    withLog((log, database) => {
      const entries = thermometer(30 * 1440);
      write(log, entries, 2000);
      roll(database, log);
      const startedMs = performance.now();
      const days = readSeries(database, { ...query, toMs: START_MS + 30 * DAY_MS, points: 2000 });
      const tookMs = performance.now() - startedMs;
      expect(days.points.length).toBeGreaterThan(1400);
      expect(tookMs).toBeLessThan(500);
    });
  });
});

describe('retention', () => {
  it('gives up samples after 30 days, and keeps roll-ups of five minutes and of an hour', () => {
    withLog((log, database) => {
      const entries = thermometer(4 * 1440);
      write(log, entries, 2000);
      roll(database, log);
      const nowMs = START_MS + LOG_KEPT_MS + 2 * DAY_MS;
      for (let pass = 0; pass < 5; pass += 1) {
        const work = createRetention(database, nowMs);
        while (work.step());
      }
      const range = { device: HALL, property: TEMPERATURE, fromMs: START_MS, points: 2000 };
      const firstDay = readSeries(database, { ...range, toMs: START_MS + DAY_MS });
      expect(firstDay.points).toHaveLength(288);
      expect(firstDay.points.every(([, min, max, mean]) => min <= mean && mean <= max)).toBe(true);
      const hourly = readSeries(database, { ...range, toMs: START_MS + DAY_MS, points: 24 });
      expect(hourly.points).toHaveLength(24);
      const lastDay = { ...range, fromMs: START_MS + 3 * DAY_MS, toMs: START_MS + 4 * DAY_MS };
      expect(readSeries(database, lastDay).points).toHaveLength(1440);
      expect(log.lastValues()).toHaveLength(1);
    });
  });

  it('takes the oldest day while the file is over its size, little at a time', () => {
    withLog((log, database) => {
      write(log, thermometer(20 * 1440), 2000);
      roll(database, log);
      const before = usedBytes(database);
      const nowMs = START_MS + 20 * DAY_MS;
      for (let pass = 0; pass < 20; pass += 1) {
        const work = createRetention(database, nowMs, before / 2);
        while (work.step());
      }
      expect(usedBytes(database)).toBeLessThan(before);
      const newest = readAll(database).at(0);
      expect(newest?.atMs).toBeGreaterThan(nowMs - HOUR_MS);
    });
  });

  it('loses little to a clock that jumps ten years ahead for a while', () => {
    withLog((log, database) => {
      write(log, thermometer(20 * 1440), 2000);
      roll(database, log);
      const work = createRetention(database, START_MS + 3650 * DAY_MS);
      while (work.step());
      expect(readAll(database).length).toBeGreaterThan(17 * 1440);
    });
  });
});
