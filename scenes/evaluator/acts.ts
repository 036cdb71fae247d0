// What runs ask of the home: commands, messages, calls to the outside; their words, and looking at the device where an
// outcome got lost.
import type { Cause } from '../../hub/model/cause.ts';
import type { CommandBody, CommandState } from '../../hub/model/command.ts';
import type { Problem } from '../../hub/model/errors.ts';
import type { DeviceId } from '../../hub/model/identifiers.ts';
import { specOf } from '../../hub/model/properties.ts';
import type { Label } from '../../hub/model/property-row.ts';
import { valuesEqual } from '../../hub/model/property-value.ts';
import type { SceneWorld } from '../../hub/model/scene-world.ts';
import type { CommandStep, Texts } from '../language/effect-steps.ts';
import type { Step, TextPart } from '../language/steps.ts';
import { both, deviceWords, subjectWords } from '../language/words.ts';
import type { Engine } from './engine.ts';
import { causeWords, keep } from './keeping.ts';
import { addLine, type MovingRun } from './moving-run.ts';
import type { OpenAct } from './tables.ts';
import type { Target } from './targets.ts';
import { type Act, type ActState, actWords, filledText, problemWords } from './texts.ts';

/** How a target is asked for, beyond what it is. */
export interface Asking {
  readonly path: string;
  readonly overMs?: number | null;
  /** Without a line in the trace, as for the many small steps of a ramp. */
  readonly isSilent?: boolean;
  /** Puts something back: that is not kept, and no person is given way to. */
  readonly isRestoring?: boolean;
}

/** What came of asking: an act whose outcome is open; left to somebody who holds the device; or nothing to ask for. */
export type Asked = OpenAct | 'left' | 'impossible';

/** Asks for one target of a step. */
export function askTarget(engine: Engine, run: MovingRun, target: Target, how: Asking): Asked {
  const names = engine.names(run.world);
  if (!how.isRestoring && isLeft(engine, run, target.device, how.path)) return 'left';
  if (target.kind === 'command') {
    const { device, name, args } = target;
    return ask(
      engine,
      run,
      { device, name, args },
      { kind: 'invoke', name, args },
      how,
      target.item,
    );
  }
  const { device, property, value } = target;
  const read = target.read === undefined ? [] : [{ device, property, value: target.read }];
  if (value === null) {
    const { owned } = subjectWords(names, { kind: 'device', device, property });
    const text = both(
      `Could not change ${owned.en}: its value is not known`,
      `未能更改${owned.zh}：当前值未知`,
    );
    addLine(run, how.path, 'command', 'failed', text, { read });
    return 'impossible';
  }
  if (!how.isRestoring) keep(run.draft, run.world, { device, property }, value);
  const body: CommandBody = {
    ...{ kind: 'set', property, value },
    ...(how.overMs ? { transitionMs: how.overMs } : {}),
    ...(target.isRelative ? { isRelative: true } : {}),
  };
  return ask(engine, run, { device, property, value }, body, how, 0, read);
}

/** Whether the device is left to a person who has changed it lately, as the scene says. */
function isLeft(engine: Engine, run: MovingRun, device: DeviceId, path: string): boolean {
  const { yieldMs = null } = run.program.scene;
  const hand = yieldMs === null ? undefined : engine.tables.hands.get(device);
  if (yieldMs === null || hand === undefined) return false;
  if (run.world.now.wallMs - hand.atMs >= yieldMs) return false;
  const who = causeWords(engine, run.world, hand.by);
  const name = deviceWords(engine.names(run.world), device);
  const text = both(
    `Left ${name.en} alone: ${who.en} has changed it lately`,
    `没有动${name.zh}：${who.zh}刚更改过`,
  );
  addLine(run, path, 'command', 'cancelled', text);
  return true;
}

function ask(
  engine: Engine,
  run: MovingRun,
  act: Act,
  body: CommandBody,
  how: Asking,
  item: number,
  read: NonNullable<MovingRun['draft']['steps'][number]['read']> = [],
): OpenAct {
  const { draft, world } = run;
  const cause: Cause = { kind: 'scene', scene: draft.scene, run: draft.id };
  const author = engine.scenes.get(draft.scene)?.record.author ?? null;
  const id = world.command(act.device, body, cause, author);
  const text = saidOf(engine, run, how.path, act, 'started');
  const more = { command: id, ...(read.length === 0 ? {} : { read }) };
  const { path } = how;
  const line = how.isSilent ? null : addLine(run, path, 'command', 'started', text, more);
  const wants = body.kind === 'set' ? { property: body.property, value: body.value } : null;
  return { kind: 'command', id, branch: run.at, path, line, device: act.device, item, wants };
}

/** The words of an act of a step, as far as it has come without a problem. */
function saidOf(engine: Engine, run: MovingRun, path: string, act: Act, state: ActState): Label {
  const of = 'value' in act ? [act.property, act.value] : [act.name, act.args];
  const what = `${path} ${act.device} ${state} ${JSON.stringify(of)}`;
  return engine.said(run.program, what, () => actWords(engine.names(run.world), act, state, null));
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

/** A text in the home's language with its blanks filled. */
export function fill(engine: Engine, run: MovingRun, parts: readonly TextPart[]): string {
  return filledText(parts, run.world.home.language, knownTo(engine, run));
}

/** A message or a call whose line begins with words in both languages. */
export function fillIn(engine: Engine, run: MovingRun, texts: Texts): string {
  return fill(engine, run, texts[run.world.home.language]);
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
    const why = problem ? problemWords(problem) : both('not known why', '原因未知');
    if (act.kind !== 'command') {
      const before = act.line === null ? undefined : run.draft.steps[act.line];
      const text = /“([\s\S]*)”/.exec(before?.text.en ?? '')?.[1] ?? '';
      if (act.kind === 'notify') {
        return state === 'ok'
          ? both(`Told: “${text}”`, `已通知：“${text}”`)
          : both(`Could not tell “${text}”: ${why.en}`, `未能通知“${text}”：${why.zh}`);
      }
      return state === 'ok'
        ? both(`Called “${text}”`, `已调用“${text}”`)
        : both(`The call of “${text}” failed: ${why.en}`, `调用“${text}”失败：${why.zh}`);
    }
    const target = targetOf(step, act);
    if (target === null) return both('A command', '命令');
    return problem === null
      ? saidOf(engine, run, act.path, target, state)
      : actWords(engine.names(run.world), target, state, problem);
  },
};

function targetOf(step: Step, act: Extract<OpenAct, { kind: 'command' }>): Act | null {
  const { device, wants } = act;
  if (wants) return { device, property: wants.property, value: wants.value };
  const command = step.kind === 'command' ? commandOf(step, act.item) : null;
  return command && { device, ...command };
}

/** The command of a step's target; -1 is that of all devices of its selection. */
export function commandOf(
  step: CommandStep,
  item: number,
): Omit<CommandStep['targets'][number], 'device'> | null {
  const found = item < 0 ? step.group?.command : step.targets[item];
  return found === undefined ? null : { name: found.name, args: found.args };
}
