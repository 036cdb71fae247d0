import { describe, expect, it } from 'vitest';
import type { CoreEffects } from '../model/core-port.ts';
import { type CommandId, deviceId, type RunId, type SceneId } from '../model/identifiers.ts';
import type { RunTrace } from '../model/run.ts';
import { createAlikeRuns, TRACES_AT_ONCE } from './alike-runs.ts';
import { emptyEffects } from './core-state.ts';

const SCENE = 'scn_hall' as SceneId;

function trace(number: number, state: RunTrace['state'] = 'done'): RunTrace {
  return {
    id: `run_${number}` as RunId,
    scene: SCENE,
    sceneVersion: 1,
    state,
    startedAtMs: number,
    endedAtMs: state === 'running' ? null : number,
    cause: { kind: 'local' },
    seq: number,
    steps: [],
    omitted: 0,
    summary: { en: '', zh: '' },
  };
}

function effectsOf(...traces: RunTrace[]): CoreEffects {
  const effects = emptyEffects();
  for (const one of traces) {
    effects.out.push({ kind: 'run', seq: one.seq, trace: one });
    if (one.endedAtMs === null) continue;
    effects.log.push({ kind: 'run', seq: one.seq, atMs: one.endedAtMs, trace: one });
    const command = {
      id: `cmd_${one.seq}` as CommandId,
      device: deviceId('dev_lamp'),
      body: { kind: 'invoke' as const, name: 'identify', args: {} },
      cause: { kind: 'scene' as const, scene: SCENE, run: one.id },
      state: 'acknowledged' as const,
      requestedAtMs: one.seq,
      sentAtMs: null,
      acknowledgedAtMs: null,
      observedAtMs: null,
      endedAtMs: one.seq,
      problem: null,
    };
    effects.log.push({ kind: 'command', seq: one.seq, atMs: one.seq, command });
  }
  return effects;
}

const runsOf = ({ log }: CoreEffects) =>
  log.flatMap((entry) => (entry.kind === 'run' ? [entry.trace] : []));
const flood = (from: number, count: number) =>
  effectsOf(...Array.from({ length: count }, (_, index) => trace(from + index)));

describe('a flood of runs that went alike', () => {
  it('is kept whole as long as somebody could read of it', () => {
    const alike = createAlikeRuns();
    const { log } = alike.thin(flood(1, TRACES_AT_ONCE), 0);
    expect(log).toHaveLength(2 * TRACES_AT_ONCE);
  });

  it('is counted beyond that, and the next run that is kept says how many it stands for', () => {
    const alike = createAlikeRuns();
    alike.thin(flood(1, TRACES_AT_ONCE), 0);
    const many = alike.thin(flood(1_001, 30), 0);
    expect(many.log).toEqual([]);
    expect(many.out).toEqual([]);
    const later = alike.thin(flood(2_001, 1), 1_000);
    expect(runsOf(later).map(({ repeats }) => repeats)).toEqual([30]);
    expect(later.out).toMatchObject([{ kind: 'run', trace: { repeats: 30 } }]);
    expect(runsOf(alike.thin(flood(3_001, 1), 2_000))[0]).not.toHaveProperty('repeats');
  });

  it('costs nothing while every run is kept: how a run went is not even looked at', () => {
    const alike = createAlikeRuns();
    let looks = 0;
    const watched = Array.from({ length: TRACES_AT_ONCE / 2 }, (_, index) => ({
      ...trace(index + 1),
      get steps() {
        looks += 1;
        return [];
      },
    }));
    const effects = effectsOf(...watched);
    // What is kept is handed on as it is.
    expect(alike.thin(effects, 0).log).toHaveLength(effects.log.length);
    expect(looks).toBe(0);
  });

  it('keeps nothing of a scene that was removed: one in its place begins anew', () => {
    const alike = createAlikeRuns();
    alike.thin(flood(1, TRACES_AT_ONCE), 0);
    expect(alike.thin(flood(1_001, 30), 0).log).toEqual([]);
    alike.forget(SCENE);
    const [again] = runsOf(alike.thin(flood(2_001, 1), 0));
    expect(again).toMatchObject({ id: 'run_2001' });
    expect(again).not.toHaveProperty('repeats');
  });

  it('hides no run that failed, and none that live clients saw begin', () => {
    const alike = createAlikeRuns();
    alike.thin(flood(1, TRACES_AT_ONCE), 0);
    alike.thin(effectsOf(trace(1_001, 'running')), 0);
    const { log, out } = alike.thin(effectsOf(trace(1_001), trace(1_002, 'failed')), 0);
    expect(log).toHaveLength(4);
    expect(out).toHaveLength(2);
  });
});
