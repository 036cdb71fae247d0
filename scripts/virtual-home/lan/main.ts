// The virtual home's network devices as a process of their own. When they listen it prints one line of JSON:
// {"controlPort":…,"ports":{id: port},"moved":[ids]}. It ends on SIGTERM and SIGINT and when its standard input
// closes, so that it never outlives the hub that started it. Options: --seed N --speed N, and --ports FILE, which
// keeps the devices at their ports from one run to the next.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { serveLanControl } from './control.ts';
import { LanHome } from './lan-home.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '7' },
    speed: { type: 'string', default: '60' },
    ports: { type: 'string' },
  },
});

function keptPorts(): Record<string, number> {
  const file = values.ports;
  if (file === undefined || !existsSync(file)) return {};
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>;
}

async function run(): Promise<void> {
  const kept = keptPorts();
  const home = await LanHome.start({
    seed: Number(values.seed),
    speed: Number(values.speed),
    residents: true,
    ports: kept,
  });
  const ports = Object.fromEntries(home.shellies.map(({ id, port }) => [id, port]));
  if (values.ports !== undefined) writeFileSync(values.ports, JSON.stringify(ports));
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
  const moved = Object.keys(ports).filter((id) => ports[id] !== kept[id]);
  process.stdout.write(`${JSON.stringify({ controlPort: control.port, ports, moved })}\n`);
}

run().catch((error: unknown) => {
  process.stderr.write(`virtual-home/lan: ${String(error)}\n`);
  process.exit(1);
});
