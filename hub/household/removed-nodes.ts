// Nodes that are being removed, and those that were removed by force while their adapter could not be told: kept in the
// settings of home.db, so that a removal which was cut off is finished at the next start, and a node which its adapter
// still knows is removed there too once it can be, and does not come back as a device.
import type { AdapterCall } from '../model/adapter-port.ts';
import type { Async } from '../model/hub-port.ts';
import type { AdapterId, NodeAddress } from '../model/identifiers.ts';
import type { HomeContents, StoreCalls } from '../model/store-port.ts';

/** Where they stand in home.db; no setting of this name can be set in the page. */
const REMOVED_NODES_SETTING = 'household.removed-nodes';
/** The newest are kept; one that is forgotten comes back as a device, and can be removed again. */
const REMOVED_NODES_MAX = 200;

type RemovedNode = readonly [AdapterId, NodeAddress];

export interface RemovedNodes {
  has(adapter: AdapterId, node: NodeAddress): boolean;
  add(adapter: AdapterId, node: NodeAddress): Promise<void>;
  /** It was removed for good, or it has joined again. */
  forget(adapter: AdapterId, node: NodeAddress): Promise<void>;
  /** Its adapter knows it still: has it removed there. Resolves also where that cannot be done now. */
  removeAtAdapter(adapter: AdapterId, node: NodeAddress): Promise<void>;
}

/** To be used within the household's turns, except for `removeAtAdapter`, which takes its own. */
export function createRemovedNodes(options: {
  readonly contents: { settings: HomeContents['settings'] };
  readonly store: Pick<Async<StoreCalls>, 'putSetting'>;
  callAdapter(adapter: AdapterId, call: AdapterCall): Promise<unknown>;
  inTurn<Result>(work: () => Promise<Result>): Promise<Result>;
}): RemovedNodes {
  const { contents, store } = options;
  // Written by `put`.
  const all = () => JSON.parse(contents.settings[REMOVED_NODES_SETTING] ?? '[]') as RemovedNode[];
  const isNot = (adapter: AdapterId, node: NodeAddress) => (one: RemovedNode) =>
    one[0] !== adapter || one[1] !== node;
  const has = (adapter: AdapterId, node: NodeAddress) => !all().every(isNot(adapter, node));

  async function put(nodes: readonly RemovedNode[]): Promise<void> {
    const text = nodes.length === 0 ? null : JSON.stringify(nodes.slice(-REMOVED_NODES_MAX));
    await store.putSetting(REMOVED_NODES_SETTING, text);
    const { [REMOVED_NODES_SETTING]: _old, ...others } = contents.settings;
    contents.settings = text === null ? others : { ...others, [REMOVED_NODES_SETTING]: text };
  }

  async function forget(adapter: AdapterId, node: NodeAddress): Promise<void> {
    if (has(adapter, node)) await put(all().filter(isNot(adapter, node)));
  }

  return {
    has,
    add: (adapter, node) => put([...all().filter(isNot(adapter, node)), [adapter, node]]),
    forget,
    async removeAtAdapter(adapter, node) {
      try {
        await options.callAdapter(adapter, { kind: 'remove', node, force: true });
      } catch {
        // It is described again at the adapter's next start, and tried again then.
        return;
      }
      await options.inTurn(() => forget(adapter, node));
    },
  };
}
