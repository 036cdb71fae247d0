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
import type { WaitingLinks } from '../../../hub/model/node-links.ts';
import type { AdapterContext } from '../../contract/adapter.ts';
import type { Device } from '../coordinator/herdsman.ts';
import type { Node } from '../node.ts';
import type { ZigbeeSettings } from '../settings.ts';
import { FloodGuard } from './flood-guard.ts';
import { MeshBook, type PresentNode } from './mesh-book.ts';
import { lostRouters } from './mesh-cause.ts';
import { surveyMesh } from './mesh-survey.ts';
import { SurveyPlan } from './survey-plan.ts';

const FILE = 'mesh.json';
/** Of a survey that nobody waits for: one frame a second at the most, and each node's share of the air stays small. */
const UNASKED_PAUSE_MS = 1_000;
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
  readonly #plan: SurveyPlan;
  readonly flood: FloodGuard;
  #survey: SurveyState = { kind: 'idle' };
  #surveying: AbortController | null = null;
  #reach: ReachState = { isRunning: false, asked: 0, of: 0, silent: [], sleeping: [] };
  #lost: readonly LostRouter[] = [];
  #flooding: readonly Flooding[] = [];
  #links: readonly WaitingLinks[] = [];
  #judging: NodeJS.Timeout | undefined;

  constructor(options: MeshKeeperOptions) {
    this.#options = options;
    const { context, settings } = options;
    this.#book = new MeshBook(path.join(context.dataFolder, FILE), (text) =>
      context.log('warn', text),
    );
    this.#plan = new SurveyPlan({
      everyMs: settings.surveyEveryMs,
      takenAtMs: () => this.#book.takenAtMs,
      begin: () => this.begin(UNASKED_PAUSE_MS),
    });
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
    clearInterval(this.#judging);
    this.#judging = setInterval(() => this.#judge(), JUDGE_EVERY_MS);
    this.#plan.start();
  }

  /** A node was taken into the home: how it reaches the home is found out soon. */
  added(): void {
    this.#plan.added();
  }

  /** A message was heard. */
  heard(): void {
    this.#plan.heard();
  }

  /** The coordinator is gone, and with it all that could be judged. */
  lost(): void {
    clearInterval(this.#judging);
    this.#plan.stop();
    this.#surveying?.abort();
    this.flood.stop();
    this.#lost = [];
    this.#tell();
  }

  stop(): void {
    clearInterval(this.#judging);
    this.#plan.stop();
    this.#surveying?.abort();
    this.flood.stop();
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

  /**
   * Begins a survey; one that runs goes on.
   * @param pauseMs after each frame, unless the settings say another one; absent: for somebody who waits for it
   */
  begin(pauseMs?: number): void {
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
    const pause = this.#options.settings.surveyPauseMs ?? pauseMs;
    surveyMesh({ controller, devices: there, pauseMs: pause, signal, progress })
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

  /** Somebody has still to be told of links of a replaced node. */
  linksWait(links: readonly WaitingLinks[]): void {
    if (JSON.stringify(links) === JSON.stringify(this.#links)) return;
    this.#links = links;
    this.#tell();
  }

  #tell(): void {
    const { context } = this.#options;
    context.care({ lostRouters: this.#lost, flooding: this.#flooding, links: this.#links });
  }
}

/** End devices keep no tables, and most sleep. */
function isAskable({ type }: Device): boolean {
  return type === 'Coordinator' || type === 'Router';
}
