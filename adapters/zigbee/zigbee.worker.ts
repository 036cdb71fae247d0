// Zigbee in a worker thread: for a coordinator on the network.
import { runWorkerHost } from '../contract/worker-host.ts';
import { createZigbeeAdapter } from './zigbee-adapter.ts';

runWorkerHost('zigbee', createZigbeeAdapter);
