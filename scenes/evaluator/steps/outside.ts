// Asks for calls to the outside: their texts with the blanks filled, in the form that the call wants.
import { OUTBOUND_LIMITS, type OutboundCall } from '../../../hub/model/outbound.ts';
import type { HttpStep, MqttStep } from '../../language/effect-steps.ts';
import type { TextPart } from '../../language/steps.ts';
import { both } from '../../language/words.ts';
import { type Asked, fill } from '../acts.ts';
import type { Engine } from '../engine.ts';
import { addLine, type MovingRun } from '../moving-run.ts';

/** Asks for a call; its intent goes to the disk first. */
export function askOutside(
  engine: Engine,
  run: MovingRun,
  step: HttpStep | MqttStep,
  path: string,
): Asked {
  const call = callOf(engine, run, step);
  const what = call.kind === 'http' ? `${call.method} ${new URL(call.url).host}` : call.topic;
  const text = call.kind === 'http' ? call.body : call.payload;
  if (new TextEncoder().encode(text ?? '').length > OUTBOUND_LIMITS.bodyBytes) {
    const size = OUTBOUND_LIMITS.bodyBytes / 1024;
    const words = both(
      `“${what}” was not called: over ${size} kB`,
      `没有调用“${what}”：超过 ${size} kB`,
    );
    addLine(run, path, 'call', 'failed', words);
    return 'impossible';
  }
  const id = run.world.outbound(call);
  const line = addLine(
    run,
    path,
    'call',
    'started',
    both(`Calling “${what}”`, `正在调用“${what}”`),
  );
  return { kind: 'outbound', id, branch: run.at, path, line };
}

function callOf(engine: Engine, run: MovingRun, step: HttpStep | MqttStep): OutboundCall {
  if (step.kind === 'mqtt') {
    const { topic, retain } = step;
    return { kind: 'mqtt', topic, payload: filled(engine, run, step.payload, false), retain };
  }
  const { method, url, headers, body, timeoutMs } = step;
  const isJson = Object.entries(headers).some(
    ([name, value]) => name.toLowerCase() === 'content-type' && /json/i.test(value),
  );
  const text = body === null ? null : filled(engine, run, body, isJson);
  return { kind: 'http', method, url, headers, body: text, timeoutMs };
}

/** In JSON a blank stands inside a string, so what is put there is written as a part of one. */
function filled(
  engine: Engine,
  run: MovingRun,
  parts: readonly TextPart[],
  isJson: boolean,
): string {
  return parts
    .map((part) => {
      if (part.kind === 'text') return part.text;
      const text = fill(engine, run, [part]);
      return isJson ? JSON.stringify(text).slice(1, -1) : text;
    })
    .join('');
}
