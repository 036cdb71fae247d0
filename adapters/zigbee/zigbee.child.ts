// Zigbee in a child process: for a coordinator at a serial port.
import { runChildHost } from '../contract/child-host.ts';
import { createZigbeeAdapter } from './zigbee-adapter.ts';

runChildHost('zigbee', createZigbeeAdapter);
