// A scene as one English and one Chinese sentence. Scenes that do different things read differently; the scene's
// own name, room, description and tests are not part of it. The words of each family stand in say/.
import type { Label } from '../../hub/model/property-row.ts';
import type { Condition } from './conditions.ts';
import { effectStepWords } from './say/effects.ts';
import { flowStepWords, waitForWords } from './say/flow.ts';
import { logicConditionWords, patternTriggerWords } from './say/logic.ts';
import { sceneStepWords } from './say/other-scenes.ts';
import { paceWords } from './say/pace.ts';
import type { Saying } from './say/saying.ts';
import { againWords, outageWords, yieldWords } from './say/scene-level.ts';
import { sourceConditionWords, sourceStepWords, sourceTriggerWords } from './say/sources.ts';
import { stateConditionWords, stateTriggerWords } from './say/state.ts';
import { timeConditionWords, timeTriggerWords } from './say/time.ts';
import { sceneVariableWords, variableStepWords } from './say/variables.ts';
import type { Scene } from './scene.ts';
import type { Step, WaitFor } from './steps.ts';
import type { Trigger } from './triggers.ts';
import { both, type WordNames } from './words.ts';

/** The whole scene in words. */
export function sceneSentence(scene: Scene, names: WordNames): Label {
  const triggers = scene.when.map((trigger) => triggerWords(names, trigger));
  const when =
    triggers.length === 0
      ? both('When it is started by hand', '手动启动时')
      : both(
          `When ${triggers.map(({ en }) => en).join(', or when ')}`,
          `当${triggers.map(({ zh }) => zh).join('，或当')}时`,
        );
  const condition = scene.while ? conditionWords(names, scene.while) : null;
  const level = condition ? both(`, while ${condition.en}`, `，且${condition.zh}`) : both('', '');
  const steps = stepsWords(names, scene.do);
  const more = [
    ...sceneVariableWords(names, scene),
    againWords(scene.again),
    ...paceWords(scene),
    ...outageWords(scene.afterOutage),
    yieldWords(scene),
  ].filter((one) => one !== null);
  return both(
    [
      `${when.en}${level.en}: ${steps.en}${isClosed(steps.en) ? '' : '.'}`,
      ...more.map(({ en }) => en),
    ].join(' '),
    [
      `${when.zh}${level.zh}，就${steps.zh}${isClosed(steps.zh) ? '' : '。'}`,
      ...more.map(({ zh }) => zh),
    ].join(''),
  );
}

/** Whether the text ends with a quotation that brings its own full stop. */
function isClosed(text: string): boolean {
  return /[.!?\u3002\uff01\uff1f]”$/.test(text);
}

function saying(names: WordNames): Saying {
  return {
    names,
    trigger: (trigger) => triggerWords(names, trigger),
    condition: (condition) => conditionWords(names, condition),
    steps: (steps) => stepsWords(names, steps),
  };
}

/** What a wait is for, as a clause. */
export function waitedForWords(names: WordNames, until: WaitFor): Label {
  return waitForWords(saying(names), until);
}

/** A trigger in words: "Hall motion detects motion". */
export function triggerWords(names: WordNames, trigger: Trigger): Label {
  switch (trigger.kind) {
    case 'becomes':
    case 'changes':
    case 'reports':
    case 'commanded':
    case 'crosses':
    case 'moves':
    case 'holds':
    case 'silent':
    case 'presses':
      return stateTriggerWords(saying(names), trigger);
    case 'so':
    case 'sequence':
    case 'count':
      return patternTriggerWords(saying(names), trigger);
    case 'at':
    case 'aligned':
    case 'every':
    case 'cron':
      return timeTriggerWords(saying(names), trigger);
    case 'person':
    case 'sceneEvent':
    case 'deviceEvent':
    case 'hub':
    case 'webhook':
    case 'tag':
    case 'calendar':
    case 'mqtt':
      return sourceTriggerWords(saying(names), trigger);
    default:
      return trigger satisfies never;
  }
}

/** A condition in words: "it is between 22:00 and 07:00". */
export function conditionWords(names: WordNames, condition: Condition): Label {
  switch (condition.kind) {
    case 'all':
    case 'any':
    case 'not':
    case 'oneOf':
    case 'atLeast':
      return logicConditionWords(saying(names), condition);
    case 'is':
    case 'compares':
    case 'held':
    case 'was':
    case 'quantity':
    case 'reachable':
    case 'triggeredBy':
    case 'expression':
      return stateConditionWords(saying(names), condition);
    case 'between':
    case 'date':
    case 'season':
    case 'sun':
      return timeConditionWords(saying(names), condition);
    case 'causedBy':
    case 'lastRun':
    case 'active':
      return sourceConditionWords(saying(names), condition);
    default:
      return condition satisfies never;
  }
}

function stepsWords(names: WordNames, steps: readonly Step[]): Label {
  const words = steps.map((step) => stepWords(names, step));
  return both(words.map(({ en }) => en).join('; '), words.map(({ zh }) => zh).join('；'));
}

/** A step in words, as an instruction: "turn Hall lamp on". */
export function stepWords(names: WordNames, step: Step): Label {
  switch (step.kind) {
    case 'set':
    case 'toggle':
    case 'adjust':
    case 'command':
    case 'snapshot':
    case 'restore':
    case 'ramp':
    case 'notify':
    case 'confirm':
    case 'http':
    case 'mqtt':
      return effectStepWords(saying(names), step);
    case 'delay':
    case 'wait':
    case 'choose':
    case 'repeat':
    case 'parallel':
    case 'race':
    case 'stop':
      return flowStepWords(saying(names), step);
    case 'run':
    case 'call':
    case 'cancel':
    case 'undo':
    case 'switch':
      return sceneStepWords(saying(names), step);
    case 'mode':
      return sourceStepWords(step);
    case 'let':
    case 'remember':
      return variableStepWords(saying(names), step);
    default:
      return step satisfies never;
  }
}
