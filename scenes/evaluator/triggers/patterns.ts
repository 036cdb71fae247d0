// Triggers made of levels and of other triggers: a condition that becomes true, a sequence, a count. What has come so
// far is kept in tables, so that it goes on after a restart.
import { type Deadline, deadlineAfter, remainingMs } from '../../../hub/model/clock.ts';
import type { DeviceId, SceneId } from '../../../hub/model/identifiers.ts';
import type { PropertyKey } from '../../../hub/model/properties.ts';
import type { SceneWorld } from '../../../hub/model/scene-world.ts';
import type { Condition } from '../../language/conditions.ts';
import { readsTime } from '../../language/expression.ts';
import type { SceneNames } from '../../language/names.ts';
import type { PatternTrigger } from '../../language/state.ts';
import type { Subject } from '../../language/values.ts';
import type { CompiledScene } from '../compile.ts';
import { truthOf } from '../conditions.ts';
import type { Engine } from '../engine.ts';
import type { IndexEntry } from '../entries.ts';
import { stateEntries } from './state.ts';

/** Something that the condition of a `so` reads. */
export interface PatternEntry {
  readonly kind: 'so';
}

/** How far a pattern has come. */
export type PatternState =
  | { readonly kind: 'so'; readonly isTrue: boolean }
  /** Until when each beginning of the sequence counts; null: it has not happened. */
  | { readonly kind: 'sequence'; readonly until: readonly (Deadline | null)[] }
  /** Until when each of those that were counted counts, oldest first. */
  | { readonly kind: 'count'; readonly until: readonly Deadline[] };

/** What stands for a device's being within reach, beside its properties. */
const REACH = '~reach' as PropertyKey;
const KEY = 'so/';

/** The entries of a pattern: what its condition reads, or those of the triggers of which it is made. */
export function patternEntries(
  scene: SceneId,
  trigger: PatternTrigger,
  number: number,
  names: Pick<SceneNames, 'device'>,
): IndexEntry[] {
  switch (trigger.kind) {
    case 'so':
      return subjectsRead(trigger.condition).map((subject, item) => ({
        ...{ scene, trigger: number, item, subject },
        kind: 'so',
      }));
    case 'sequence':
      return trigger.of.flatMap((part, index) => stateEntries(scene, part, number, names, index));
    case 'count':
      return stateEntries(scene, trigger.of, number, names, 0);
    default:
      return trigger satisfies never;
  }
}

/** What a condition reads, each once: wherever a node of it names a device, it does so as `device`. */
function subjectsRead(condition: Condition): Subject[] {
  const found = new Map<string, Subject>();
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    if ('device' in node && typeof node.device === 'string') {
      const property =
        'property' in node && typeof node.property === 'string' ? node.property : REACH;
      found.set(`${node.device}.${property}`, {
        kind: 'device',
        device: node.device as DeviceId,
        property: property as PropertyKey,
      });
    } else if ('kind' in node && node.kind === 'quantity' && 'property' in node) {
      const property = String(node.property);
      found.set(property, { kind: 'any', property });
    }
    for (const inner of Object.values(node)) walk(inner);
  };
  walk(condition);
  return [...found.values()];
}

/** Whether a condition may change as time goes by, and nothing else. */
function goesByTime(condition: Condition): boolean {
  switch (condition.kind) {
    case 'between':
    case 'date':
    case 'season':
    case 'sun':
      return true;
    case 'expression':
      return readsTime(condition.expression);
    case 'not':
      return goesByTime(condition.of);
    case 'all':
    case 'any':
    case 'oneOf':
    case 'atLeast':
      return condition.of.some(goesByTime);
    default:
      return false;
  }
}

const MINUTE_MS = 60_000;

/** What may be said of the moment at which a condition is looked at. */
export interface Look {
  /** It is looked at since a device came back, or the hub started. */
  readonly isReconnect: boolean;
  /** The scene was saved or switched on. */
  readonly isSave: boolean;
}

export class Patterns {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Looks at a `so` without `for`; whether it has just become true. */
  look(program: CompiledScene, number: number, look: Look, world: SceneWorld): boolean {
    const trigger = program.scene.when[number];
    if (trigger?.kind !== 'so' || trigger.forMs !== null) return false;
    const { truth, changesInMs } = truthOf(this.#engine, program, trigger.condition, world);
    this.wake(program, number, trigger.condition, changesInMs, world);
    if (truth === 'unknown') return false;
    const key = keyOf(program.id, number);
    const { patterns } = this.#engine.tables;
    const before = patterns.get(key);
    const wasTrue = before?.kind === 'so' ? before.isTrue : null;
    const isTrue = truth === 'true';
    if (wasTrue !== isTrue) patterns.set(key, { kind: 'so', isTrue });
    if (!isTrue || wasTrue === true) return false;
    if (look.isSave) return trigger.alsoSave;
    // What is known for the first time only says where it stands.
    return look.isReconnect || wasTrue === null ? trigger.alsoReconnect : true;
  }

  /** Has a condition looked at again when it may change by itself. */
  wake(
    program: CompiledScene,
    number: number,
    condition: Condition,
    changesInMs: number | null,
    world: SceneWorld,
  ): void {
    const minute = goesByTime(condition) ? MINUTE_MS - (world.now.wallMs % MINUTE_MS) : null;
    if (minute === null && changesInMs === null) return;
    const ms = Math.min(
      minute ?? Number.POSITIVE_INFINITY,
      changesInMs ?? Number.POSITIVE_INFINITY,
    );
    const deadline = deadlineAfter(world.now, world.bootId, Math.max(1, Math.ceil(ms)));
    world.arm(KEY + keyOf(program.id, number), deadline);
  }

  /** A part of a sequence, or what is counted, has happened; whether the whole has. */
  happened(program: CompiledScene, number: number, part: number, world: SceneWorld): boolean {
    const trigger = program.scene.when[number];
    const key = keyOf(program.id, number);
    const { patterns } = this.#engine.tables;
    const kept = patterns.get(key);
    const isOpen = (until: Deadline): boolean => remainingMs(until, world.now, world.bootId) > 0;
    if (trigger?.kind === 'count') {
      const until = deadlineAfter(world.now, world.bootId, trigger.withinMs);
      const before = kept?.kind === 'count' ? kept.until.filter(isOpen) : [];
      const isMet = before.length + 1 >= trigger.times;
      if (isMet) patterns.delete(key);
      else patterns.set(key, { kind: 'count', until: [...before, until] });
      return isMet;
    }
    if (trigger?.kind !== 'sequence') return false;
    const until: (Deadline | null)[] = trigger.of.map((_, index) => {
      const known = kept?.kind === 'sequence' ? (kept.until[index] ?? null) : null;
      return known && isOpen(known) ? known : null;
    });
    // A sequence goes on from its newest beginning, which has the most time left.
    const begun =
      part === 0 ? deadlineAfter(world.now, world.bootId, trigger.withinMs) : until[part - 1];
    if (!begun) return false;
    if (part === trigger.of.length - 1) {
      patterns.delete(key);
      return true;
    }
    until[part] = begun;
    if (part > 0) until[part - 1] = null;
    patterns.set(key, { kind: 'sequence', until });
    return false;
  }

  /** Forgets how far the patterns of a scene have come. */
  end(scene: SceneId, world: SceneWorld): void {
    const { patterns } = this.#engine.tables;
    if (patterns.size === 0) return;
    for (const key of patterns.keys()) {
      if (!key.startsWith(`${scene}/`)) continue;
      patterns.delete(key);
      world.disarm(KEY + key);
    }
  }
}

function keyOf(scene: SceneId, number: number): string {
  return `${scene}/${number}`;
}
