// Main's lines to adapters, ours and others': what each is told of the home, and where what it tells goes.
import type { HouseholdHost } from './household/household.ts';
import type { JobsHost } from './household/jobs.ts';
import type { RadioCareHost } from './household/radio-care.ts';
import type { Log } from './log.ts';
import type { AdapterSettings } from './model/adapter-port.ts';
import type { Clock } from './model/clock.ts';
import type { NodeDescription } from './model/device.ts';
import type { AdapterId } from './model/identifiers.ts';
import {
  type AdapterLink,
  type AdapterLinkOptions,
  createAdapterLink,
} from './threads/adapter-link.ts';
import type { CoreLink } from './threads/core-link.ts';

/** What one adapter has of its own. */
export type AdapterLineWish = Pick<
  AdapterLinkOptions,
  | 'id'
  | 'shell'
  | 'entries'
  | 'heap'
  | 'firstThread'
  | 'isSlowToStart'
  | 'sharedWorkers'
  | 'vendor'
  | 'started'
  | 'bridgeSaid'
  | 'shareAsked'
> & {
  /** What a person calls it. */
  readonly title: string;
  /** Read at each start of the host: what it is told may be other by then. */
  settings(): AdapterSettings;
  /** Of a node that it describes, as the home keeps it. */
  asKept?(description: NodeDescription): NodeDescription;
  changed?(): void;
};

export interface AdapterLinesOptions {
  readonly dataFolder: string;
  readonly clock: Clock;
  readonly core: CoreLink;
  readonly household: HouseholdHost;
  readonly jobs: JobsHost;
  readonly log: Log;
  radioCare(): RadioCareHost;
  healthChanged(): void;
}

/** Makes lines to adapters; each is started by whoever wants it. */
export function createAdapterLines(
  options: AdapterLinesOptions,
): (wish: AdapterLineWish) => AdapterLink {
  const { household, jobs } = options;
  return (wish) => {
    const { id, title, settings, asKept, changed, ...own } = wish;
    const logTo = options.log.of(id);
    const link: AdapterLink = createAdapterLink({
      ...own,
      id,
      dataFolder: options.dataFolder,
      get settings() {
        return settings();
      },
      clock: options.clock,
      core: options.core,
      names: () => namesAt(household, id),
      described: (description) => {
        household.nodeDescribed(asKept?.(description) ?? description).catch((error: unknown) => {
          logTo('error', `A node could not be kept: ${String(error)}`);
        });
      },
      left: (node) => logTo('info', `${node} left the network`),
      cared: (care) => options.radioCare().told(care),
      pairing: (progress) => {
        if (progress.kind === 'found') {
          household.nodeFound(id, progress.node).catch((error: unknown) => {
            logTo('error', `${progress.node} could not be taken back: ${String(error)}`);
          });
        }
        jobs.pairProgress(id, progress);
      },
      changed: () => {
        const { state } = link.health();
        // One that is just being asked for the first time has not been there yet.
        const isGone = state.kind === 'stopped' && link.part().state === 'stopped';
        if (state.kind === 'fault' || isGone) {
          jobs.adapterGone(id, { en: `${title} is gone`, zh: `${title} 停止了` });
        }
        changed?.();
        options.healthChanged();
      },
      log: logTo,
    });
    return link;
  };
}

function namesAt(household: HouseholdHost, id: AdapterId): Readonly<Record<string, string>> {
  const { devices } = household.contents();
  return Object.fromEntries(
    devices
      .filter(({ description }) => description.adapter === id)
      .map((device) => [device.description.node, device.name]),
  );
}
