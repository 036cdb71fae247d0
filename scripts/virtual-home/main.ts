// The virtual home's Zigbee part as a process of its own. When it listens it prints one line of JSON:
// {"zigbeePort":…,"controlPort":…,"seed":…}. It ends on SIGTERM and SIGINT, and, with --with-parent, when its
// standard input closes, so that it never outlives the hub that started it.

import { startVirtualHome } from './home.ts';
import { parseOptions, UsageError } from './options.ts';

async function run(): Promise<void> {
  const { withParent, ...options } = parseOptions(process.argv.slice(2));
  const home = await startVirtualHome(options);
  const end = () => {
    home.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  if (withParent) {
    process.stdin.once('close', end);
    process.stdin.once('end', end);
    process.stdin.resume();
  }
  const { zigbeePort, controlPort, seed } = home;
  process.stdout.write(`${JSON.stringify({ zigbeePort, controlPort, seed })}\n`);
}

run().catch((error: unknown) => {
  const isUsage = error instanceof UsageError;
  const text = isUsage ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`virtual-home: ${text}\n`);
  process.exit(isUsage ? 2 : 1);
});
