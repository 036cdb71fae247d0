// The radio network of the test hub: a coordinator that is there, and jobs that begin.
import type { Job } from '../model/job.ts';
import type { RadioCare } from '../model/radio-care.ts';

const TEST_BACKUP = {
  name: 'coordinator-2026-11-21T19-00-00-000Z.json',
  atMs: Date.UTC(2026, 10, 21, 19),
  bytes: 5_000,
  channel: 15,
  panId: 0x1a62,
  devices: 2,
  source: 'zstack',
};

/** Care of a network with nobody in it. */
export function testRadioCare(startJob: (kind: string) => Job): RadioCare {
  return {
    mesh: async () => ({ takenAtMs: null, tookMs: null, nodes: [], links: [] }),
    survey: async () => startJob('meshSurvey'),
    flooding: () => [],
    release: async () => {},
    coordinator: async () => ({
      port: 'tcp://127.0.0.1:6638',
      driver: 'zstack',
      state: 'connected',
      detail: 'zStack3x0, channel 15',
      problem: null,
      channel: 15,
      panId: 0x1a62,
    }),
    sticks: () => [],
    use: async ({ port, driver }) => ({ port, driver: driver ?? 'zstack' }),
    check: async () => ({
      driver: 'zstack',
      revision: '20240710',
      network: 'blank',
      panId: null,
      channel: null,
    }),
    setChannel: async () => startJob('channel'),
    move: async () => startJob('coordinatorMove'),
    backups: async () => [],
    backup: async () => TEST_BACKUP,
    addBackup: async () => TEST_BACKUP,
    readBackup: async () => '{"network_key":"told to owners alone"}',
    restore: async () => startJob('coordinatorRestore'),
  };
}
