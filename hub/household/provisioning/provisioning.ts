// Provisioning as the hub offers it: plans, one job at a time that does one, and the export.

import type { AdapterCall } from '../../model/adapter-port.ts';
import { ConflictError, toProblem, ValidationError } from '../../model/errors.ts';
import type { Household, Jobs } from '../../model/hub-port.ts';
import type { AdapterId } from '../../model/identifiers.ts';
import { problemLine } from '../../model/problem-words.ts';
import type { Provisioning } from '../../model/provisioning.ts';
import type { SceneLanguage } from '../../model/scene-language-port.ts';
import type { JobsHost } from '../jobs.ts';
import { applyWork, UnfinishedError } from './apply.ts';
import { exportHome } from './export.ts';
import { planWork, tellPlan } from './plan.ts';
import { jobWords } from './words.ts';

const SECONDS_MIN = 10;
const SECONDS_MAX = 900;

export interface ProvisioningOptions {
  readonly household: Household;
  readonly jobs: Jobs & Pick<JobsHost, 'open'>;
  readonly language: Pick<SceneLanguage, 'check' | 'nameOf'>;
  adapters(): readonly AdapterId[];
  callAdapter(adapter: AdapterId, call: AdapterCall): Promise<unknown>;
}

export function createProvisioning(options: ProvisioningOptions): Provisioning {
  const { household, jobs, language } = options;
  let isRunning = false;
  const plan = (text: string) =>
    planWork(text, { contents: household.contents(), language, adapters: options.adapters() });

  return {
    plan: (text) => tellPlan(plan(text), household.contents()),
    start(text, seconds, actor) {
      if (!Number.isInteger(seconds) || seconds < SECONDS_MIN || seconds > SECONDS_MAX) {
        throw new ValidationError(`Devices cannot be waited for ${seconds} s`, {
          hint: `Wait ${SECONDS_MIN} to ${SECONDS_MAX} seconds.`,
          zh: {
            message: `不能等待设备 ${seconds} 秒`,
            hint: `请等待 ${SECONDS_MIN} 到 ${SECONDS_MAX} 秒。`,
          },
        });
      }
      if (isRunning) {
        throw new ConflictError('A provisioning file is being applied already', {
          hint: 'Wait until that job has ended, or cancel it.',
          zh: { message: '正在应用另一个配置文件', hint: '请等那个任务结束，或取消它。' },
        });
      }
      const { errors, work } = plan(text);
      if (work === null) {
        throw new ValidationError('The file has mistakes, and nothing was changed', {
          hint: 'Each mistake below says where it is and what would be right.',
          zh: {
            message: '文件有错误，没有做任何更改',
            hint: '下面每一处错误都写明了位置和正确的写法。',
          },
          errors,
        });
      }
      isRunning = true;
      const job = jobs.open('provision', { name: 'home', index: 1, of: 4 });
      const interview = ({ adapter, node }: { adapter: AdapterId; node: unknown }) =>
        typeof node === 'string'
          ? options.callAdapter(adapter, { kind: 'interview', node: node as never })
          : Promise.resolve();
      applyWork(work, job, { household, jobs, interview }, { seconds, actor })
        .then(
          () => job.end('done', null, jobWords.done),
          (error: unknown) => {
            if (job.signal.aborted) return job.end('cancelled', null, jobWords.stopped);
            const problem = toProblem(error);
            const told =
              error instanceof UnfinishedError && error.errors.length > 0
                ? { ...problem, errors: error.errors }
                : problem;
            job.end('failed', told, problemLine(problem));
          },
        )
        .finally(() => {
          isRunning = false;
        });
      return job.record();
    },
    export: () => exportHome(household.contents(), household.homeValues(), household.scenes()),
  };
}
