// A process in a network namespace of its own: an ESPHome device, a Hue bridge and a WLED strip at the ports that real
// ones have, and the answers that they give to mDNS. The button of the bridge counts as pressed. It ends with its
// input. The records are those that ESPHome's and WLED's own sources announce, and those of Hue's discovery guide.
import { FakeEsphome } from '../../../adapters/wifi/esphome/testing/fake-esphome.ts';
import { furnished } from '../../../adapters/wifi/hue/testing/hue-home.ts';
import { WledServer } from '../../../adapters/wifi/wled/testing/wled-server.ts';
import { addressOfInterface, answerFor } from './mdns-answers.ts';

const host = await addressOfInterface();

const relay = { objectId: 'relay', name: 'Relay' };
await FakeEsphome.start({
  ...{ name: 'porch', friendlyName: 'Porch', place: { host, port: 6_053 } },
  entities: [{ kind: 'Switch', fields: relay, state: { state: false } }],
});
const bridge = furnished();
await bridge.start({ host, port: 443 });
bridge.pressButton();
const strip = new WledServer();
await strip.start({ host, port: 80 });

answerFor(
  [
    {
      ...{ type: 'esphomelib', name: 'porch', port: 6_053 },
      txt: [
        ...['friendly_name=Porch', 'version=2025.9.1', 'mac=acbc32890ea9', 'platform=ESP32'],
        ...['board=esp32dev', 'network=wifi'],
      ],
    },
    {
      ...{ type: 'hue', name: 'Hue Bridge - 123456', host: 'ecb5fa123456', port: 443 },
      txt: [`bridgeid=${bridge.id}`, 'modelid=BSB002'],
    },
    { type: 'wled', name: 'wled-0455f0', port: 80, txt: ['mac=8813bf0455f0'] },
  ],
  host,
);
