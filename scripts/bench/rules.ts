// The rules of the benches, the same for the hub and its peers: when thermometer N crosses a threshold, plug N is
// switched. Beyond the first 100, which fire, come rules whose thresholds are never reached, as most rules of a home.
import type { Rule } from './peers/node-red.ts';
import { PAIRS, TEMPERATURE } from './radio/load.ts';

const UNREACHED_CELSIUS = 40;

/** `count` rules, 100 or more of them: two of each pair of devices fire. */
export function rulesOf(count: number): Rule[] {
  return Array.from({ length: count }, (_, k) => {
    const index = k % PAIRS;
    const turn = Math.floor(k / PAIRS);
    const isOn = turn % 2 === 0;
    return {
      thermometer: index,
      plug: index,
      threshold: turn < 2 ? TEMPERATURE.threshold : UNREACHED_CELSIUS + turn / 10,
      direction: isOn ? 'above' : 'below',
      isOn,
    };
  });
}
