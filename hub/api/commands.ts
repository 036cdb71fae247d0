// Commands to devices: what is asked is checked against what the device says of itself, so that a typing error
// is answered at once and in words; then the hub decides, and the answer waits as far as the caller wants.
import {
  type CommandBody,
  type CommandRecord,
  type CommandState,
  isCommandEnd,
} from '../model/command.ts';
import type { DeviceRecord } from '../model/device.ts';
import { NotFoundError, type Problem, toProblem, ValidationError } from '../model/errors.ts';
import { commandId, deviceId } from '../model/identifiers.ts';
import { type PropertyDescriptor, type PropertyValue, specOf } from '../model/properties.ts';
import { checkValue } from '../model/property-value.ts';
import {
  type ApiContext,
  type ApiParts,
  actorOf,
  type Handlers,
  type InputOf,
  inputId,
  listPart,
  pathId,
} from './context.ts';
import { deviceOf } from './devices.ts';
import { problemDetails, problemResponse, problemView, statusOfCode } from './errors.ts';
import { nearest } from './nearest.ts';
import { commandView } from './views.ts';

/** As of a single command where the caller says nothing. */
const MANY_TIMEOUT_MS = 5_000;

const REACHED: Record<CommandState, number> = {
  requested: 0,
  sent: 1,
  acknowledged: 2,
  observed: 3,
  failed: -1,
  timedOut: -1,
  superseded: -1,
  refused: -1,
};

export function commandRoutes({ hub }: ApiParts) {
  return {
    'POST /api/devices/:id/commands': async (c, { body, query }) => {
      const { record } = deviceOf(hub, pathId(c, deviceId, 'device'));
      const asked = commandBodyFor(record, body);
      const { wait, timeoutMs } = query;
      const startedAt = performance.now();
      const isPatient = wait !== undefined;
      const command = await hub.command(record.id, asked, timeoutMs, actorOf(c), { isPatient });
      if (wait === undefined || isCommandEnd(command.state)) return answer(c, command, wait);
      const leftMs = Math.max(0, timeoutMs - (performance.now() - startedAt));
      return answer(c, await hub.waitForCommand(command.id, wait, leftMs), wait);
    },
    'POST /api/commands': async (c, { body }) => {
      const { devices, ...asked } = body;
      const records = devices.map((id, index) =>
        deviceOf(hub, inputId(id, deviceId, `/devices/${index}`)),
      );
      const actor = actorOf(c);
      // All of them are asked for before the first answer is awaited, so that they reach the core together.
      const items = await Promise.all(
        records.map(async ({ record }) => {
          const { id: device } = record;
          try {
            const set = commandBodyFor(record, asked);
            const command = await hub.command(device, set, MANY_TIMEOUT_MS, actor);
            return { device, command: commandView(command), problem: null };
          } catch (error) {
            return { device, command: null, problem: problemView(toProblem(error)) };
          }
        }),
      );
      return c.json({ items }, 202);
    },
    'GET /api/commands': (c, { query }) =>
      c.json(listPart(hub.waitingCommands().map(commandView), query)),
    'DELETE /api/commands/:id': async (c) =>
      c.json(commandView(await hub.cancelCommand(pathId(c, commandId, 'command'), actorOf(c)))),
    'GET /api/commands/:id': (c) => {
      const id = pathId(c, commandId, 'command');
      const command = hub.commandRecord(id);
      if (command === undefined) {
        throw new NotFoundError('command', id, {
          hint: 'The last 1,000 commands are kept; older ones stand in the history.',
        });
      }
      return c.json(commandView(command));
    },
  } satisfies Partial<Handlers>;
}

/** 200 where `wait` asked it to be, 202 under way, else the problem with the command beside it. */
function answer(c: ApiContext, command: CommandRecord, wait: CommandState | undefined): Response {
  const reached = REACHED[command.state];
  if (reached >= 0) {
    c.header('Location', `/api/commands/${command.id}`);
    return c.json(commandView(command), reached >= REACHED[wait ?? 'observed'] ? 200 : 202);
  }
  const problem = command.problem ?? endWithoutProblem(command.state);
  const details = problemDetails(problem, statusOfCode(problem.code));
  return problemResponse(c, details, { command: commandView(command) });
}

function endWithoutProblem(state: CommandState): Problem {
  const hint = null;
  switch (state) {
    case 'superseded':
      return { code: 'conflict', message: 'A newer command took its place', hint };
    case 'timedOut':
      return { code: 'timed-out', message: 'The device did not answer in time', hint };
    case 'refused':
      return { code: 'forbidden', message: 'The command was refused', hint };
    default:
      return { code: 'rejected-by-device', message: 'The command failed', hint };
  }
}

/** @throws ValidationError that names the nearest property, or the range. */
export function commandBodyFor(
  record: DeviceRecord,
  body: InputOf<'POST /api/devices/:id/commands'>['body'],
): CommandBody {
  if ('command' in body) return invocation(record, body.command, body.args);
  const descriptor = settableProperty(record, body.property);
  const problem = checkValue(specOf(descriptor), body.value);
  if (problem !== null) {
    const { hint, zh } = problem;
    throw new ValidationError(`${record.name}: ${problem.message}`, {
      hint,
      zh: { message: `${record.name}：${zh.message}`, hint: zh.hint },
      errors: [{ path: '/value', message: hint, zh: zh.hint }],
    });
  }
  const { transitionMs } = body;
  return {
    kind: 'set',
    property: descriptor.key,
    value: body.value,
    ...(transitionMs === undefined ? {} : { transitionMs }),
  };
}

function settableProperty(record: DeviceRecord, key: string): PropertyDescriptor {
  const { properties } = record.description;
  const found = properties.find((each) => each.key === key);
  const settable = properties.filter(isSettable).map((each) => each.key);
  if (found !== undefined && isSettable(found)) return found;
  const list =
    settable.length === 0 ? 'Nothing of it can be set.' : `It takes: ${settable.join(', ')}.`;
  const zhList =
    settable.length === 0 ? '它没有可以设置的。' : `可以设置：${settable.join('、')}。`;
  if (found !== undefined) {
    const how = found.access === 'event' ? 'happens, and' : 'is only reported, and';
    throw new ValidationError(`${key} of ${record.name} ${how} cannot be set`, {
      hint: list,
      zh: { message: `${record.name} 的 ${key} 只能查看，不能设置`, hint: zhList },
      errors: [{ path: '/property', message: 'cannot be set', zh: '不能设置' }],
    });
  }
  const like = nearest(key, settable);
  throw new ValidationError(`${record.name} has no property "${key}"`, {
    hint: like === undefined ? list : `Did you mean ${like}? ${list}`,
    zh: {
      message: `${record.name} 没有属性“${key}”`,
      hint: like === undefined ? zhList : `你是指 ${like} 吗？${zhList}`,
    },
    errors: [
      {
        path: '/property',
        message: 'is not a property of this device',
        zh: '不是这个设备的属性',
      },
    ],
  });
}

function isSettable({ access }: PropertyDescriptor): boolean {
  return access === 'rw' || access === 'w';
}

function invocation(
  record: DeviceRecord,
  name: string,
  args: Readonly<Record<string, PropertyValue>>,
): CommandBody {
  const { commands, properties } = record.description;
  const canToggle = properties.some((each) => isSettable(each) && each.type === 'boolean');
  const known = canToggle && !commands.includes('toggle') ? [...commands, 'toggle'] : commands;
  if (known.includes(name)) return { kind: 'invoke', name, args };
  const like = nearest(name, known);
  const list = known.length === 0 ? 'It knows no commands.' : `It knows: ${known.join(', ')}.`;
  const zhList = known.length === 0 ? '它没有命令。' : `它有：${known.join('、')}。`;
  throw new ValidationError(`${record.name} has no command "${name}"`, {
    hint: like === undefined ? list : `Did you mean ${like}? ${list}`,
    zh: {
      message: `${record.name} 没有命令“${name}”`,
      hint: like === undefined ? zhList : `你是指 ${like} 吗？${zhList}`,
    },
    errors: [
      { path: '/command', message: 'is not a command of this device', zh: '不是这个设备的命令' },
    ],
  });
}
