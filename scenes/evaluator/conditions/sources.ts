// Conditions on what set the scene off, and on what scenes have done.
import type { ReadValue } from '../../../hub/model/run.ts';
import type { CauseMatch, SourceCondition } from '../../language/conditions.ts';
import type { Truth } from '../hold.ts';
import { type Asked, type Asking, note } from './asking.ts';

/** Evaluates a condition on causes or scenes. Who caused it is unknown where nothing did, as in a test. */
export function evaluateSource(asking: Asking, condition: SourceCondition, path: string): Truth {
  const { asked } = asking;
  switch (condition.kind) {
    case 'causedBy': {
      const { cause } = asked;
      const truth: Truth =
        cause === null
          ? 'unknown'
          : condition.of.some((one) => isMeant(asking, one, cause))
            ? 'true'
            : 'false';
      return told(asking, condition, path, truth, [read('cause', cause?.kind ?? null)]);
    }
    case 'lastRun': {
      const scene = condition.scene ?? asked.scene;
      const lastMs = scene === null ? null : asked.begunAtMs(scene);
      const agoMs = lastMs === null ? null : asking.world.now.wallMs - lastMs;
      // Without a clock it cannot be said how long ago something was, but that it never was can.
      const isUnknown = asking.world.clock === 'unset' && agoMs !== null;
      const isWithin = agoMs !== null && agoMs < condition.ms;
      const truth: Truth = isUnknown
        ? 'unknown'
        : isWithin === (condition.is === 'within')
          ? 'true'
          : 'false';
      const seconds = agoMs === null ? null : Math.round(agoMs / 1000);
      return told(asking, condition, path, truth, [read('secondsSinceLastRun', seconds)]);
    }
    case 'active': {
      const runs = asked.runsOf(condition.scene);
      return told(asking, condition, path, runs > 0 ? 'true' : 'false', [read('runs', runs)]);
    }
    default:
      return condition satisfies never;
  }
}

function told(
  asking: Asking,
  condition: SourceCondition,
  path: string,
  truth: Truth,
  values: readonly ReadValue[],
): Truth {
  note(asking, condition, path, truth, values);
  return truth;
}

function read(property: string, value: ReadValue['value']): ReadValue {
  return { device: null, property, value };
}

function isMeant(
  { world }: Asking,
  match: CauseMatch,
  cause: NonNullable<Asked['cause']>,
): boolean {
  switch (match.kind) {
    case 'person':
      if (cause.kind === 'member') return world.personOf(cause.id) === match.person;
      return false;
    case 'thisDevice':
      return cause.kind === 'device' && cause.device === match.device;
    case 'thisScene':
      return cause.kind === 'scene' && cause.scene === match.scene;
    case 'webhook':
    case 'mqtt':
    case 'tag':
    case 'hub':
      return cause.kind === 'source' && cause.via === match.kind;
    default:
      // Somebody at the hub itself is of the household too.
      if (match.kind === 'member' && cause.kind === 'local') return true;
      return cause.kind === match.kind;
  }
}
