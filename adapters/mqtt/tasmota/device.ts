// One Tasmota device of the home: what its messages tell, its commands on their way, and whether it is there.
import { type Problem, type ProblemWords, toProblem } from '../../../hub/model/errors.ts';
import { type NodeAddress, nodeAddress } from '../../../hub/model/identifiers.ts';
import { offlineReason } from '../../../hub/model/offline-reason.ts';
import type { PropertyKey, PropertyValue } from '../../../hub/model/properties.ts';
import type { AdapterCommand, AdapterContext } from '../../contract/adapter.ts';
import type { Places } from '../../contract/places.ts';
import type { Bus } from '../bus.ts';
import { CommandsUnderWay } from '../under-way.ts';
import {
  type Conversion,
  commandOf,
  convert,
  describe,
  happeningsOf,
  valuesOf,
} from './convert.ts';
import { type Fields, isFields, type TasmotaConfig } from './discovery.ts';
import { Silence } from './silence.ts';

const COMMAND_WITHIN_MS = 4_000;
/** A device that was not heard within this time after the start, or after the broker came back, counts as gone. */
const HEARD_WITHIN_MS = 20_000;
const PAYLOAD_BYTES_MAX = 32 * 1024;
const CHECK_POWER = 'Check that it has power and is in reach of the Wi-Fi.';
const CHECK_POWER_ZH = '请检查它是否通电、是否在 Wi-Fi 覆盖范围内。';

/** What is kept of a device; plain data. */
export interface KeptTasmota {
  readonly config: TasmotaConfig;
  readonly sensors: Fields;
  readonly places: Places;
}

/** What the answer to a command has in it. */
interface Wanted {
  readonly answers: readonly string[];
  readonly shown: string;
}

export class TasmotaDevice {
  readonly node: NodeAddress;
  readonly #context: AdapterContext;
  readonly #bus: Bus;
  #config: TasmotaConfig;
  #sensors: Fields;
  #conversion: Conversion;
  #isOnline: boolean | null = null;
  #reason = '';
  #isAway = false;
  #heardTimer: NodeJS.Timeout | undefined;
  readonly #silence: Silence;
  readonly #values = new Map<PropertyKey, PropertyValue>();
  /** By what is set: a newer command for the same takes the place of the one before. */
  readonly #underWay: CommandsUnderWay<Wanted>;

  constructor(context: AdapterContext, bus: Bus, { config, sensors, places }: KeptTasmota) {
    this.#context = context;
    this.#bus = bus;
    this.#config = config;
    this.#sensors = sensors;
    this.#conversion = convert(config, sensors, places);
    this.node = nodeAddress(config.mac);
    this.#underWay = new CommandsUnderWay(context, () => this.#name);
    this.#silence = new Silence((reason) => this.#offline(reason));
  }

  get config(): TasmotaConfig {
    return this.#config;
  }

  get kept(): KeptTasmota {
    return { config: this.#config, sensors: this.#sensors, places: this.#conversion.places };
  }

  get isOnline(): boolean {
    return this.#isOnline === true;
  }

  /** Listens from now on; asks for its state as soon as there is a broker. */
  start(): void {
    const { states, telemetry } = this.#config;
    for (const beginning of [states, telemetry]) {
      this.#bus.subscribe(`${beginning}#`, (topic, payload, isRetained) =>
        this.#received(beginning, topic.slice(beginning.length), payload, isRetained),
      );
    }
    if (this.#bus.isConnected) this.connected();
  }

  stop(): void {
    clearTimeout(this.#heardTimer);
    this.#silence.stop();
    this.#bus.unsubscribe(`${this.#config.states}#`);
    this.#bus.unsubscribe(`${this.#config.telemetry}#`);
    this.#underWay.failAll({ code: 'cancelled', message: 'The MQTT adapter stops', hint: null });
  }

  /** The broker is there (again): the device is asked how it is. */
  connected(): void {
    if (this.#isAway) return;
    this.#ask();
    clearTimeout(this.#heardTimer);
    // One that sleeps is silent for as long as it said.
    if (this.#config.isSleeper) {
      this.#silence.begin();
      this.#there();
      return;
    }
    this.#heardTimer = setTimeout(() => {
      if (this.#isOnline !== true) this.#offline('It has not connected to the broker');
    }, HEARD_WITHIN_MS);
  }

  lost(problem: Problem): void {
    this.#offline(problem.message, problem.hint);
  }

  /** Takes a new announcement. Gives whether anything has changed. */
  announced(config: TasmotaConfig, sensors: Fields | null): boolean {
    const wasAway = this.#isAway;
    this.#isAway = false;
    const next = sensors ?? this.#sensors;
    const isSame = JSON.stringify([config, next]) === JSON.stringify([this.#config, this.#sensors]);
    const isMoved =
      config.states !== this.#config.states || config.telemetry !== this.#config.telemetry;
    if (isMoved) this.stop();
    if (!isSame) {
      this.#config = config;
      this.#sensors = next;
      this.#conversion = convert(config, next, this.#conversion.places);
    }
    if (isMoved) this.start();
    else if (wasAway && this.#bus.isConnected) this.connected();
    return !isSame;
  }

  /** Its announcement was withdrawn. What it was stays known, since scenes and history are about it. */
  withdrawn(): void {
    this.#isAway = true;
    clearTimeout(this.#heardTimer);
    this.#silence.stop();
    this.#offline(WITHDRAWN, null);
  }

  describe(): void {
    this.#context.described(this.description());
  }

  description() {
    return describe(this.#context.id, this.node, this.#config, this.#conversion);
  }

  /** @throws HubError for what cannot be sent at all */
  send(command: AdapterCommand): void {
    const { body } = command;
    const wanted = commandOf(this.#conversion, body, (key) => this.#values.get(key));
    if (this.#isOnline === false && !this.#mayTry()) {
      this.#context.outcome(command.id, 'failed', this.#offlineProblem(CHECK_POWER));
      return;
    }
    if (this.#silence.isAsleep) {
      this.#context.outcome(command.id, 'failed', asleepProblem(this.#name));
      return;
    }
    const lane = body.kind === 'set' ? body.property : `${body.name} ${wanted.name}`;
    if (!this.#underWay.admits(lane, command)) return;
    this.#bus.publish(`${this.#config.commands}${wanted.name}`, wanted.payload);
    // What is set now is what the next command goes by, whatever older messages still say.
    if (body.kind === 'set') this.#values.set(body.property, body.value);
    const note = { answers: wanted.answers, shown: `${wanted.name} ${wanted.payload}`.trim() };
    this.#underWay.add(
      lane,
      { command, note },
      {
        afterMs: Math.min(command.timeoutMs, COMMAND_WITHIN_MS),
        act: () => this.#expire(lane),
      },
    );
    this.#context.outcome(command.id, 'sent', null);
  }

  /** Asks for all that it can say. @throws HubError while there is no broker */
  refresh(): void {
    for (const part of ['1', '11', '10']) {
      this.#bus.publish(`${this.#config.commands}STATUS`, part);
    }
  }

  get #name(): string {
    return this.#context.nameOf(this.node) ?? this.#config.name;
  }

  /** A device that told of its end itself is not there; one that was only silent may be. */
  #mayTry(): boolean {
    return this.#bus.isConnected && this.#reason !== LAST_WILL && this.#reason !== WITHDRAWN;
  }

  #ask(): void {
    try {
      this.refresh();
    } catch (error) {
      this.#context.log('debug', `${this.node}: ${toProblem(error).message}`);
    }
  }

  #received(beginning: string, word: string, payload: Buffer, isRetained: boolean): void {
    if (payload.length > PAYLOAD_BYTES_MAX) return;
    const isTelemetry = beginning === this.#config.telemetry;
    if (isTelemetry && word === 'LWT') {
      this.#lastWill(payload.toString('utf8'));
      return;
    }
    const state = parseState(payload);
    if (state === null) return;
    if (isTelemetry && word === 'DEEPSLEEP') {
      this.#silence.sleeps(state, isRetained);
      return;
    }
    if (!isRetained) this.#online();
    const isAnswer = /^STATUS\d*$/.test(word);
    // Only the answer to a command settles it: what is told at times may be of before.
    if (!isTelemetry && !isAnswer) this.#answered(state);
    this.#report(valuesOf(this.#conversion, state), isTelemetry || isAnswer, isAnswer);
    if (isRetained) return;
    for (const { key, value } of happeningsOf(this.#conversion, state)) {
      this.#context.event(this.node, key, value);
    }
  }

  #report(values: Record<PropertyKey, PropertyValue>, mayBeOld: boolean, isAnswer: boolean): void {
    const keys = Object.keys(values) as PropertyKey[];
    if (keys.length === 0) return;
    const open = new Set([...this.#underWay.notes()].map(([lane]) => lane));
    for (const key of keys) {
      const value = values[key];
      if (value !== undefined && !(mayBeOld && open.has(key))) this.#values.set(key, value);
    }
    this.#context.report(this.node, values, isAnswer ? 'read' : 'report');
  }

  #lastWill(word: string): void {
    if (word === this.#config.online) {
      this.#online();
      this.#ask();
    } else if (word === this.#config.offline) {
      // One that sleeps says goodbye each time.
      if (this.#config.isSleeper) this.#silence.saidGoodbye();
      else this.#offline(LAST_WILL);
    }
  }

  #online(): void {
    clearTimeout(this.#heardTimer);
    if (this.#config.isSleeper) this.#silence.heard();
    this.#there();
  }

  #there(): void {
    if (this.#isOnline === true || this.#isAway) return;
    this.#isOnline = true;
    this.#reason = '';
    this.#context.availability(this.node, true, null);
  }

  #offline(reason: string, hint: string | null = CHECK_POWER): void {
    if (this.#isOnline === false && this.#reason === reason) return;
    this.#isOnline = false;
    this.#reason = reason;
    const text = hint === null ? reason : `${reason}. ${hint}`;
    this.#context.availability(this.node, false, text);
    this.#underWay.failAll(this.#offlineProblem(hint));
  }

  #offlineProblem(hint: string | null): Problem {
    const message = `${this.#name} is offline: ${this.#reason}`;
    const zh = offlineInChinese(this.#name, this.#reason, hint);
    return { code: 'unreachable', message, hint, zh };
  }

  /** Answers come in the order of the commands, so each settles the oldest that it fits. */
  #answered(state: Fields): void {
    const isRefused = state.Command === 'Unknown' || state.Command === 'Error';
    for (const [lane, { answers, shown }] of this.#underWay.notes()) {
      if (isRefused) {
        this.#underWay.end(lane, 'failed', refusedProblem(this.#name, shown));
        return;
      }
      if (answers.some((answer) => Object.hasOwn(state, answer))) {
        this.#underWay.end(lane, 'acknowledged', null);
        return;
      }
    }
  }

  #expire(lane: string): void {
    this.#underWay.end(lane, 'timedOut', {
      code: 'timed-out',
      message: `${this.#name} did not answer`,
      hint: CHECK_POWER,
      zh: { message: `${this.#name} 没有应答`, hint: CHECK_POWER_ZH },
    });
    this.#offline('It does not answer');
  }
}

function offlineInChinese(name: string, reason: string, hint: string | null): ProblemWords {
  const message = `${name} 离线：${offlineReason(reason, 'zh')}`;
  return { message, hint: hint === CHECK_POWER ? CHECK_POWER_ZH : null };
}

function refusedProblem(name: string, command: string): Problem {
  const shown = command.slice(0, 80);
  return {
    code: 'rejected-by-device',
    message: `${name} does not take the command "${shown}"`,
    hint: 'Look at its console whether its module is set up rightly.',
    zh: {
      message: `${name} 不接受命令“${shown}”`,
      hint: '请在它的控制台里检查模块设置是否正确。',
    },
  };
}

function asleepProblem(name: string): Problem {
  return {
    code: 'unreachable',
    message: `${name} is asleep and hears nothing`,
    hint: 'It can be set for a moment after it wakes, or by its own button.',
    zh: {
      message: `${name} 正在休眠，收不到命令`,
      hint: '请在它醒来的片刻，或用它自己的按键操作。',
    },
  };
}

const LAST_WILL = 'The broker lost the connection to it';
const WITHDRAWN = 'It has withdrawn its announcement';

/** A message of state; the answers to `STATUS` wrap theirs. Null for what is none. */
function parseState(payload: Buffer): Fields | null {
  try {
    const content: unknown = JSON.parse(payload.toString('utf8'));
    if (!isFields(content)) return null;
    for (const wrapper of ['StatusSTS', 'StatusSNS', 'StatusPRM']) {
      const inner = content[wrapper];
      if (isFields(inner)) return inner;
    }
    return content;
  } catch {
    return null;
  }
}
