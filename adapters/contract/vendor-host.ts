// What an adapter that is not ours lives in beyond the host of every adapter: the hub's tools for it, its own name on
// all that it describes, a look at all that it says, a bound on how much, and a word to the household where it keeps
// failing.
import type { AdapterNotice } from '../../hub/model/adapter-port.ts';
import type { NodeDescription } from '../../hub/model/device.ts';
import { fromProblem, HubError, NotFoundError, toProblem } from '../../hub/model/errors.ts';
import { nodeAddress } from '../../hub/model/identifiers.ts';
import { describeProperty, property, propertyKey } from '../../hub/model/properties.ts';
import { checkValue } from '../../hub/model/property-value.ts';
import { VENDOR_LIMITS } from '../../hub/model/vendor-adapter.ts';
import type { Adapter, AdapterContext, CreateAdapter } from './adapter.ts';
import { allowance, type Rate, type Take } from './allowance.ts';
import {
  asNotices,
  asProblem,
  asState,
  descriptionProblem,
  valuesProblem,
} from './vendor-check.ts';
import { type Complaint, WORDS } from './vendor-complaints.ts';

/** What a vendor's code gets beside its context, since it can import nothing of the hub. */
export const VENDOR_TOOLS = {
  HubError,
  NotFoundError,
  describeProperty,
  property,
  propertyKey,
  nodeAddress,
  checkValue,
} as const;

/** What of the context a vendor's code gets: nothing that speaks for the whole home. */
export type VendorContext = Pick<
  AdapterContext,
  | 'id'
  | 'dataFolder'
  | 'settings'
  | 'nameOf'
  | 'report'
  | 'event'
  | 'availability'
  | 'outcome'
  | 'described'
  | 'left'
  | 'state'
  | 'notices'
  | 'log'
>;

/** What a vendor's module exports. */
export type CreateVendorAdapter = (context: VendorContext, tools: typeof VENDOR_TOOLS) => Adapter;

/** After so many failures that are its own within the time, the household is told. */
const FAILURES_TOLD = 3;
const FAILURES_WITHIN_MS = 60_000;
const LOG_CHARACTERS_MAX = 2_000;
const { rates } = VENDOR_LIMITS;
const LEVELS = ['debug', 'info', 'warn', 'error'];
const OUTCOMES = ['sent', 'acknowledged', 'failed', 'timedOut'];

export interface VendorHostOptions {
  /** Monotonic. */
  nowMs(): number;
  /** Told of each host that the code wanted to reach and has not declared, once, also of those before. */
  onRefused?(listen: (host: string) => void): void;
}

/** The vendor's adapter as any other. */
export function hostedVendor(
  create: CreateVendorAdapter,
  { nowMs, onRefused }: VendorHostOptions,
): CreateAdapter {
  return (context) => {
    let own: readonly AdapterNotice[] = [];
    const complaints = new Map<Complaint, AdapterNotice>();
    const tell = () => context.notices([...complaints.values(), ...own]);
    const flood = () =>
      complain('flood', `It tells more than ${rates.items.perSecond} things a second`);
    const mayTell = bounded(nowMs, rates.items, flood);
    /** What it is and how it is, apart: a start with many nodes says both. */
    const mayDescribe = bounded(nowMs, rates.descriptions, flood);
    const mayTake = bounded(nowMs, rates.words, flood);
    const nodes = new Map<string, NodeDescription>();
    const failures: number[] = [];

    /** The first of a kind is told; the log has each. */
    function complain(what: Complaint, said: string): void {
      const { severity, log, en, zh } = WORDS[what];
      if (mayLog()) context.log('warn', `${log}: ${said.slice(0, LOG_CHARACTERS_MAX)}`);
      if (complaints.has(what)) return;
      const shown = said.slice(0, 120);
      complaints.set(what, { severity, text: { en: en(shown), zh: zh(shown) } });
      tell();
    }
    const mayLog = bounded(nowMs, rates.logs, () => {});

    /** A fault of its own code; what it refuses with a HubError is an answer. */
    function failed(error: unknown, at: string): unknown {
      if (error instanceof HubError) return fromProblem(asProblem(toProblem(error)));
      const now = nowMs();
      while (failures.length > 0 && now - (failures[0] ?? 0) > FAILURES_WITHIN_MS) failures.shift();
      failures.push(now);
      const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      if (failures.length >= FAILURES_TOLD && !complaints.has('failure')) {
        context.log('error', error instanceof Error && error.stack ? error.stack : said);
        complain('failure', said);
      }
      if (failures.length > 100) failures.shift();
      return new HubError(
        'internal',
        `The ${context.id} adapter failed at ${at}: ${said.slice(0, 200)}`,
        {
          hint: 'Tell its vendor; the log of the hub has more.',
          zh: {
            message: `${context.id} 适配器在 ${at} 时出错：${said.slice(0, 200)}`,
            hint: '请告诉它的厂商；中枢的日志里有更多内容。',
          },
        },
      );
    }

    /** What it tells of a node goes on where it is right. */
    function tells(node: unknown, values: () => unknown, pass: () => void): void {
      if (!mayTell()) return;
      const description = nodes.get(String(node));
      const problem =
        description === undefined
          ? `It tells of "${String(node).slice(0, 60)}", which it has not described`
          : valuesProblem(description, values());
      if (problem === null) pass();
      else complain('wrong', problem);
    }

    onRefused?.((host) => complain('undeclared', host));
    const adapter = create(
      {
        ...{ id: context.id, dataFolder: context.dataFolder, settings: context.settings },
        nameOf: (node) => context.nameOf(node),
        report: (node, values, reason) =>
          tells(
            node,
            () => values,
            () => context.report(node, values, reason === 'reconnect' ? reason : 'report'),
          ),
        event: (node, key, value) =>
          tells(
            node,
            () => ({ [key]: value }),
            () => context.event(node, key, value),
          ),
        availability(node, online, reason) {
          const why = typeof reason === 'string' ? reason.slice(0, 200) : null;
          if (nodes.has(node) && mayTell()) context.availability(node, online === true, why);
        },
        outcome(command, state, problem) {
          const isRight = typeof command === 'string' && OUTCOMES.includes(state);
          if (!isRight) return complain('wrong', `An outcome is "${String(state).slice(0, 40)}"`);
          const isFailed = state === 'failed' || state === 'timedOut';
          if (mayTell()) context.outcome(command, state, isFailed ? asProblem(problem) : null);
        },
        described(description) {
          if (!mayDescribe()) return;
          const problem = descriptionProblem(description);
          if (problem !== null) return complain('wrong', problem);
          if (nodes.size >= VENDOR_LIMITS.nodes && !nodes.has(description.node)) {
            return complain('wrong', `It describes more than ${VENDOR_LIMITS.nodes} nodes`);
          }
          if (!mayTake(JSON.stringify(description).length)) return;
          nodes.set(description.node, description);
          context.described({ ...description, adapter: context.id });
        },
        left(node) {
          if (mayDescribe() && nodes.delete(node)) context.left(node);
        },
        notices(notices) {
          if (!mayDescribe()) return;
          own = asNotices(notices);
          tell();
        },
        state(state) {
          if (!mayDescribe()) return;
          const right = asState(state);
          if (right === null)
            complain('wrong', 'A state has the kind connecting, connected or fault');
          else context.state(right);
        },
        log(level, text) {
          if (!mayLog()) return;
          const known = LEVELS.includes(level) ? level : 'info';
          context.log(known, String(text).slice(0, LOG_CHARACTERS_MAX));
        },
      },
      VENDOR_TOOLS,
    );
    return {
      start: () => adapter.start(),
      stop: () => adapter.stop(),
      async send(command) {
        try {
          await adapter.send(command);
        } catch (error) {
          throw failed(error, 'a command');
        }
      },
      async call(body) {
        try {
          return await adapter.call(body);
        } catch (error) {
          throw failed(error, `"${body.kind}"`);
        }
      },
    };
  };
}

/** True as long as no more comes than may; `first` is called when that is so no longer, once. */
function bounded(nowMs: () => number, rate: Rate, first: () => void): Take {
  const take = allowance(rate, nowMs);
  let isTold = false;
  return (cost) => {
    if (take(cost)) return true;
    if (!isTold) first();
    isTold = true;
    return false;
  };
}
