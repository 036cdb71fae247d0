// A process in a network namespace of its own: two virtual Shelly devices, and the answers that real ones give to mDNS.
// It ends with its input. Spec: https://shelly-api-docs.shelly.cloud/gen2/General/mDNS.
import { addressOfInterface, answerFor } from './mdns-answers.ts';
import { loadLanModels } from './model.ts';
import { ShellyDevice } from './shelly-device.ts';

const address = await addressOfInterface();

async function startDevice(name: string, port: number): Promise<ShellyDevice> {
  const model = loadLanModels().find((each) => each.name === name);
  if (model?.protocol !== 'shelly') throw new Error(`There is no Shelly "${name}"`);
  const device = new ShellyDevice(model);
  await device.start(port, address);
  return device;
}

const announced = ({ id, port, model }: ShellyDevice, tellsAddress: boolean) => ({
  ...{ type: 'shelly', name: id, port, tellsAddress },
  txt: [`gen=${model.info.gen}`, `app=${model.info.app}`, `ver=${model.info.ver}`],
});

const plug = await startDevice('Coffee machine', 80);
const shutter = await startDevice('Living room shutter', 8_080);
answerFor([announced(plug, true), announced(shutter, false)], address);
