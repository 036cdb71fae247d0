// The people of the virtual home at its Matter devices: they boil water, step out to the balcony, switch the
// reading lamp by hand and lock the cellar. Seeded; their day passes `speed` times faster than a clock.
import type { Random } from '../random.ts';
import { Timers } from '../timers.ts';
import type { VirtualMatterNode } from './nodes.ts';

const TICK_MS = 2_000;
const KETTLE_WATTS = 2_150;
/** A boil of the residents' time, seconds. */
const BOIL_SECONDS = 180;
const DOOR_MS = 4_000;
const MOTION_MS = 7_000;
const MINUTE = 60;

/** What somebody does next with one device, and when, in seconds of their day. */
interface Habit {
  readonly device: string;
  readonly pauseSeconds: { readonly min: number; readonly max: number };
  act(node: VirtualMatterNode): Promise<void>;
  nextAt: number;
}

export class MatterResidents {
  readonly #nodes: ReadonlyMap<string, VirtualMatterNode>;
  readonly #random: Random;
  readonly #timers = new Timers();
  readonly #habits: Habit[];
  #speed = 1;
  #startedMs = 0;
  #boilUntil = 0;
  #energyMilliwattHours = 0;
  #lastSeconds = 0;

  constructor(nodes: readonly VirtualMatterNode[], random: Random) {
    this.#nodes = new Map(nodes.map((node) => [node.placement.key, node]));
    this.#random = random.fork('matter');
    this.#habits = [
      this.#habit('balcony-door', 15, 45, (node) => this.#openDoor(node)),
      this.#habit('bedroom-climate', 12, 40, (node) => this.#enter(node)),
      this.#habit('reading-lamp', 30, 90, (node) => this.#switchLamp(node)),
      this.#habit('cellar-lock', 60, 180, (node) => this.#fetchWine(node)),
      this.#habit('kettle-plug', 20, 70, async () => {
        this.#boilUntil = this.#seconds() + BOIL_SECONDS;
      }),
    ];
  }

  start(speed: number): void {
    this.#speed = speed;
    this.#startedMs = performance.now();
    this.#timers.every(TICK_MS, () => void this.#tick());
  }

  stop(): void {
    this.#timers.stop();
  }

  #habit(device: string, min: number, max: number, act: Habit['act']): Habit {
    const pauseSeconds = { min: min * MINUTE, max: max * MINUTE };
    return { device, pauseSeconds, act, nextAt: this.#random.between(2 * MINUTE, 15 * MINUTE) };
  }

  #seconds(): number {
    return ((performance.now() - this.#startedMs) / 1_000) * this.#speed;
  }

  async #tick(): Promise<void> {
    const now = this.#seconds();
    try {
      for (const habit of this.#habits) {
        const node = this.#nodes.get(habit.device);
        if (node?.isCommissioned !== true || now < habit.nextAt) continue;
        habit.nextAt = now + this.#random.between(habit.pauseSeconds.min, habit.pauseSeconds.max);
        await habit.act(node);
      }
      await this.#measure(now);
    } catch (error) {
      process.stderr.write(`residents: ${error instanceof Error ? error.message : error}\n`);
    }
    this.#lastSeconds = now;
  }

  /** The plug's meter and the bedroom's air. */
  async #measure(now: number): Promise<void> {
    const plug = this.#nodes.get('kettle-plug');
    if (plug !== undefined) {
      const isBoiling = now < this.#boilUntil && plug.get(1, 'onOff', 'onOff') === true;
      const watts = isBoiling ? KETTLE_WATTS + this.#random.between(-20, 20) : 0;
      this.#energyMilliwattHours += (watts * 1_000 * (now - this.#lastSeconds)) / 3_600;
      await plug.set(2, {
        electricalPowerMeasurement: {
          activePower: Math.round(watts * 1_000),
          rmsCurrent: Math.round((watts / 230) * 1_000),
        },
      });
      await plug.set(2, {
        electricalEnergyMeasurement: {
          cumulativeEnergyImported: { energy: Math.round(this.#energyMilliwattHours) },
        },
      });
    }
    const climate = this.#nodes.get('bedroom-climate');
    if (climate === undefined) return;
    const wave = Math.sin((2 * Math.PI * now) / 7_200);
    const measuredValue = Math.round(2_050 + 90 * wave);
    await climate.set(1, { temperatureMeasurement: { measuredValue } });
    await climate.set(2, {
      relativeHumidityMeasurement: { measuredValue: Math.round(4_600 - 500 * wave) },
    });
  }

  async #openDoor(node: VirtualMatterNode): Promise<void> {
    await node.set(1, { booleanState: { stateValue: false } });
    this.#timers.after(DOOR_MS, () => {
      void node.set(1, { booleanState: { stateValue: true } });
    });
  }

  async #enter(node: VirtualMatterNode): Promise<void> {
    await node.set(3, { occupancySensing: { occupancy: { occupied: true } } });
    this.#timers.after(MOTION_MS, () => {
      void node.set(3, { occupancySensing: { occupancy: { occupied: false } } });
    });
  }

  async #switchLamp(node: VirtualMatterNode): Promise<void> {
    await node.set(1, { onOff: { onOff: node.get(1, 'onOff', 'onOff') !== true } });
  }

  async #fetchWine(node: VirtualMatterNode): Promise<void> {
    await node.set(1, { doorLock: { lockState: 2 } });
    this.#timers.after(2 * DOOR_MS, () => void node.set(1, { doorLock: { lockState: 1 } }));
  }
}
