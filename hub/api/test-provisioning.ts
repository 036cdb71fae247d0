// Provisioning of the test hub: one kind of mistake, one line of the plan, and a job that begins.
import type { Job } from '../model/job.ts';
import type { Provisioning } from '../model/provisioning.ts';

/** A file without rooms is wrong; one that says "nothing" is done already. */
export function testProvisioning(startJob: (kind: string) => Job): Provisioning {
  return {
    plan: (text) => ({
      errors: text.includes('rooms') ? [] : [{ path: '', message: 'no rooms', line: 1, column: 1 }],
      lines: [
        {
          action: 'add',
          what: 'room',
          name: 'Hall',
          text: { en: 'Add Hall', zh: '添加 Hall' },
        },
      ],
      isNothingToDo: text.includes('nothing'),
    }),
    start: () => startJob('provision'),
    export: () => 'rooms: [Hall]\n',
  };
}
