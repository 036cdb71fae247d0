import { describe, expect, it } from 'vitest';
import { TestWorld } from './test-world.ts';

const BERLIN = { latitude: 52.52, longitude: 13.405 };
const SYDNEY = { latitude: -33.87, longitude: 151.21 };
const LONGYEARBYEN = { latitude: 78.22, longitude: 15.63 };

interface Home {
  readonly zone?: string;
  readonly place?: typeof BERLIN | null;
  readonly holidays?: readonly string[];
}

/** What a condition is at an instant: whether the scene runs, or that nobody knows. */
function truth(
  condition: string,
  at: string,
  { zone = 'Europe/Berlin', place = BERLIN, holidays = [] }: Home = {},
) {
  const home = new TestWorld({ at, zone });
  home.home = { ...home.home, place, holidays };
  home.input(() => home.evaluator.homeChanged(home.world));
  const id = home.scene('s', `scene: S\nwhile: ${condition}\ndo: [{toggle: hall-lamp}]\n`);
  home.run(id, true);
  if (home.runs().length > 0) return true;
  return home.nearMisses()[0]?.summary.en.includes('not known whether') ? 'unknown' : false;
}

describe('a time window', () => {
  it.each([
    // The sun sets at 19:32 UTC and rises at 02:43 UTC in Berlin then.
    ['{between: [22:00, 07:00]}', '2026-06-19T20:30:00Z', true],
    ['{between: [22:00, 07:00]}', '2026-06-19T05:00:00Z', false],
    ['{between: [22:00, 07:00], on: [fri]}', '2026-06-20T04:30:00Z', true],
    ['{between: [22:00, 07:00], on: [fri]}', '2026-06-19T04:30:00Z', false],
    ['{between: [22:00, 07:00], except: [2026-06-19]}', '2026-06-20T04:30:00Z', false],
    ['{between: [sunset+20min, 07:00]}', '2026-06-19T19:45:00Z', false],
    ['{between: [sunset+20min, 07:00]}', '2026-06-19T19:55:00Z', true],
    ['{between: [sunset+20min, 07:00]}', '2026-06-20T04:59:00Z', true],
    ['{between: [sunset+20min, 07:00]}', '2026-06-20T05:00:00Z', false],
    ['{between: [sunset+20min, 07:00], on: [fri]}', '2026-06-20T04:59:00Z', true],
    ['{between: [dusk, dawn]}', '2026-06-19T23:00:00Z', true],
    ['{between: [dusk, dawn]}', '2026-06-19T12:00:00Z', false],
    ['{between: [sunrise, sunset]}', '2026-06-19T12:00:00Z', true],
    ['{between: [sunrise, sunset]}', '2026-06-19T20:00:00Z', false],
    ['{between: [sunset+4h, sunset+6h]}', '2026-06-20T00:00:00Z', true],
    ['{between: [sunset+4h, sunset+6h]}', '2026-06-19T23:00:00Z', false],
  ])('item 32: %s at %s is %s', (condition, at, expected) => {
    expect(truth(condition, at)).toBe(expected);
  });

  it.each([
    ['2026-06-19T19:50:00Z', false],
    ['2026-06-19T12:00:00Z', false],
    ['2026-12-19T18:00:00Z', true],
    ['2026-12-19T19:30:00Z', false],
  ])(
    'item 32: from sunset to 20:30 there is none on evenings when the sun sets later: at %s it is %s',
    (at, expected) => {
      expect(truth('{between: [sunset, 20:30]}', at)).toBe(expected);
    },
  );

  it.each([
    ['{between: [sunset, sunrise]}', '2026-06-21T22:30:00Z', false],
    ['{between: [sunset, sunrise]}', '2026-06-21T10:00:00Z', false],
    ['{between: [sunset, sunrise]}', '2026-12-21T22:30:00Z', true],
    ['{between: [sunset, sunrise]}', '2026-12-21T12:00:00Z', true],
    ['{between: [sunset, sunrise], no-sun: skip}', '2026-12-21T22:30:00Z', false],
    ['{between: [sunset, 23:00], no-sun: 18:00}', '2026-06-21T17:00:00Z', true],
    ['{between: [sunset, 23:00], no-sun: 18:00}', '2026-06-21T15:00:00Z', false],
  ])('item 32: beyond the polar circle %s at %s is %s', (condition, at, expected) => {
    expect(truth(condition, at, { zone: 'Arctic/Longyearbyen', place: LONGYEARBYEN })).toBe(
      expected,
    );
  });

  it('item 32: with an end by the sun is unknown in a home without a place, also under not', () => {
    expect(truth('{between: [sunset, 23:00]}', '2026-06-19T20:30:00Z', { place: null })).toBe(
      'unknown',
    );
    expect(
      truth('{not: {between: [sunset, 23:00]}}', '2026-06-19T20:30:00Z', { place: null }),
    ).toBe('unknown');
  });
});

describe('the calendar', () => {
  it.each([
    ['{date: 12-24}', '2026-12-24T12:00:00Z', true],
    ['{date: 12-24}', '2026-12-24T23:30:00Z', false],
    ['{date: 2027-12-24}', '2026-12-24T12:00:00Z', false],
    ['{date: {from: 12-01, to: 02-15}}', '2027-02-15T12:00:00Z', true],
    ['{date: {from: 12-01, to: 02-15}}', '2027-02-16T12:00:00Z', false],
    ['{date: [05-01, holidays]}', '2026-10-03T12:00:00Z', true],
    ['{date: holidays}', '2026-10-04T12:00:00Z', false],
    ['{weekday: [sat, sun]}', '2026-10-04T12:00:00Z', true],
    ['{weekday: [sat, sun]}', '2026-10-05T12:00:00Z', false],
  ])('item 33: %s at %s is %s', (condition, at, expected) => {
    expect(truth(condition, at, { holidays: ['10-03'] })).toBe(expected);
  });

  it('item 33: the season is that of the hemisphere in which the home is, and unknown where nobody has said', () => {
    expect(truth('{season: winter}', '2026-12-24T12:00:00Z')).toBe(true);
    expect(truth('{season: winter}', '2026-12-24T12:00:00Z', { place: SYDNEY })).toBe(false);
    expect(truth('{season: [spring, summer]}', '2026-12-24T12:00:00Z', { place: SYDNEY })).toBe(
      true,
    );
    expect(truth('{season: winter}', '2026-12-24T12:00:00Z', { place: null })).toBe('unknown');
  });
});

describe('the elevation of the sun', () => {
  it.each([
    ['{sun: down}', '2026-06-19T19:36:00Z', true],
    ['{sun: down}', '2026-06-19T19:28:00Z', false],
    ['{sun: up}', '2026-06-19T19:28:00Z', true],
    ['{sun: {elevation: {below: -4}}}', '2026-06-19T19:40:00Z', false],
    ['{sun: {elevation: {below: -4}}}', '2026-06-19T20:10:00Z', true],
    ['{sun: {elevation: {above: 30, below: 70}}}', '2026-06-19T11:00:00Z', true],
  ])('item 34: %s at %s is %s', (condition, at, expected) => {
    expect(truth(condition, at)).toBe(expected);
  });

  it('item 34: is unknown in a home without a place', () => {
    expect(truth('{sun: down}', '2026-06-19T11:00:00Z', { place: null })).toBe('unknown');
  });

  it('item 34: what was read stands in the trace', () => {
    const home = new TestWorld({ at: '2026-06-19T11:00:00Z' });
    home.home = { ...home.home, place: BERLIN };
    const id = home.scene(
      's',
      'scene: S\nwhile: {all: [{sun: down}, {date: 12-24}]}\ndo: [{toggle: hall-lamp}]\n',
    );
    home.run(id, true);
    const read = home.nearMisses()[0]?.steps.flatMap((step) => step.read ?? []);
    expect(read).toEqual([
      { device: null, property: 'sunElevation', value: expect.closeTo(60.9, 0) },
    ]);
  });
});
