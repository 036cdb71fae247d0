// Why a device is as it is: from the newest change back by its cause, over runs of scenes and what set them off, to who
// or what began it; as data, and as one sentence in both languages.
import type { Cause } from '../../hub/model/cause.ts';
import type { History, KnownHome, StoredChange, Why, WhyLink } from '../../hub/model/explain.ts';
import { homeSubjects } from '../../hub/model/home-values.ts';
import type { DeviceId } from '../../hub/model/identifiers.ts';
import type { PropertyKey, PropertyValue } from '../../hub/model/properties.ts';
import type { Label } from '../../hub/model/property-row.ts';
import type { RunTrace } from '../../hub/model/run.ts';
import { homeNames, type SceneNames } from '../language/names.ts';
import { both, deviceWords, levelWords } from '../language/words.ts';
import { momentWords } from './moments.ts';

/** Scenes that set each other off are stopped before their chain is as long as this. */
const LINKS_MAX = 64;

/** The home's names, its own subjects among them. */
export function namesOf({ home, devices, rooms, scenes, values }: KnownHome): SceneNames {
  return homeNames([...devices, ...homeSubjects(home, values)], rooms, scenes);
}

/** Why the property was as it was at the instant; null where the home has no such property. */
export function why(
  history: History,
  { device, property, atMs }: { device: DeviceId; property: PropertyKey; atMs: number },
): Why | null {
  const names = namesOf(history.home);
  const known = names.device(device)?.description.properties.some(({ key }) => key === property);
  if (!known) return null;
  const change = history.changeBefore(device, property, atMs);
  const moment = momentWords(history.home.home.zone, atMs);
  if (change === null) {
    const { en, zh } = deviceWords(names, device);
    const sentence = both(
      `Nothing is known of ${en} at ${moment(atMs).en}: history does not reach back that far.`,
      `${moment(atMs).zh} 时的${zh}无从得知：历史记录没有那么久。`,
    );
    return { device, property, value: null, sinceMs: null, links: [], sentence };
  }
  const links = new Chain(history, names, moment).of(change);
  return {
    device,
    property,
    value: change.value,
    sinceMs: change.atMs,
    links,
    sentence: sentenceOf(links, moment(change.atMs)),
  };
}

/** The links from a change to its root. */
class Chain {
  readonly #history: History;
  readonly #names: SceneNames;
  readonly #moment: (atMs: number) => Label;
  readonly #links: WhyLink[] = [];

  constructor(history: History, names: SceneNames, moment: (atMs: number) => Label) {
    this.#history = history;
    this.#names = names;
    this.#moment = moment;
  }

  of(change: StoredChange): readonly WhyLink[] {
    const { device, property, value, cause, atMs } = change;
    const text = this.#level(device, property, value, 'is');
    this.#links.push({ kind: 'change', atMs, device, property, value, cause, text });
    let next = this.#cause(cause, atMs);
    while (next !== null && this.#links.length < LINKS_MAX) next = this.#run(next);
    return this.#links;
  }

  #level(
    device: DeviceId,
    property: PropertyKey,
    value: PropertyValue,
    use: 'is' | 'becomes',
  ): Label {
    const subject = { kind: 'device' as const, device, property };
    return levelWords(this.#names, { subject, matcher: { kind: 'oneOf', values: [value] } }, use);
  }

  /** Adds the root, or gives the run that is behind it. */
  #cause(cause: Cause | RunTrace['cause'], atMs: number): RunTrace | null {
    if (cause.kind !== 'scene') {
      this.#links.push({ kind: 'root', atMs, cause, text: this.#rootWords(cause) });
      return null;
    }
    const run = this.#history.run(cause.run);
    if (run !== null) return run;
    const name = this.#sceneName(cause.scene);
    const text = both(
      `the scene “${name}” did it, in a run that is not kept any more`,
      `场景“${name}”所为，该次执行已不再保留`,
    );
    this.#links.push({ kind: 'root', atMs, scene: cause.scene, run: cause.run, cause, text });
    return null;
  }

  /** Adds a run and what set it off; gives the run behind that. */
  #run(run: RunTrace): RunTrace | null {
    const { cause, startedAtMs: atMs } = run;
    const name = this.#sceneName(run.scene);
    const at = this.#moment(atMs);
    this.#links.push({
      kind: 'run',
      atMs,
      scene: run.scene,
      run: run.id,
      cause,
      text: both(`the scene “${name}” did it at ${at.en}`, `场景“${name}”在 ${at.zh} 所为`),
    });
    const trigger = run.steps.find(({ kind }) => kind === 'trigger');
    const read = trigger?.read?.[0];
    const isOfDevice = read !== undefined && read.device !== null && read.value !== null;
    if (trigger === undefined || cause.kind === 'schedule' || cause.kind === 'source') {
      const text = trigger?.text ?? this.#rootWords(cause);
      this.#links.push({ kind: 'root', atMs, cause, text });
      return null;
    }
    const place = isOfDevice
      ? { device: read.device, property: read.property as PropertyKey, value: read.value }
      : {};
    if (cause.kind === 'device') {
      this.#links.push({ kind: 'root', atMs, ...place, cause, text: trigger.text });
      return null;
    }
    if (isOfDevice) {
      this.#links.push({ kind: 'change', atMs, ...place, cause, text: trigger.text });
    }
    return this.#cause(cause, atMs);
  }

  #sceneName(id: RunTrace['scene']): string {
    return this.#names.scene(id)?.name ?? id;
  }

  #rootWords(cause: Cause | RunTrace['cause']): Label {
    switch (cause.kind) {
      case 'member': {
        const { members } = this.#history.home;
        const name = members.find(({ id }) => id === cause.id)?.name ?? cause.id;
        const where = VIA[cause.via];
        return both(`${name} asked for it ${where.en}`, `${name}${where.zh}要求的`);
      }
      case 'local':
        return both('somebody asked for it on the hub itself', '有人在中枢上要求的');
      case 'fabric':
        return both(`${cause.name} asked for it over Matter`, `${cause.name} 通过 Matter 要求的`);
      case 'device': {
        const { en, zh } = deviceWords(this.#names, cause.device);
        return both(
          `${en} told of it by itself, so it came from the device or a hand at it`,
          `${zh}自行上报，来自设备本身或有人操作了它`,
        );
      }
      case 'reconnect':
        return both('it was found so when the device came back', '设备重新连上时就是这样');
      case 'restore':
        return both('it was so when the hub started', '中枢启动时就是这样');
      case 'schedule': {
        const time = cause.at.slice(-5);
        return both(`it was ${time}`, `到了 ${time}`);
      }
      case 'source':
        return sourceWords(cause);
      case 'scene':
        return both('a scene did it', '场景所为');
      default:
        return cause satisfies never;
    }
  }
}

const VIA = {
  page: both('in the page', '在页面上'),
  api: both('through the API', '通过接口'),
  cli: both('with the ingle command', '用 ingle 命令'),
} as const;

function sourceWords({ via, name }: Extract<Cause, { kind: 'source' }>): Label {
  switch (via) {
    case 'webhook':
      return both(`the webhook “${name}” was called`, `调用了网络钩子“${name}”`);
    case 'mqtt':
      return both(`a message came on ${name}`, `收到了 ${name} 上的消息`);
    case 'tag':
      return both(`the tag ${name} was seen`, `识别到标签 ${name}`);
    case 'account':
      return both(`the MQTT account ${name} asked for it`, `MQTT 账号 ${name} 要求的`);
    case 'hub':
      return both('the hub started', '中枢启动了');
    default:
      return via satisfies never;
  }
}

function sentenceOf(links: readonly WhyLink[], since: Label): Label {
  const [first, ...rest] = links;
  const en = rest.map(({ text }) => text.en).join(', because ');
  const zh = rest.map(({ text }) => text.zh).join('，因为');
  return both(
    `${first?.text.en ?? ''} since ${since.en}: ${en}.`,
    `${first?.text.zh ?? ''}（自 ${since.zh} 起）：${zh}。`,
  );
}
