// What the hub of the API's tests answers to questions about the past: what the test has put here.
import type {
  ExplainCalls,
  OrMistakes,
  ReplayResult,
  TestReport,
  Why,
  WhyNot,
} from '../model/explain.ts';
import type { Async } from '../model/hub-port.ts';

export interface TestExplained {
  why: Why | null;
  whyNot: WhyNot | null;
  replay: OrMistakes<ReplayResult>;
  test: OrMistakes<TestReport>;
  readonly calls: Async<ExplainCalls>;
}

/** Nothing is known until the test says something. */
export function createTestExplained(): TestExplained {
  const explained: TestExplained = {
    why: null,
    whyNot: null,
    replay: { errors: [], result: null },
    test: { errors: [], result: null },
    calls: {
      why: async () => explained.why,
      whyNot: async () => explained.whyNot,
      replayScene: async () => explained.replay,
      testScene: async () => explained.test,
    },
  };
  return explained;
}
