// How often a scene may run and how it stands to others, in words.
import type { Label } from '../../../hub/model/property-row.ts';
import { durationText } from '../literals.ts';
import type { Scene } from '../scene.ts';
import { both } from '../words.ts';

/** What a scene says of its pace, its priority and its group; nothing where that is the usual. */
export function paceWords(scene: Scene): Label[] {
  const { debounceMs, throttleMs, cooldownMs, priority, group, recheck } = scene;
  const words: Label[] = [];
  if (debounceMs !== undefined) {
    const time = durationText(debounceMs);
    words.push(
      both(
        `It runs once nothing has triggered it for ${time.en}; the last time counts.`,
        `触发停止满 ${time.zh} 后才执行，以最后一次为准。`,
      ),
    );
  }
  if (throttleMs !== undefined) {
    const time = durationText(throttleMs);
    words.push(both(`It runs at most once every ${time.en}.`, `每 ${time.zh} 最多执行一次。`));
  }
  if (cooldownMs !== undefined) {
    const time = durationText(cooldownMs);
    words.push(both(`After a run it rests for ${time.en}.`, `执行结束后 ${time.zh} 内不再触发。`));
  }
  if (priority !== undefined) {
    words.push(both(`Its priority is ${priority}.`, `优先级为 ${priority}。`));
  }
  if (group !== undefined) {
    words.push(
      group.wins === 'highest'
        ? both(
            `Of the group “${group.name}” only one is under way: the one of highest priority.`,
            `“${group.name}”组中只有优先级最高的一个进行。`,
          )
        : both(
            `Of the group “${group.name}” only one is under way: the first.`,
            `“${group.name}”组中只有先开始的一个进行。`,
          ),
    );
  }
  if (recheck === false) {
    words.push(
      both(
        'A run that waited its turn begins without looking at the condition again.',
        '排队的执行开始时不再检查条件。',
      ),
    );
  }
  return words;
}
