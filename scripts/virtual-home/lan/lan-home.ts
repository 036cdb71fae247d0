// The virtual home's network devices, put together: each with its vendor's own protocol on 127.0.0.1, people who use
// them, and faults on request. A test starts it in its own process; main.ts makes a process of it.
import { createRandom, type Random } from '../random.ts';
import { Timers } from '../timers.ts';
import { type LanModel, loadLanModels } from './model.ts';
import { ShellyDevice } from './shelly-device.ts';
import { TasmotaDevice, type TasmotaLogin } from './tasmota-device.ts';

export interface LanHomeOptions {
  readonly seed: number;
  readonly speed: number;
  readonly residents: boolean;
  readonly models?: readonly LanModel[];
  /** Where Shelly devices listened before, by their ids; one that is taken meanwhile is left. */
  readonly ports?: Readonly<Record<string, number>>;
}

export type LanDevice = ShellyDevice | TasmotaDevice;

/** What can be wrong with a device. */
export type LanFault =
  | { readonly kind: 'offline'; readonly offline: boolean }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'nonsense'; readonly nonsense: boolean }
  | { readonly kind: 'password'; readonly password: string | null };

/** Between two things that somebody does by hand, in seconds of their day. */
const GESTURE_SECONDS = { min: 400, max: 1_300 } as const;

export class LanHome {
  readonly devices: readonly LanDevice[];
  readonly #options: LanHomeOptions;
  readonly #random: Random;
  readonly #timers = new Timers();

  private constructor(options: LanHomeOptions) {
    this.#options = options;
    this.#random = createRandom(options.seed).fork('lan');
    this.devices = (options.models ?? loadLanModels()).map((model) =>
      model.protocol === 'shelly' ? new ShellyDevice(model) : new TasmotaDevice(model),
    );
  }

  static async start(options: LanHomeOptions): Promise<LanHome> {
    const home = new LanHome(options);
    for (const shelly of home.shellies) {
      const port = options.ports?.[shelly.id] ?? 0;
      await shelly.start(port).catch(() => shelly.start(0));
    }
    if (options.residents) home.#live();
    return home;
  }

  get shellies(): ShellyDevice[] {
    return this.devices.filter((device) => device instanceof ShellyDevice);
  }

  get tasmotas(): TasmotaDevice[] {
    return this.devices.filter((device) => device instanceof TasmotaDevice);
  }

  /** @throws RangeError for a name that no device has */
  device(name: string): LanDevice {
    const found = this.devices.find(({ model }) => model.name === name);
    if (found === undefined) throw new RangeError(`no device is called ${name}`);
    return found;
  }

  shelly(name: string): ShellyDevice {
    const found = this.device(name);
    if (found instanceof ShellyDevice) return found;
    throw new RangeError(`${name} is no Shelly`);
  }

  tasmota(name: string): TasmotaDevice {
    const found = this.device(name);
    if (found instanceof TasmotaDevice) return found;
    throw new RangeError(`${name} is no Tasmota device`);
  }

  async setBroker(name: string, login: TasmotaLogin): Promise<void> {
    await this.tasmota(name).setBroker(login);
  }

  async fault(name: string, fault: LanFault): Promise<void> {
    const device = this.device(name);
    switch (fault.kind) {
      case 'delay':
        device.fault.delayMs = fault.ms;
        return;
      case 'nonsense':
        device.fault.isTalkingNonsense = fault.nonsense;
        return;
      case 'offline':
        if (fault.offline) await device.unplug();
        else if (device instanceof ShellyDevice) await device.start();
        else device.plugIn();
        return;
      case 'password':
        if (device instanceof ShellyDevice) {
          device.password = fault.password;
          await device.unplug();
          await device.start();
        } else if (device.login !== null) {
          await device.setBroker({ ...device.login, password: fault.password ?? '' });
        }
    }
  }

  async stop(): Promise<void> {
    this.#timers.stop();
    await Promise.all(this.devices.map((device) => device.stop()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** Each device is used now and then, and all of them within the first minutes. */
  #live(): void {
    for (const device of this.devices) this.#usedAgain(device, this.#random.between(60, 600));
  }

  #usedAgain(device: LanDevice, seconds: number): void {
    const speed = Math.max(0.01, this.#options.speed);
    this.#timers.after((seconds / speed) * 1_000, () => {
      const { name } = device.model;
      // A fridge is not switched off by hand.
      if (device instanceof ShellyDevice) device.press();
      else if (name !== 'Fridge plug')
        device.press(this.#random.pick(['SINGLE', 'SINGLE', 'DOUBLE']));
      this.#usedAgain(device, this.#random.between(GESTURE_SECONDS.min, GESTURE_SECONDS.max));
    });
  }
}
