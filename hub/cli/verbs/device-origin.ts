// Of a shown device: who says what it is, how it joined, what it has not said, and whom it replaced.
import type { DeviceJson } from '../../api/shapes.ts';
import { problemIn } from '../../model/problem-words.ts';
import { type Context, moment } from '../context.ts';

/** Rows of a name and a text; none for what is not known. */
export function originRows({ words, language }: Context, device: DeviceJson): string[][] {
  const { info } = words.replace;
  const { definedBy, weakJoin, interview, replaced, support } = device;
  const definition =
    definedBy !== null
      ? info.file(definedBy)
      : ({ exact: info.library, generated: info.generated }[support] ?? info.none);
  const rows = [[`  ${info.definition}`, definition]];
  if (weakJoin !== null) rows.push([`  ${info.join}`, weakJoin ? info.weak : info.strong]);
  if (interview !== null) {
    const { detail, hint } = problemIn(interview.problem, language);
    const when = interview.retryAt === null ? null : moment(interview.retryAt, language);
    rows.push([`  ${info.interview}`, [detail, hint].filter(Boolean).join(' ')]);
    rows.push(['', info.retry(interview.attempts, when)]);
  }
  if (replaced !== null) {
    const { manufacturer, model, at, undoUntil } = replaced;
    const [when, until] = [moment(at, language), moment(undoUntil, language)];
    rows.push([`  ${info.replaced}`, info.was(`${manufacturer} ${model}`, when, until)]);
  }
  return rows;
}
