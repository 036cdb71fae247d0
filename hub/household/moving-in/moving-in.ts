// Moving in from Zigbee2MQTT as the hub offers it: a plan first, then one job at a time that does what it said.
import { randomBytes } from 'node:crypto';
import type { AdapterCall, AdapterState } from '../../model/adapter-port.ts';
import { ConflictError, NotFoundError, toProblem, ValidationError } from '../../model/errors.ts';
import type { Async, Household } from '../../model/hub-port.ts';
import type { MoveRequest, MovingCalls, MovingIn } from '../../model/moving-in.ts';
import { problemLine } from '../../model/problem-words.ts';
import type { JobsHost } from '../jobs.ts';
import { applyMove } from './apply.ts';
import { heldBy, type Planned, planMove, type SettingNow } from './plan.ts';
import { moveJobWords, moveWords } from './words.ts';

/** A plan holds the texts of the source, its network key among them: not for longer than a person reads. */
const PLAN_KEPT_MS = 30 * 60_000;

export interface MovingInOptions {
  readonly household: Household;
  readonly jobs: Pick<JobsHost, 'open'>;
  readonly calls: Async<MovingCalls>;
  readonly isDemo: boolean;
  /** The coordinator drivers that there are. */
  readonly drivers: readonly string[];
  /** The settings as they hold now, with what the page has set since the start. */
  settings(): readonly SettingNow[];
  callAdapter(call: AdapterCall): Promise<unknown>;
  withoutZigbee(work: () => Promise<void>): Promise<void>;
  zigbeeState(): AdapterState | null;
}

interface Kept {
  readonly id: string;
  readonly request: MoveRequest;
}

export function createMovingIn(options: MovingInOptions): MovingIn {
  const { household, calls } = options;
  let kept: Kept | null = null;
  let forgetting: NodeJS.Timeout | undefined;
  let isRunning = false;

  async function look(request: MoveRequest): Promise<Planned> {
    const { problems, home } = await calls.readZigbee2Mqtt(request.files);
    if (home === null) return { problems, lines: [], work: null };
    const { devices, rooms } = household.contents();
    return planMove({
      source: home,
      own: await calls.ownZigbeeNetwork(request.files),
      devices,
      rooms,
      settings: options.settings(),
      drivers: options.drivers,
      isDemo: options.isDemo,
      ...request,
    });
  }

  function keep(request: MoveRequest): string {
    const id = `plan_${randomBytes(6).toString('hex')}`;
    kept = { id, request };
    clearTimeout(forgetting);
    forgetting = setTimeout(() => {
      kept = null;
    }, PLAN_KEPT_MS);
    forgetting.unref();
    return id;
  }

  return {
    async plan(request) {
      const { problems, lines, work } = await look(request);
      if (work === null) return { id: null, problems, lines, warning: null };
      const warning = heldBy(await calls.coordinatorHolder(work.port), work.port);
      return { id: keep(request), problems, lines, warning };
    },
    async start(plan, actor) {
      if (isRunning) {
        throw new ConflictError('This home is moving in already', {
          hint: 'Wait until that job has ended, or cancel it.',
          zh: { message: '已经在搬入', hint: '请等那个任务结束，或取消它。' },
        });
      }
      if (kept?.id !== plan) {
        throw new NotFoundError('plan', plan, {
          hint: 'A plan is good for 30 minutes and until the next one. Make it again.',
          zh: {
            message: `没有计划“${plan}”`,
            hint: '计划在 30 分钟内、下一个计划之前有效。请重新生成。',
          },
        });
      }
      isRunning = true;
      try {
        // The home may have changed since the plan was shown.
        const { problems, work } = await look(kept.request);
        const [first] = problems;
        if (work === null) {
          const { en, zh } = first?.text ?? moveWords.noPort;
          throw new ValidationError(en, { zh: { message: zh, hint: null } });
        }
        const held = heldBy(await calls.coordinatorHolder(work.port), work.port);
        if (held !== null) {
          const { en, zh } = moveWords.heldHint;
          throw new ConflictError(held.en, { hint: en, zh: { message: held.zh, hint: zh } });
        }
        const job = options.jobs.open('zigbee2mqtt', { name: 'network', index: 1, of: 4 });
        const setting = (name: string) =>
          options.settings().find((one) => one.name === name)?.value ?? '';
        applyMove(work, job, { ...options, setting }, actor)
          .then(
            (moved) => job.end('done', null, moveJobWords.done(moved.devices.length)),
            (error: unknown) => {
              if (job.signal.aborted) return job.end('cancelled', null, moveJobWords.stopped);
              const problem = toProblem(error);
              job.end('failed', problem, problemLine(problem));
            },
          )
          .finally(() => {
            isRunning = false;
          });
        return job.record();
      } catch (error) {
        isRunning = false;
        throw error;
      }
    },
  };
}
