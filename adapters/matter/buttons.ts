// The events of a Matter switch as presses of a button. Pure.
import type { ClusterView } from './views.ts';

type Press = 'single' | 'double' | 'triple' | 'quadruple' | 'long' | 'release';
const COUNTED: readonly Press[] = ['single', 'double', 'triple', 'quadruple'];

/** FeatureMap bits of the switch cluster. Spec: Matter 1.4 Application Clusters § 1.13.4. */
const RELEASE = 1 << 2;
const LONG_PRESS = 1 << 3;
const MULTI_PRESS = 1 << 4;
const FEATURE_MAP = 0xfffc;

/** Which press an event is; null for one that only begins or repeats another. */
export function buttonPress(
  { attributes }: ClusterView,
  event: string,
  payload: unknown,
): Press | null {
  const features = Number(attributes.get(FEATURE_MAP)?.value ?? 0);
  switch (event) {
    case 'MultiPressComplete': {
      const count =
        typeof payload === 'object' && payload !== null && 'totalNumberOfPressesCounted' in payload
          ? Number(payload.totalNumberOfPressesCounted)
          : 1;
      return COUNTED[count - 1] ?? null;
    }
    case 'ShortRelease':
      return features & MULTI_PRESS ? null : 'single';
    case 'InitialPress':
      return features & (RELEASE | MULTI_PRESS | LONG_PRESS) ? null : 'single';
    case 'LongPress':
      return 'long';
    case 'LongRelease':
      return 'release';
    default:
      return null;
  }
}
