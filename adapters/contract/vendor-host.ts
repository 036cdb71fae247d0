// What an adapter that is not ours lives in beyond the host of every adapter: the hub's tools for it, its own name on
// all that it describes, a bound on how much it tells, and a word to the household where it keeps failing.
import type { AdapterNotice } from '../../hub/model/adapter-port.ts';
import { HubError, NotFoundError } from '../../hub/model/errors.ts';
import { nodeAddress } from '../../hub/model/identifiers.ts';
import { describeProperty, property, propertyKey } from '../../hub/model/properties.ts';
import { checkValue } from '../../hub/model/property-value.ts';
import type { Adapter, AdapterContext, CreateAdapter } from './adapter.ts';

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

/** What a vendor's module exports. */
export type CreateVendorAdapter = (context: AdapterContext, tools: typeof VENDOR_TOOLS) => Adapter;

/** So many reports, events and messages a second for long, and some seconds' worth at once. */
const ITEMS_PER_SECOND = 200;
const ITEMS_AT_ONCE = 1_000;
/** After so many failures that are its own within the time, the household is told. */
const FAILURES_TOLD = 3;
const FAILURES_WITHIN_MS = 60_000;

/** The vendor's adapter as any other. `nowMs` is monotonic. */
export function hostedVendor(create: CreateVendorAdapter, nowMs: () => number): CreateAdapter {
  return (context) => {
    let own: readonly AdapterNotice[] = [];
    let ours: readonly AdapterNotice[] = [];
    const tell = () => context.notices([...ours, ...own]);
    const failures: number[] = [];
    let allowance = ITEMS_AT_ONCE;
    let sinceMs = nowMs();
    let dropped = 0;

    function mayTell(): boolean {
      const now = nowMs();
      allowance = Math.min(ITEMS_AT_ONCE, allowance + ((now - sinceMs) * ITEMS_PER_SECOND) / 1_000);
      sinceMs = now;
      if (allowance >= 1) {
        allowance -= 1;
        return true;
      }
      dropped += 1;
      if (dropped === 1) {
        context.log(
          'warn',
          `It tells more than ${ITEMS_PER_SECOND} things a second; what is more is dropped`,
        );
        become(floodNotice());
      }
      return false;
    }

    function become(notice: AdapterNotice): void {
      ours = [notice];
      tell();
    }

    /** A fault of its own code; what it refuses with a HubError is an answer. */
    function failed(error: unknown, at: string): unknown {
      if (error instanceof HubError) return error;
      const now = nowMs();
      while (failures.length > 0 && now - (failures[0] ?? 0) > FAILURES_WITHIN_MS) failures.shift();
      failures.push(now);
      const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      if (failures.length === FAILURES_TOLD) {
        context.log('error', error instanceof Error && error.stack ? error.stack : said);
        become(failureNotice(said));
      }
      if (failures.length > 100) failures.shift();
      return new HubError(
        'internal',
        `The ${context.id} adapter failed at ${at}: ${said.slice(0, 200)}`,
      );
    }

    const adapter = create(
      {
        ...context,
        report: (...given) => {
          if (mayTell()) context.report(...given);
        },
        event: (...given) => {
          if (mayTell()) context.event(...given);
        },
        message: (...given) => {
          if (mayTell()) context.message(...given);
        },
        described: (description) => context.described({ ...description, adapter: context.id }),
        notices: (notices) => {
          own = notices;
          tell();
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

function failureNotice(said: string): AdapterNotice {
  const shown = said.slice(0, 120);
  return {
    severity: 'fault',
    text: {
      en: `It fails at what it is asked (${shown}). Look for a newer version, or switch it off under House › Adapters.`,
      zh: `它处理命令时不断出错（${shown}）。请找更新的版本，或在“全屋 › 适配器”里关闭它。`,
    },
  };
}

function floodNotice(): AdapterNotice {
  return {
    severity: 'warning',
    text: {
      en: `It tells more than ${ITEMS_PER_SECOND} things a second; what is more is dropped. Look for a newer version, or switch it off under House › Adapters.`,
      zh: `它每秒上报超过 ${ITEMS_PER_SECOND} 条，多出的被丢弃。请找更新的版本，或在“全屋 › 适配器”里关闭它。`,
    },
  };
}
