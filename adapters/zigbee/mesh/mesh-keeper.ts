// Care of the mesh: surveys now and then and on request, what is wrong told whenever it changes, nodes that flood kept
// in check. It asks and judges; what the coordinator itself is told to do stands in coordinator-care.ts.
import path from 'node:path';
import type { Controller } from 'zigbee-herdsman';
import { ConflictError, NotFoundError, toProblem } from '../../../hub/model/errors.ts';
import type { NodeAddress } from '../../../hub/model/identifiers.ts';
import { nodeAddress } from '../../../hub/model/identifiers.ts';
import type {
  Flooding,
  LostRouter,
  Mesh,
  ReachState,
  SurveyState,
} from '../../../hub/model/mesh.ts';
import type { AdapterContext } from '../../contract/adapter.ts';
import type { Device } from '../coordinator/herdsman.ts';
import type { Node } from '../node.ts';
import type { ZigbeeSettings } from '../settings.ts';
import { FloodGuard } from './flood-guard.ts';
import { MeshBook, type PresentNode } from './mesh-book.ts';
import { lostRouters } from './mesh-cause.ts';
import { surveyMesh } from './mesh-survey.ts';

const FILE = 'mesh.json';
/** The first after a start waits until the nodes have been read and asked. */
const FIRST_SURVEY_MS = 10 * 60_000;
const JUDGE_EVERY_MS = 5_000;
const REACH_AT_ONCE = 3;

export interface MeshKeeperOptions {
  readonly context: AdapterContext;
  readonly settings: ZigbeeSettings;
  controller(): Controller | null;
  nodes(): Iterable<Node>;
  /** Asks a listening node whether it is there; says what came of it by `isOnline`. */
  ask(node: Node): Promise<boolean>;
}

export class MeshKeeper {
  readonly #options: MeshKeeperOptions;
  readonly #book: MeshBook;
  readonly flood: FloodGuard;
  #survey: SurveyState = { kind: 'idle' };
  #surveying: AbortController | null = null;
  #reach: ReachState = { isRunning: false, asked: 0, of: 0, silent: [], sleeping: [] };
  #lost: readonly LostRouter[] = [];
  #flooding: readonly Flooding[] = [];
  #judging: NodeJS.Timeout | undefined;
  #next: NodeJS.Timeout | undefined;

  constructor(options: MeshKeeperOptions) {
    this.#options = options;
    const { context, settings } = options;
    this.#book = new MeshBook(path.join(context.dataFolder, FILE), (text) =>
      context.log('warn', text),
    );
    this.flood = new FloodGuard({
      perSecond: settings.floodPerSecond,
      seconds: settings.floodSeconds,
      now: Date.now,
      changed: (flooding) => {
        this.#flooding = flooding;
        this.#tell();
      },
    });
  }

  /** The network is up. */
  connected(): void {
    const { surveyEveryMs } = this.#options.settings;
    clearInterval(this.#judging);
    this.#judging = setInterval(() => this.#judge(), JUDGE_EVERY_MS);
    if (surveyEveryMs > 0) this.#surveyLater(Math.min(FIRST_SURVEY_MS, surveyEveryMs));
  }

  /** The coordinator is gone, and with it all that could be judged. */
  lost(): void {
    clearInterval(this.#judging);
    clearTimeout(this.#next);
    this.#surveying?.abort();
    this.flood.stop();
    this.#lost = [];
    this.#tell();
  }

  stop(): void {
    clearInterval(this.#judging);
    clearTimeout(this.#next);
    this.#surveying?.abort();
    this.flood.stop();
  }

  #surveyLater(afterMs: number): void {
    clearTimeout(this.#next);
    this.#next = setTimeout(() => {
      this.begin();
      this.#surveyLater(this.#options.settings.surveyEveryMs);
    }, afterMs);
  }

  get surveyState(): SurveyState {
    return this.#survey;
  }

  get reachState(): ReachState {
    return this.#reach;
  }

  mesh(controller: Controller): Mesh {
    return this.#book.mesh(this.#present(controller));
  }

  /** Begins a survey; one that runs goes on. */
  begin(): void {
    const controller = this.#options.controller();
    if (this.#surveying !== null || controller === null) return;
    const stop = new AbortController();
    this.#surveying = stop;
    this.#survey = { kind: 'running', asked: 0, of: 0 };
    const nodes = new Map([...this.#options.nodes()].map((node) => [node.address, node]));
    const devices: Device[] = [...controller.getDevicesIterator(isAskable)].sort(
      (a, b) => Number(b.type === 'Coordinator') - Number(a.type === 'Coordinator'),
    );
    // Who is known to be gone would cost its time for nothing.
    const there = devices.filter(
      ({ type, ieeeAddr }) =>
        type === 'Coordinator' || nodes.get(nodeAddress(ieeeAddr))?.isOnline !== false,
    );
    const { signal } = stop;
    const progress = (state: SurveyState): void => {
      if (this.#surveying === stop) this.#survey = state;
    };
    const pauseMs = this.#options.settings.surveyPauseMs;
    surveyMesh({ controller, devices: there, pauseMs, signal, progress })
      .then((survey) => {
        this.#book.take(survey, this.#present(controller), Date.now());
        const silent = [...survey.asked].filter(([, how]) => how === 'silent');
        this.#survey = { kind: 'done', silent: silent.map(([node]) => node) };
        this.#judge();
      })
      .catch((error: unknown) => {
        this.#survey = signal.aborted
          ? { kind: 'idle' }
          : { kind: 'failed', problem: toProblem(error) };
      })
      .finally(() => {
        if (this.#surveying === stop) this.#surveying = null;
      });
  }

  endSurvey(): void {
    this.#surveying?.abort();
  }

  /** Begins to ask every listening node whether it is there. @throws ConflictError while that goes on */
  beginReach(): void {
    if (this.#reach.isRunning) {
      throw new ConflictError('All devices are being asked already', {
        zh: { message: '正在询问所有设备', hint: null },
      });
    }
    const all = [...this.#options.nodes()].filter(({ isInterviewed }) => isInterviewed);
    const listening = all.filter(({ isListening }) => isListening);
    const sleeping = all.filter(({ isListening }) => !isListening).map(({ address }) => address);
    const silent: NodeAddress[] = [];
    let asked = 0;
    const tell = (isRunning: boolean): void => {
      const counts = { asked, of: listening.length };
      this.#reach = { isRunning, ...counts, silent: [...silent], sleeping };
    };
    tell(true);
    const waiting = [...listening];
    const work = async (): Promise<void> => {
      for (let node = waiting.shift(); node !== undefined; node = waiting.shift()) {
        if (!(await this.#options.ask(node))) silent.push(node.address);
        asked += 1;
        tell(true);
      }
    };
    void Promise.all(Array.from({ length: REACH_AT_ONCE }, work)).finally(() => tell(false));
  }

  /** @throws NotFoundError where the node is not in quarantine */
  release(node: NodeAddress): void {
    if (!this.flood.release(node)) throw new NotFoundError('quarantined node', node);
  }

  #present(controller: Controller): PresentNode[] {
    const nodes = new Map([...this.#options.nodes()].map((node) => [node.address, node]));
    return [...controller.getDevicesIterator()]
      .filter(({ type }) => type !== 'GreenPower')
      .map((device) => {
        const address = nodeAddress(device.ieeeAddr);
        const isCoordinator = device.type === 'Coordinator';
        return {
          address,
          networkAddress: device.networkAddress,
          role: isCoordinator ? 'coordinator' : device.type === 'Router' ? 'router' : 'endDevice',
          lastSeenAtMs: isCoordinator ? null : (device.lastSeen ?? null),
          isOnline: isCoordinator ? true : (nodes.get(address)?.isOnline ?? null),
        };
      });
  }

  #judge(): void {
    if (this.#options.controller() === null) return;
    const judged = [...this.#options.nodes()].map(({ address, device, isOnline }) => ({
      address,
      isRouter: device.type === 'Router',
      isOnline,
      lastSeenAtMs: device.lastSeen ?? null,
    }));
    const quietMs = this.#options.settings.orphanMs;
    const parentOf = (node: NodeAddress) => this.#book.parentOf(node);
    const found = lostRouters(judged, parentOf, { now: Date.now(), quietMs });
    if (JSON.stringify(found) === JSON.stringify(this.#lost)) return;
    this.#lost = found;
    this.#tell();
  }

  #tell(): void {
    this.#options.context.care({ lostRouters: this.#lost, flooding: this.#flooding });
  }
}

/** End devices keep no tables, and most sleep. */
function isAskable({ type }: Device): boolean {
  return type === 'Coordinator' || type === 'Router';
}
