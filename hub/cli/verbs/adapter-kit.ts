// The kit for adapters of others on the command line: what it throws is told in the reader's language.
import { toProblem } from '../../model/errors.ts';
import { inputProblemIn, problemInChinese } from '../../model/problem-words.ts';
import { CliError } from '../cli-error.ts';
import type { Context, Language } from '../context.ts';

/** What the kit throws, in the words of the command line. */
function told(error: unknown, language: Language): CliError {
  const problem = toProblem(error);
  const { message, hint } = language === 'zh' ? problemInChinese(problem) : problem;
  const code = problem.code === 'conflict' ? 'conflict' : 'invalid-input';
  return new CliError(code, message, {
    hint,
    errors: (problem.errors ?? []).map((one) => ({
      ...one,
      message: inputProblemIn(one, language),
    })),
  });
}

/** @throws CliError for what the kit throws */
export async function withKit<Result>(
  context: Context,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw told(error, context.language);
  }
}
