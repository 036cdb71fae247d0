// Bindings and groups that an undo of a replacing gives back, until their adapter has been told: kept in the settings
// of home.db, so that an adapter which was away at that moment is told at its next start.
import type { AdapterCall } from '../model/adapter-port.ts';
import { HubError } from '../model/errors.ts';
import type { Async } from '../model/hub-port.ts';
import type { AdapterId, NodeAddress } from '../model/identifiers.ts';
import type { HomeContents, StoreCalls } from '../model/store-port.ts';

/** Where they stand in home.db; no setting of this name can be set in the page. */
const RETURNING_LINKS_SETTING = 'household.returning-links';
/** The newest are kept. */
const RETURNING_LINKS_MAX = 50;

/** They go back to `from`, whose place `to` had. */
interface Returning {
  readonly adapter: AdapterId;
  readonly from: NodeAddress;
  readonly to: NodeAddress;
}

export interface ReturningLinks {
  /** Whether there are some for the node. */
  has(adapter: AdapterId, from: NodeAddress): boolean;
  /** Within a turn. */
  add(adapter: AdapterId, from: NodeAddress, to: NodeAddress): Promise<void>;
  /** Tells the adapter of those of the node; takes turns of its own. @throws where it cannot be told now */
  tell(adapter: AdapterId, from: NodeAddress): Promise<void>;
}

export function createReturningLinks(options: {
  readonly contents: { settings: HomeContents['settings'] };
  readonly store: Pick<Async<StoreCalls>, 'putSetting'>;
  callAdapter(adapter: AdapterId, call: AdapterCall): Promise<unknown>;
  inTurn<Result>(work: () => Promise<Result>): Promise<Result>;
}): ReturningLinks {
  const { contents, store, callAdapter, inTurn } = options;
  // Written by `put`.
  const all = () => JSON.parse(contents.settings[RETURNING_LINKS_SETTING] ?? '[]') as Returning[];
  const of = (adapter: AdapterId, from: NodeAddress) =>
    all().filter((one) => one.adapter === adapter && one.from === from);
  const without = ({ adapter, from, to }: Returning) =>
    all().filter((one) => one.adapter !== adapter || one.from !== from || one.to !== to);

  async function put(links: readonly Returning[]): Promise<void> {
    const text = links.length === 0 ? null : JSON.stringify(links.slice(-RETURNING_LINKS_MAX));
    await store.putSetting(RETURNING_LINKS_SETTING, text);
    const { [RETURNING_LINKS_SETTING]: _old, ...others } = contents.settings;
    contents.settings = text === null ? others : { ...others, [RETURNING_LINKS_SETTING]: text };
  }

  return {
    has: (adapter, from) => of(adapter, from).length > 0,
    add: (adapter, from, to) => put([...without({ adapter, from, to }), { adapter, from, to }]),
    async tell(adapter, from) {
      for (const one of of(adapter, from)) {
        const { to } = one;
        await callAdapter(adapter, { kind: 'returnLinks', from, to }).catch((error: unknown) => {
          // Who knows no bindings has none to give back.
          if (!(error instanceof HubError && error.code === 'unsupported')) throw error;
        });
        await inTurn(() => put(without(one)));
      }
    },
  };
}
