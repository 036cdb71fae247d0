// Explanations: what history says about devices and scenes. What happened a moment ago is written before it is read.
import { toRfc3339 } from '../model/clock.ts';
import { NotFoundError, ValidationError } from '../model/errors.ts';
import type { OrMistakes, ReplayResult, TestReport } from '../model/explain.ts';
import type { HubPort } from '../model/hub-port.ts';
import { deviceId, type SceneId, sceneId } from '../model/identifiers.ts';
import { parsePropertyKey } from '../model/properties.ts';
import type { Label } from '../model/property-row.ts';
import type { RunTrace } from '../model/run.ts';
import { type ApiParts, type Handlers, inputId, pathId } from './context.ts';
import type { ReplayJson, TestReportJson } from './explain-shapes.ts';
import { runBriefView } from './views.ts';

const DAY_MS = 86_400_000;
const REPLAY_DAYS = 7;

export function explainRoutes({ hub }: ApiParts) {
  return {
    'GET /api/why': async (c, { query }) => {
      const { key } = parsePropertyKey(query.property);
      const device = inputId(query.device, deviceId, '/device');
      await hub.store.flush();
      const ask = { device, property: key, atMs: query.at ?? hub.now().wallMs };
      const found = await hub.reads.why(ask);
      if (found === null) {
        throw new NotFoundError('property', `${query.property} of ${device}`, {
          hint: 'GET /api/devices lists the devices with their properties.',
        });
      }
      const { sinceMs, links, ...why } = found;
      return c.json({
        ...why,
        since: sinceMs === null ? null : toRfc3339(sinceMs),
        links: links.map(({ atMs, ...link }) => ({ ...link, at: toRfc3339(atMs) })),
      });
    },
    'GET /api/why-not': async (c, { query }) => {
      const scene = inputId(query.scene, sceneId, '/scene');
      await hub.store.flush();
      const found = await hub.reads.whyNot({ scene, atMs: query.at ?? hub.now().wallMs });
      if (found === null) {
        throw new NotFoundError('scene', scene, { hint: 'GET /api/scenes lists all scenes.' });
      }
      const { atMs, run, nearest, reason, sentence } = found;
      return c.json({
        ...{ scene, at: toRfc3339(atMs), reason, sentence },
        run: run === null ? null : runBriefView(run),
        nearest: nearest.map(({ path, text, atMs: at }) => ({ path, at: toRfc3339(at), text })),
      });
    },
    'POST /api/scenes/replay': async (c, { body }) => c.json(await replay(hub, null, body)),
    'POST /api/scenes/:id/replay': async (c, { body }) =>
      c.json(await replay(hub, pathId(c, sceneId, 'scene'), body)),
    'POST /api/scenes/test': async (c, { body }) =>
      c.json(testView(await hub.reads.testScene({ scene: null, text: body.text }))),
    'POST /api/scenes/:id/test': async (c, { body }) => {
      const scene = pathId(c, sceneId, 'scene');
      return c.json(testView(await hub.reads.testScene({ scene, text: body.text ?? null })));
    },
  } satisfies Partial<Handlers>;
}

async function replay(
  hub: HubPort,
  scene: SceneId | null,
  body: {
    readonly text?: string | undefined;
    readonly from?: number | undefined;
    readonly to?: number | undefined;
  },
): Promise<ReplayJson> {
  const toMs = body.to ?? hub.now().wallMs;
  const fromMs = body.from ?? toMs - REPLAY_DAYS * DAY_MS;
  await hub.store.flush();
  const text = body.text ?? null;
  const answer = await hub.reads.replayScene({ scene, text, fromMs, toMs });
  return replayView(rightOf(answer));
}

/** What was worked out. @throws ValidationError with all that is wrong with the file */
function rightOf<Result>(answer: OrMistakes<Result>): Result {
  if (answer.errors === null) return answer.result;
  throw new ValidationError('The scene has mistakes', {
    hint: 'Each mistake below says where it is and what would be right.',
    zh: { message: '场景有错误', hint: '下面每一处错误都写明了位置和正确的写法。' },
    errors: answer.errors,
  });
}

function replayView({ fromMs, toMs, runs, notes, ...result }: ReplayResult): ReplayJson {
  const summary = (run: RunTrace | null): Label | null => run?.summary ?? null;
  return {
    ...result,
    from: toRfc3339(fromMs),
    to: toRfc3339(toMs),
    notes: [...notes],
    runs: runs.map(({ kind, atMs, lived, tried, difference }) => ({
      ...{ kind, at: toRfc3339(atMs), difference },
      lived: summary(lived),
      tried: summary(tried),
    })),
  };
}

function testView(answer: OrMistakes<TestReport>): TestReportJson {
  if (answer.errors !== null) {
    return { name: null, passed: 0, failed: 0, errors: [...answer.errors], cases: [] };
  }
  const { name, passed, failed, cases } = answer.result;
  return {
    ...{ name, passed, failed, errors: [] },
    cases: cases.map(({ number, isPassed, checks, happened, run }) => ({
      ...{ number, passed: isPassed, run },
      checks: checks.map(({ isMet, expected }) => ({ met: isMet, expected })),
      happened: [...happened],
    })),
  };
}
