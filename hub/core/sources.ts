// What is told to the home and is no device's: its own values, calls, messages, tags, the start of the hub. Decides
// what becomes of each, and which MQTT topics the home listens on.
import type { Evaluator } from '../../scenes/evaluator/evaluator.ts';
import { happeningsOfValue } from '../../scenes/evaluator/movements.ts';
import type { Cause } from '../model/cause.ts';
import type { SourceInput } from '../model/core-port.ts';
import type { Problem } from '../model/errors.ts';
import {
  HOME_PEOPLE,
  type HomeValueKey,
  type HubStart,
  matchesTopic,
  splitHomeValueKey,
  TAG_TOPICS,
  TOPICS_MAX,
  valueOfPayload,
} from '../model/home-values.ts';
import { type AdapterId, adapterId } from '../model/identifiers.ts';
import type { PropertyValue } from '../model/properties.ts';
import type { SceneWorld } from '../model/scene-world.ts';
import type { CoreState } from './core-state.ts';
import type { HomeValues } from './home-values.ts';
import { checkValueRight } from './policy.ts';

const MQTT = adapterId('mqtt');

export interface Sources {
  /** Sets a value of the home and tells the scenes; what is wrong where it cannot be so. */
  setValue(key: HomeValueKey, value: PropertyValue | null, cause: Cause): Problem | null;
  /** Takes what somebody told the home, as far as he may; what is wrong where that cannot be. */
  take(source: SourceInput, cause: Cause): Problem | null;
  /** A message from the bus; one that tells of nothing new only says how the values are that it feeds. */
  message(adapter: AdapterId, topic: string, payload: string, isOld: boolean): void;
  /** The hub has started, once all that was open is taken up. */
  hubStarted(how: HubStart): void;
  /** What the home listens on may be another. */
  topicsChanged(): void;
  /** Tells the MQTT adapter which topics the home listens on, where they are others. */
  tellTopics(): void;
}

/** @param evaluator and `world` are asked for once the core is made */
export function createSources(
  state: CoreState,
  homeValues: HomeValues,
  scenes: () => { readonly evaluator: Evaluator; readonly world: SceneWorld },
): Sources {
  let areTopicsStale = false;
  let topics = '[]';

  function setValue(key: HomeValueKey, value: PropertyValue | null, cause: Cause): Problem | null {
    const changes = homeValues.set(key, value, state.now.wallMs);
    if ('code' in changes) return changes;
    const { evaluator, world } = scenes();
    const { seq } = state;
    const atMs = state.now.wallMs;
    state.home = { ...state.home, mode: homeValues.mode };
    for (const one of changes) {
      const change = { ...splitHomeValueKey(one.key), value: one.value, cause };
      const { previous } = one;
      state.effects.out.push({ kind: 'change', seq, atMs, ...change, previous });
      state.effects.log.push({ kind: 'change', seq, atMs, ...change });
      evaluator.changed({ ...change, previous }, world);
      const names = happeningsOfValue({ ...change, previous }, homeValues.value(HOME_PEOPLE));
      if (names.length > 0) evaluator.happened({ names, cause, value: null }, world);
    }
    return null;
  }

  function happen(name: string, cause: Cause): null {
    const { evaluator, world } = scenes();
    evaluator.happened({ names: [name], cause, value: null }, world);
    return null;
  }

  /** Sets the values that the topic feeds. */
  function feed(topic: string, payload: string, cause: Cause): void {
    for (const { id, kind, type, topic: feeding } of homeValues.declared) {
      if (feeding === null || feeding !== topic) continue;
      const value = valueOfPayload(payload, kind === 'person' ? 'enum' : type);
      // What cannot be read or is not allowed leaves the value as it is: a message has nobody to tell.
      if (value !== null) setValue(id, value, cause);
    }
  }

  /** A message may feed a value, tell of a tag, and set off scenes. */
  function takeMessage(topic: string, payload: string, cause: Cause): null {
    const { evaluator, world } = scenes();
    feed(topic, payload, cause);
    const tag = matchesTopic(TAG_TOPICS, topic) ? payload.trim() : '';
    if (tag !== '') happen(`tag/${tag}`, cause);
    evaluator.message(topic, payload, cause, world);
    return null;
  }

  return {
    setValue,
    take(source, cause) {
      switch (source.kind) {
        case 'value': {
          const problem = checkValueRight(cause, source.key, homeValues.declared, state.members);
          return problem ?? setValue(source.key, source.value, cause);
        }
        case 'webhook':
          return happen(`webhook/${source.name}`, cause);
        case 'tag':
          return happen(`tag/${source.tag}`, cause);
        case 'mqtt':
          return takeMessage(source.topic, source.payload, cause);
        default:
          return source satisfies never;
      }
    },
    message(adapter, topic, payload, isOld) {
      if (isOld) feed(topic, payload, { kind: 'reconnect', adapter });
      else takeMessage(topic, payload, { kind: 'source', via: 'mqtt', name: topic });
    },
    hubStarted(how) {
      const { evaluator, world } = scenes();
      const names = ['hub/started', ...(how === 'first' ? [] : [`hub/${how}`])];
      const cause: Cause = { kind: 'source', via: 'hub', name: how };
      evaluator.happened({ names, cause, value: null }, world);
    },
    topicsChanged() {
      areTopicsStale = true;
    },
    tellTopics() {
      if (!areTopicsStale) return;
      areTopicsStale = false;
      const feeding = homeValues.declared.flatMap(({ topic }) => topic ?? []);
      const wanted = new Set([...scenes().evaluator.topics(), ...feeding]);
      const filters = [...wanted].sort().slice(0, TOPICS_MAX);
      const text = JSON.stringify(filters);
      if (text === topics) return;
      topics = text;
      state.effects.send.push({ adapter: MQTT, message: { kind: 'topics', filters } });
    },
  };
}
