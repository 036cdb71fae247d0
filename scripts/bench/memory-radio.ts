// Preloaded into a process of Zigbee2MQTT: puts the radio in memory in the place of herdsman's driver for Z-Stack
// coordinators. Nothing else of the process is touched; the hub's bundle is built with the very same.
import { registerHooks } from 'node:module';
import { DRIVER, driverModule } from './memory-radio-module.ts';

/** The plain JavaScript of memory-driver.ts. */
const OURS = process.env.INGLE_BENCH_DRIVER ?? '';

registerHooks({
  load(url, context, next) {
    if (!url.endsWith(DRIVER)) return next(url, context);
    return { format: 'commonjs', source: driverModule(OURS), shortCircuit: true };
  },
});
