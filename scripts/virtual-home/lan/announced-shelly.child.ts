// A process in a network namespace of its own: two virtual Shelly devices, and the answers that real ones give to mDNS.
// It waits for the line that says which address its interface has got, and ends with its input.
// Spec: RFC 6763; https://shelly-api-docs.shelly.cloud/gen2/General/mDNS.
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Server } from 'bonjour-service/dist/lib/mdns-server.js';
import { loadLanModels } from './model.ts';
import { ShellyDevice } from './shelly-device.ts';

const SERVICE = '_shelly._tcp.local';
const TTL_SECONDS = 120;

const lines = createInterface({ input: process.stdin });
lines.once('close', () => process.exit(0));
process.stdout.write('waiting\n');
const [address] = (await once(lines, 'line')) as [string];

async function startDevice(name: string, port: number): Promise<ShellyDevice> {
  const model = loadLanModels().find((each) => each.name === name);
  if (model?.protocol !== 'shelly') throw new Error(`There is no Shelly "${name}"`);
  const device = new ShellyDevice(model);
  await device.start(port, address);
  return device;
}

function recordsOf(device: ShellyDevice, tellsAddress: boolean) {
  const { info } = device.model;
  const instance = `${device.id}.${SERVICE}`;
  const target = `${device.id}.local`;
  const txt = [`gen=${info.gen}`, `app=${info.app}`, `ver=${info.ver}`];
  const head = { ttl: TTL_SECONDS };
  return [
    { ...head, name: SERVICE, type: 'PTR' as const, data: instance },
    { ...head, name: instance, type: 'SRV' as const, data: { port: device.port, target } },
    { ...head, name: instance, type: 'TXT' as const, data: txt },
    ...(tellsAddress ? [{ ...head, name: target, type: 'A' as const, data: address }] : []),
  ];
}

const plug = await startDevice('Coffee machine', 80);
const shutter = await startDevice('Living room shutter', 8_080);
// As the hub's finder: joined on this interface, bound to hear what is sent to the group.
const options = { interface: address, bind: '0.0.0.0' } as ConstructorParameters<typeof Server>[0];
const responder = new Server(options);
responder.mdns.once('ready', () => process.stdout.write('ready\n'));
// The first question finds no answer, as when the radio has lost it.
responder.mdns.once('query', () => {
  responder.register(recordsOf(plug, true));
  // The address is an additional record, which an answer may lack.
  responder.register(recordsOf(shutter, false));
});
