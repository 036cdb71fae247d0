import { describe, expect, it } from 'vitest';
import { TestWorld } from './test-world.ts';

const scene = (condition: string): string =>
  `scene: S\nwhen: [{presses: {bedroom-button.button: single}}]\nwhile: ${condition}\ndo: [{toggle: hall-lamp}]\n`;

/** What a press makes of the condition, in a home in which the lamp is on and the humidity 50 %. */
function verdict(condition: string, prepare: (home: TestWorld) => void = () => {}): string {
  const home = new TestWorld();
  home.given('living-lamp.on', true);
  home.given('kitchen-climate.humidity', 50);
  prepare(home);
  home.scene('s', scene(condition));
  home.press('bedroom-button.button', 'single');
  if (home.runs().length > 0) return 'true';
  const [miss] = home.nearMisses();
  return /not known whether/.test(miss?.summary.en ?? '') ? 'unknown' : 'false';
}

const LAMP = 'is: {living-lamp.on: true}';
const OFF = 'is: {living-lamp.on: false}';
/** Has never reported. */
const NEVER = 'is: {front-lock.locked: true}';

describe('a condition', () => {
  it.each([
    [`{${LAMP}}`, 'true'],
    [`{${OFF}}`, 'false'],
    [`{${NEVER}}`, 'unknown'],
    [`{not: {${LAMP}}}`, 'false'],
    [`{not: {${NEVER}}}`, 'unknown'],
    [`{all: [{${LAMP}}, {${NEVER}}]}`, 'unknown'],
    [`{all: [{${NEVER}}, {${OFF}}]}`, 'false'],
    [`{any: [{${NEVER}}, {${LAMP}}]}`, 'true'],
    [`{any: [{${NEVER}}, {${OFF}}]}`, 'unknown'],
    [`{not: {any: [{${NEVER}}, {${OFF}}]}}`, 'unknown'],
    [`{${NEVER}, if-unknown: pass}`, 'true'],
    [`{not: {${NEVER}, if-unknown: fail}}`, 'true'],
    ['{above: {kitchen-climate.humidity: 50}}', 'false'],
    ['{above: {kitchen-climate.humidity: 49.9}}', 'true'],
    ['{below: {kitchen-climate.humidity: 50.1}}', 'true'],
    ['{is: {kitchen-climate.humidity: {above: 40, below: 60}}}', 'true'],
    ['{is: {kitchen-climate.humidity: [30, 50]}}', 'true'],
    ['{is: {living-lamp.on: true, kitchen-climate.humidity: 30}}', 'false'],
  ])('%s is %s', (condition, expected) => {
    expect(verdict(condition)).toBe(expected);
  });

  it('about a device out of reach is not known, whatever it said last', () => {
    expect(verdict(`{${LAMP}}`, (home) => home.setOnline('living-lamp', false))).toBe('unknown');
    expect(verdict(`{not: {${LAMP}}}`, (home) => home.setOnline('living-lamp', false))).toBe(
      'unknown',
    );
  });

  it('that does not hold makes a near miss with the values read, in both languages', () => {
    const home = new TestWorld();
    home.given('living-lamp.on', false);
    home.scene('s', scene(`{${LAMP}}`));
    home.press('bedroom-button.button', 'single');
    const [miss] = home.nearMisses();
    expect(miss?.state).toBe('nearMiss');
    expect(miss?.steps.find(({ kind }) => kind === 'condition')).toMatchObject({
      path: 'while',
      state: 'false',
      read: [{ device: home.id('living-lamp'), property: 'on', value: false }],
    });
    expect(miss?.summary).toEqual({
      en: 'Bedroom button is pressed. Not run: it is not so that Living room lamp is on',
      zh: 'Bedroom button 被单击。没有执行\uff1a不满足“Living room lamp 开着”',
    });
    expect(home.asked()).toEqual([]);
  });
});

describe('a time window', () => {
  const at = (iso: string, window: string, zone = 'Europe/Berlin', clock?: 'unset'): string => {
    const home = new TestWorld({ at: iso, zone, ...(clock ? { clock } : {}) });
    home.scene('s', scene(window));
    home.press('bedroom-button.button', 'single');
    if (home.runs().length > 0) return 'in';
    return /not known/.test(home.nearMisses()[0]?.summary.en ?? '') ? 'unknown' : 'out';
  };

  it.each([
    // In March Berlin is an hour ahead of UTC.
    ['2026-03-04T20:59:59Z', 'out'],
    ['2026-03-04T21:00:00Z', 'in'],
    ['2026-03-04T23:30:00Z', 'in'],
    ['2026-03-05T05:59:59Z', 'in'],
    ['2026-03-05T06:00:00Z', 'out'],
    ['2026-07-04T20:00:00Z', 'in'],
  ])('from 22:00 to 07:00 over midnight: at %s it is %s', (iso, expected) => {
    expect(at(iso, '{between: [22:00, 07:00]}')).toBe(expected);
  });

  it('on some days is meant on the day on which it opens', () => {
    const friday = '{between: [22:00, 07:00], on: [fri]}';
    expect(at('2026-03-06T22:00:00Z', friday)).toBe('in');
    expect(at('2026-03-07T05:00:00Z', friday)).toBe('in');
    expect(at('2026-03-07T22:00:00Z', friday)).toBe('out');
    expect(at('2026-03-06T05:00:00Z', friday)).toBe('out');
  });

  it('follows the clock on the wall on the nights when it is changed', () => {
    const night = '{between: [02:00, 03:00]}';
    expect(at('2026-03-29T00:59:59Z', night)).toBe('out');
    expect(at('2026-03-29T01:00:00Z', night)).toBe('out');
    expect(at('2026-10-25T00:30:00Z', night)).toBe('in');
    expect(at('2026-10-25T01:30:00Z', night)).toBe('in');
    expect(at('2026-10-25T02:00:00Z', night)).toBe('out');
  });

  it('is not known while the clock is not set', () => {
    expect(at('2026-03-04T23:30:00Z', '{between: [22:00, 07:00]}', 'Europe/Berlin', 'unset')).toBe(
      'unknown',
    );
  });
});
