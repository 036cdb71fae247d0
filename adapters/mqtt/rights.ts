// What an account of the broker may publish and subscribe to. Its name is the device's topic, so each device reaches
// its own topics, its own discovery, and nothing else; `$SYS` and what others say are nobody's. Pure.

/** Account names, which are also topics of devices: nothing that a topic gives a meaning to. */
const ACCOUNT_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/;

/** Topics that are commands to all devices, or to one by its built-in name; only the hub publishes commands. */
const GROUP_COMMANDS = /^cmnd\/(tasmotas|DVES_[0-9A-F]{6}_fb)\/#$/;

const DISCOVERY = /^tasmota\/discovery\/([0-9A-F]{12})\/(config|sensors)$/;
const TOPIC_CHARACTERS_MAX = 256;

export function isAccountName(name: string): boolean {
  return ACCOUNT_NAME.test(name);
}

/** Whether this account may publish to the topic: `tele/NAME/…`, `stat/NAME/…` and discovery. */
export function mayPublish(account: string, topic: string): boolean {
  if (topic.length > TOPIC_CHARACTERS_MAX) return false;
  if (DISCOVERY.test(topic)) return true;
  return topic.startsWith(`tele/${account}/`) || topic.startsWith(`stat/${account}/`);
}

/** Whether this account may subscribe to the filter: `cmnd/NAME/…`, `ingle/NAME/…`, what is told to all. */
export function maySubscribe(account: string, filter: string): boolean {
  if (filter.length > TOPIC_CHARACTERS_MAX) return false;
  const isOwn = filter.startsWith(`cmnd/${account}/`) || filter.startsWith(`ingle/${account}/`);
  return isOwn || GROUP_COMMANDS.test(filter);
}

/** Whether the topic is a device's announcement of itself. */
export function isDiscovery(topic: string): boolean {
  return DISCOVERY.test(topic);
}

/** Whether only devices and the hub's own commands speak on the topic, so that nobody else may speak in their name. */
export function isReserved(topic: string): boolean {
  return /^(?:cmnd|stat|tele|tasmota\/discovery)\//.test(topic);
}
