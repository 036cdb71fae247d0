// The conformance kit: puts an adapter, in any shell, through what the contract demands, with a scripted core and
// main. The vendor brings emulated or real devices, never a stand-in for the adapter or for the hub.
import type { AdapterItem, AdapterSettings } from '../../hub/model/adapter-port.ts';
import { HubError, toProblem } from '../../hub/model/errors.ts';
import { type NodeAddress, nodeAddress } from '../../hub/model/identifiers.ts';
import {
  type PropertyKey,
  type PropertyValue,
  propertyKey,
  specOf,
} from '../../hub/model/properties.ts';
import { valuesEqual } from '../../hub/model/property-value.ts';
import type { Words } from '../../hub/model/words.ts';
import { type OpenLine, ScriptedHub } from './scripted-hub.ts';
import { descriptionProblem, valuesProblem } from './vendor-check.ts';

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
  /** The same in Chinese. */
  readonly zh: string;
  readonly isMet: boolean;
  /** Why it is not met, in words; null when it is. */
  readonly problem: string | null;
  readonly durationMs: number;
}

const SETTLE_MS = 10_000;
/** What the hub gives a command as a rule. */
const COMMAND_MS = 5_000;
const STOP_MS = 7_000;
const NOBODY = nodeAddress('nobody-is-here');

/** One run of the kit: what it was given, and the hub that tries the adapter. */
export interface Run {
  readonly plan: ConformancePlan;
  readonly hub: ScriptedHub;
}

/** What is demanded, in both languages, and how it is tried: the check throws where it is not met. */
export interface Demand {
  readonly text: Words;
  check(run: Run): Promise<void>;
  /** Of what was seen meanwhile, which can be said of one that is gone as well. */
  readonly isAboutTheWhole?: true;
}

function demand(isTrue: boolean, text: string): void {
  if (!isTrue) throw new Error(text);
}

function demanded(check: Demand['check'], en: string, zh: string): Demand {
  return { text: { en, zh }, check };
}

const DEMANDS: readonly Demand[] = [
  demanded(connects, 'it connects and says so', '能连接并报告'),
  demanded(describes, 'it describes its nodes in the words of the table', '用属性表的名称描述节点'),
  demanded(answersPing, 'it answers a ping within a second', '一秒内应答'),
  demanded(reads, 'it tells the value of a property when it is asked', '被询问时报告属性的值'),
  demanded(
    commands,
    'a command is acknowledged and then seen in a report',
    '命令得到确认，随后出现在上报里',
  ),
  demanded(refuses, 'what cannot be done fails with the right code', '做不到的以正确的代码失败'),
  demanded(reportsTouch, 'a change at the device is reported', '设备上的变化会上报'),
  demanded(
    tellsUnreachable,
    'an unreachable device fails in time and is told offline',
    '连不上的设备及时失败，并报告离线',
  ),
  demanded(
    resends,
    'what a dead core did not acknowledge is sent again, in order',
    '核心崩溃前未确认的会按顺序重发',
  ),
  demanded(
    answersCalls,
    'calls are answered, also those about nobody',
    '调用都有应答，包括不存在的节点',
  ),
  demanded(
    reportsRightly,
    'it reports only described properties, with values that they may have',
    '只上报描述过的属性，值也合规',
  ),
  demanded(
    endsCommands,
    'each command has one end and its steps are in order',
    '每条命令只结束一次，步骤有序',
  ),
  demanded(keepsSecrets, 'it keeps secrets', '不泄露秘密'),
];

const STOPS = demanded(
  stops,
  'it stops in time, says so, and says nothing afterwards',
  '及时停止并报告，之后不再说话',
);

/**
 * Runs all demands in order on one life of the adapter. A demand that is not met does not end the run, unless it
 * is the first or the adapter is gone; one that builds on it may then fail as well. Never rejects.
 * @param more what else is demanded, tried before the adapter is stopped
 */
export async function runConformance(
  plan: ConformancePlan,
  more: readonly Demand[] = [],
): Promise<ConformanceResult[]> {
  const hub = new ScriptedHub(plan.open);
  const results: ConformanceResult[] = [];
  let isOver = false;
  try {
    for (const { text, check, isAboutTheWhole } of [...DEMANDS, ...more, STOPS]) {
      if (isOver && isAboutTheWhole !== true) continue;
      const startedAtMs = performance.now();
      let problem: string | null = null;
      try {
        await check({ plan, hub });
      } catch (error) {
        problem = toProblem(error).message;
      }
      const durationMs = Math.round(performance.now() - startedAtMs);
      const result = { demand: text.en, zh: text.zh, isMet: problem === null, problem, durationMs };
      results.push(result);
      const isGone = hub.exitCode !== undefined;
      if (problem !== null && (results.length === 1 || isGone)) isOver = true;
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
  const problem = descriptionProblem(description);
  demand(problem === null, `${problem}`);
  const keys = description.properties.map(({ key }) => key);
  demand(keys.includes(property), `The subject's "${property}" is not described`);
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
  const problem = valuesProblem(description, item.values);
  demand(problem === null, `${problem}`);
}

async function commands({ plan, hub }: Run): Promise<void> {
  for (const value of plan.subject.values) {
    const { node, property } = plan.subject;
    const startedAtMs = performance.now();
    const outcome = await hub.settle(node, { kind: 'set', property, value }, COMMAND_MS);
    const tookMs = Math.round(performance.now() - startedAtMs);
    demand(
      outcome.state === 'acknowledged',
      `It ended ${outcome.state}: ${outcome.problem?.message}`,
    );
    demand(tookMs <= COMMAND_MS, `The outcome came after ${tookMs} ms, over its ${COMMAND_MS} ms`);
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
