// The conformance kit: puts an adapter, in any shell, through what the contract demands, with a scripted core and
// main. The vendor brings emulated or real devices, never a stand-in for the adapter or for the hub.
import type { AdapterItem, AdapterSettings } from '../../hub/model/adapter-port.ts';
import { DEVICE_KINDS } from '../../hub/model/device-kind.ts';
import { HubError, toProblem } from '../../hub/model/errors.ts';
import { type NodeAddress, nodeAddress } from '../../hub/model/identifiers.ts';
import {
  findProperty,
  type PropertyDescriptor,
  type PropertyKey,
  type PropertyValue,
  parsePropertyKey,
  propertyKey,
  specOf,
} from '../../hub/model/properties.ts';
import { checkValue, valuesEqual } from '../../hub/model/property-value.ts';
import { type OpenLine, ScriptedHub } from './scripted-hub.ts';

/** What the kit needs to know of the adapter and its devices. */
export interface ConformancePlan {
  /** `inProcess`, `inWorker` or `inChild` of scripted-hub.ts. */
  readonly open: OpenLine;
  /** A folder of the run's own. */
  readonly dataFolder: string;
  readonly settings: AdapterSettings;
  /** A node that is paired and in reach, one of its settable properties, and two values of it. */
  readonly subject: {
    readonly node: NodeAddress;
    readonly property: PropertyKey;
    readonly values: readonly [PropertyValue, PropertyValue];
  };
  /** Brings the subject in, for instance by pairing; called once after the adapter is connected. */
  prepare?(hub: ScriptedHub): Promise<void>;
  /** Has the subject change by itself, as by its own button, to this value. Absent: not checked. */
  touch?(value: PropertyValue): Promise<void> | void;
  /** Takes the subject out of reach, and back. Absent: not checked. */
  reach?(isInReach: boolean): Promise<void> | void;
  /** Keys and passwords that must never be told. */
  readonly secrets?: () => readonly string[];
  /** How long a connection may take; 30 s by default. */
  readonly connectMs?: number;
}

/** One demand of the contract, met or not. */
export interface ConformanceResult {
  readonly demand: string;
  readonly isMet: boolean;
  /** Why it is not met, in words; null when it is. */
  readonly problem: string | null;
  readonly durationMs: number;
}

const SETTLE_MS = 10_000;
const STOP_MS = 7_000;
const NOBODY = nodeAddress('nobody-is-here');

interface Run {
  readonly plan: ConformancePlan;
  readonly hub: ScriptedHub;
}

type Demand = readonly [text: string, check: (run: Run) => Promise<void>];

function demand(isTrue: boolean, text: string): void {
  if (!isTrue) throw new Error(text);
}

const DEMANDS: readonly Demand[] = [
  ['it connects and says so', connects],
  ['it describes its nodes in the words of the table', describes],
  ['it answers a ping within a second', answersPing],
  ['it tells the value of a property when it is asked', reads],
  ['a command is acknowledged and then seen in a report', commands],
  ['what cannot be done fails with the right code', refuses],
  ['a change at the device is reported', reportsTouch],
  ['an unreachable device fails in time and is told offline', tellsUnreachable],
  ['what a dead core did not acknowledge is sent again, in order', resends],
  ['calls are answered, also those about nobody', answersCalls],
  ['it reports only described properties, with values that they may have', reportsRightly],
  ['each command has one end and its steps are in order', endsCommands],
  ['it keeps secrets', keepsSecrets],
  ['it stops in time, says so, and says nothing afterwards', stops],
];

/**
 * Runs all demands in order on one life of the adapter. A demand that is not met does not end the run, unless it
 * is the first; one that builds on it may then fail as well. Never rejects.
 */
export async function runConformance(plan: ConformancePlan): Promise<ConformanceResult[]> {
  const hub = new ScriptedHub(plan.open);
  const results: ConformanceResult[] = [];
  try {
    for (const [text, check] of DEMANDS) {
      const startedAtMs = performance.now();
      let problem: string | null = null;
      try {
        await check({ plan, hub });
      } catch (error) {
        problem = toProblem(error).message;
      }
      const durationMs = Math.round(performance.now() - startedAtMs);
      results.push({ demand: text, isMet: problem === null, problem, durationMs });
      if (problem !== null && results.length === 1) break;
    }
  } finally {
    await hub[Symbol.asyncDispose]().catch(() => {});
  }
  return results;
}

async function connects({ plan, hub }: Run): Promise<void> {
  hub.start({ dataFolder: plan.dataFolder, settings: plan.settings });
  await hub.connectCore();
  const state = await hub.until(
    'a connection or its fault',
    () => {
      const now = hub.state();
      return now?.kind === 'connected' || now?.kind === 'fault' ? now : null;
    },
    plan.connectMs ?? 30_000,
  );
  if (state.kind === 'fault') {
    demand(state.problem.hint !== null, `The fault "${state.problem.message}" has no hint`);
    throw new Error(`It is in fault: ${state.problem.message}`);
  }
  await plan.prepare?.(hub);
}

async function describes({ plan, hub }: Run): Promise<void> {
  const { node, property } = plan.subject;
  const description = await hub.until('the description', () => hub.description(node), SETTLE_MS);
  demand(Object.hasOwn(DEVICE_KINDS, description.kind), `There is no kind "${description.kind}"`);
  demand(description.title !== '', 'The title is empty');
  const keys = description.properties.map(({ key }) => key);
  demand(new Set(keys).size === keys.length, `A property stands twice: ${keys}`);
  for (const descriptor of description.properties) checkDescriptor(descriptor);
  demand(keys.includes(property), `The subject's "${property}" is not described`);
}

function checkDescriptor(descriptor: PropertyDescriptor): void {
  const { key, name, type } = descriptor;
  const parsed = parsePropertyKey(key);
  demand(parsed.name === name, `The key ${key} does not belong to "${name}"`);
  const row = findProperty(name);
  if (row === undefined) return;
  demand(row.type === type, `${key} is a ${type}, but the table says ${row.type}`);
  const isOther = descriptor.unit !== undefined && descriptor.unit !== row.unit;
  demand(!isOther, `${key} is in ${descriptor.unit}, but the table says ${row.unit}`);
}

async function answersPing({ hub }: Run): Promise<void> {
  const number = hub.messages.length + 1;
  hub.line.toHost({ kind: 'ping', number });
  await hub.until(
    'the pong',
    () => hub.messages.some((message) => message.kind === 'pong' && message.number === number),
    1_000,
  );
}

async function reads({ plan, hub }: Run): Promise<void> {
  const { node, property } = plan.subject;
  await hub.call({ kind: 'refresh', node }).catch((error: unknown) => {
    if (!(error instanceof HubError && error.code === 'unsupported')) throw error;
  });
  await hub.until('a first value', () => hub.values(node)[property] !== undefined, SETTLE_MS);
}

async function reportsRightly({ hub }: Run): Promise<void> {
  for (const item of hub.items) if (item.kind === 'report') checkReport(hub, item);
}

function checkReport(hub: ScriptedHub, item: Extract<AdapterItem, { kind: 'report' }>): void {
  const description = hub.description(item.node);
  if (description === null) throw new Error(`${item.node} reported but was never described`);
  for (const [key, value] of Object.entries(item.values)) {
    const descriptor = description.properties.find((each) => each.key === key);
    if (descriptor === undefined) throw new Error(`"${key}" was reported but not described`);
    // A device may report beyond what it takes, so only the type is judged.
    const { min: _, max: __, ...spec } = specOf(descriptor);
    const problem = spec.type === 'enum' ? null : checkValue(spec, value);
    demand(problem === null, `A report is wrong: ${problem?.message}`);
  }
}

async function commands({ plan, hub }: Run): Promise<void> {
  for (const value of plan.subject.values) {
    const { node, property } = plan.subject;
    const outcome = await hub.settle(node, { kind: 'set', property, value });
    demand(
      outcome.state === 'acknowledged',
      `It ended ${outcome.state}: ${outcome.problem?.message}`,
    );
    await hub.until(
      `${property} to be ${JSON.stringify(value)}`,
      () => isNow(hub, plan, value),
      SETTLE_MS,
    );
  }
}

function isNow(hub: ScriptedHub, { subject }: ConformancePlan, value: PropertyValue): boolean {
  const descriptor = hub
    .description(subject.node)
    ?.properties.find(({ key }) => key === subject.property);
  const now = hub.values(subject.node)[subject.property] ?? null;
  return descriptor !== undefined && valuesEqual(specOf(descriptor), now, value);
}

async function refuses({ plan, hub }: Run): Promise<void> {
  const { node, property, values } = plan.subject;
  const [value] = values;
  const wrong = typeof value === 'boolean' ? 'perhaps' : true;
  const attempts = [
    [NOBODY, { kind: 'set', property, value }, ['not-found']],
    [node, { kind: 'set', property: propertyKey('x_no_such_thing'), value }, ['unsupported']],
    [node, { kind: 'set', property, value: wrong }, ['invalid-input']],
    [node, { kind: 'invoke', name: 'no-such-command', args: {} }, ['unsupported']],
  ] as const;
  for (const [to, body, codes] of attempts) {
    const { state, problem } = await hub.settle(to, body);
    const said = `${JSON.stringify(body)} ended ${state} ${problem?.code}`;
    demand(state === 'failed' && codes.some((code) => code === problem?.code), said);
  }
}

async function reportsTouch({ plan, hub }: Run): Promise<void> {
  if (plan.touch === undefined) return;
  const [first, second] = plan.subject.values;
  const value = isNow(hub, plan, first) ? second : first;
  await plan.touch(value);
  await hub.until('the report', () => isNow(hub, plan, value), SETTLE_MS);
}

async function tellsUnreachable({ plan, hub }: Run): Promise<void> {
  if (plan.reach === undefined) return;
  const { node, property, values } = plan.subject;
  await plan.reach(false);
  const timeoutMs = 5_000;
  const startedAtMs = performance.now();
  const outcome = await hub.settle(node, { kind: 'set', property, value: values[0] }, timeoutMs);
  const tookMs = performance.now() - startedAtMs;
  demand(outcome.state !== 'acknowledged', 'It acknowledged a command for a device out of reach');
  demand(
    tookMs < timeoutMs + 500,
    `It took ${Math.round(tookMs)} ms, over its time of ${timeoutMs}`,
  );
  await hub.until('word that it is offline', () => hub.isOnline(node) === false, 30_000);
  const told = hub.items.findLast((item) => item.kind === 'availability' && item.node === node);
  demand(
    told?.kind === 'availability' && Boolean(told.reason),
    'Offline was told without a reason',
  );
  await plan.reach(true);
  await hub.until('word that it is online', () => hub.isOnline(node) === true, 60_000);
}

async function resends({ plan, hub }: Run): Promise<void> {
  const { node, property, values } = plan.subject;
  await hub.settle(node, { kind: 'set', property, value: values[0] });
  hub.acknowledges = false;
  const from = hub.batches.length;
  await hub.settle(node, { kind: 'set', property, value: values[1] });
  const untaken = hub.batches.slice(from).map(({ number }) => number);
  hub.loseCore();
  hub.acknowledges = true;
  const before = hub.batches.length;
  await hub.connectCore();
  await hub.until(
    'all of it again',
    () => hub.batches.length >= before + untaken.length,
    SETTLE_MS,
  );
  const again = hub.batches.slice(before, before + untaken.length).map(({ number }) => number);
  demand(String(again) === String(untaken), `Batches ${untaken} came again as ${again}`);
}

async function answersCalls({ plan, hub }: Run): Promise<void> {
  const before = hub.messages.length;
  await hub.call({ kind: 'describe' });
  await hub.until('the descriptions', () =>
    hub.messages
      .slice(before)
      .some((each) => each.kind === 'described' && each.description.node === plan.subject.node),
  );
  await hub.call({ kind: 'rename', node: plan.subject.node, name: 'Lamp' });
  for (const kind of ['refresh', 'interview'] as const) {
    const code = await hub.call({ kind, node: NOBODY }).then(
      () => 'an answer',
      (error: unknown) => (error instanceof HubError ? error.code : String(error)),
    );
    demand(code === 'not-found' || code === 'unsupported', `${kind} of nobody ended as ${code}`);
  }
}

async function endsCommands({ hub }: Run): Promise<void> {
  const outcomes = hub.items.filter((item) => item.kind === 'outcome');
  const perCommand = Map.groupBy(outcomes, ({ command }) => command);
  for (const [command, own] of perCommand) {
    const states = own.map(({ state }) => state);
    const ends = states.filter((state) => state !== 'sent');
    demand(ends.length <= 1, `${command} ended ${ends.length} times: ${states}`);
    const sentAt = states.lastIndexOf('sent');
    demand(sentAt <= 0 && states.length - ends.length <= 1, `${command} went ${states}`);
    for (const { state, problem } of own) {
      const mustSay = state === 'failed' || state === 'timedOut';
      demand(mustSay === (problem !== null), `${command} is ${state} with ${problem?.message}`);
    }
  }
}

async function keepsSecrets({ plan, hub }: Run): Promise<void> {
  const said = JSON.stringify([hub.messages, hub.items]).toLowerCase();
  for (const [index, secret] of (plan.secrets?.() ?? []).entries()) {
    demand(!said.includes(secret.toLowerCase()), `Secret ${index + 1} was told`);
  }
}

async function stops({ hub }: Run): Promise<void> {
  hub.line.toHost({ kind: 'stop' });
  hub.line.toHost({ kind: 'stop' });
  await hub.stop(STOP_MS);
  demand(hub.exitCode === 0, `Its host ended with ${hub.exitCode}`);
  const stopped = hub.messages.filter(({ kind }) => kind === 'stopped');
  demand(stopped.length === 1, `It said ${stopped.length} times that it has stopped`);
}
