// What differs between two versions of a scene, in plain words: one line for each thing that was added, taken away or
// changed. Lists are compared by what their items say, so that a step put in between is one line and not many.

import type { Label } from '../../hub/model/property-row.ts';
import type { SceneDifference } from '../../hub/model/scene-language-port.ts';
import { paceWords } from './say/pace.ts';
import { againWords, outageWords, yieldWords } from './say/scene-level.ts';
import type { Scene } from './scene.ts';
import { conditionWords, stepWords, triggerWords } from './sentences.ts';
import { both, type WordNames } from './words.ts';

/** All that differs, in the order of a scene's file; empty where both say the same. */
export function sceneDifferences(
  before: Scene,
  after: Scene,
  names: WordNames,
  roomName: (room: NonNullable<Scene['room']>) => string,
): SceneDifference[] {
  const found: SceneDifference[] = [];
  const add = (kind: SceneDifference['kind'], part: SceneDifference['part'], text: Label): void => {
    found.push({ kind, part, text });
  };
  if (before.name !== after.name) {
    add(
      'changed',
      'name',
      both(
        `Called “${after.name}”, was “${before.name}”`,
        `改名为“${after.name}”，原为“${before.name}”`,
      ),
    );
  }
  if (before.room !== after.room) {
    const [is, was] = [after.room, before.room].map((room) =>
      room === null ? null : roomName(room),
    );
    if (is === null)
      add('removed', 'room', both(`No longer in the room ${was}`, `不再属于房间${was}`));
    else
      add(was === null ? 'added' : 'changed', 'room', both(`In the room ${is}`, `属于房间${is}`));
  }
  if (before.description !== after.description) {
    add('changed', 'description', both('The description is another', '说明已更改'));
  }
  const triggers = ({ when }: Scene): Label[] => when.map((one) => triggerWords(names, one));
  const steps = (scene: Scene): Label[] => scene.do.map((one) => stepWords(names, one));
  addList(add, 'when', both('Trigger', '触发'), triggers(before), triggers(after));
  const [was, is] = [before, after].map((scene) =>
    scene.while === null ? null : conditionWords(names, scene.while),
  );
  if (was?.en !== is?.en) {
    if (!is)
      add(
        'removed',
        'while',
        both(`No condition any more, was: ${was?.en}`, `不再有条件，原为：${was?.zh}`),
      );
    else if (!was) add('added', 'while', both(`Only while ${is.en}`, `仅当${is.zh}`));
    else
      add(
        'changed',
        'while',
        both(`Only while ${is.en}; was: ${was.en}`, `仅当${is.zh}；原为：${was.zh}`),
      );
  }
  addList(add, 'do', both('Step', '步骤'), steps(before), steps(after));
  addList(add, 'how', both('Rule', '规则'), howWords(before), howWords(after));
  if (JSON.stringify(before.tests) !== JSON.stringify(after.tests)) {
    add('changed', 'tests', both('Its tests are others', '测试已更改'));
  }
  return found;
}

function howWords(scene: Scene): Label[] {
  return [
    againWords(scene.again),
    ...paceWords(scene),
    ...outageWords(scene.afterOutage),
    yieldWords(scene),
  ].filter((words) => words !== null);
}

/** The differences of two lists by their longest common part; one that took another's place is one line. */
function addList(
  add: (kind: SceneDifference['kind'], part: SceneDifference['part'], text: Label) => void,
  part: SceneDifference['part'],
  what: Label,
  before: readonly Label[],
  after: readonly Label[],
): void {
  const common = commonPart(before, after);
  let [from, to] = [0, 0];
  for (const [nextFrom, nextTo] of [...common, [before.length, after.length] as const]) {
    const gone = before.slice(from, nextFrom);
    const come = after.slice(to, nextTo);
    for (let at = 0; at < Math.max(gone.length, come.length); at += 1) {
      const [was, is] = [gone[at], come[at]];
      if (was && is) {
        add(
          'changed',
          part,
          both(
            `${what.en} changed: ${is.en}; was: ${was.en}`,
            `${what.zh}已更改：${is.zh}；原为：${was.zh}`,
          ),
        );
      } else if (is)
        add('added', part, both(`${what.en} added: ${is.en}`, `新增${what.zh}：${is.zh}`));
      else if (was)
        add('removed', part, both(`${what.en} removed: ${was.en}`, `删除${what.zh}：${was.zh}`));
    }
    [from, to] = [nextFrom + 1, nextTo + 1];
  }
}

/** Places of the items that stay, in both lists: the longest common subsequence. */
function commonPart(
  before: readonly Label[],
  after: readonly Label[],
): (readonly [number, number])[] {
  const lengths = Array.from({ length: before.length + 1 }, () =>
    new Array<number>(after.length + 1).fill(0),
  );
  const at = (row: number, column: number): number => lengths[row]?.[column] ?? 0;
  for (let row = before.length - 1; row >= 0; row -= 1) {
    for (let column = after.length - 1; column >= 0; column -= 1) {
      const isSame = before[row]?.en === after[column]?.en;
      const best = isSame
        ? at(row + 1, column + 1) + 1
        : Math.max(at(row + 1, column), at(row, column + 1));
      const line = lengths[row];
      if (line) line[column] = best;
    }
  }
  const common: [number, number][] = [];
  for (let [row, column] = [0, 0]; row < before.length && column < after.length; ) {
    if (before[row]?.en === after[column]?.en) {
      common.push([row, column]);
      row += 1;
      column += 1;
    } else if (at(row + 1, column) >= at(row, column + 1)) row += 1;
    else column += 1;
  }
  return common;
}
