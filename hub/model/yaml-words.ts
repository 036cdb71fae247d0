// What the YAML library finds wrong with a text, in Chinese, by its codes.

const PROBLEMS: Readonly<Record<string, string>> = {
  ALIAS_PROPS: '别名不能再带锚点或标签',
  BAD_ALIAS: '别名写错了',
  BAD_COLLECTION_TYPE: '列表和键值不能混在一起',
  BAD_DIRECTIVE: '不认识以 % 开头的这一行',
  BAD_DQ_ESCAPE: '引号里的反斜杠写错了',
  BAD_INDENT: '缩进不对，请和同级的行对齐',
  BAD_PROP_ORDER: '锚点和标签要写在值的前面',
  BAD_SCALAR_START: '文字不能以这个符号开头，请加引号',
  BLOCK_AS_IMPLICIT_KEY: '一行里写了两层键值，请分行并缩进',
  BLOCK_IN_FLOW: '花括号或方括号里不能再分行缩进书写',
  DUPLICATE_KEY: '同一个键写了两次',
  KEY_OVER_1024_CHARS: '键太长',
  MISSING_CHAR: '缺少一个符号，例如引号、括号、逗号或冒号',
  MULTILINE_IMPLICIT_KEY: '键必须写在一行里，后面可能缺少冒号',
  MULTIPLE_ANCHORS: '一个值只能有一个锚点',
  MULTIPLE_DOCS: '文件里只能有一份内容',
  MULTIPLE_TAGS: '一个值只能有一个标签',
  NON_STRING_KEY: '键必须是文字',
  RESOURCE_EXHAUSTION: '嵌套太深',
  TAB_AS_INDENT: '缩进要用空格，不能用制表符',
  TAG_RESOLVE_FAILED: '标签写错了',
  UNEXPECTED_TOKEN: '这里多了一个符号',
};

/** The problem of the code; one that is not known is told as what it must be about. */
export function yamlProblemInChinese(code: string): string {
  const known = Object.hasOwn(PROBLEMS, code) ? PROBLEMS[code] : undefined;
  return (known ?? '请检查缩进、引号、括号和冒号').replaceAll(',', '，');
}
