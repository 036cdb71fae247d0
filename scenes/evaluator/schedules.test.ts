import { describe, expect, it } from 'vitest';
import { TestWorld, type TestWorldOptions } from './test-world.ts';

const LAMP = 'do: [{toggle: hall-lamp}]\n';
const TELL = 'do: [{notify: {text: Hi}}]\n';
const at = (time: string, more = ''): string => `scene: S\nwhen:\n  - at: ${time}\n${more}`;

/** The instants at which the scene runs while the days pass. */
function instants(options: TestWorldOptions, text: string, days: number): string[] {
  const home = new TestWorld(options);
  home.scene('s', text);
  for (let minutes = 0; minutes < days * 24 * 60; minutes += 30) {
    home.pass(30 * 60_000);
    home.tick();
  }
  return home.runs().map(({ startedAtMs }) => new Date(startedAtMs).toISOString());
}

describe('a time of day', () => {
  it("comes once on each day in the home's zone", () => {
    expect(instants({ at: '2026-03-04T12:00:00Z' }, at('18:30', LAMP), 3)).toEqual([
      '2026-03-04T17:30:00.000Z',
      '2026-03-05T17:30:00.000Z',
      '2026-03-06T17:30:00.000Z',
    ]);
  });

  it('comes on its days only', () => {
    expect(
      instants({ at: '2026-03-04T12:00:00Z' }, at('08:00', `    on: [sat, mon]\n${LAMP}`), 8),
    ).toEqual(['2026-03-07T07:00:00.000Z', '2026-03-09T07:00:00.000Z']);
  });

  it.each([
    // zone, the night's start, time, the instant at which it comes
    ['Europe/Berlin', '2026-03-28T12:00:00Z', '02:30', '2026-03-29T01:00:00.000Z'],
    ['Europe/Berlin', '2026-03-28T12:00:00Z', '03:00', '2026-03-29T01:00:00.000Z'],
    ['Europe/Berlin', '2026-10-24T12:00:00Z', '02:30', '2026-10-25T00:30:00.000Z'],
    ['America/New_York', '2026-03-07T17:00:00Z', '02:15', '2026-03-08T07:00:00.000Z'],
    ['America/New_York', '2026-10-31T17:00:00Z', '01:15', '2026-11-01T05:15:00.000Z'],
    // Lord Howe changes by half an hour.
    ['Australia/Lord_Howe', '2026-10-03T02:00:00Z', '02:15', '2026-10-03T15:30:00.000Z'],
    ['Australia/Lord_Howe', '2026-04-04T02:00:00Z', '01:45', '2026-04-04T14:45:00.000Z'],
    // In Beirut the gap begins at midnight; the day itself is there.
    ['Asia/Beirut', '2026-03-28T12:00:00Z', '00:30', '2026-03-28T22:00:00.000Z'],
  ])('in %s on the night after %s at %s comes once', (zone, start, time, expected) => {
    expect(instants({ at: start, zone }, at(time, LAMP), 1)).toEqual([expected]);
  });

  it('does not come on a day that the zone leaves out', () => {
    const options = { at: '2011-12-29T22:00:00Z', zone: 'Pacific/Apia' };
    expect(instants(options, at('10:00', LAMP), 1)).toEqual(['2011-12-30T20:00:00.000Z']);
  });

  it('is known beforehand', () => {
    const home = new TestWorld({ at: '2026-03-04T12:00:00Z' });
    const id = home.scene('s', `scene: S\nwhen: [{at: 18:30}, {at: 07:00}]\n${LAMP}`);
    expect(home.evaluator.nextAt(id)).toBe(Date.parse('2026-03-04T17:30:00Z'));
    home.passUntil('2026-03-04T18:00:00Z');
    expect(home.evaluator.nextAt(id)).toBe(Date.parse('2026-03-05T06:00:00Z'));
    home.setEnabled(id, false);
    expect(home.evaluator.nextAt(id)).toBeNull();
  });

  it('that lies before the scene was saved is not caught up', () => {
    const home = new TestWorld({ at: '2026-03-04T17:35:00Z' });
    home.scene('s', at('18:30', LAMP));
    home.pass(3_600_000);
    expect(home.runs()).toEqual([]);
  });

  it('tells in its trace what set it off', () => {
    const home = new TestWorld({ at: '2026-03-04T17:00:00Z' });
    home.scene('s', at('18:30', LAMP));
    home.passUntil('2026-03-04T17:30:00Z');
    expect(home.runs()[0]?.cause).toEqual({ kind: 'schedule', at: '2026-03-04T18:30' });
    expect(home.runs()[0]?.summary).toEqual({
      en: 'It is 18:30: turned Hall lamp on',
      zh: '到 18:30\uff1a已打开 Hall lamp',
    });
  });
});

describe('a time of day that came while the hub was off', () => {
  const off = (text: string, downMs: number): TestWorld => {
    const home = new TestWorld({ at: '2026-03-04T17:29:00Z' });
    home.scene('s', text);
    home.restart({ downMs, reboot: true });
    return home;
  };

  it('is caught up within ten minutes', () => {
    const home = off(at('18:30', LAMP), 10 * 60_000);
    expect(home.runs()[0]?.summary.en).toBe(
      'It is 18:30 (caught up 9 minutes later): turned Hall lamp on',
    );
    home.pass(86_400_000 - 500_000);
    expect(home.runs()).toHaveLength(2);
  });

  it('is told as missed after more than ten minutes', () => {
    const home = off(at('18:30', LAMP), 12 * 60_000);
    expect(home.runs()).toEqual([]);
    expect(home.nearMisses()[0]?.summary.en).toBe(
      'It is 18:30. Not run: that was 11 minutes ago, which is too late to catch up',
    );
  });

  it('is never caught up by a scene that only tells something', () => {
    const home = off(at('18:30', TELL), 2 * 60_000);
    expect(home.told()).toEqual([]);
    expect(home.nearMisses()).toHaveLength(1);
  });

  it.each([
    ['run', 23 * 3_600_000, 1],
    ['skip', 2 * 60_000, 0],
    ['skip over 1h', 50 * 60_000, 1],
    ['skip over 1h', 70 * 60_000, 0],
  ])('with "late: %s", off for %i ms, runs %i times', (late, downMs, expected) => {
    const home = off(at('18:30', `${LAMP}after-outage: {late: ${late}}\n`), downMs);
    expect(home.runs()).toHaveLength(expected);
  });
});

describe('a wall clock that is set', () => {
  it('back does not repeat what has happened', () => {
    const home = new TestWorld({ at: '2026-03-04T17:00:00Z' });
    home.scene('s', at('18:30', LAMP));
    home.passUntil('2026-03-04T18:00:00Z');
    home.setWall('2026-03-04T17:00:00Z');
    home.pass(3_600_000);
    expect(home.runs()).toHaveLength(1);
    home.pass(86_400_000);
    expect(home.runs()).toHaveLength(2);
  });

  it('forward catches up what it jumped over, within ten minutes', () => {
    const home = new TestWorld({ at: '2026-03-04T17:00:00Z' });
    home.scene('s', at('18:30', LAMP));
    home.setWall('2026-03-04T17:35:00Z');
    expect(home.runs()).toHaveLength(1);
    home.setWall('2026-03-05T23:00:00Z');
    expect(home.runs()).toHaveLength(1);
    home.pass(86_400_000);
    expect(home.runs()).toHaveLength(2);
  });

  it('back from a far wrong future goes on as if nothing had been', () => {
    const home = new TestWorld({ at: '2030-01-01T12:00:00Z' });
    home.scene('s', at('18:30', LAMP));
    home.pass(86_400_000);
    expect(home.runs()).toHaveLength(1);
    home.setWall('2026-03-04T12:00:00Z');
    home.pass(86_400_000);
    expect(home.runs()).toHaveLength(2);
  });

  it('neither hurries nor delays holds and delays', () => {
    const home = new TestWorld({ at: '2026-03-04T12:00:00Z' });
    const id = home.scene('s', 'scene: S\ndo: [{delay: 10min}, {toggle: hall-lamp}]\n');
    home.run(id);
    home.setWall('2026-03-05T12:00:00Z');
    expect(home.asked()).toEqual([]);
    home.pass(599_999);
    expect(home.asked()).toEqual([]);
    home.pass(1);
    expect(home.asked()).toHaveLength(1);
  });

  it('for the first time plans, and owes nothing of before', () => {
    const home = new TestWorld({ at: '2025-01-01T00:00:00Z', clock: 'unset' });
    const id = home.scene('s', at('18:30', LAMP));
    home.pass(86_400_000);
    expect(home.runs()).toEqual([]);
    expect(home.evaluator.nextAt(id)).toBeNull();
    home.clock = 'synced';
    home.setWall('2026-03-04T17:35:00Z');
    expect(home.runs()).toEqual([]);
    expect(home.evaluator.nextAt(id)).toBe(Date.parse('2026-03-05T17:30:00Z'));
  });

  it('to another zone plans anew', () => {
    const home = new TestWorld({ at: '2026-03-04T12:00:00Z' });
    const id = home.scene('s', at('18:30', LAMP));
    home.home = { ...home.home, zone: 'Asia/Shanghai' };
    home.input(() => home.evaluator.homeChanged(home.world));
    expect(home.evaluator.nextAt(id)).toBe(Date.parse('2026-03-05T10:30:00Z'));
  });
});
