// The one family of errors that a person or a program is meant to read. Codes are stable and part of the API.

/** Stable names of what can go wrong; the API's `code`, mapped once to HTTP status and once to exit code. */
export type ErrorCode =
  | 'invalid-input'
  | 'not-found'
  | 'conflict'
  | 'not-claimed'
  | 'unauthenticated'
  | 'forbidden'
  | 'too-many-attempts'
  | 'too-large'
  | 'unreachable'
  | 'timed-out'
  | 'rejected-by-device'
  | 'unsupported'
  | 'not-recorded'
  | 'busy'
  | 'cancelled'
  | 'storage'
  | 'internal';

/** One fault in an input: where (a JSON pointer, or line:column of a file) and what would be right. */
export interface InputProblem {
  readonly path: string;
  readonly message: string;
  /** The message in Chinese; absent where nobody has said it. */
  readonly zh?: string;
  readonly line?: number;
  readonly column?: number;
}

/** The form in which a problem travels between threads, in commands, jobs, traces and API answers. */
export interface Problem {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string | null;
  readonly errors?: readonly InputProblem[];
  /** The same in Chinese; absent where nobody has said it. */
  readonly zh?: ProblemWords;
}

/** What is wrong and what to do, in one language. */
export interface ProblemWords {
  readonly message: string;
  readonly hint: string | null;
}

export interface HubErrorOptions {
  readonly hint?: string | undefined;
  /** The message and the hint in Chinese. */
  readonly zh?: ProblemWords | undefined;
  readonly cause?: unknown;
}

/** An operating error: the message names the thing and the value, the hint says what to do next. */
export class HubError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | null;
  readonly zh: ProblemWords | null;

  constructor(code: ErrorCode, message: string, options: HubErrorOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.hint = options.hint ?? null;
    this.zh = options.zh ?? null;
  }
}

/** Input that cannot be accepted; nothing was changed. */
export class ValidationError extends HubError {
  readonly errors: readonly InputProblem[];

  constructor(
    message: string,
    options: HubErrorOptions & { readonly errors?: readonly InputProblem[] } = {},
  ) {
    super('invalid-input', message, options);
    this.errors = options.errors ?? [];
  }
}

/** What people look for by its name or id, in Chinese. */
const THINGS: Readonly<Record<string, string>> = {
  device: '设备',
  room: '房间',
  scene: '场景',
  run: '运行记录',
  version: '版本',
  template: '模板',
  member: '成员',
  token: '令牌',
  command: '命令',
  job: '任务',
  notification: '消息',
  adapter: '适配器',
  fabric: '家庭应用',
  setting: '设置项',
  account: '账号',
  'MQTT account': 'MQTT 账号',
  'found device': '自行发布的设备',
  'announced device of': '网桥，或它没有发布设备',
  'firmware image': '固件',
  backup: '备份',
  'backup of the coordinator': '网关（协调器）备份',
  'value of the home': '家的值',
};

/** The named thing does not exist; what it is called in Chinese where no words of their own are given. */
export class NotFoundError extends HubError {
  constructor(what: string, id: string, options: HubErrorOptions = {}) {
    const thing = Object.hasOwn(THINGS, what) ? THINGS[what] : undefined;
    const zh = thing === undefined ? undefined : { message: `没有叫“${id}”的${thing}`, hint: null };
    super('not-found', `There is no ${what} "${id}"`, {
      ...options,
      ...(options.zh === undefined && zh !== undefined ? { zh } : {}),
    });
  }
}

/** The edit was made on an older version, or a name is taken. */
export class ConflictError extends HubError {
  constructor(message: string, options: HubErrorOptions = {}) {
    super('conflict', message, options);
  }
}

/** A device, coordinator or service cannot be reached. */
export class UnreachableError extends HubError {
  constructor(message: string, options: HubErrorOptions = {}) {
    super('unreachable', message, options);
  }
}

/** Nothing came back within the stated time. */
export class TimeoutError extends HubError {
  constructor(message: string, options: HubErrorOptions = {}) {
    super('timed-out', message, options);
  }
}

/** The plain form of any thrown thing; what is not a HubError becomes `internal`. */
export function toProblem(error: unknown): Problem {
  if (error instanceof HubError) {
    const { code, message, hint, zh } = error;
    const problem: Problem = { code, message, hint, ...(zh === null ? {} : { zh }) };
    return error instanceof ValidationError && error.errors.length > 0
      ? { ...problem, errors: error.errors }
      : problem;
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'internal', message, hint: null };
}

/** The error that a problem from another thread or process stands for. */
export function fromProblem(problem: Problem): HubError {
  const options = { hint: problem.hint ?? undefined, zh: problem.zh };
  return problem.code === 'invalid-input'
    ? new ValidationError(problem.message, { ...options, errors: problem.errors ?? [] })
    : new HubError(problem.code, problem.message, options);
}
