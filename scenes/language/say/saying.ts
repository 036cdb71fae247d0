// What the sentences of each family are made with: the home's names, and the words of items inside items.
import type { Label } from '../../../hub/model/property-row.ts';
import type { Condition } from '../conditions.ts';
import type { Step } from '../steps.ts';
import type { Trigger } from '../triggers.ts';
import type { WordNames } from '../words.ts';

/** Says the items inside an item. */
export interface Saying {
  readonly names: WordNames;
  /** As a clause: "Hall motion detects motion". */
  trigger(trigger: Trigger): Label;
  /** As a clause: "it is between 22:00 and 07:00". */
  condition(condition: Condition): Label;
  /** As instructions: "turn Hall lamp on; wait 3 minutes". */
  steps(steps: readonly Step[]): Label;
}
