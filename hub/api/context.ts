// What every route of the API has at hand, and how a route is written: a function of the request and its
// checked input, under the name of its row in the table of routes.
import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import type { GenericSchema, InferOutput } from 'valibot';
import type { Attempts } from '../household/attempts.ts';
import type { Claim } from '../household/claim.ts';
import type { Passwords } from '../household/passwords.ts';
import type { Found, Sessions } from '../household/sessions.ts';
import type { LogLevel } from '../model/adapter-port.ts';
import { HubError, NotFoundError, ValidationError } from '../model/errors.ts';
import type { Actor, HubPort } from '../model/hub-port.ts';
import { HttpError } from './errors.ts';
import type { ROUTES, RouteName } from './routes.ts';
import type { ListJson } from './shapes.ts';

/** Who is calling: root on the hub itself, a signed-in page, or a program with a token. */
export type Caller =
  | { readonly kind: 'local'; readonly actor: Actor }
  | {
      readonly kind: 'session' | 'token';
      readonly actor: Actor & { readonly member: NonNullable<Actor['member']> };
      readonly found: Found;
      readonly secret: string;
    };

export interface ApiEnv {
  /** Node's own request and response; absent where a test calls the application without a socket. */
  Bindings: Partial<HttpBindings>;
  Variables: { caller: Caller | null };
}
export type ApiContext = Context<ApiEnv>;

/** The parts that routes are built from. */
export interface ApiParts {
  readonly hub: HubPort;
  readonly sessions: Sessions;
  readonly passwords: Passwords;
  readonly attempts: Attempts;
  readonly claim: Claim;
  log(level: LogLevel, text: string): void;
}

type Parsed<Spec, Key extends string> = Spec extends { readonly [K in Key]: infer Schema }
  ? Schema extends GenericSchema
    ? InferOutput<Schema>
    : undefined
  : undefined;

/** A route's checked query and body. */
export interface InputOf<Name extends RouteName> {
  readonly query: Parsed<(typeof ROUTES)[Name], 'query'>;
  readonly body: Parsed<(typeof ROUTES)[Name], 'body'>;
}
export type Handlers = {
  readonly [Name in RouteName]: (
    c: ApiContext,
    input: InputOf<Name>,
  ) => Response | Promise<Response>;
};

/** The caller of a route that is not open to anyone. */
export function callerOf(c: ApiContext): Caller {
  const { caller } = c.var;
  if (caller === null) throw unauthenticated();
  return caller;
}

/** Who asks, as the hub wants to know it. */
export function actorOf(c: ApiContext): Actor {
  return callerOf(c).actor;
}

/** The member who asks. @throws HubError for local root, who is nobody of the household. */
export function memberOf(c: ApiContext): NonNullable<Actor['member']> {
  const { member } = actorOf(c);
  if (member === null) {
    throw new HubError('forbidden', 'The local token belongs to no member', {
      hint: 'Sign in as a member for what is a member’s own.',
      zh: { message: '本机令牌不属于任何成员', hint: '属于成员自己的内容，请以成员身份登录。' },
    });
  }
  return member;
}

export function unauthenticated(): HubError {
  return new HubError('unauthenticated', 'This needs a signed-in page or a token', {
    hint: 'Sign in on the page, or send "Authorization: Bearer TOKEN"; on the hub the token is in cli.token of its data folder.',
    zh: {
      message: '需要登录页面，或提供令牌',
      hint: '请在页面登录，或发送“Authorization: Bearer 令牌”；在中枢上，令牌在数据文件夹的 cli.token 里。',
    },
  });
}

/** An identifier from the path; what is not even well formed does not exist. */
export function pathId<Id extends string>(
  c: ApiContext,
  parse: (text: string) => Id,
  what: string,
  name = 'id',
): Id {
  const text = c.req.param(name) ?? '';
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    const { hint, zh } = error;
    throw new NotFoundError(what, text.slice(0, 60), {
      hint: hint ?? undefined,
      ...(zh === null ? {} : { zh }),
    });
  }
}

/** An identifier from query or body. @throws ValidationError with its place. */
export function inputId<Id extends string>(
  text: string,
  parse: (text: string) => Id,
  path: string,
): Id {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    throw new ValidationError(error.message, {
      hint: error.hint ?? undefined,
      errors: [{ path, message: error.message }],
    });
  }
}

/** The version that `If-Match` names; null where it is absent or `*`. @throws HttpError 412 for any other form. */
export function ifMatch(c: ApiContext): number | null {
  const header = c.req.header('If-Match');
  if (header === undefined || header === '*') return null;
  const digits = /^"(\d{1,15})"$/.exec(header)?.[1];
  if (digits === undefined) {
    throw new HttpError(412, 'conflict', `If-Match: ${header.slice(0, 40)} names no version`, {
      hint: 'Give the ETag back as it came, such as "3".',
    });
  }
  return Number(digits);
}

/** Checks `If-Match` against the version that stands, before anything is changed. */
export function checkVersion(c: ApiContext, version: number, what: string): number | null {
  const asked = ifMatch(c);
  if (asked !== null && asked !== version) {
    throw new HttpError(
      412,
      'conflict',
      `${what} was changed meanwhile: it is at version ${version}, the edit was made on ${asked}`,
      {
        hint: 'Read it again, and make the change on what is there now.',
        zh: {
          message: `它刚刚被改过：现在是版本 ${version}，而这次修改是在版本 ${asked} 上做的`,
          hint: '请重新打开，在现在的内容上再改一次。',
        },
        headers: { ETag: `"${version}"` },
      },
    );
  }
  return asked;
}

/** Answers with a record and its version. */
export function versioned(c: ApiContext, body: { readonly version: number }): Response {
  c.header('ETag', `"${body.version}"`);
  return c.json(body);
}

/** One part of a list that is whole in memory; the cursor is the place where the next part begins. */
export function listPart<Item>(
  items: readonly Item[],
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): ListJson<Item> {
  const start = cursor === undefined ? 0 : Number(cursor);
  if (!Number.isSafeInteger(start) || start < 0) {
    throw new ValidationError(`"${cursor}" is not a cursor of this list`, {
      hint: 'Give back what `next` said, or leave it out.',
      errors: [{ path: '/cursor', message: 'must be what `next` said' }],
    });
  }
  const end = start + limit;
  return { items: items.slice(start, end), next: end < items.length ? String(end) : null };
}
