// Goal: times come at their own instants in the core itself, over both nights on which the clock is changed, over the
// death of the core, and by the place and the holidays that the home has. The core is only told of time: as it passes,
// and by the tick of each minute.
import { describe, expect, it } from 'vitest';
import type { CoreInput } from '../model/core-port.ts';
import type { HomeRecord, SceneRecord } from '../model/home.ts';
import { sceneId } from '../model/identifiers.ts';
import { NO_HOME } from './core-state.ts';
import { createHome } from './test-core.ts';

const MINUTE_MS = 60_000;
const BERLIN: HomeRecord = {
  ...NO_HOME,
  name: 'Home',
  zone: 'Europe/Berlin',
  place: { latitude: 52.52, longitude: 13.405 },
  version: 2,
};

const scene = (name: string, trigger: string): CoreInput => {
  const record: SceneRecord = {
    ...{
      id: sceneId(`scene_${name.toLowerCase()}`),
      name,
      enabled: true,
      author: null,
      version: 1,
      updatedAtMs: 0,
    },
    source: `scene: ${name}\nwhen: [${trigger}]\ndo: [{notify: {text: ${name}}}]\n`,
  };
  return { kind: 'scene', scene: record };
};

type Home = ReturnType<typeof createHome>;

function begin(at: string, home: HomeRecord, ...scenes: CoreInput[]): Home {
  const made = createHome({ now: { wallMs: Date.parse(at), monoMs: 1_000_000 } }).furnish();
  made.turn({ kind: 'home', home }, ...scenes);
  return made;
}

/** What is told while the minutes pass, each with its instant. */
function told(home: Home, minutes: number): string[] {
  return Array.from({ length: minutes * 3 }).flatMap((_, index) => {
    const effects = home.pass(MINUTE_MS / 3);
    if (index % 3 === 2) home.turn({ kind: 'tick' });
    return effects.records.flatMap(({ notifications = [] }) =>
      notifications.map(({ text, atMs }) => `${text} ${new Date(atMs).toISOString().slice(0, 16)}`),
    );
  });
}

describe('times in the core', () => {
  it('item 11: come once on both nights on which the clock is changed', () => {
    const kinds = [
      scene('At', 'at: 02:30'),
      scene('Quarter', '{every: 30min, aligned: true, on: [sun]}'),
    ];
    const spring = begin('2026-03-29T00:20:00Z', BERLIN, ...kinds);
    expect(told(spring, 70)).toEqual([
      'Quarter 2026-03-29T00:30',
      'At 2026-03-29T01:00',
      'Quarter 2026-03-29T01:00',
      'Quarter 2026-03-29T01:30',
    ]);
    const autumn = begin('2026-10-25T00:20:00Z', BERLIN, ...kinds);
    expect(told(autumn, 100)).toEqual([
      'At 2026-10-25T00:30',
      ...['00:30', '01:00', '01:30', '02:00'].map((time) => `Quarter 2026-10-25T${time}`),
    ]);
  });

  it('item 14: go by the place and the holidays that the home has, from the moment it has them', () => {
    const home = begin(
      '2026-06-19T19:00:00Z',
      { ...BERLIN, place: null },
      scene('Set', '{at: sunset, except: [holidays]}'),
    );
    expect(told(home, 20)).toEqual([]);
    home.turn({ kind: 'home', home: BERLIN });
    expect(told(home, 60)).toEqual(['Set 2026-06-19T19:33']);
    home.turn({ kind: 'home', home: { ...BERLIN, holidays: ['2026-06-20'] } });
    expect(told(home, 24 * 60)).toEqual([]);
    expect(told(home, 24 * 60)).toHaveLength(1);
  });

  it('item 81: that came are known to the core that takes the place of a dead one, also where the clock is behind', () => {
    const kinds = [scene('At', 'at: 09:00'), scene('Each', '{every: 20min, aligned: true}')];
    const home = begin('2026-05-01T06:55:00Z', BERLIN, ...kinds);
    expect(told(home, 30)).toHaveLength(3);
    const second = createHome({
      now: { wallMs: Date.parse('2026-05-01T06:50:00Z'), monoMs: 5000 },
      bootId: 'another',
      lastSeq: 1000,
      lastRecord: 1000,
      entries: home
        .kept()
        .filter(({ table }) => !['values', 'availability', 'commands'].includes(table)),
    });
    second.turn({ kind: 'home', home: BERLIN }, ...kinds);
    second.core.resume(second.now());
    second.turn();
    expect(told(second, 55)).toEqual(['Each 2026-05-01T07:40']);
  });
});
