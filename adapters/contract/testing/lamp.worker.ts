// The example lamp in a worker.
import { runWorkerHost } from '../worker-host.ts';
import { createLampAdapter } from './lamp-adapter.ts';

runWorkerHost('lamp', createLampAdapter);
