import { describe, expect, it } from 'vitest';
import type { DeviceRecord } from '../../hub/model/device.ts';
import { deviceId, type SceneId } from '../../hub/model/identifiers.ts';
import { type PropertyDescriptor, propertyKey } from '../../hub/model/properties.ts';
import { TEST_DEVICES } from '../language/test-home.ts';
import { createCivilTime } from './civil-time.ts';
import { SunDays } from './sun-days.ts';
import { TestWorld, type TestWorldOptions } from './test-world.ts';

const LAMP = 'do: [{toggle: hall-lamp}]\n';
const TELL = 'do: [{notify: {text: Hi}}]\n';
const DAY_MS = 86_400_000;
const BERLIN = { latitude: 52.52, longitude: 13.405 };
const LONGYEARBYEN = { latitude: 78.22, longitude: 15.63 };
const MCMURDO = { latitude: -77.85, longitude: 166.67 };

const scene = (trigger: string, more = LAMP): string => `scene: S\nwhen:\n  - ${trigger}\n${more}`;

/** A home in Berlin with one scene. */
function homeWith(
  trigger: string,
  at: string,
  options: TestWorldOptions & { place?: typeof BERLIN; holidays?: string[] } = {},
) {
  const { place = BERLIN, holidays = [], ...rest } = options;
  const home = new TestWorld({ at, ...rest });
  home.home = { ...home.home, place, holidays };
  home.input(() => home.evaluator.homeChanged(home.world));
  const id = home.scene('s', scene(trigger));
  return { home, id };
}

/** The instants at which runs began. */
function began(home: TestWorld): string[] {
  return home
    .runs()
    .map(({ startedAtMs }) => new Date(startedAtMs).toISOString().replace(/:00\.000Z$/, 'Z'));
}

/** The local days on which runs began. */
function daysOf(home: TestWorld): string[] {
  const text = new Intl.DateTimeFormat('sv', { timeZone: home.home.zone });
  return home.runs().map(({ startedAtMs }) => text.format(startedAtMs));
}

describe('civil time', () => {
  it('item 11: a time of day comes on its weekdays, but not on holidays and other exceptions', () => {
    const { home } = homeWith(
      'at: 07:00\n    on: [mon, tue, wed, thu, fri]\n    except: [holidays, 2026-12-24, 12-31..01-02]',
      '2026-12-21T00:00:00Z',
      { holidays: ['12-25', '2026-12-28'] },
    );
    home.pass(16 * DAY_MS);
    expect(daysOf(home)).toEqual([
      ...['2026-12-21', '2026-12-22', '2026-12-23', '2026-12-29', '2026-12-30'],
      ...['2027-01-04', '2027-01-05'],
    ]);
  });

  it('item 11: a time of day can be kept to dates, and to the holidays of the home', () => {
    const { home } = homeWith(
      'at: 09:00\n    dates: [holidays, 2026-05-03, 05-10..05-11]',
      '2026-05-01T12:00:00Z',
      {
        holidays: ['2026-05-14'],
      },
    );
    home.pass(20 * DAY_MS);
    expect(daysOf(home)).toEqual(['2026-05-03', '2026-05-10', '2026-05-11', '2026-05-14']);
  });

  it('item 11: the leap day comes every four years', () => {
    const { home, id } = homeWith('at: 12:00\n    dates: [02-29]', '2026-05-01T12:00:00Z');
    expect(home.evaluator.nextAt(id)).toBe(Date.parse('2028-02-29T11:00:00Z'));
  });

  it('item 11: new holidays of the home count at once', () => {
    const { home, id } = homeWith('at: 07:00\n    except: [holidays]', '2026-05-01T12:00:00Z');
    home.home = { ...home.home, holidays: ['2026-05-02'] };
    home.input(() => home.evaluator.homeChanged(home.world));
    expect(home.evaluator.nextAt(id)).toBe(Date.parse('2026-05-03T05:00:00Z'));
  });

  it.each([
    // what the clock does, rules, the instants of 02:30
    ['spring', '', ['2026-03-29T01:00Z']],
    ['spring', ', gap: shift', ['2026-03-29T01:30Z']],
    ['spring', ', gap: skip', []],
    ['autumn', '', ['2026-10-25T00:30Z']],
    ['autumn', ', overlap: second', ['2026-10-25T01:30Z']],
    ['autumn', ', overlap: both', ['2026-10-25T00:30Z', '2026-10-25T01:30Z']],
  ])(
    'item 11: half past two in %s comes by the rule that the scene states: "%s"',
    (season, rules, expected) => {
      const at = season === 'spring' ? '2026-03-28T12:00:00Z' : '2026-10-24T12:00:00Z';
      const { home } = homeWith(`{at: 02:30${rules}}`, at);
      home.pass(DAY_MS);
      expect(began(home)).toEqual(expected);
    },
  );
});

describe('an interval', () => {
  it('item 12: from when it was switched on goes by elapsed time, over the change of the clock', () => {
    const { home, id } = homeWith('every: 40min', '2026-03-28T23:10:00Z');
    home.pass(3 * 3_600_000);
    expect(began(home)).toEqual([
      '2026-03-28T23:50Z',
      '2026-03-29T00:30Z',
      '2026-03-29T01:10Z',
      '2026-03-29T01:50Z',
    ]);
    expect(home.evaluator.nextAt(id)).toBe(Date.parse('2026-03-29T02:30Z'));
  });

  it('item 12: aligned comes at the full quarters of the clock, on its days', () => {
    const { home } = homeWith(
      'every: 6h\n    aligned: true\n    on: [sun]',
      '2026-05-02T10:05:00Z',
    );
    home.pass(2 * DAY_MS);
    expect(began(home)).toEqual([
      '2026-05-02T22:00Z',
      '2026-05-03T04:00Z',
      '2026-05-03T10:00Z',
      '2026-05-03T16:00Z',
    ]);
  });

  it('item 12: neither a step of the clock nor saving another scene touches it', () => {
    const { home } = homeWith('every: 40min', '2026-05-02T10:00:00Z');
    home.pass(30 * 60_000);
    home.setWall('2036-05-02T12:00:00Z');
    home.scene('t', scene('at: 07:00'));
    expect(home.runs()).toEqual([]);
    home.pass(10 * 60_000);
    expect(home.runs()).toHaveLength(1);
    home.setWall('2026-05-02T10:41:00Z');
    home.pass(40 * 60_000);
    expect(home.runs()).toHaveLength(2);
  });

  it('item 12: goes on over a restart, and a reboot, where it stood', () => {
    const { home } = homeWith('every: 40min', '2026-05-02T10:00:00Z');
    home.pass(30 * 60_000);
    home.restart({ downMs: 5 * 60_000 });
    home.pass(5 * 60_000);
    expect(began(home)).toEqual(['2026-05-02T10:40Z']);
    home.restart({ downMs: 15 * 60_000, reboot: true });
    home.pass(25 * 60_000);
    expect(began(home)).toEqual(['2026-05-02T10:40Z', '2026-05-02T11:20Z']);
  });

  it('item 12: goes on without any clock, also after a reboot, from then', () => {
    const { home } = homeWith('every: 40min', '1970-01-01T00:00:00Z', { clock: 'unset' });
    home.pass(40 * 60_000);
    expect(home.runs()).toHaveLength(1);
    home.restart({ reboot: true });
    home.pass(39 * 60_000);
    expect(home.runs()).toHaveLength(1);
    home.pass(60_000);
    expect(home.runs()).toHaveLength(2);
  });

  it.each([
    ['{every: 7min, aligned: true}', 'does not divide the day'],
    ['every: 0.5s', 'at least 1s'],
    ['{every: 5min, on: [mon]}', 'knows no days'],
    ['{every: 5min, aligned: true, from: enable}', 'leave `from` out'],
  ])('item 12: "%s" is refused with what would be right', (trigger, reason) => {
    expect(() => homeWith(trigger, '2026-05-02T10:00:00Z')).toThrow(reason);
  });
});

describe('a cron pattern', () => {
  it("item 13: sets a scene off by the home's civil time, and can leave out holidays", () => {
    const { home } = homeWith(
      'cron: "30 7 * * 1-5"\n    except: [holidays]',
      '2026-05-01T12:00:00Z',
      {
        holidays: ['2026-05-05'],
      },
    );
    home.pass(6 * DAY_MS);
    expect(began(home)).toEqual(['2026-05-04T05:30Z', '2026-05-06T05:30Z', '2026-05-07T05:30Z']);
    expect(home.runs()[0]?.cause).toEqual({ kind: 'schedule', at: '2026-05-04T07:30' });
  });

  it('item 13: of every second comes every second', () => {
    const { home } = homeWith('cron: "* * * * * *"', '2026-05-01T12:00:00Z');
    home.pass(5000);
    expect(home.runs()).toHaveLength(5);
  });
});

describe('the sun', () => {
  it('item 14: sets a scene off with an offset, and its day is the one whose moment it is, over midnight too', () => {
    const { home } = homeWith('at: sunset+6h\n    on: [fri]', '2026-06-17T12:00:00Z');
    home.pass(7 * DAY_MS);
    // Friday the 19th has its sunset at 19:33 UTC.
    expect(home.runs()).toHaveLength(1);
    expect(
      Math.abs((home.runs()[0]?.startedAtMs ?? 0) - Date.parse('2026-06-20T01:33:00Z')),
    ).toBeLessThan(120_000);
    expect(home.runs()[0]?.summary.en).toContain('It is 6 hours after sunset');
  });

  it('item 14: sinking below an elevation, and rising above one, are moments too', () => {
    const { home } = homeWith('sun: {elevation: {below: -4}}', '2026-06-17T12:00:00Z');
    home.scene('t', scene('sun: {elevation: {above: 6}}\n    offset: -10min'));
    home.pass(DAY_MS);
    const [evening, morning] = home.runs().map(({ startedAtMs }) => startedAtMs);
    const { sun } = sunOf(home);
    expect(sun(evening ?? 0)).toBeCloseTo(-4, 1);
    expect(sun((morning ?? 0) + 600_000)).toBeCloseTo(6, 1);
  });

  it.each([
    ['skip', LONGYEARBYEN, 'Arctic/Longyearbyen'],
    ['skip', MCMURDO, 'Antarctica/McMurdo'],
    ['nearest', LONGYEARBYEN, 'Arctic/Longyearbyen'],
    ['nearest', MCMURDO, 'Antarctica/McMurdo'],
    ['18:00', LONGYEARBYEN, 'Arctic/Longyearbyen'],
    ['18:00', MCMURDO, 'Antarctica/McMurdo'],
  ])(
    'item 14: with "no-sun: %s" a sunset comes once on each day of a polar year that has one, and else by the rule',
    (rule, place, zone) => {
      const { home } = homeWith(`at: sunset\n    no-sun: ${rule}`, '2026-01-01T00:00:00Z', {
        place,
        zone,
      });
      home.pass(365 * DAY_MS);
      const runs = home.runs().length;
      if (rule === 'skip') {
        expect(runs).toBeGreaterThan(90);
        expect(runs).toBeLessThan(180);
      } else {
        expect(Math.abs(runs - 365)).toBeLessThanOrEqual(1);
      }
      const days = home.runs().map(({ cause }) => (cause.kind === 'schedule' ? cause.at : ''));
      expect(new Set(days).size).toBe(runs);
    },
  );

  it('item 14: a new place of the home plans anew, and does not repeat what has come on that day', () => {
    const { home, id } = homeWith('at: sunset', '2026-06-17T12:00:00Z');
    home.passUntil('2026-06-17T20:00:00Z');
    expect(home.runs()).toHaveLength(1);
    // Further west the sun is still up.
    home.home = { ...home.home, place: { latitude: 52, longitude: 0 } };
    home.input(() => home.evaluator.homeChanged(home.world));
    home.pass(12 * 3_600_000);
    expect(home.runs()).toHaveLength(1);
    expect(home.evaluator.nextAt(id)).toBeGreaterThan(Date.parse('2026-06-18T20:00:00Z'));
  });

  it('item 14: in a home without a place is told as the problem that it is', () => {
    const home = new TestWorld();
    const id = home.scene('s', scene('at: sunset'));
    home.pass(2 * DAY_MS);
    expect(home.runs()).toEqual([]);
    expect(home.evaluator.problems().get(id)?.hint).toBe("Set the home's place in the settings.");
    home.home = { ...home.home, place: BERLIN };
    home.input(() => home.evaluator.homeChanged(home.world));
    expect(home.evaluator.problems().size).toBe(0);
    expect(home.evaluator.nextAt(id)).not.toBeNull();
  });
});

function sunOf(home: TestWorld): { sun: (wallMs: number) => number } {
  const { place, zone } = home.home;
  if (place === null) throw new Error('no place');
  const days = new SunDays(createCivilTime(zone), place);
  return { sun: (wallMs) => days.elevation(wallMs) };
}

describe('a time that a property says', () => {
  const alarm: PropertyDescriptor = {
    key: propertyKey('x_alarm'),
    name: 'x_alarm',
    type: 'string',
    access: 'rw',
    label: { en: 'Alarm', zh: '闹钟' },
  };
  const [lamp] = TEST_DEVICES;
  if (lamp === undefined) throw new Error('no devices');
  const clock: DeviceRecord = {
    ...lamp,
    id: deviceId('dev_clock'),
    handle: 'clock',
    name: 'Clock',
    description: { ...lamp.description, properties: [alarm] },
  };
  const devices = [...TEST_DEVICES, clock];
  const withAlarm = (value: string, trigger = 'at: {value: clock.x_alarm}') => {
    const home = new TestWorld({ at: '2026-05-01T12:00:00Z', devices });
    home.report('clock.x_alarm', value);
    const id = home.scene('s', scene(trigger));
    return { home, id };
  };

  it('item 15: sets the scene off then, and at another time as soon as it says another', () => {
    const { home, id } = withAlarm('06:30');
    expect(home.evaluator.nextAt(id)).toBe(Date.parse('2026-05-02T04:30Z'));
    home.report('clock.x_alarm', '07:15');
    home.pass(DAY_MS);
    expect(began(home)).toEqual(['2026-05-02T05:15Z']);
    expect(home.runs()[0]?.summary.en).toContain("It is the time that Clock's alarm says");
  });

  it('item 15: a new time that has just gone by today is not owed, and one still to come is kept', () => {
    const { home } = withAlarm('18:00');
    home.report('clock.x_alarm', '13:55');
    expect(home.runs()).toEqual([]);
    home.report('clock.x_alarm', '14:30');
    home.pass(3_600_000);
    expect(began(home)).toEqual(['2026-05-01T12:30Z']);
    home.report('clock.x_alarm', '15:30');
    home.pass(3_600_000);
    expect(began(home)).toEqual(['2026-05-01T12:30Z', '2026-05-01T13:30Z']);
  });

  it('item 15: may be a date with its time, which comes once, and be moved by an offset', () => {
    const { home } = withAlarm('2026-05-03T06:00', 'at: {value: clock.x_alarm, offset: -10min}');
    home.pass(4 * DAY_MS);
    expect(began(home)).toEqual(['2026-05-03T03:50Z']);
    home.report('clock.x_alarm', '2026-05-06T06:00:00+02:00');
    home.pass(2 * DAY_MS);
    expect(began(home)).toEqual(['2026-05-03T03:50Z', '2026-05-06T03:50Z']);
  });

  it('item 15: is kept while the device is out of reach, and there is none while it says no time', () => {
    const { home, id } = withAlarm('06:30');
    home.setOnline('clock', false);
    home.pass(DAY_MS);
    expect(home.runs()).toHaveLength(1);
    home.report('clock.x_alarm', 'off');
    expect(home.evaluator.nextAt(id)).toBeNull();
  });
});

describe('the clock', () => {
  it('item 71: is only an input: ten years pass in a moment, and each day has its run', () => {
    const { home } = homeWith('at: 07:00', '2026-01-01T00:00:00Z');
    home.pass(3653 * DAY_MS);
    expect(home.runs()).toHaveLength(3653);
    expect(new Set(daysOf(home)).size).toBe(3653);
  });

  const KINDS = [
    'at: 18:30',
    'at: sunset',
    '{every: 15min, aligned: true}',
    'cron: "*/10 * * * *"',
    'cron: "35 18 * * *"',
  ];
  const HOURS_MS = [3_600_000, -3_600_000, 3653 * DAY_MS, -3653 * DAY_MS];

  it.each(KINDS.flatMap((kind) => HOURS_MS.map((stepMs) => [kind, stepMs] as const)))(
    'item 81: with "%s" a step of %i ms and back again tells nothing twice and loses nothing afterwards',
    (kind, stepMs) => {
      const { home } = homeWith(kind, '2036-05-01T16:20:00Z');
      home.pass(3 * 3_600_000);
      const before = home.runs().length;
      expect(before).toBeGreaterThan(0);
      home.setWall(home.now.wallMs + stepMs);
      home.pass(5 * 60_000);
      home.setWall(home.now.wallMs - stepMs);
      home.pass(DAY_MS);
      const named = home.runs().map(({ cause }) => (cause.kind === 'schedule' ? cause.at : ''));
      expect(named.filter((at, index) => named.indexOf(at) !== index)).toEqual([]);
      // The day after the step is whole.
      const steady = new Set(
        named.filter((at) => at >= '2036-05-01T22:00' && at < '2036-05-02T21:00'),
      );
      expect(steady.size).toBe(
        { 'at: 18:30': 1, 'at: sunset': 1, 'cron: "35 18 * * *"': 1, 'cron: "*/10 * * * *"': 138 }[
          kind
        ] ?? 92,
      );
    },
  );

  it.each([1, -1])(
    'item 81: a clock that is wrong by %i hour for a while repeats nothing, however often it happens',
    (sign) => {
      const { home } = homeWith('cron: "*/10 * * * *"', '2026-05-01T12:00:00Z');
      for (let step = 0; step < 30; step++) {
        home.pass(25 * 60_000);
        home.setWall(home.now.wallMs + (step % 2 === 0 ? sign : -sign) * 3_600_000);
      }
      const named = home.runs().map(({ cause }) => (cause.kind === 'schedule' ? cause.at : ''));
      expect(new Set(named).size).toBe(named.length);
    },
  );

  it('item 81: what has come is known after a restart on a clock that was set back', () => {
    const { home } = homeWith('at: 18:30', '2026-05-01T12:00:00Z');
    home.passUntil('2026-05-01T17:00:00Z');
    expect(home.runs()).toHaveLength(1);
    home.restart({ downMs: -2 * 3_600_000, reboot: true });
    home.pass(3 * 3_600_000);
    expect(home.runs()).toHaveLength(1);
  });

  it('item 81: a start in 1970 plans nothing by the calendar, and once the clock is set nothing is owed', () => {
    const { home, id } = homeWith('at: 18:30', '1970-01-01T00:00:00Z', { clock: 'unset' });
    home.pass(3 * DAY_MS);
    expect(home.runs()).toEqual([]);
    expect(home.evaluator.nextAt(id)).toBeNull();
    home.clock = 'synced';
    home.setWall('2026-05-01T16:32:00Z');
    expect(home.runs()).toEqual([]);
    home.pass(DAY_MS);
    expect(began(home)).toEqual(['2026-05-02T16:30Z']);
  });
});

describe('a schedule that was missed', () => {
  const off = (rule: string, downMs: number, steps = LAMP): [runs: number, nearMisses: number] => {
    const home = new TestWorld({ at: '2026-05-01T16:29:00Z' });
    home.scene('s', scene(`at: 18:30${rule === '' ? '' : `\n    late: ${rule}`}`, steps));
    home.restart({ downMs, reboot: true });
    return [home.runs().length, home.nearMisses().length];
  };

  it.each([
    ['', 9, LAMP, [1, 0]],
    ['', 12, LAMP, [0, 1]],
    ['', 3, TELL, [0, 1]],
    ['never', 3, LAMP, [0, 1]],
    ['once', 20 * 60, LAMP, [1, 0]],
    ['once', 3, TELL, [1, 0]],
    ['within 30min', 29, LAMP, [1, 0]],
    ['within 30min', 40, LAMP, [0, 1]],
  ] as const)(
    'item 82: with "late: %s" and %i minutes off is caught up or told as missed',
    (rule, minutes, steps, expected) => {
      expect(off(rule, minutes * 60_000, steps)).toEqual(expected);
    },
  );

  it('item 82: three missed days are caught up once', () => {
    const home = new TestWorld({ at: '2026-05-01T16:00:00Z' });
    home.scene('s', scene('at: 18:30\n    late: once'));
    home.restart({ downMs: 3 * DAY_MS, reboot: true });
    expect(home.runs()).toHaveLength(1);
    home.pass(DAY_MS);
    expect(home.runs()).toHaveLength(2);
  });

  it('item 82: an interval that was missed is caught up once by the same rule, and keeps its rhythm', () => {
    const home = new TestWorld({ at: '2026-05-01T16:00:00Z' });
    home.scene('s', scene('every: 1h\n    late: once'));
    home.restart({ downMs: 2.5 * 3_600_000 });
    expect(home.runs()).toHaveLength(1);
    home.pass(30 * 60_000);
    expect(began(home).at(-1)).toBe('2026-05-01T19:00Z');
  });

  it('item 82: two triggers of one scene each have their own rule', () => {
    const home = new TestWorld({ at: '2026-05-01T16:29:00Z' });
    const id: SceneId = home.scene(
      's',
      `scene: S\nwhen:\n  - {at: 18:30, late: never}\n  - {at: 18:31, late: once}\n${LAMP}`,
    );
    home.restart({ downMs: 5 * 60_000, reboot: true });
    expect(home.runs().map((run) => [run.scene, run.cause])).toEqual([
      [id, { kind: 'schedule', at: '2026-05-01T18:31' }],
    ]);
  });
});
