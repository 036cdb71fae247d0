// The health of the test hub: all is well, and nothing to tell.
import type { Instant } from '../model/clock.ts';
import type { HealthReport } from '../model/hub-port.ts';
import { adapterId } from '../model/identifiers.ts';

/** All parts have run since then. */
export function healthOf(since: Instant): HealthReport {
  return {
    ready: true,
    waitingFor: [],
    version: '0.1.0',
    startedAtMs: since.wallMs,
    clock: 'synced',
    parts: [
      {
        name: 'core',
        state: 'running',
        since,
        restarts: 0,
        rssBytes: null,
        problem: null,
      },
    ],
    adapters: [
      {
        id: adapterId('zigbee'),
        state: { kind: 'connected', detail: 'zstack' },
        sinceMs: since.wallMs,
        restarts: 0,
      },
    ],
    demo: null,
    notices: [],
  };
}
