// The one worker of what speaks over the home's own network and is light: MQTT and the Wi-Fi families.
import { runSharedWorkerHost } from './contract/worker-host.ts';
import { OpenDoor } from './mqtt/open/door.ts';

/** What is said over MQTT by vendors' programs goes to the adapter of their devices. */
const door = new OpenDoor();

runSharedWorkerHost({
  mqtt: async () => {
    const { createMqttAdapter } = await import('./mqtt/mqtt-adapter.ts');
    return (context) => createMqttAdapter(context, door);
  },
  open: async () => (await import('./mqtt/open/open-adapter.ts')).createOpenAdapter(door),
  shelly: async () => (await import('./wifi/shelly/shelly-adapter.ts')).createShellyAdapter,
});
