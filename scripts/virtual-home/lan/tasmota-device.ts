// An emulated Tasmota device: announces itself, tells its state and telemetry, has a last will, and obeys the commands
// that it knows, over real MQTT. Spec: https://tasmota.github.io/docs/MQTT/.
import { connect, type MqttClient } from 'mqtt';
import { Timers } from '../timers.ts';
import type { Fields, TasmotaModel } from './model.ts';
import { type CommandTarget, obey, powerKey, setPower } from './tasmota-commands.ts';

/** Where and as whom it connects. */
export interface TasmotaLogin {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

const TELEMETRY_EVERY_MS = 5_000;

export class TasmotaDevice implements CommandTarget {
  readonly model: TasmotaModel;
  readonly state: Fields;
  readonly sensors: Fields;
  readonly fault = { delayMs: 0, isTalkingNonsense: false };
  /** Commands that it was sent, newest last; the last 200. */
  readonly commands: { name: string; payload: string }[] = [];
  readonly #timers = new Timers();
  #login: TasmotaLogin | null = null;
  #client: MqttClient | null = null;

  constructor(model: TasmotaModel) {
    this.model = model;
    this.state = structuredClone(model.state);
    this.sensors = structuredClone(model.sensors);
    this.#timers.every(TELEMETRY_EVERY_MS, () => this.#telemetry());
  }

  get interlock(): readonly number[] {
    return this.model.interlock ?? [];
  }

  get isConnected(): boolean {
    return this.#client?.connected === true;
  }

  get login(): TasmotaLogin | null {
    return this.#login;
  }

  /** Is told its broker, as on its page for MQTT; connects, and again whenever the connection is lost. */
  async setBroker(login: TasmotaLogin): Promise<void> {
    await this.unplug();
    this.#login = login;
    this.plugIn();
  }

  plugIn(): void {
    const login = this.#login;
    if (login === null || this.#client !== null) return;
    const { topic } = this.model;
    const client = connect({
      protocol: 'mqtt',
      hostname: login.host,
      port: login.port,
      username: login.user,
      password: login.password,
      clientId: `DVES_${this.model.config.mac.slice(6)}`,
      keepalive: 30,
      reconnectPeriod: 1_000,
      connectTimeout: 4_000,
      will: { topic: `tele/${topic}/LWT`, payload: Buffer.from('Offline'), qos: 1, retain: true },
    });
    this.#client = client;
    client.on('error', () => {});
    client.on('connect', () => this.#connected(client));
    client.on('message', (name, payload) => this.#received(name, payload.toString()));
  }

  /** Takes its power away: the broker notices by itself. */
  async unplug(): Promise<void> {
    const client = this.#client;
    this.#client = null;
    if (client === null) return;
    client.removeAllListeners('connect');
    client.removeAllListeners('message');
    // Without the packet that says goodbye, so that the last will is told.
    client.stream?.destroy();
    await client.endAsync(true);
  }

  async stop(): Promise<void> {
    this.#timers.stop();
    await this.unplug();
  }

  /** Somebody presses its button: a detached one only tells, any other turns the relay over. */
  press(action = 'SINGLE', button = 1): void {
    const { so } = this.model.config as { so?: Record<string, number> };
    if (so?.['73'] === 1) this.#tell('stat', 'RESULT', { [`Button${button}`]: { Action: action } });
    else this.toggle();
  }

  /** Turns its first output over by hand. */
  toggle(): void {
    const key = powerKey(this, 1);
    if (key !== null) setPower(this, key, this.state[key] !== 'ON');
  }

  /** Turns one of its switches by hand: it tells only that. */
  turn(word: string, action: string): void {
    this.#tell('stat', 'RESULT', { [word]: { Action: action } });
  }

  /** Tells a change of a sensor at once. */
  sense(change: Fields): void {
    Object.assign(this.sensors, change);
    this.#tell('tele', 'SENSOR', { Time: time(), ...this.sensors });
  }

  /** Goes to sleep for so long, as it says, and says goodbye. */
  async sleep(seconds: number): Promise<void> {
    const now = Math.floor(Date.now() / 1_000);
    const told = { Time: time(), DeepSleep: now, Wakeup: now + seconds };
    const payload = JSON.stringify({ DeepSleep: told });
    const { topic } = this.model;
    await this.#client?.publishAsync(`tele/${topic}/DEEPSLEEP`, payload, { retain: true });
    await this.#client?.publishAsync(`tele/${topic}/LWT`, 'Offline', { retain: true });
    const client = this.#client;
    this.#client = null;
    await client?.endAsync();
  }

  /** Withdraws its announcement, as with SetOption19 1. */
  withdraw(): void {
    const discovery = `tasmota/discovery/${this.model.config.mac}`;
    this.#client?.publish(`${discovery}/config`, '', { retain: true });
    this.#client?.publish(`${discovery}/sensors`, '', { retain: true });
  }

  /** Announces itself, as after each start. */
  announce(): void {
    const { config } = this.model;
    const discovery = `tasmota/discovery/${config.mac}`;
    this.#client?.publish(`${discovery}/config`, JSON.stringify(config), { retain: true });
    const sensors = { sn: { Time: time(), ...this.sensors }, ver: 1 };
    this.#client?.publish(`${discovery}/sensors`, JSON.stringify(sensors), { retain: true });
  }

  answer(content: Fields): void {
    this.#tell('stat', 'RESULT', content);
  }

  answerPower(key: string): void {
    this.#client?.publish(`stat/${this.model.topic}/${key}`, String(this.state[key]));
  }

  after(ms: number, act: () => void): void {
    this.#timers.after(ms, act);
  }

  /** Publishes bytes on one of its own topics, whatever they are. */
  garble(prefix: 'stat' | 'tele', name: string, payload: string | Buffer): void {
    this.#client?.publish(`${prefix}/${this.model.topic}/${name}`, payload);
  }

  /** Publishes anywhere, as a device with other plans would. */
  publishAs(topic: string, payload: string): void {
    this.#client?.publish(topic, payload);
  }

  #connected(client: MqttClient): void {
    const { topic, config } = this.model;
    client.subscribe([
      `cmnd/${topic}/#`,
      'cmnd/tasmotas/#',
      `cmnd/DVES_${config.mac.slice(6)}_fb/#`,
    ]);
    client.publish(`tele/${topic}/LWT`, 'Online', { retain: true });
    this.announce();
    this.#tell('tele', 'INFO3', { Info3: { RestartReason: 'Software/System restart' } });
    this.#telemetry();
  }

  #telemetry(): void {
    if (!this.isConnected) return;
    this.#tell('tele', 'STATE', this.#wholeState());
    if (Object.keys(this.sensors).length === 0) return;
    this.#meter();
    this.#tell('tele', 'SENSOR', { Time: time(), ...this.sensors });
  }

  #wholeState(): Fields {
    const wifi = { AP: 1, SSId: 'home', RSSI: 76, Signal: -62, LinkCount: 1 };
    return { Time: time(), Uptime: '0T10:12:09', UptimeSec: 36_729, ...this.state, Wifi: wifi };
  }

  #meter(): void {
    const { ENERGY: energy } = this.sensors as { ENERGY?: Fields };
    // A meter of several phases tells lists, which are left as they are.
    if (energy === undefined || Array.isArray(energy.Power)) return;
    const isOn = this.state.POWER === 'ON';
    const swing = 1 + Math.sin(performance.now() / 9_000) * 0.03;
    const watts = isOn ? Math.round(this.model.loadWatts * swing) : 0;
    energy.Power = watts;
    energy.ApparentPower = Math.round(watts * 1.25);
    energy.Current = Math.round((watts / 230) * 1_000) / 1_000;
    const added = (watts * TELEMETRY_EVERY_MS) / 3.6e9;
    energy.Total = Math.round((Number(energy.Total) + added) * 1e6) / 1e6;
  }

  #received(topic: string, payload: string): void {
    const name = topic.slice(topic.lastIndexOf('/') + 1);
    this.commands.push({ name, payload });
    if (this.commands.length > 200) this.commands.shift();
    const answer = () => {
      if (this.fault.isTalkingNonsense) this.garble('stat', 'RESULT', '{"POWER":');
      else if (name.toUpperCase() === 'STATUS') this.#status(payload);
      else obey(this, name, payload);
    };
    if (this.fault.delayMs > 0) this.#timers.after(this.fault.delayMs, answer);
    else answer();
  }

  #status(number: string): void {
    if (number === '11') this.#tell('stat', 'STATUS11', { StatusSTS: this.#wholeState() });
    else if (number === '1') {
      const told = { Baudrate: 115_200, RestartReason: 'Software/System restart', BootCount: 9 };
      this.#tell('stat', 'STATUS1', { StatusPRM: told });
    } else if (number === '10') {
      this.#tell('stat', 'STATUS10', { StatusSNS: { Time: time(), ...this.sensors } });
    }
  }

  #tell(prefix: 'stat' | 'tele', name: string, content: Fields): void {
    this.#client?.publish(`${prefix}/${this.model.topic}/${name}`, JSON.stringify(content));
  }
}

function time(): string {
  return new Date().toISOString().slice(0, 19);
}
