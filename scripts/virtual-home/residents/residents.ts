// Two people who live in the virtual home. They move between rooms, open doors, press buttons, run the washing
// machine; sun and heating move temperature and light. They touch the nodes' physical inputs only: what comes of
// that on the air is the nodes' own doing. The same seed gives the same decisions; `speed` makes their day pass
// faster, while motion sensors and door leaves keep to the wall clock.

import type { VirtualNode } from '../nodes/node.ts';
import type { Network } from '../radio/network.ts';
import type { Random } from '../random.ts';
import { Timers } from '../timers.ts';
import { createWeather, type Weather } from './weather.ts';

const TICK_MS = 500;
const MINUTE = 60;
const HOUR = 3_600;
const DAY = 24 * HOUR;

const INDOORS = ['hall', 'living room', 'kitchen', 'bedroom', 'bathroom'] as const;
type Room = (typeof INDOORS)[number];
type Place = Room | 'outside';

/** How long things last by the wall clock. */
const MOTION_MS = { min: 5_000, max: 9_000 } as const;
const DOOR_MS = { min: 2_500, max: 5_000 } as const;
/** Between two things that somebody does by hand, in seconds of their day. */
const GESTURE_SECONDS = { min: 10 * MINUTE, max: 25 * MINUTE } as const;
/** The first day begins with the blind going up and somebody fetching the newspaper. */
const BLIND_UP_SECONDS = 22 * MINUTE;
const NEWSPAPER_SECONDS = 28 * MINUTE;
const BLIND_DOWN_HOUR = 21.5;
const BLIND_UP_HOUR = 7;
const WASH_SECONDS = 70 * MINUTE;
const WASH_PAUSE_SECONDS = { min: 30 * MINUTE, max: 150 * MINUTE } as const;
const STANDBY_WATTS = 1.6;

interface Person {
  place: Place;
  nextMove: number;
}

interface RoomClimate {
  temperatureCelsius: number;
  humidityPercent: number;
}

/** Where people are likely to be, by the hour. */
function weightsAt(hour: number): Record<Place, number> {
  if (hour < 6 || hour >= 23) {
    return { hall: 1, 'living room': 0, kitchen: 0.5, bedroom: 12, bathroom: 1.5, outside: 0 };
  }
  if (hour < 9) {
    return { hall: 3, 'living room': 2, kitchen: 5, bedroom: 3, bathroom: 4, outside: 1 };
  }
  if (hour < 17) {
    return { hall: 3, 'living room': 5, kitchen: 3, bedroom: 1, bathroom: 1, outside: 2 };
  }
  return { hall: 3, 'living room': 6, kitchen: 5, bedroom: 1, bathroom: 1.5, outside: 0.7 };
}

/** The people of the home. */
export class Residents {
  readonly #network: Network;
  readonly #random: Random;
  readonly #speed: number;
  readonly #startSeconds: number;
  readonly #weather: (seconds: number) => Weather;
  readonly #timers = new Timers();
  readonly #climates = new Map<Room, RoomClimate>();
  readonly #people: Person[];
  #startedMs = 0;
  #lastSeconds = 0;
  #nextGesture = 0;
  #nextGlimpse = 0;
  #windowUntil: number | undefined;
  #nextWindow = 0;
  #washUntil = 0;
  #nextWash = 0;
  #gestures = 0;
  #isBlindDown = true;
  #hasNewspaper = false;

  constructor(network: Network, random: Random, options: { speed: number; startHour: number }) {
    this.#network = network;
    this.#random = random.fork('residents');
    this.#speed = options.speed;
    this.#startSeconds = options.startHour * HOUR;
    this.#weather = createWeather(random.fork('weather'));
    for (const room of INDOORS) {
      const temperatureCelsius = 20 + this.#random.between(-0.8, 0.8);
      this.#climates.set(room, { temperatureCelsius, humidityPercent: 45 });
    }
    this.#people = [
      { place: 'kitchen', nextMove: this.#startSeconds },
      { place: 'bedroom', nextMove: this.#startSeconds + 2 * MINUTE },
    ];
    this.#lastSeconds = this.#startSeconds;
    this.#nextGesture = this.#startSeconds + 5 * MINUTE;
    this.#nextWindow = this.#startSeconds + 10 * MINUTE;
    this.#nextWash = this.#startSeconds + 4 * MINUTE;
  }

  start(): void {
    this.#startedMs = performance.now();
    this.#timers.every(TICK_MS, () => this.#tick());
  }

  stop(): void {
    this.#timers.stop();
  }

  #seconds(): number {
    const elapsed = ((performance.now() - this.#startedMs) / 1_000) * this.#speed;
    return this.#startSeconds + elapsed;
  }

  #tick(): void {
    const now = this.#seconds();
    const weather = this.#weather(now);
    this.#warmRooms(now, weather);
    if (!this.#hasNewspaper && now >= this.#startSeconds + NEWSPAPER_SECONDS) {
      this.#hasNewspaper = true;
      this.#noticed('hall');
      this.#passDoor(true);
    }
    for (const person of this.#people) if (now >= person.nextMove) this.#move(person, now);
    this.#moveBlind(now);
    this.#glimpse();
    if (now >= this.#nextGesture) this.#gesture(now);
    this.#openWindow(now);
    this.#wash(now);
    this.#feel(weather);
    this.#lastSeconds = now;
  }

  #nodesIn(place: Place): VirtualNode[] {
    return [...this.#network.nodes].filter((node) => node.placement.room === place);
  }

  #sensors(input: string): VirtualNode[] {
    return [...this.#network.nodes].filter((node) => node.inputs.includes(input));
  }

  /** Heating, loss to the outside, warmth and damp of people: a step for every room. */
  #warmRooms(now: number, weather: Weather): void {
    const hours = (now - this.#lastSeconds) / HOUR;
    for (const [room, climate] of this.#climates) {
      const people = this.#people.filter((person) => person.place === room).length;
      const isHeated = this.#nodesIn(room).some((node) => node.state.heating === true);
      const hasRadiator = this.#nodesIn(room).some((node) => node.inputs.includes('setpoint'));
      const isAired = this.#windowUntil !== undefined && room === 'bedroom';
      const loss =
        (climate.temperatureCelsius - weather.temperatureCelsius) * (isAired ? 0.5 : 0.1);
      // A room without a radiator of its own is kept near 20 °C by the rest of the house.
      const heating = hasRadiator
        ? isHeated
          ? 3.2
          : 0
        : (20.6 - climate.temperatureCelsius) * 1.4;
      climate.temperatureCelsius += (heating + people * 0.4 - loss) * hours;
      const damp = 44 + people * (room === 'bathroom' ? 22 : room === 'kitchen' ? 10 : 4);
      climate.humidityPercent += (damp - climate.humidityPercent) * Math.min(1, hours * 3);
    }
  }

  /** Somebody goes somewhere else; the way to the street leads through hall and front door. */
  #move(person: Person, now: number): void {
    const from = person.place;
    const to = this.#choosePlace((now % DAY) / HOUR, from);
    person.place = to;
    const isNight = (now % DAY) / HOUR < 6;
    const minutes = isNight ? this.#random.between(20, 90) : this.#random.between(3, 16);
    person.nextMove = now + minutes * MINUTE;
    if (to === 'outside' || from === 'outside') {
      this.#noticed('hall');
      this.#passDoor(to === 'outside');
    }
    if (to !== 'outside') this.#noticed(to);
  }

  #choosePlace(hour: number, from: Place): Place {
    const weights = Object.entries(weightsAt(hour)).filter(([place]) => place !== from);
    let left = this.#random.between(
      0,
      weights.reduce((sum, [, weight]) => sum + weight, 0),
    );
    for (const [place, weight] of weights) {
      left -= weight;
      if (left <= 0) return INDOORS.find((room) => room === place) ?? 'outside';
    }
    return 'hall';
  }

  /** The motion sensors of a room see somebody. */
  #noticed(room: Room): void {
    for (const node of this.#nodesIn(room)) {
      if (!node.input('occupancy', true, 'configured')) continue;
      const durationMs = this.#random.between(MOTION_MS.min, MOTION_MS.max);
      this.#timers.after(durationMs, () => node.input('occupancy', false, 'configured'));
    }
  }

  /** Who stays in a room moves there now and then, and passes the hall. */
  #glimpse(): void {
    const nowMs = performance.now();
    if (nowMs < this.#nextGlimpse) return;
    this.#nextGlimpse = nowMs + this.#random.between(8_000, 20_000);
    const person = this.#random.pick(this.#people);
    if (person.place !== 'outside') this.#noticed(person.place);
    if (this.#random.next() < 0.6) this.#noticed('hall');
  }

  /** Unlocks, opens, closes, and locks behind the last to go. */
  #passDoor(isLeaving: boolean): void {
    const door = this.#network.nodeNamed('Front door');
    const lock = this.#network.nodeNamed('Front door lock');
    lock?.input('locked', false, 'now');
    this.#timers.after(700, () => door?.input('open', true, 'configured'));
    const openMs = 700 + this.#random.between(DOOR_MS.min, DOOR_MS.max);
    this.#timers.after(openMs, () => {
      door?.input('open', false, 'configured');
      if (isLeaving) this.#timers.after(900, () => lock?.input('locked', true, 'now'));
    });
  }

  /** A button is pressed or a dial turned by somebody who is where it is. */
  #gesture(now: number): void {
    this.#nextGesture = now + this.#random.between(GESTURE_SECONDS.min, GESTURE_SECONDS.max);
    const remotes = [...this.#network.nodes].filter((node) => node.model.actions.size > 0);
    const remote = remotes[this.#gestures % remotes.length];
    if (remote === undefined) return;
    this.#gestures += 1;
    const room = INDOORS.find((name) => name === remote.placement.room);
    if (room !== undefined) this.#noticed(room);
    remote.act(this.#random.pick([...remote.model.actions.keys()]));
  }

  /** The blind goes up in the morning and down in the evening, by its own button. */
  #moveBlind(now: number): void {
    if (now < this.#startSeconds + BLIND_UP_SECONDS) return;
    const hour = (now % DAY) / HOUR;
    const isDown = hour >= BLIND_DOWN_HOUR || hour < BLIND_UP_HOUR;
    if (isDown === this.#isBlindDown) return;
    this.#isBlindDown = isDown;
    this.#network.nodeNamed('Bedroom blind')?.input('travelTo', isDown ? 100 : 0, 'configured');
  }

  /** The bedroom is aired for a while, by day. */
  #openWindow(now: number): void {
    const window = this.#network.nodeNamed('Bedroom window');
    if (this.#windowUntil !== undefined && now >= this.#windowUntil) {
      this.#windowUntil = undefined;
      this.#nextWindow = now + this.#random.between(2 * HOUR, 5 * HOUR);
      window?.input('open', false, 'configured');
    }
    const hour = (now % DAY) / HOUR;
    if (this.#windowUntil !== undefined || now < this.#nextWindow || hour < 7 || hour > 21) return;
    this.#windowUntil = now + this.#random.between(8 * MINUTE, 20 * MINUTE);
    window?.input('open', true, 'configured');
  }

  /** The washing machine: standby, or heating, washing and spinning by turns. */
  #wash(now: number): void {
    const hour = (now % DAY) / HOUR;
    if (now >= this.#nextWash && hour >= 7 && hour < 21) {
      this.#washUntil = now + WASH_SECONDS;
      const pause = this.#random.between(WASH_PAUSE_SECONDS.min, WASH_PAUSE_SECONDS.max);
      this.#nextWash = this.#washUntil + pause;
    }
    const done = 1 - (this.#washUntil - now) / WASH_SECONDS;
    const isRunning = done >= 0 && done < 1;
    const watts = !isRunning
      ? STANDBY_WATTS
      : done < 0.25
        ? this.#random.between(1_850, 2_050)
        : done < 0.85
          ? this.#random.between(60, 240)
          : this.#random.between(350, 620);
    this.#network.nodeNamed('Washing machine plug')?.input('load', watts, 'configured');
  }

  /** Gives every sensor what is to be felt where it is. */
  #feel(weather: Weather): void {
    for (const node of this.#sensors('temperature')) {
      const climate = this.#climateAt(node, weather);
      // A radiator's own sensor is warmed by it.
      const own = node.state.heating === true ? 0.4 : 0;
      node.input('temperature', climate.temperatureCelsius + own, 'configured');
    }
    for (const node of this.#sensors('humidity')) {
      node.input('humidity', this.#climateAt(node, weather).humidityPercent, 'configured');
    }
    for (const node of this.#sensors('pressure')) {
      node.input('pressure', weather.pressureHectopascals, 'configured');
    }
    for (const node of this.#sensors('illuminance')) {
      node.input('illuminance', this.#luxAt(node, weather), 'configured');
    }
  }

  #climateAt(node: VirtualNode, weather: Weather): RoomClimate {
    const room = INDOORS.find((name) => name === node.placement.room);
    return (room === undefined ? undefined : this.#climates.get(room)) ?? weather;
  }

  /** Daylight through the windows, and the lamps that are on. */
  #luxAt(node: VirtualNode, weather: Weather): number {
    const { room } = node.placement;
    if (room === 'outside') return weather.lux;
    let lux = weather.lux * 0.012;
    for (const other of this.#network.nodes) {
      if (other.placement.room !== room) continue;
      const { state } = other;
      if (typeof state.closedPercent === 'number') lux *= 1 - state.closedPercent / 110;
      if (state.on === true && typeof state.level === 'number') lux += (state.level / 254) * 140;
    }
    return lux + this.#random.between(0, 2);
  }
}
