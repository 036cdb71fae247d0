// The scenes of the house that is killed: each kind of thing that a run can be at when the power goes.

export interface SceneUnderTest {
  readonly name: string;
  /** When its message is due after the run began; null where that depends on devices. */
  readonly dueMs: number | null;
  readonly afterOutage: 'resume' | 'drop';
  readonly byHand: boolean;
  /** Its runs wait their turn: the message comes no earlier than said, and at any time after. */
  readonly isQueued?: true;
  readonly text: string;
}

export const HELD = 'Held';
export const LATE = 'Late light';
export const HOLD_MS = 2_000;

/** Dims a lamp by a step, which is not to be done twice. */
export const STEPPED = 'Stepped';

const told = (text: string) => `notify: {to: adults, text: ${text}}`;

function delayed(seconds: number): SceneUnderTest {
  const name = `Delay ${seconds}`;
  return {
    name,
    dueMs: seconds * 1_000,
    afterOutage: 'resume',
    byHand: true,
    text: `scene: ${name}\ndo:\n  - delay: ${seconds}s\n  - ${told(name)}\nagain: parallel 40\n`,
  };
}

export const SCENES: readonly SceneUnderTest[] = [
  delayed(1),
  delayed(2),
  delayed(3),
  {
    name: 'At once',
    dueMs: 0,
    afterOutage: 'resume',
    byHand: true,
    text: `scene: At once\ndo:\n  - ${told('At once')}\nagain: parallel 40\n`,
  },
  {
    name: 'Wait',
    dueMs: 2_000,
    afterOutage: 'resume',
    byHand: true,
    text: `scene: Wait\ndo:\n  - wait: {becomes: {bedroom-window.open: true}}\n    timeout: 2s\n    else: [{${told('Wait')}}]\nagain: parallel 40\n`,
  },
  {
    name: 'Repeat',
    dueMs: 1_500,
    afterOutage: 'resume',
    byHand: true,
    text: `scene: Repeat\ndo:\n  - repeat: {times: 3, do: [{delay: 500ms}]}\n  - ${told('Repeat')}\nagain: parallel 40\n`,
  },
  {
    name: 'Parallel',
    dueMs: 2_000,
    afterOutage: 'resume',
    byHand: true,
    text: `scene: Parallel\ndo:\n  - parallel: [[{delay: 1s}, {delay: 1s}], [{delay: 700ms}]]\n  - ${told('Parallel')}\nagain: parallel 40\n`,
  },
  {
    name: 'Race',
    dueMs: 1_000,
    afterOutage: 'resume',
    byHand: true,
    text: `scene: Race\ndo:\n  - race: [[{delay: 1s}], [{delay: 1h}, {notify: {to: adults, text: Late}}]]\n  - ${told('Race')}\nagain: parallel 40\n`,
  },
  {
    name: 'Queue',
    dueMs: 300,
    afterOutage: 'resume',
    byHand: true,
    isQueued: true,
    text: `scene: Queue\ndo:\n  - delay: 300ms\n  - ${told('Queue')}\nagain: queue 20\n`,
  },
  {
    name: STEPPED,
    dueMs: null,
    afterOutage: 'resume',
    byHand: true,
    text: `scene: ${STEPPED}\ndo: [{command: {kitchen-lamp: {step: {by: 5}}}}]\nagain: queue 20\n`,
  },
  {
    name: 'Dropped',
    dueMs: 3_000,
    afterOutage: 'drop',
    byHand: true,
    text: `scene: Dropped\ndo:\n  - delay: 3s\n  - ${told('Dropped')}\nagain: parallel 40\nafter-outage: {waits: drop}\n`,
  },
  {
    // The lamp must be off in the end, whenever the hub was killed.
    name: LATE,
    dueMs: null,
    afterOutage: 'resume',
    byHand: true,
    text: `scene: ${LATE}\ndo:\n  - set: {kitchen-lamp: {on: true}}\n  - delay: 2s\n  - set: {kitchen-lamp: {on: false}}\nagain: restart\n`,
  },
  {
    name: HELD,
    dueMs: null,
    afterOutage: 'resume',
    byHand: false,
    text: `scene: ${HELD}\nwhen: [{holds: {hall-motion.occupancy: true}, for: ${HOLD_MS / 1_000}s}]\ndo: [{${told(HELD)}}]\nagain: parallel 5\n`,
  },
  {
    name: 'Button',
    dueMs: null,
    afterOutage: 'resume',
    byHand: false,
    text: 'scene: Button\nwhen: [{presses: {bedside-button.button: single}}]\ndo: [{toggle: bedroom-lamp.on}]\nagain: restart\n',
  },
  {
    name: 'Edited',
    dueMs: null,
    afterOutage: 'resume',
    byHand: false,
    text: 'scene: Edited\ndescription: As it was made\ndo:\n  - delay: 1s\n',
  },
];
