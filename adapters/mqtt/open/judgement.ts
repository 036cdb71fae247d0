// What a vendor's device may tell and be told, and what is said of it where it may not: each refusal names the thing
// and the value, and what would be right.
import type { CommandBody } from '../../../hub/model/command.ts';
import type { NodeDescription } from '../../../hub/model/device.ts';
import { HubError, type InputProblem, ValidationError } from '../../../hub/model/errors.ts';
import { VENDOR_LIMITS } from '../../../hub/model/open-interface.ts';
import {
  type PropertyDescriptor,
  type PropertyValue,
  specOf,
} from '../../../hub/model/properties.ts';
import { checkValue } from '../../../hub/model/property-value.ts';

/** A device by the vendor's own name for it, and as it has described itself. */
export interface Described {
  readonly device: string;
  readonly description: NodeDescription;
}

/** @throws HubError `unsupported`, ValidationError for a value that the property cannot have */
export function checkCommand({ description }: Described, body: CommandBody): void {
  if (body.kind === 'invoke') {
    if (description.commands.includes(body.name)) return;
    throw new HubError('unsupported', `This device cannot "${body.name}"`, {
      zh: { message: `这个设备不能“${body.name}”`, hint: null },
    });
  }
  const found = description.properties.find(({ key }) => key === body.property);
  if (found === undefined || (found.access !== 'rw' && found.access !== 'w')) {
    throw new HubError('unsupported', `This device has no "${body.property}" that could be set`, {
      zh: { message: `这个设备没有可以设置的“${body.property}”`, hint: null },
    });
  }
  const problem = checkValue(specOf(found), body.value);
  if (problem === null) return;
  throw new ValidationError(problem.message, {
    ...{ hint: problem.hint, zh: problem.zh },
    errors: [{ path: '/value', message: problem.hint, zh: problem.zh.hint }],
  });
}

const TELLS = { report: ['r', 'rw'], event: ['event'] } as const;

/**
 * Whether a device may tell this value of its property, in this way.
 * @throws ValidationError for a property that it has not described, or that is told in another way
 */
export function judge(
  { device, description }: Described,
  key: string,
  value: PropertyValue,
  as: keyof typeof TELLS,
): { descriptor: PropertyDescriptor; problem: string | null } {
  const shown = key.slice(0, 60);
  const has = (accesses: readonly string[]) =>
    description.properties.filter(({ access }) => accesses.includes(access)).map((one) => one.key);
  const descriptor = description.properties.find((each) => each.key === key);
  if (descriptor === undefined) {
    const known = has(TELLS[as]).join(', ') || 'none';
    throw new ValidationError(`${device} has described no "${shown}"`, {
      hint: `It may ${as === 'report' ? 'report' : 'tell events of'}: ${known}. Describe the device anew to add more.`,
      errors: [{ path: as === 'report' ? `/values/${shown}` : '/property', message: 'is unknown' }],
    });
  }
  const ways: readonly string[] = TELLS[as];
  if (!ways.includes(descriptor.access)) {
    const [what, where] =
      descriptor.access === 'event'
        ? ['happens and is over, and is told as an event', 'POST …/events, or the topic event']
        : descriptor.access === 'w'
          ? ['is only set, and has no value to tell', 'Describe it as "rw" if it has one']
          : ['has a value, and is reported', 'POST …/report, or the topic report'];
    throw new ValidationError(`"${shown}" ${what}`, {
      hint: `${where}.`,
      errors: [{ path: as === 'report' ? `/values/${shown}` : '/property', message: what }],
    });
  }
  const problem = checkValue(specOf(descriptor), value);
  return { descriptor, problem: problem && `${problem.message}. ${problem.hint}` };
}

/** Nothing of the report was taken. */
export function notReported(
  { device }: Described,
  errors: readonly InputProblem[],
): ValidationError {
  const [first] = errors;
  return new ValidationError(`${device}: ${first?.message ?? 'the values are not right'}`, {
    hint: 'None of these values was taken. GET /api/open/properties has types, units and ranges.',
    errors,
  });
}

/** More commands than a program that takes none may leave waiting. */
export function tooManyWait(account: string): HubError {
  const { commands } = VENDOR_LIMITS;
  return new HubError('busy', `${commands} commands wait for the program of "${account}"`, {
    hint: 'It does not take them. Look whether it runs.',
    zh: {
      message: `有 ${commands} 条命令在等“${account}”的程序`,
      hint: '它没有来取命令。请检查它是否在运行。',
    },
  });
}

/** More programs than one account may have waiting. */
export function tooManyWaiters(account: string): HubError {
  const { waiters } = VENDOR_LIMITS;
  return new HubError('busy', `${waiters} programs of "${account}" wait for commands already`, {
    hint: 'Close a stream or a long poll first; one is enough for all devices of an account.',
  });
}

/** More messages, or more asking for commands, than a minute has room for. */
export function tooOften(account: string, what: 'says' | 'takes', seconds: number): HubError {
  const { perMinute } = VENDOR_LIMITS;
  const [did, hint] =
    what === 'says'
      ? ['says', 'Put several values into one report.']
      : ['asks for commands', 'Wait for them: ?waitMs=30000, or the stream.'];
  return new HubError(
    'too-many-attempts',
    `"${account}" ${did} more than ${perMinute} times a minute; it may again in ${seconds} s`,
    { hint },
  );
}
