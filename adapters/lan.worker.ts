// The one worker of what speaks over the home's own network and is light: MQTT and the Wi-Fi families.
import type { CreateAdapter } from './contract/adapter.ts';
import { runSharedWorkerHost } from './contract/worker-host.ts';
import { OpenDoor } from './mqtt/open/door.ts';
import type { LanFamily } from './wifi/family.ts';

/** What is said over MQTT by vendors' programs goes to the adapter of their devices. */
const door = new OpenDoor();

/** The adapter of a family of Wi-Fi devices. */
async function lan(family: LanFamily): Promise<CreateAdapter> {
  const { createLanAdapter } = await import('./wifi/lan-adapter.ts');
  return (context) => createLanAdapter(context, family);
}

runSharedWorkerHost({
  mqtt: async () => {
    const { createMqttAdapter } = await import('./mqtt/mqtt-adapter.ts');
    return (context) => createMqttAdapter(context, door);
  },
  open: async () => (await import('./mqtt/open/open-adapter.ts')).createOpenAdapter(door),
  shelly: async () => lan((await import('./wifi/shelly/family.ts')).shelly),
  esphome: async () => lan((await import('./wifi/esphome/family.ts')).esphome),
  hue: async () => lan((await import('./wifi/hue/family.ts')).hue),
  wled: async () => lan((await import('./wifi/wled/family.ts')).wled),
});
