// What runs do to the home: commands and messages, their words, and looking at the device where an outcome got lost.
import type { Cause } from '../../hub/model/cause.ts';
import type { CommandBody, CommandState } from '../../hub/model/command.ts';
import type { Problem } from '../../hub/model/errors.ts';
import { specOf } from '../../hub/model/properties.ts';
import type { Label } from '../../hub/model/property-row.ts';
import { valuesEqual } from '../../hub/model/property-value.ts';
import type { SceneWorld } from '../../hub/model/scene-world.ts';
import type { Step } from '../language/steps.ts';
import { both } from '../language/words.ts';
import type { Engine } from './engine.ts';
import { addLine, type MovingRun } from './moving-run.ts';
import type { OpenAct } from './tables.ts';
import { type Act, type ActState, actWords, filledText, problemWords } from './texts.ts';

type ActingStep = Extract<Step, { kind: 'set' | 'toggle' | 'command' | 'notify' }>;

/** Asks for everything that a step does, all its targets at once. */
export function askStep(engine: Engine, run: MovingRun, step: ActingStep, path: string): OpenAct[] {
  if (step.kind === 'notify') return [tell(engine, run, step, path)];
  if (step.kind === 'command') {
    return step.targets.map((target, item) => ({
      ...ask(engine, run, path, target, { kind: 'invoke', name: target.name, args: target.args }),
      item,
    }));
  }
  if (step.kind === 'set') {
    const more = step.overMs === null ? {} : { transitionMs: step.overMs };
    return step.targets.map((target) =>
      ask(engine, run, path, target, {
        ...{ kind: 'set', property: target.property, value: target.value },
        ...more,
      }),
    );
  }
  run.world.delicate();
  return step.targets.map((target) => {
    const { device, property } = target;
    const known = run.world.live(device)?.properties[property];
    const before = known?.wanted ?? known?.value ?? null;
    const value = before !== true;
    const body: CommandBody = { kind: 'set', property, value };
    return ask(engine, run, path, { ...target, value }, body, [
      { device, property, value: before },
    ]);
  });
}

function ask(
  engine: Engine,
  run: MovingRun,
  path: string,
  act: Act,
  body: CommandBody,
  read: MovingRun['draft']['steps'][number]['read'] = undefined,
): Extract<OpenAct, { kind: 'command' }> {
  const { draft, world } = run;
  const cause: Cause = { kind: 'scene', scene: draft.scene, run: draft.id };
  const author = engine.scenes.get(draft.scene)?.record.author ?? null;
  const id = world.command(act.device, body, cause, author);
  const text = actWords(engine.names(world), act, 'started', null);
  const line = addLine(run, path, 'command', 'started', text, {
    command: id,
    ...(read ? { read } : {}),
  });
  const wants = body.kind === 'set' ? { property: body.property, value: body.value } : null;
  return { kind: 'command', id, branch: run.at, path, line, device: act.device, item: 0, wants };
}

function tell(
  engine: Engine,
  run: MovingRun,
  step: Extract<Step, { kind: 'notify' }>,
  path: string,
): OpenAct {
  const { draft, world } = run;
  const { language } = world.home;
  const text = filledText(step.text[language], language, knownTo(engine, run));
  const { urgent, to } = step;
  const id = world.notify({ text, urgent, to, scene: draft.scene, run: draft.id });
  const line = addLine(
    run,
    path,
    'notify',
    'started',
    both(`Telling: “${text}”`, `正在通知:“${text}”`),
  );
  return { kind: 'notify', id, branch: run.at, path, line };
}

/** What the blanks of a run's texts are filled with. */
export function knownTo(engine: Engine, { draft, world, program }: MovingRun) {
  return {
    world,
    names: engine.names(world),
    civil: engine.civil(world),
    scene: program.scene.name,
    origin: draft.origin,
  };
}

/** How a command's state shows in a trace. A command that was overtaken by a newer one has not failed. */
export function outcomeOf(state: CommandState): 'ok' | 'failed' | 'timedOut' | 'cancelled' {
  if (state === 'acknowledged' || state === 'observed') return 'ok';
  if (state === 'timedOut') return 'timedOut';
  return state === 'superseded' ? 'cancelled' : 'failed';
}

export const readBack = {
  /** What an act is told to have come to when nobody can know. */
  lost: {
    code: 'internal',
    message: 'The hub never heard whether this was done',
    hint: 'Look at the device, and do it again if it was not.',
  } satisfies Problem,

  /** Whether the device is as the act wanted it. */
  isThere(engine: Engine, world: SceneWorld, act: OpenAct): boolean {
    if (act.kind !== 'command' || act.wants === null) return false;
    const { property, value } = act.wants;
    const now = world.live(act.device)?.properties[property]?.value ?? null;
    const descriptor = engine
      .names(world)
      .device(act.device)
      ?.description.properties.find(({ key }) => key === property);
    return descriptor !== undefined && valuesEqual(specOf(descriptor), now, value);
  },

  /** The line of an act in a trace, once its outcome is known. */
  words(
    engine: Engine,
    run: MovingRun,
    step: Step,
    act: OpenAct,
    state: ActState,
    problem: Problem | null,
  ): Label {
    if (act.kind === 'notify') {
      const before = act.line === null ? undefined : run.draft.steps[act.line];
      const text = /“([\s\S]*)”/.exec(before?.text.en ?? '')?.[1] ?? '';
      if (state === 'ok') return both(`Told: “${text}”`, `已通知:“${text}”`);
      const why = problem ? problemWords(problem) : both('not known why', '原因未知');
      return both(`Could not tell “${text}”: ${why.en}`, `未能通知“${text}”:${why.zh}`);
    }
    const target = targetOf(step, act);
    if (target === null) return both('A command', '命令');
    return actWords(engine.names(run.world), target, state, problem);
  },
};

function targetOf(step: Step, act: Extract<OpenAct, { kind: 'command' }>): Act | null {
  const { device, wants } = act;
  if (wants) return { device, property: wants.property, value: wants.value };
  if (step.kind !== 'command') return null;
  return step.targets[act.item] ?? null;
}
