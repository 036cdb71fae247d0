// A node's neighbour and routing tables, page by page. The library would read on for ever where a node promises more
// rows than it gives, and it holds up commands to a node while that node owes a table; here neither can happen.
// Spec: Zigbee 05-3474 § 2.4.3.3.2 (Mgmt_Lqi_req) and § 2.4.3.3.3 (Mgmt_Rtg_req).
import type { Controller } from 'zigbee-herdsman';
import { Zdo } from 'zigbee-herdsman';
import { within } from '../../contract/host.ts';
import { askForPage, type Device, type TableCluster } from '../coordinator/herdsman.ts';

/** A row of a neighbour table. */
export interface Neighbour {
  readonly ieeeAddress: string;
  readonly networkAddress: number;
  readonly linkQuality: number;
  readonly relation: 'parent' | 'child' | 'other';
}

/** An active row of a routing table. */
export interface Route {
  readonly to: number;
  readonly via: number;
}

export interface Tables {
  readonly neighbours: readonly Neighbour[];
  readonly routes: readonly Route[];
}

/** The node has answered that it has no such table, or gives it to nobody. */
export class TableRefused extends Error {}

/** The driver itself waits 6 s for a coordinator that does not take a question at all. */
const PAGE_LIMIT_MS = 8_000;
/** A table has at most 255 rows, and a page at least one: more pages than this are nonsense. */
const PAGES_MAX = 90;
const PARENT = 0;
const CHILD = 1;

interface Page<Row> {
  readonly rows: readonly Row[];
  readonly total: number;
}

async function page<Row>(
  controller: Controller,
  device: Device,
  { cluster, start }: { readonly cluster: TableCluster; readonly start: number },
  read: (payload: unknown) => Page<Row>,
): Promise<Page<Row>> {
  const asking = askForPage(controller, device, cluster, start);
  const [status, payload] = await within(asking, PAGE_LIMIT_MS, 'The answer');
  if (status !== Zdo.Status.SUCCESS) {
    throw new TableRefused(Zdo.Status[status] ?? `status ${status}`);
  }
  return read(payload);
}

function readNeighbours(payload: unknown): Page<Neighbour> {
  const { entryList, neighborTableEntries } = payload as {
    entryList: readonly { eui64: string; nwkAddress: number; lqi: number; relationship: number }[];
    neighborTableEntries: number;
  };
  const rows = entryList.map(({ eui64, nwkAddress, lqi, relationship }) => ({
    ieeeAddress: eui64,
    networkAddress: nwkAddress,
    linkQuality: lqi,
    relation: (relationship === PARENT ? 'parent' : relationship === CHILD ? 'child' : 'other') as
      | 'parent'
      | 'child'
      | 'other',
  }));
  return { rows, total: neighborTableEntries };
}

function readRoutes(payload: unknown): Page<Route & { readonly isActive: boolean }> {
  const { entryList, routingTableEntries } = payload as {
    entryList: readonly { destinationAddress: number; status: string; nextHopAddress: number }[];
    routingTableEntries: number;
  };
  const rows = entryList.map(({ destinationAddress, status, nextHopAddress }) => ({
    to: destinationAddress,
    via: nextHopAddress,
    isActive: status === 'ACTIVE',
  }));
  return { rows, total: routingTableEntries };
}

async function table<Row>(
  ask: (start: number) => Promise<Page<Row>>,
  pause: () => Promise<void>,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (let pages = 0; pages < PAGES_MAX; pages += 1) {
    const { rows: more, total } = await ask(rows.length);
    rows.push(...more);
    if (more.length === 0 || rows.length >= total) break;
    await pause();
  }
  return rows;
}

/**
 * Reads both tables of a listening node, a page at a time with `pause` after each.
 * @throws TableRefused where it gives its neighbours to nobody; else why it did not answer
 */
export async function readTables(
  controller: Controller,
  device: Device,
  pause: () => Promise<void>,
): Promise<Tables> {
  const neighbours = await table((start) => {
    const at = { cluster: Zdo.ClusterId.LQI_TABLE_REQUEST, start } as const;
    return page(controller, device, at, readNeighbours);
  }, pause);
  await pause();
  const routes = await table((start) => {
    const at = { cluster: Zdo.ClusterId.ROUTING_TABLE_REQUEST, start } as const;
    return page(controller, device, at, readRoutes);
  }, pause).catch((error: unknown) => {
    // Many devices tell their neighbours and no routes.
    if (error instanceof TableRefused) return [];
    throw error;
  });
  await pause();
  return { neighbours, routes: routes.filter(({ isActive }) => isActive) };
}
