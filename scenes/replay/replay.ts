// The same core over recorded history: the versions of a scene that lived, and beside them a draft or an edit, each
// in a home of its own that is told what really happened. What the scene itself did is left out of history, since in
// each home it does it anew.
import type { History, ReplayedRun, ReplayResult } from '../../hub/model/explain.ts';
import type { SceneRecord } from '../../hub/model/home.ts';
import { isHomeSubject } from '../../hub/model/home-values.ts';
import type { DeviceId, SceneId } from '../../hub/model/identifiers.ts';
import type { LogEntry } from '../../hub/model/journal.ts';
import type { PropertyKey } from '../../hub/model/properties.ts';
import type { Label } from '../../hub/model/property-row.ts';
import type { RunTrace } from '../../hub/model/run.ts';
import type { SceneNames } from '../language/names.ts';
import { parseScene } from '../language/parse.ts';
import { type Scene, subjectsOf } from '../language/scene.ts';
import { both } from '../language/words.ts';
import { compareRuns } from './compare-runs.ts';
import { SimulatedHome } from './simulated-home.ts';
import { namesOf } from './why.ts';

/** Runs of one replay that are told. */
export const REPLAYED_RUNS_MAX = 200;
/** Runs of one version that are compared at all. */
const RUNS_MAX = 20_000;
/** Scenes that the one at hand starts or calls, and those that they do. */
const SCENES_MAX = 50;

/** What is replayed: the versions that lived, oldest first, and what is tried in their place. */
export interface ReplayAsk {
  readonly scene: SceneId;
  readonly versions: readonly SceneRecord[];
  readonly tried: SceneRecord;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Replays [fromMs, toMs] with both. */
export function replay(history: History, ask: ReplayAsk): ReplayResult {
  const { scene, versions, tried, fromMs, toMs } = ask;
  const names = namesOf(history.home);
  const read = [...versions, tried].map(({ source }) => parseScene(source, names).scene);
  const scenes = read.flatMap((one) => one ?? []);
  const reach = reachOf(scenes);
  const others = otherScenes(history, [...versions, tried]);
  const lived = new Living(history, scene, fromMs, reach, others);
  const trial = new Living(history, scene, fromMs, reach, others);
  const starting = versions.findLast(({ updatedAtMs }) => updatedAtMs <= fromMs);
  const later = versions.filter(({ updatedAtMs }) => updatedAtMs > fromMs && updatedAtMs <= toMs);
  lived.begin(starting ?? null);
  trial.begin({ ...tried, enabled: true });
  let entries = 0;
  for (const entry of history.entries(fromMs, toMs, reach.wants)) {
    entries += 1;
    for (let next = later[0]; next && next.updatedAtMs <= entry.atMs; next = later[0]) {
      lived.edit(next);
      later.shift();
    }
    lived.take(entry);
    trial.take(entry);
  }
  for (const version of later) lived.edit(version);
  lived.end(toMs);
  trial.end(toMs);
  return resultOf(ask, entries, lived, trial, notesOf(scenes, lived.isCut || trial.isCut));
}

/** A home in which one version lives, or those that lived one after another. */
class Living {
  readonly #home: SimulatedHome;
  readonly #scene: SceneId;
  readonly #runs = new Map<string, RunTrace>();
  #nearMisses = 0;
  isCut = false;

  constructor(
    history: History,
    scene: SceneId,
    fromMs: number,
    reach: Reach,
    others: readonly SceneRecord[],
  ) {
    this.#scene = scene;
    this.#home = new SimulatedHome(history.home, fromMs, { run: (trace) => this.#keep(trace) });
    for (const { id, description } of history.home.devices) {
      for (const { key } of description.properties)
        give(history, this.#home, reach, id, key, fromMs);
    }
    for (const { device, key } of homeKeys(namesOf(history.home))) {
      give(history, this.#home, reach, device, key, fromMs);
    }
    for (const record of others) this.#home.setScene(record);
  }

  get runs(): readonly RunTrace[] {
    return [...this.#runs.values()].sort((a, b) => a.startedAtMs - b.startedAtMs);
  }

  get nearMisses(): number {
    return this.#nearMisses;
  }

  begin(record: SceneRecord | null): void {
    if (record !== null) this.#home.setScene(record);
    this.#home.begin();
  }

  edit(record: SceneRecord): void {
    this.#home.passTo(record.updatedAtMs);
    this.#home.setScene(record);
  }

  take(entry: LogEntry): void {
    const home = this.#home;
    if (entry.atMs > home.nowMs) home.passTo(entry.atMs);
    switch (entry.kind) {
      case 'change': {
        const { device, property, value, cause } = entry;
        if (cause.kind === 'scene' && cause.scene === this.#scene) return;
        home.report(device, property, value, cause);
        return;
      }
      case 'event':
        home.press(entry.device, entry.property, entry.value);
        return;
      case 'availability':
        home.online(entry.device, entry.online);
        return;
      case 'command': {
        const { cause } = entry.command;
        if (cause.kind === 'scene' && cause.scene === this.#scene) return;
        // Only how a command ended is kept; it was asked for a moment before.
        home.commanded(entry.command);
        return;
      }
      default:
    }
  }

  end(toMs: number): void {
    this.#home.passTo(toMs);
  }

  #keep(trace: RunTrace): void {
    if (trace.scene !== this.#scene) return;
    if (trace.state === 'nearMiss') {
      this.#nearMisses += 1;
      return;
    }
    if (this.#runs.size >= RUNS_MAX && !this.#runs.has(trace.id)) this.isCut = true;
    else this.#runs.set(trace.id, trace);
  }
}

function give(
  history: History,
  home: SimulatedHome,
  reach: Reach,
  device: DeviceId,
  key: PropertyKey,
  fromMs: number,
): void {
  if (!reach.wants(device, key)) return;
  const change = history.changeBefore(device, key, fromMs - 1);
  if (change !== null) home.given(device, key, change.value, change.atMs);
}

function homeKeys(names: SceneNames): { device: DeviceId; key: PropertyKey }[] {
  return ['home', 'person', 'var', 'calendar'].flatMap((text) => {
    const device = names.device(text);
    return (device?.description.properties ?? []).map(({ key }) => ({
      device: device?.id ?? (text as DeviceId),
      key,
    }));
  });
}

/** What the scenes look at or touch. */
export interface Reach {
  wants(device: DeviceId, property: PropertyKey | null): boolean;
}

/** Devices are named by id in a scene; what is meant by a kind, a room or a label can be any device. */
export function reachOf(scenes: readonly Scene[]): Reach {
  const devices = new Set<DeviceId>(scenes.flatMap((scene) => subjectsOf(scene)));
  const kinds = new Set<string>();
  let isWhole = false;
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const { kind, property } = node as { kind?: unknown; property?: unknown };
    if (kind === 'any' && typeof property === 'string') kinds.add(property);
    if ('deviceKind' in node || kind === 'deviceEvent') isWhole = true;
    for (const inner of Object.values(node)) walk(inner);
  };
  walk(scenes.map(({ when, while: condition, do: steps }) => [when, condition, steps]));
  return {
    wants(device, property) {
      if (isWhole || devices.has(device) || isHomeSubject(device)) return true;
      if (property === null) return kinds.size > 0;
      return kinds.has(property) || kinds.has(property.split('@', 1)[0] ?? property);
    },
  };
}

/** The scenes that these start or call. They only run when they are told to, so their own triggers are left out. */
export function otherScenes(history: History, records: readonly SceneRecord[]): SceneRecord[] {
  const own = new Set(records.map(({ id }) => id));
  const found = new Map<SceneId, SceneRecord>();
  const open = records.map(({ source }) => source);
  for (let source = open.shift(); source !== undefined; source = open.shift()) {
    for (const name of source.match(/scene_[0-9a-z][0-9a-z_-]*/g) ?? []) {
      const record = history.home.scenes.find(({ id }) => id === name);
      if (record === undefined || own.has(record.id) || found.has(record.id)) continue;
      if (found.size >= SCENES_MAX) return [...found.values()];
      found.set(record.id, record);
      open.push(record.source);
    }
  }
  return [...found.values()];
}

/** What history does not hold, as far as these scenes would need it. */
function notesOf(scenes: readonly Scene[], isCut: boolean): Label[] {
  const kinds = new Set(scenes.flatMap(({ when }) => when.map(({ kind }) => kind)));
  const has = (...some: readonly string[]) => some.some((kind) => kinds.has(kind as 'at'));
  return [
    ...(has('reports', 'silent') ? [REPORTS] : []),
    ...(has('webhook', 'tag', 'mqtt', 'sceneEvent', 'hub') ? [HAPPENINGS] : []),
    ...(isCut ? [CUT] : []),
  ];
}

const REPORTS = both(
  'Reports of an unchanged value are not kept, so what goes by each report, or by silence, can differ.',
  '未变化的上报不会保留，因此依据每次上报或长时间无上报的触发可能有出入。',
);
const HAPPENINGS = both(
  'Calls, messages, tags, other scenes and starts of the hub are not replayed, so runs that they began are missing.',
  '网络调用、消息、标签、其他场景以及中枢启动不会重放，由它们触发的执行不在其中。',
);
const CUT = both(
  `It would have run more than ${RUNS_MAX} times; what came later is not counted.`,
  `执行次数超过 ${RUNS_MAX} 次，之后的未计入。`,
);

function resultOf(
  { fromMs, toMs }: ReplayAsk,
  entries: number,
  lived: Living,
  trial: Living,
  notes: readonly Label[],
): ReplayResult {
  const compared = compareRuns(lived.runs, trial.runs);
  const count = (kind: ReplayedRun['kind']) => compared.filter((one) => one.kind === kind).length;
  const counts = {
    lived: lived.runs.length,
    tried: trial.runs.length,
    same: count('same'),
    different: count('different'),
    added: count('added'),
    gone: count('gone'),
    nearMisses: trial.nearMisses,
  };
  const telling = compared.filter(({ kind }) => kind !== 'same').slice(-REPLAYED_RUNS_MAX);
  const room = REPLAYED_RUNS_MAX - telling.length;
  const dull = room > 0 ? compared.filter(({ kind }) => kind === 'same').slice(-room) : [];
  const runs = [...telling, ...dull].sort((a, b) => a.atMs - b.atMs);
  const { same, different, added, gone } = counts;
  return {
    ...{ fromMs, toMs, entries, counts, runs, notes },
    omitted: compared.length - runs.length,
    sentence: both(
      `It would have run ${times(counts.tried)}, and the version that lived ${times(counts.lived)}: ` +
        `${same} alike, ${different} different, ${added} added, ${gone} gone.`,
      `它会执行 ${counts.tried} 次，当时的版本执行 ${counts.lived} 次：${same} 次相同，${different} 次不同，` +
        `新增 ${added} 次，减少 ${gone} 次。`,
    ),
  };
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
