// Preloaded into a process of Zigbee2MQTT or of the hub: puts the radio in memory in the place of zigbee-herdsman's
// driver for Z-Stack coordinators. Nothing else of the process is touched, and it is the same file for both sides.
import { registerHooks } from 'node:module';

const DRIVER = '/zigbee-herdsman/dist/adapter/z-stack/adapter/zStackAdapter.js';
/** The plain JavaScript of memory-driver.ts. */
const OURS = process.env.INGLE_BENCH_DRIVER ?? '';

const SOURCE = `
const { memoryDriver } = require(${JSON.stringify(OURS)});
const { Adapter } = require('../../adapter');
const Zcl = require('../../../zspec/zcl');
exports.ZStackAdapter = memoryDriver({ Adapter, parseHeader: (data) => Zcl.Header.fromBuffer(data) });
`;

registerHooks({
  load(url, context, next) {
    if (!url.endsWith(DRIVER)) return next(url, context);
    return { format: 'commonjs', source: SOURCE, shortCircuit: true };
  },
});
