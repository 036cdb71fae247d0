// One Tasmota device of the home: what its messages tell, its commands on their way, and whether it is there.
import { type Problem, type ProblemWords, toProblem } from '../../../hub/model/errors.ts';
import { type NodeAddress, nodeAddress } from '../../../hub/model/identifiers.ts';
import { offlineReason } from '../../../hub/model/offline-reason.ts';
import type { AdapterCommand, AdapterContext } from '../../contract/adapter.ts';
import type { Bus } from '../bus.ts';
import { type Conversion, commandOf, convert, describe, pressesOf, valuesOf } from './convert.ts';
import { type Fields, isFields, type TasmotaConfig } from './discovery.ts';

const COMMAND_WITHIN_MS = 4_000;
/** A device that was not heard within this time after the start, or after the broker came back, counts as gone. */
const HEARD_WITHIN_MS = 20_000;
const PAYLOAD_BYTES_MAX = 32 * 1024;
const COMMANDS_MAX = 32;
const CHECK_POWER = 'Check that it has power and is in reach of the Wi-Fi.';
const CHECK_POWER_ZH = '请检查它是否通电、是否在 Wi-Fi 覆盖范围内。';

interface UnderWay {
  readonly command: AdapterCommand;
  readonly answers: readonly string[];
  readonly timer: NodeJS.Timeout;
}

export class TasmotaDevice {
  readonly node: NodeAddress;
  readonly #context: AdapterContext;
  readonly #bus: Bus;
  #config: TasmotaConfig;
  #sensors: Fields;
  #conversion: Conversion;
  #brightness = 100;
  #isOnline: boolean | null = null;
  #reason = '';
  #heardTimer: NodeJS.Timeout | undefined;
  /** By what is set: a newer command for the same takes the place of the one before. */
  readonly #underWay = new Map<string, UnderWay>();

  constructor(
    context: AdapterContext,
    bus: Bus,
    { config, sensors }: { readonly config: TasmotaConfig; readonly sensors: Fields },
  ) {
    this.#context = context;
    this.#bus = bus;
    this.#config = config;
    this.#sensors = sensors;
    this.#conversion = convert(config, sensors);
    this.node = nodeAddress(config.mac);
  }

  get config(): TasmotaConfig {
    return this.#config;
  }

  get sensors(): Fields {
    return this.#sensors;
  }

  get isOnline(): boolean {
    return this.#isOnline === true;
  }

  /** Listens from now on; asks for its state as soon as there is a broker. */
  start(): void {
    const { states, telemetry } = this.#config;
    for (const beginning of [states, telemetry]) {
      this.#bus.subscribe(`${beginning}#`, (topic, payload) =>
        this.#received(beginning, topic.slice(beginning.length), payload),
      );
    }
    if (this.#bus.isConnected) this.connected();
  }

  stop(): void {
    clearTimeout(this.#heardTimer);
    this.#bus.unsubscribe(`${this.#config.states}#`);
    this.#bus.unsubscribe(`${this.#config.telemetry}#`);
    this.#failAll({ code: 'cancelled', message: 'The MQTT adapter stops', hint: null });
  }

  /** The broker is there (again): the device is asked how it is. */
  connected(): void {
    this.#ask();
    clearTimeout(this.#heardTimer);
    this.#heardTimer = setTimeout(() => {
      if (this.#isOnline !== true) this.#offline('It has not connected to the broker');
    }, HEARD_WITHIN_MS);
  }

  lost(problem: Problem): void {
    this.#offline(problem.message, problem.hint);
  }

  /** Takes a new announcement. Gives whether anything has changed. */
  announced(config: TasmotaConfig, sensors: Fields | null): boolean {
    const next = sensors ?? this.#sensors;
    const isSame = JSON.stringify([config, next]) === JSON.stringify([this.#config, this.#sensors]);
    if (isSame) return false;
    const isMoved =
      config.states !== this.#config.states || config.telemetry !== this.#config.telemetry;
    if (isMoved) this.stop();
    this.#config = config;
    this.#sensors = next;
    this.#conversion = convert(config, next);
    if (isMoved) this.start();
    return true;
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
    const wanted = commandOf(this.#conversion, body, this.#brightness);
    if (this.#isOnline === false && !this.#mayTry()) {
      this.#context.outcome(command.id, 'failed', {
        code: 'unreachable',
        message: `${this.#name} is offline: ${this.#reason}`,
        hint: CHECK_POWER,
        zh: offlineInChinese(this.#name, this.#reason, CHECK_POWER),
      });
      return;
    }
    const lane = wanted.name;
    const before = this.#underWay.get(lane);
    if (before !== undefined) {
      this.#end(lane, before, 'failed', { code: 'cancelled', message: 'superseded', hint: null });
    }
    if (this.#underWay.size >= COMMANDS_MAX) {
      this.#context.outcome(command.id, 'failed', {
        code: 'busy',
        message: `${this.#name} has ${COMMANDS_MAX} commands under way`,
        hint: null,
      });
      return;
    }
    this.#bus.publish(`${this.#config.commands}${wanted.name}`, wanted.payload);
    const limitMs = Math.min(command.timeoutMs, COMMAND_WITHIN_MS);
    const timer = setTimeout(() => this.#expire(lane), limitMs);
    this.#underWay.set(lane, { command, answers: wanted.answers, timer });
    this.#context.outcome(command.id, 'sent', null);
  }

  /** Asks for all that it can say. @throws HubError while there is no broker */
  refresh(): void {
    this.#bus.publish(`${this.#config.commands}STATUS`, '11');
    this.#bus.publish(`${this.#config.commands}STATUS`, '10');
  }

  get #name(): string {
    return this.#context.nameOf(this.node) ?? this.#config.name;
  }

  /** A device that told of its end itself is not there; one that was only silent may be. */
  #mayTry(): boolean {
    return this.#bus.isConnected && this.#reason !== LAST_WILL;
  }

  #ask(): void {
    try {
      this.refresh();
    } catch (error) {
      this.#context.log('debug', `${this.node}: ${toProblem(error).message}`);
    }
  }

  #received(beginning: string, word: string, payload: Buffer): void {
    if (payload.length > PAYLOAD_BYTES_MAX) return;
    if (beginning === this.#config.telemetry && word === 'LWT') {
      this.#lastWill(payload.toString('utf8'));
      return;
    }
    const state = parseState(payload);
    if (state === null) return;
    this.#online();
    this.#answered(state);
    const values = valuesOf(this.#conversion, state);
    const { Dimmer } = state;
    if (typeof Dimmer === 'number' && Dimmer >= 1 && Dimmer <= 100) this.#brightness = Dimmer;
    if (Object.keys(values).length > 0) {
      const isAnswer = /^STATUS\d+$/.test(word);
      this.#context.report(this.node, values, isAnswer ? 'read' : 'report');
    }
    for (const { key, value } of pressesOf(this.#conversion, state)) {
      this.#context.event(this.node, key, value);
    }
  }

  #lastWill(word: string): void {
    if (word === this.#config.online) {
      this.#online();
      this.#ask();
    } else if (word === this.#config.offline) {
      this.#offline(LAST_WILL);
    }
  }

  #online(): void {
    clearTimeout(this.#heardTimer);
    if (this.#isOnline === true) return;
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
    const zh = offlineInChinese(this.#name, reason, hint);
    this.#failAll({
      code: 'unreachable',
      message: `${this.#name} is offline: ${reason}`,
      hint,
      zh,
    });
  }

  #answered(state: Fields): void {
    const isUnknown = state.Command === 'Unknown' || state.Command === 'Error';
    for (const [lane, underWay] of this.#underWay) {
      if (isUnknown) {
        this.#end(lane, underWay, 'failed', {
          code: 'rejected-by-device',
          message: `${this.#name} does not know the command`,
          hint: 'Look at its console whether its module is set up rightly.',
          zh: {
            message: `${this.#name} 不认识这个命令`,
            hint: '请在它的控制台里检查模块设置是否正确。',
          },
        });
        return;
      }
      if (underWay.answers.some((answer) => Object.hasOwn(state, answer))) {
        this.#end(lane, underWay, 'acknowledged', null);
      }
    }
  }

  #expire(lane: string): void {
    const underWay = this.#underWay.get(lane);
    if (underWay === undefined) return;
    const problem: Problem = {
      code: 'timed-out',
      message: `${this.#name} did not answer`,
      hint: CHECK_POWER,
      zh: { message: `${this.#name} 没有应答`, hint: CHECK_POWER_ZH },
    };
    this.#end(lane, underWay, 'timedOut', problem);
    this.#offline('It does not answer');
  }

  #end(
    lane: string,
    { command, timer }: UnderWay,
    state: 'acknowledged' | 'failed' | 'timedOut',
    problem: Problem | null,
  ): void {
    clearTimeout(timer);
    this.#underWay.delete(lane);
    this.#context.outcome(command.id, state, problem);
  }

  #failAll(problem: Problem): void {
    for (const [lane, underWay] of [...this.#underWay]) {
      this.#end(lane, underWay, 'failed', problem);
    }
  }
}

function offlineInChinese(name: string, reason: string, hint: string | null): ProblemWords {
  const message = `${name} 离线：${offlineReason(reason, 'zh')}`;
  return { message, hint: hint === CHECK_POWER ? CHECK_POWER_ZH : null };
}

const LAST_WILL = 'The broker lost the connection to it';

/** A message of state; `STATUS10` and `STATUS11` wrap theirs. Null for what is none. */
function parseState(payload: Buffer): Fields | null {
  try {
    const content: unknown = JSON.parse(payload.toString('utf8'));
    if (!isFields(content)) return null;
    for (const wrapper of ['StatusSTS', 'StatusSNS']) {
      const inner = content[wrapper];
      if (isFields(inner)) return inner;
    }
    return content;
  } catch {
    return null;
  }
}
