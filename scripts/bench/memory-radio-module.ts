// The module that stands in for zigbee-herdsman's driver of Z-Stack coordinators, on both sides of the memory benches.

/** The end of the path of the module that it stands in for. */
export const DRIVER = 'zigbee-herdsman/dist/adapter/z-stack/adapter/zStackAdapter.js';

/** Its text. `driverFile` is the plain JavaScript of memory-driver.ts. */
export function driverModule(driverFile: string): string {
  return `
const { memoryDriver } = require(${JSON.stringify(driverFile)});
const { Adapter } = require('../../adapter');
const Zcl = require('../../../zspec/zcl');
exports.ZStackAdapter = memoryDriver({ Adapter, parseHeader: (data) => Zcl.Header.fromBuffer(data) });
`;
}
