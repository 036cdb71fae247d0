// The virtual home's network devices as a process of their own. When they listen it prints one line of JSON:
// {"controlPort":…}. It ends on SIGTERM and SIGINT and when its standard input closes, so that it never outlives the
// hub that started it. Options: --seed N --speed N.
import { parseArgs } from 'node:util';
import { serveLanControl } from './control.ts';
import { LanHome } from './lan-home.ts';

const { values } = parseArgs({
  options: { seed: { type: 'string', default: '7' }, speed: { type: 'string', default: '60' } },
});

async function run(): Promise<void> {
  const home = await LanHome.start({
    seed: Number(values.seed),
    speed: Number(values.speed),
    residents: true,
  });
  const control = await serveLanControl(home, 0);
  const end = () => {
    control.stop();
    home.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  process.stdin.once('close', end);
  process.stdin.once('end', end);
  process.stdin.resume();
  process.stdout.write(`${JSON.stringify({ controlPort: control.port })}\n`);
}

run().catch((error: unknown) => {
  process.stderr.write(`virtual-home/lan: ${String(error)}\n`);
  process.exit(1);
});
