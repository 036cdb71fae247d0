// Matter in a worker thread of its own.
import { runWorkerHost } from '../contract/worker-host.ts';
import { createMatterAdapter } from './matter-adapter.ts';

runWorkerHost('matter', createMatterAdapter);
