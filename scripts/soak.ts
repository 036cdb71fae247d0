// `npm run soak`: the crash tests with many more rounds than `npm test` gives them. `-- --quick` is the
// count that fits within an hour on two cores; INGLE_COUNT=N sets any other. Other arguments go to vitest.
import { spawn } from 'node:child_process';
import path from 'node:path';

const COUNT_QUICK = 500;
const COUNT_FULL = 10_000;
/**
 * The whole hub, its storage alone, random homes against the reference, every zone's changes of the clock, all
 * definitions of Zigbee devices, and broken frames on the line of a coordinator (25 a round).
 */
const CRASH_TESTS = [
  ...['scripts/crash', 'hub/store/crash.test.ts'],
  ...['scenes/evaluator/model.test.ts', 'scenes/evaluator/zones.test.ts'],
  // Firmware that is cut off, and twenty lamps behind a canary that fails.
  ...['scripts/e2e/firmware-interrupted.test.ts', 'scripts/e2e/firmware-rollout.test.ts'],
  ...['adapters/matter/firmware.test.ts', 'adapters/matter/firmware-cut.test.ts'],
  // A Matter device of each type that the virtual home has.
  ...['adapters/matter/device-types.test.ts', 'adapters/matter/palace.test.ts'],
  'adapters/matter/bridges.test.ts',
  'scripts/e2e/matter-certificates.test.ts',
  // The real Zigbee2MQTT beside the hub, and mutated announcements.
  ...['scripts/e2e/zigbee2mqtt-beside.test.ts', 'adapters/mqtt/discovery'],
  ...[
    'adapters/zigbee/definitions/models.test.ts',
    'adapters/zigbee/definitions/value-words.test.ts',
  ],
  // What a survey of 200 nodes says on the air, and a dial that is told of a lamp's successor.
  ...['adapters/zigbee/mesh/mesh-by-itself.test.ts', 'scripts/e2e/replaced-links.test.ts'],
  // Three bad adapters at once, and how quick the others stay.
  'scripts/e2e/vendor-adapters.test.ts',
  ...['adapters/matter/bridge/bridge.test.ts', 'scripts/e2e/matter-bridge.test.ts'],
  // Mutated frames of each family of Wi-Fi devices.
  ...['adapters/wifi/hue/hue-fuzz.test.ts', 'adapters/wifi/wled/wled-fuzz.test.ts'],
  ...['adapters/wifi/shelly/hardiness.test.ts', 'adapters/wifi/esphome/hardiness.test.ts'],
  'adapters/mqtt/tasmota/tasmota.test.ts',
  // With a data folder that the real Zigbee2MQTT has just left.
  ...['adapters/zigbee/frame-fuzz.test.ts', 'scripts/e2e/zigbee2mqtt.test.ts'],
];

const args = process.argv.slice(2);
const count =
  process.env.INGLE_COUNT ?? String(args.includes('--quick') ? COUNT_QUICK : COUNT_FULL);
if (!/^[1-9][0-9]{0,6}$/.test(count)) {
  process.stderr.write(`INGLE_COUNT is "${count}"; it takes a whole number from 1 to 9999999.\n`);
  process.exit(2);
}
process.stderr.write(`Crash tests with ${count} rounds each.\n`);

const root = path.dirname(import.meta.dirname);
const rest = args.filter((arg) => arg !== '--quick');
const child = spawn(
  process.execPath,
  // A round of the whole hub takes 4 s; a limit meant for `npm test` would end the run, not the fault.
  [path.join('scripts', 'test.ts'), ...CRASH_TESTS, '--testTimeout=86400000', ...rest],
  { cwd: root, stdio: 'inherit', env: { ...process.env, INGLE_COUNT: count, INGLE_SOAK: '1' } },
);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => child.kill(signal));
}
child.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
