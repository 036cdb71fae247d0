// Why a value could not be worked out or kept, in both languages. The reasons come as English sentences from where
// expressions are worked out, which knows no home and no language.
import type { Label } from '../../../hub/model/property-row.ts';
import { both } from '../../language/words.ts';

const CHINESE: readonly (readonly [RegExp, string])[] = [
  [/^its text is too long$/, '文本太长'],
  [/^it comes to no number$/, '结果不是数'],
  [/^(.+) is not known$/, '$1 未知'],
  [/^the expression cannot be read$/, '表达式无法读取'],
  [/^a colour cannot be kept$/, '颜色不能保存'],
  [/^it was of another type before$/, '类型与之前不同'],
  [/^a run has at most (\d+) variables$/, '一次执行最多有 $1 个变量'],
  [/^(?:Division|Modulo) by zero$/i, '除以零'],
];

/** The reason as it stands in a trace. One that is not known here is told as it is. */
export function whyWords(why: string): Label {
  for (const [pattern, chinese] of CHINESE) {
    if (pattern.test(why)) return both(why, why.replace(pattern, chinese));
  }
  return both(why, why);
}
