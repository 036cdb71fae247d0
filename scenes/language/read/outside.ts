// Reads steps that reach out of the house: HTTP calls and MQTT messages. Whether they may is looked at when they are
// done, since the owner's list can change at any time.

import type * as v from 'valibot';
import { OUTBOUND_LIMITS } from '../../../hub/model/outbound.ts';
import type { Path } from '../document.ts';
import type { EffectStep } from '../effect-steps.ts';
import { mistake } from '../mistakes.ts';
import { effectStepShapes } from '../shapes/effects.ts';
import { UNREAD } from '../shapes/parts.ts';
import { type Reading, shapedKind } from './reading.ts';
import { readCare } from './targets.ts';
import { readText } from './texts.ts';

const SHAPES = effectStepShapes(UNREAD);

/** Steps that reach out of the house, by key. */
export const OUTSIDE_STEPS = {
  http: shapedKind(SHAPES.http, [], readHttp),
  mqtt: shapedKind(SHAPES.mqtt, [], readMqtt),
};

function readHttp(
  reading: Reading,
  shaped: v.InferOutput<typeof SHAPES.http>,
  path: Path,
): EffectStep | null {
  const { context } = reading;
  const {
    url,
    body,
    headers = {},
    timeout,
    method = body === undefined ? 'GET' : 'POST',
  } = shaped.http;
  const at = [...path, 'http'];
  const care = readCare(reading, shaped, path);
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || parsed.username !== '' || parsed.password !== '') {
    return context.refuse(
      [...at, 'url'],
      mistake(
        'An address such as https://example.org/hooks/door is wanted here, without a password',
        '这里要写网址，例如 https://example.org/hooks/door，不带密码',
      ),
    );
  }
  if (body !== undefined && (method === 'GET' || method === 'DELETE')) {
    const words = mistake(
      `A ${method} has no body; write method: POST`,
      `${method} 没有正文；请写 method: POST`,
    );
    return context.refuse([...at, 'body'], words);
  }
  const text = body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body);
  const parts = text === null ? null : readText(context, text, [...at, 'body']);
  const timeoutMs =
    timeout === undefined
      ? OUTBOUND_LIMITS.timeoutMsDefault
      : context.duration(timeout, [...at, 'timeout']);
  if (care === null || timeoutMs === null || (text !== null && parts === null)) return null;
  if (timeoutMs < OUTBOUND_LIMITS.timeoutMsMin || timeoutMs > OUTBOUND_LIMITS.timeoutMsMax) {
    return context.refuse(
      [...at, 'timeout'],
      mistake('A call is given 1s to 30s', '调用的时限为 1s 到 30s'),
    );
  }
  const isJson = typeof body === 'object';
  const hasType = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type');
  const all = isJson && !hasType ? { 'Content-Type': 'application/json', ...headers } : headers;
  const onError = shaped['on-error'] ?? 'continue';
  return {
    kind: 'http',
    method,
    url: parsed.href,
    headers: all,
    body: parts,
    timeoutMs,
    ...care,
    onError,
  };
}

function readMqtt(
  reading: Reading,
  shaped: v.InferOutput<typeof SHAPES.mqtt>,
  path: Path,
): EffectStep | null {
  const { context } = reading;
  const { topic, payload, retain = false } = shaped.mqtt;
  const at = [...path, 'mqtt'];
  const care = readCare(reading, shaped, path);
  if (/[+#\p{Cc}]/u.test(topic) || topic.startsWith('$')) {
    return context.refuse(
      [...at, 'topic'],
      mistake(
        'A topic to publish to has no + and no #, and does not begin with $',
        '要发布的主题不能含 + 和 #，也不能以 $ 开头',
      ),
    );
  }
  const parts = readText(context, String(payload), [...at, 'payload']);
  if (care === null || parts === null) return null;
  return {
    kind: 'mqtt',
    topic,
    payload: parts,
    retain,
    ...care,
    onError: shaped['on-error'] ?? 'continue',
  };
}
