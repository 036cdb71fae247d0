// What the library of expressions finds wrong, in our words: its variables by what they stand for, its types by
// plain names.
import type { Expression, ExpressionInput } from './expression.ts';

type Read = Pick<Expression, 'inputs'>;

/** The library's words with ours for its variables and types. */
export function said(error: unknown, { inputs }: Read): string {
  const text =
    error instanceof Error && 'summary' in error && typeof error.summary === 'string'
      ? error.summary
      : String(error);
  return text
    .replaceAll(/\b[bnt](\d+)\b/g, (found, number) => inputName(inputs[Number(number)]) ?? found)
    .replaceAll(/\bbool\b/g, 'true or false')
    .replaceAll(/\bdouble\b/g, 'number')
    .replaceAll(/\bstring\b/g, 'text')
    .replace('Unexpected token: EOF', 'its end is missing')
    .replace(/Exceeded (max\w+) \((\d+)\)/, (found, bound, most) =>
      Object.hasOwn(BOUNDS, bound) ? `${BOUNDS[bound]} at most ${most}` : found,
    )
    .slice(0, 200);
}

/** The same in Chinese, as far as the library's code of the error tells it. */
export function saidInChinese(error: unknown, draft: Read): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const known = Object.hasOwn(LIBRARY_WORDS, code) ? LIBRARY_WORDS[code] : undefined;
  const [, found] = /: (.+)$/.exec(said(error, draft)) ?? [];
  if (known === undefined) return '请检查括号、引号和运算符';
  if (code !== 'no_such_overload' || found === undefined) return known;
  const types = found
    .replaceAll('true or false', '是与否')
    .replaceAll(/\bnumber\b/g, '数字')
    .replaceAll(/\btext\b/g, '文字');
  return `${known}(${types})`;
}

const LIBRARY_WORDS: Readonly<Record<string, string>> = {
  unexpected_token: '这里少了或多了一个符号',
  unexpected_character: '有一个不认识的符号',
  invalid_number: '数字写错了',
  invalid_exponent: '数字写错了',
  newline_in_string: '引号里的文字不能换行',
  unterminated_string: '引号没有成对',
  unterminated_triple_quoted_string: '引号没有成对',
  reserved_identifier: '用了一个保留的词',
  limit_exceeded: '它太长或嵌套太深',
  unknown_variable: '有一个不认识的名称',
  no_such_overload: '两边的类型不能这样一起用',
  no_such_key: '没有这一部分',
  invalid_macro_argument: '圆括号里的写法不对',
  invalid_comparison_type: '两边的类型不能比较',
};

/** The library's bounds, as what an expression has. */
const BOUNDS: Readonly<Record<string, string>> = {
  maxListElements: 'the items of a list are',
  maxAstNodes: 'its parts are',
  maxDepth: 'brackets in brackets are',
  maxMapEntries: 'the entries of a map are',
  maxCallArguments: 'what stands in the brackets of a call is',
};

/** How an input is called in words. */
export function inputName(input: ExpressionInput | undefined): string | null {
  if (input === undefined) return null;
  if (input.kind === 'device') return input.property;
  return input.kind === 'time' ? `time.${input.what}` : input.name;
}
