// A test's end of a controller process: another home's controller, in the same network as the bridge under test.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type {
  ControllerAnswer,
  ControllerEndpoint,
  ControllerRequest,
  HeardEvent,
} from './controller-request.ts';

const CHILD = fileURLToPath(new URL('./controller.child.ts', import.meta.url));
const LOOK_EVERY_MS = 50;

/** The bridge answered with a status of the interaction model. */
export class StatusAnswer extends Error {
  readonly status: number | null;

  constructor(message: string, status: number | null) {
    super(message);
    this.status = status;
  }
}

export interface TestControllerOptions {
  /** What comes before `node` on the command line, such as `nsenter` with its arguments. */
  inside(command: string, args: readonly string[]): readonly [string, readonly string[]];
  /** What it remembers. */
  readonly data: string;
  readonly networkInterface: string;
  /** A file of the package whose matter.js it uses; absent: this repository's. */
  readonly from?: string;
}

export class TestController implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (answer: ControllerAnswer) => void>();
  #lastId = 0;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Starts the process; one that was commissioned before with the same `data` connects by itself. */
  static async start(options: TestControllerOptions): Promise<TestController> {
    const { data, networkInterface, from } = options;
    const own = [CHILD, '--data', data, '--interface', networkInterface];
    const args = from === undefined ? own : [...own, '--from', from];
    const [command, all] = options.inside(process.execPath, args);
    const child = spawn(command, all, { stdio: ['pipe', 'pipe', 'inherit'] });
    const controller = new TestController(child);
    const ready = controller.#answer(0);
    createInterface({ input: child.stdout }).on('line', (line) => {
      const answer = JSON.parse(line) as ControllerAnswer;
      controller.#waiting.get(answer.id)?.(answer);
      controller.#waiting.delete(answer.id);
    });
    child.once('exit', (code) => {
      for (const [id, give] of controller.#waiting) {
        give({ id, problem: `the controller ended with code ${code}`, status: null });
      }
    });
    await ready;
    return controller;
  }

  async commission(code: string): Promise<void> {
    await this.#ask({ kind: 'commission', code });
  }

  async endpoints(): Promise<readonly ControllerEndpoint[]> {
    return (await this.#ask({ kind: 'endpoints' })) as ControllerEndpoint[];
  }

  get(endpoint: number, cluster: string, attribute: string): Promise<unknown> {
    return this.#ask({ kind: 'get', endpoint, cluster, attribute });
  }

  /** Asks the bridge anew, whatever a subscription has told. */
  read(endpoint: number, cluster: string, attribute: string): Promise<unknown> {
    return this.#ask({ kind: 'read', endpoint, cluster, attribute });
  }

  async invoke(endpoint: number, cluster: string, command: string, fields?: object): Promise<void> {
    const request = { kind: 'invoke', endpoint, cluster, command } as const;
    await this.#ask(fields === undefined ? request : { ...request, fields });
  }

  async write(endpoint: number, cluster: string, attribute: string, value: unknown): Promise<void> {
    await this.#ask({ kind: 'write', endpoint, cluster, attribute, value });
  }

  async events(): Promise<readonly HeardEvent[]> {
    return (await this.#ask({ kind: 'events' })) as HeardEvent[];
  }

  /** Waits until an attribute is as it should be. @throws Error with what it is instead */
  async becomes(
    endpoint: number,
    cluster: string,
    attribute: string,
    value: unknown,
    withinMs = 10_000,
  ): Promise<void> {
    const wanted = JSON.stringify(value);
    const deadline = performance.now() + withinMs;
    let now = '';
    while (performance.now() < deadline) {
      now = JSON.stringify(await this.get(endpoint, cluster, attribute).catch(String));
      if (now === wanted) return;
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
    throw new Error(`${endpoint}.${cluster}.${attribute} is ${now}, not ${wanted}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }

  #answer(id: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, (answer) => {
        if ('problem' in answer) reject(new StatusAnswer(answer.problem, answer.status));
        else resolve(answer.value);
      });
    });
  }

  #ask(request: ControllerRequest): Promise<unknown> {
    this.#lastId += 1;
    const id = this.#lastId;
    const answered = this.#answer(id);
    this.#child.stdin?.write(`${JSON.stringify({ ...request, id })}\n`);
    return answered;
  }
}
