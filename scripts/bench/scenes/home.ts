// The home of the scene benches: a core in this very process, with thermometers, plugs and as many scenes as wanted,
// and a clock that only the bench moves.
import { type Core, type CoreStart, createCore } from '../../../hub/core/core.ts';
import type { AdapterItem } from '../../../hub/model/adapter-port.ts';
import type { CoreInput } from '../../../hub/model/core-port.ts';
import type { DeviceRecord } from '../../../hub/model/device.ts';
import type { HomeRecord, SceneRecord } from '../../../hub/model/home.ts';
import { adapterId, deviceId, nodeAddress, type SceneId } from '../../../hub/model/identifiers.ts';
import { describeProperty, type PropertyName } from '../../../hub/model/properties.ts';
import type { RunTrace } from '../../../hub/model/run.ts';

export const PAIRS = 10;
const ZIGBEE = adapterId('zigbee');
/** Between two events: as a busy home's, and far below what the hub takes for a runaway. */
const PAUSE_MS = 1_000;

const HOME: HomeRecord = {
  name: 'Bench',
  language: 'en',
  zone: 'Europe/Berlin',
  place: null,
  mode: 'home',
  version: 1,
};

function device(name: string, kind: 'plug' | 'sensor', properties: PropertyName[]): DeviceRecord {
  return {
    id: deviceId(`dev_${name}`),
    name,
    handle: name,
    room: null,
    version: 1,
    createdAtMs: 0,
    description: {
      adapter: ZIGBEE,
      node: nodeAddress(`0x${name}`),
      manufacturer: 'Bench',
      model: 'B1',
      title: name,
      kind,
      power: 'mains',
      tier: 'core',
      support: 'exact',
      firmware: null,
      properties: properties.map((property) => describeProperty(property)),
      commands: [],
    },
  };
}

/** The thresholds: each event crosses the first one, and the rest are never reached, as most are not in a home. */
const REACHED_CELSIUS = 22.5;
const UNREACHED_CELSIUS = 40;

/** The file of the scene with that number: when its thermometer gets warm, its plug is switched. */
export function thresholdScene(number: number): string {
  const index = number % PAIRS;
  const turn = Math.floor(number / PAIRS);
  const threshold = turn === 0 ? REACHED_CELSIUS : UNREACHED_CELSIUS + turn / 100;
  return [
    `scene: Rule ${number + 1}`,
    'when:',
    `  - crosses: {thermometer-${index}.temperature: {above: ${threshold}}}`,
    `while: {is: {presence-${index}.occupancy: true}}`,
    'do:',
    `  - set: {plug-${index}: {on: true}}`,
    '',
  ].join('\n');
}

/** The file of a scene whose run waits for a long while. */
export function waitingScene(number: number): string {
  return [
    `scene: Wait ${number + 1}`,
    'again: parallel 50',
    'do:',
    '  - delay: 5h',
    `  - set: {plug-${number % PAIRS}: {on: false}}`,
    '',
  ].join('\n');
}

export function sceneRecord(number: number, source: string): SceneRecord {
  return {
    id: `scn_${number}` as SceneId,
    name: `Rule ${number + 1}`,
    enabled: true,
    source,
    author: null,
    version: 1,
    updatedAtMs: 0,
  };
}

/** What a home is told before its scenes run. */
export function settingsOf(scenes: readonly SceneRecord[]): CoreInput[] {
  const indexes = Array.from({ length: PAIRS }, (_, index) => index);
  const devices = indexes.flatMap((index) => [
    device(`thermometer-${index}`, 'sensor', ['temperature']),
    device(`presence-${index}`, 'sensor', ['occupancy']),
    device(`plug-${index}`, 'plug', ['on']),
  ]);
  return [
    { kind: 'home', home: HOME },
    ...devices.map((one): CoreInput => ({ kind: 'device', device: one })),
    ...scenes.map((scene): CoreInput => ({ kind: 'scene', scene })),
  ];
}

/** A core that lives in this process. */
export class BenchHome {
  readonly core: Core;
  now: { wallMs: number; monoMs: number };
  #batch = 0;
  /** The traces of runs that ended since it was last emptied. */
  readonly traces: RunTrace[] = [];

  constructor(start: Partial<CoreStart>, settings: readonly CoreInput[]) {
    this.now = start.now ?? { wallMs: Date.UTC(2026, 10, 21, 12), monoMs: 1_000_000 };
    this.core = createCore({
      now: this.now,
      bootId: 'bench',
      clock: 'synced',
      lastSeq: 0,
      lastRecord: 0,
      entries: [],
      lastValues: [],
      ...start,
    });
    for (const input of settings) this.core.apply(input, this.now);
    this.core.resume(this.now);
  }

  #batchOf(items: readonly AdapterItem[]): CoreInput {
    this.#batch += 1;
    return { kind: 'batch', adapter: ZIGBEE, host: 'bench', number: this.#batch, items };
  }

  report(
    name: string,
    property: 'temperature' | 'occupancy' | 'on',
    value: number | boolean,
  ): CoreInput {
    const values = { [property]: value };
    return this.#batchOf([
      { kind: 'report', node: nodeAddress(`0x${name}`), values, reason: 'report' },
    ]);
  }

  pass(ms: number): void {
    this.now = { wallMs: this.now.wallMs + ms, monoMs: this.now.monoMs + ms };
  }

  drain(): void {
    for (const event of this.core.drain().effects.out) {
      if (event.kind === 'run' && event.trace.endedAtMs !== null) this.traces.push(event.trace);
    }
  }

  /** Everybody is there and nothing is warm. */
  furnish(): void {
    for (let index = 0; index < PAIRS; index++) {
      const names = [`thermometer-${index}`, `presence-${index}`, `plug-${index}`];
      const items = names.map((name): AdapterItem => {
        return { kind: 'availability', node: nodeAddress(`0x${name}`), online: true, reason: null };
      });
      this.core.apply(this.#batchOf(items), this.now);
      this.core.apply(this.report(`presence-${index}`, 'occupancy', true), this.now);
      this.core.apply(this.report(`thermometer-${index}`, 'temperature', 20), this.now);
      this.core.apply(this.report(`plug-${index}`, 'on', false), this.now);
    }
    this.drain();
  }

  /** One report that sets nothing off. @returns the microseconds that it took */
  notice(index: number, event: number): number {
    this.pass(PAUSE_MS);
    const input = this.report(`thermometer-${index}`, 'temperature', 20 + (event % 100) / 100);
    const startMs = performance.now();
    this.core.apply(input, this.now);
    const commands = this.core.takeCommands();
    const us = (performance.now() - startMs) * 1_000;
    if (commands.length > 0) throw new Error('a report that crosses nothing set a scene off');
    this.drain();
    return us;
  }

  /** One report that sets one scene off. @returns the microseconds from the report to the command */
  decide(index: number): number {
    this.pass(PAUSE_MS);
    const input = this.report(`thermometer-${index}`, 'temperature', 25);
    const startMs = performance.now();
    this.core.apply(input, this.now);
    const commands = this.core.takeCommands();
    const us = (performance.now() - startMs) * 1_000;
    if (commands.length !== 1) throw new Error(`${commands.length} commands came of one report`);
    // The plug does as it is told, and the room cools down again.
    this.core.apply(this.report(`plug-${index}`, 'on', true), this.now);
    this.core.apply(this.report(`plug-${index}`, 'on', false), this.now);
    this.core.apply(this.report(`thermometer-${index}`, 'temperature', 20), this.now);
    this.core.takeCommands();
    this.drain();
    return us;
  }
}
