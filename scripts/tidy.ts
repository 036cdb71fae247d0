// House rules that no other tool keeps: sizes, names, banned words, headers, where SQL may stand.
// Run by `npm run check`; prints one line a fault, `file:line: what is wrong`, and exits 1 on any.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file as the rules see it. */
export interface SourceFile {
  /** From the repository's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** One breach of a rule. */
export interface Fault {
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

const LINES_MAX = 500;
/** Biome breaks code at 100 and leaves comments and long texts alone; these may hang over. */
const COLUMNS_MAX = 120;
const SKIPPED_FOLDERS = new Set(
  '.git .runtime .cache .mirror node_modules dist data reports corpora'.split(' '),
);
const ROOTS = ['hub', 'adapters', 'scenes', 'sync', 'firmware-images', 'scripts'];
const CODE = /\.(ts|mjs|js|svelte|css)$/;

/** Files that are a table: their length is their content. */
const DATA_TABLES: readonly RegExp[] = [
  /^hub\/model\/properties\//,
  /^hub\/(cli|web)\/(.*\/)?messages\//,
  /^scripts\/virtual-home\/(.*\/)?(devices|models)\//,
  /^scenes\/templates\//,
];

// Spelled in two halves, so that this file does not name itself.
const BANNED: readonly { readonly word: RegExp; readonly why: string }[] = [
  { word: new RegExp(`\\b${'TO'}DO\\b`), why: 'do it, or open an issue' },
  { word: new RegExp(`\\b${'FIX'}ME\\b`), why: 'fix it, or open an issue' },
  { word: new RegExp(`\\bvi\\.${'mock'}\\b`), why: 'our own code is not mocked' },
  { word: new RegExp(`\\bvi\\.${'spyOn'}\\b`), why: 'our own code is not mocked' },
  {
    word: new RegExp(`\\bconsole\\.${'log'}\\b`),
    why: 'a program writes to its streams or its log',
  },
  { word: new RegExp(`\\b(it|test|describe)\\.${'only'}\\b`), why: 'it hides the other tests' },
];

const VAGUE_NAME = /^(index|utils?|helpers?|common|misc|managers?|types|shared|lib)\.(ts|mjs|js)$/;
const FILE_NAME = /^\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/;
const COMPONENT_NAME = /^[A-Z][A-Za-z0-9]*(\.test)?\.svelte(\.ts)?$/;
const CONFIG_NAME = /(^|\/)(\.dependency-cruiser|[^/]+\.config)\.(mjs|js|ts)$/;
const SQL =
  /\b(SELECT\s[^;]*?\sFROM\s|INSERT\s+(OR\s+\w+\s+)?INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|CREATE\s+(TABLE|INDEX)\s|PRAGMA\s+\w)/;
const HEADER = /^(\/\/ \S|\/\*|<!--)/;

function isTest(file: string): boolean {
  return /\.test\.ts$|\/test-[^/]+\.ts$/.test(file);
}

/** Length without quoted text and links: nothing breaks a message in two for the sake of a column. */
function unbreakableLength(line: string): number {
  const bare = line.replace(
    /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`[^`]*`?|\/(?:[^/\\]|\\.){20,}\//g,
    '""',
  );
  return bare.replace(/https?:\/\/\S+/g, '').length;
}

function* faultsOfName(file: string): Generator<string> {
  const name = path.posix.basename(file);
  if (VAGUE_NAME.test(name)) yield `"${name}" says nothing; name the file after its main export`;
  const isNamed = FILE_NAME.test(name) || (name.endsWith('.svelte') && COMPONENT_NAME.test(name));
  if (!isNamed) yield `file names are kebab-case ("${name}" is not)`;
}

function* faultsOfLine(file: string, line: string): Generator<string> {
  for (const { word, why } of BANNED) {
    const hit = word.exec(line);
    if (hit) yield `"${hit[0]}" is banned: ${why}`;
  }
  if (line.length > COLUMNS_MAX && unbreakableLength(line) > COLUMNS_MAX) {
    yield `${line.length} columns, at most ${COLUMNS_MAX}`;
  }
  if (/^export default\b/.test(line) && !CONFIG_NAME.test(file)) {
    yield 'exports have names; a default export has none';
  }
  if (/^export \* from\b/.test(line)) yield 'no barrels: import from the file that owns the thing';
}

function mayHoldSql(file: string): boolean {
  return (
    file.startsWith('hub/store/') ||
    file.startsWith('scripts/') ||
    /(^|\/)store[^/]*\.ts$/.test(file) ||
    isTest(file)
  );
}

/** All breaches of one file. */
export function faultsOf({ path: file, text }: SourceFile): Fault[] {
  const faults: Fault[] = [];
  const add = (line: number, message: string) => faults.push({ path: file, line, message });
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();

  for (const message of faultsOfName(file)) add(1, message);
  if (lines.length > LINES_MAX && !DATA_TABLES.some((table) => table.test(file))) {
    add(1, `${lines.length} lines, at most ${LINES_MAX}: split it by what it owns`);
  }
  const first = lines[0]?.startsWith('#!') ? lines[1] : lines[0];
  // A test file owns what its name says, and its titles say the rest.
  if (!isTest(file) && !HEADER.test(first ?? ''))
    add(1, 'opens without a comment that says what the file owns');
  for (const [at, line] of lines.entries()) {
    for (const message of faultsOfLine(file, line)) add(at + 1, message);
  }
  if (!mayHoldSql(file)) {
    const sql = SQL.exec(text);
    if (sql) {
      add(text.slice(0, sql.index).split('\n').length, 'SQL stands in hub/store and in store*.ts');
    }
  }
  return faults;
}

function* walk(folder: string): Generator<string> {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!SKIPPED_FOLDERS.has(entry.name)) yield* walk(full);
    } else if (entry.isFile() && CODE.test(entry.name)) {
      yield full;
    }
  }
}

/** All code files under the repository's root, as the rules want them. */
export function sourceFiles(root: string): SourceFile[] {
  const top = fs.readdirSync(root).filter((name) => CODE.test(name));
  const below = ROOTS.filter((name) => fs.existsSync(path.join(root, name))).flatMap((name) => [
    ...walk(path.join(root, name)),
  ]);
  return [...top.map((name) => path.join(root, name)), ...below].map((full) => ({
    path: path.relative(root, full).split(path.sep).join('/'),
    text: fs.readFileSync(full, 'utf8'),
  }));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = sourceFiles(path.dirname(import.meta.dirname));
  const faults = files.flatMap(faultsOf);
  for (const fault of faults) {
    process.stdout.write(`${fault.path}:${fault.line}: ${fault.message}\n`);
  }
  process.stdout.write(`${files.length} files, ${faults.length} faults\n`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
