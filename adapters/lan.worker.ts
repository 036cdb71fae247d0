// The one worker of what speaks over the home's own network and is light: MQTT and the Wi-Fi families.
import { runSharedWorkerHost } from './contract/worker-host.ts';

runSharedWorkerHost({
  mqtt: async () => (await import('./mqtt/mqtt-adapter.ts')).createMqttAdapter,
  shelly: async () => (await import('./wifi/shelly/shelly-adapter.ts')).createShellyAdapter,
});
