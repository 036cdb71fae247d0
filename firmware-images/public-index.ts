// What a folder or an index has to offer: the images that an index lists, in the form of the public index of Zigbee
// images (Koenkk/zigbee-OTA) in any of its years and of indexes that people write for themselves, else whatever in the
// folder looks like an image. A row that is odd is told and does not hold up the others.
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { HubError, ValidationError } from '../hub/model/errors.ts';
import type { FirmwareImage } from '../hub/model/firmware.ts';
import type { Words } from '../hub/model/words.ts';
import { imageRow } from './image-row.ts';
import { readIfThere } from './read-limited.ts';

export const INDEX = 'index.json';
export const INDEX_BYTES_MAX = 16 * 1024 * 1024;
const ROWS_MAX = 20_000;
const FILES_MAX = 2_000;
/** Odd rows that are told one by one; further ones are counted. */
const ODD_MAX = 20;
const IMAGE_FILE = /\.(ota|zigbee|bin|sbl-ota|ota\.signed|fw2|zbin)$/i;
/** The public index keeps the images in these folders, by maker: the newest, and those before. */
const IMAGE_FOLDERS = ['images', 'images1'] as const;

/** What an index says of an image. */
type Listed = { readonly [Key in keyof FirmwareImage]?: FirmwareImage[Key] | undefined };

/** An image to look at, and what an index says of it. */
export interface Source {
  readonly file: string;
  readonly listed: Listed | null;
  /** An index of others may list more than is there. */
  readonly canMiss: boolean;
}

export interface Refused {
  readonly file: string;
  readonly reason: Words;
}

export interface Sources {
  readonly sources: readonly Source[];
  readonly refused: readonly Refused[];
}

const name = v.pipe(v.string(), v.minLength(1), v.maxLength(200));

/** A row as others write it: only where its file is must be said; what else is said must be true of the file. */
const publicRow = v.object({
  ...v.partial(imageRow).entries,
  manufacturerName: v.optional(
    v.union([
      v.pipe(v.array(name), v.maxLength(200)),
      v.pipe(
        name,
        v.transform((only) => [only]),
      ),
    ]),
  ),
  url: v.optional(v.pipe(v.string(), v.maxLength(2_000))),
  path: v.optional(v.pipe(v.string(), v.maxLength(2_000))),
});

/** The file itself, those that an index lists, else whatever in the folder looks like an image. */
export async function sourcesOf(source: string, isFolder: boolean): Promise<Sources> {
  if (!isFolder && !source.toLowerCase().endsWith('.json')) {
    return { sources: [{ file: source, listed: null, canMiss: false }], refused: [] };
  }
  const indexFile = isFolder ? path.join(source, INDEX) : source;
  const rows = await readRows(indexFile);
  if (rows !== null) return listedIn(rows, path.dirname(indexFile));
  const names = (await readdir(source)).filter((each) => IMAGE_FILE.test(each)).sort();
  const sources = names
    .slice(0, FILES_MAX)
    .map((each) => ({ file: path.join(source, each), listed: null, canMiss: false }));
  return { sources, refused: [] };
}

/** What stands in an index; null where there is none. @throws HubError `storage` for what is no index */
async function readRows(file: string): Promise<readonly unknown[] | null> {
  const bytes = await readIfThere(file, INDEX_BYTES_MAX);
  if (bytes === null) return null;
  try {
    const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
    return v.parse(v.pipe(v.array(v.unknown()), v.maxLength(ROWS_MAX)), JSON.parse(text));
  } catch (error) {
    throw notAnIndex(file, error);
  }
}

/** A file that somebody gave for an index and that is none. */
function notAnIndex(file: string, cause: unknown): HubError {
  const { message } = cause instanceof Error ? cause : { message: String(cause) };
  return new ValidationError(`${file} is not an index of firmware images`, {
    hint: `An index is a JSON list of rows such as {"url", "fileVersion", "imageType", "manufacturerCode"}: ${message.split('\n')[0]}`,
    zh: {
      message: `${file} 不是固件索引`,
      hint: `索引是由 {"url", "fileVersion", "imageType", "manufacturerCode"} 这样的行组成的 JSON 列表：${message.split('\n')[0]}`,
    },
    cause,
  });
}

/** A file that is taken for an index and is none. */
export function noIndex(file: string, cause: unknown): HubError {
  return new HubError('storage', `${file} is not an index of firmware images`, {
    hint: 'Move it away and import the images again.',
    zh: { message: `${file} 不是固件索引`, hint: '请移走它，再重新导入固件。' },
    cause,
  });
}

async function listedIn(rows: readonly unknown[], folder: string): Promise<Sources> {
  const places = await placesOf(folder);
  const sources: Source[] = [];
  const odd: Refused[] = [];
  for (const [index, row] of rows.entries()) {
    const read = readRow(row, index + 1);
    if ('reason' in read) {
      odd.push(read);
      continue;
    }
    const { url, path: at, ...listed } = read;
    const file = (await placeOf(folder, [at, url])) ?? namedFile(folder, places, read);
    if (file !== null) sources.push({ file, listed, canMiss: rows.length > 1 });
    else odd.push(refusedRow(index + 1, 'fileName'));
  }
  return { sources, refused: counted(odd) };
}

type Row = v.InferOutput<typeof publicRow>;

function readRow(row: unknown, line: number): Row | Refused {
  const isMap = typeof row === 'object' && row !== null && !Array.isArray(row);
  // Some write down that they have nothing to say.
  const said = isMap
    ? Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null))
    : row;
  const read = v.safeParse(publicRow, said);
  if (read.success) return read.output;
  const key = read.issues[0].path?.[0]?.key;
  return refusedRow(line, typeof key === 'string' ? key : null);
}

function refusedRow(line: number, field: string | null): Refused {
  const [en, zh] =
    field === null
      ? ['it is no row of an index', '不是索引中的一行']
      : [`its "${field}" is missing or odd`, `“${field}”缺失或格式不对`];
  return {
    file: INDEX,
    reason: { en: `row ${line}: ${en}`, zh: `第 ${line} 行：${zh}` },
  };
}

function counted(odd: readonly Refused[]): readonly Refused[] {
  const more = odd.length - ODD_MAX;
  if (more <= 0) return odd;
  const reason = { en: `and ${more} more such rows`, zh: `还有 ${more} 行同样有问题` };
  return [...odd.slice(0, ODD_MAX), { file: INDEX, reason }];
}

/** Where a path, or the end of an address, says that the file is, as long as that is inside the index's folder. */
async function placeOf(
  folder: string,
  said: readonly (string | undefined)[],
): Promise<string | null> {
  for (const place of said) {
    if (place === undefined) continue;
    const isAddress = /^[a-z]+:\/\//i.test(place);
    const tail = isAddress ? /\/(images1?\/[^/]+\/[^/]+)$/.exec(place)?.[1] : place;
    if (tail === undefined) continue;
    const file = path.resolve(folder, isAddress ? decoded(tail) : tail);
    if (!file.startsWith(path.resolve(folder) + path.sep)) continue;
    if (await isFile(file)) return file;
  }
  return null;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

async function isFile(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** By its name: beside the index, or in the folder of its maker. */
function namedFile(
  folder: string,
  places: ReadonlyMap<string, string>,
  { fileName, url, path: at }: Row,
): string | null {
  const last = decoded((at ?? url ?? '').split('/').at(-1) ?? '');
  const own = fileName ?? (/^[^/\\]{1,200}$/.test(last) && !/^\.\.?$/.test(last) ? last : null);
  if (own === null) return null;
  return places.get(own) ?? path.join(folder, own);
}

/** Where files of a name are in the folders of the makers. */
async function placesOf(folder: string): Promise<Map<string, string>> {
  const places = new Map<string, string>();
  for (const images of [...IMAGE_FOLDERS].reverse()) {
    const whole = path.join(folder, images);
    const makers = await readdir(whole, { withFileTypes: true }).catch(() => []);
    for (const maker of makers.slice(0, FILES_MAX)) {
      if (!maker.isDirectory()) continue;
      const within = path.join(whole, maker.name);
      for (const each of await readdir(within)) places.set(each, path.join(within, each));
    }
  }
  return places;
}
