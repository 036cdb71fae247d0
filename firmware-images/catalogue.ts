// The hub's own catalogue of firmware: a folder with the images, each under its checksum, and an index in the public
// index's form. What comes in is signed by a trusted key, or somebody says by name that it is to be taken unsigned. A
// file is read once: the bytes that were verified are those that are parsed and kept. Nothing is fetched.
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { ValidationError } from '../hub/model/errors.ts';
import type { FirmwareImage, FirmwareImport, FirmwareOrigin } from '../hub/model/firmware.ts';
import type { Words } from '../hub/model/words.ts';
import { storedRow } from './image-row.ts';
import {
  MANIFEST,
  MANIFEST_BYTES_MAX,
  openManifest,
  SIGNATURES,
  SIGNATURES_BYTES_MAX,
} from './manifest.ts';
import {
  INDEX,
  INDEX_BYTES_MAX,
  noIndex,
  type Refused,
  type Source,
  sourcesOf,
} from './public-index.ts';
import { FILE_BYTES_MAX, hashOf, readFirmwareFile } from './read-image.ts';
import { isMissing, readIfThere, readLimited } from './read-limited.ts';
import { refuse } from './refusal.ts';
import { Trust } from './trust.ts';
import { writeWhole } from './write-whole.ts';

const IMAGES_MAX = 2_000;

export interface ImportOptions {
  /** The name of the file or folder, said by whoever wants it unsigned; null: only what is signed. */
  readonly unsigned: string | null;
  /** Who says so. */
  readonly by: string;
  readonly nowMs: number;
  readonly isClockSynced: boolean;
}

export class Catalogue {
  readonly #folder: string;
  readonly #trust: Trust;

  /** @param keys the trusted keys as `readTrustedKeys` takes them; empty: none */
  constructor(folder: string, keys = '') {
    this.#folder = folder;
    this.#trust = new Trust(path.join(folder, 'trust.json'), keys);
  }

  /** @throws HubError `storage` when the index is damaged */
  async list(): Promise<FirmwareImage[]> {
    return (await readIndex(path.join(this.#folder, INDEX))) ?? [];
  }

  /** The absolute path of an image; whoever reads it checks that it is still the one of its checksum. */
  pathOf({ fileName }: FirmwareImage): string {
    return path.resolve(this.#folder, fileName);
  }

  /** Removes what an import left behind that was cut off: the index decides what belongs here. */
  async tidy(): Promise<void> {
    const listed = new Set((await this.list()).map(({ fileName }) => fileName));
    for (const name of await readdir(this.#folder).catch(() => [])) {
      const isLost = /^[0-9a-f]{128}\.ota$/.test(name) && !listed.has(name);
      if (isLost || name.endsWith('.new')) await rm(path.join(this.#folder, name), { force: true });
    }
  }

  /** Takes a file, or all images of a folder or an index. What is refused is told and does not hold up the others. */
  async import(source: string, options: ImportOptions): Promise<FirmwareImport> {
    const signed = await this.#signed(source, options);
    if (signed === null) demandConfirmed(source, options.unsigned);
    const origin: FirmwareOrigin =
      signed === null
        ? { kind: 'own', by: options.by, atMs: options.nowMs }
        : { kind: 'signed', manifest: signed.manifest.name, version: signed.manifest.version };
    const found = signed ?? (await sourcesOf(source, await isDirectory(source)));
    const added: FirmwareImage[] = [];
    const refused: Refused[] = [...found.refused];
    for (const each of found.sources) {
      try {
        added.push(await this.#take(each, origin));
      } catch (error) {
        if (!(error instanceof ValidationError)) throw error;
        if (each.canMiss && isMissing(error.cause)) continue;
        const reason = { en: error.message, zh: error.zh?.message ?? error.message };
        refused.push({ file: path.basename(each.file), reason });
      }
    }
    if (added.length === 0) refuseAll(source, refused[0]);
    // First of all, so that nothing in between lets an older list in again.
    if (signed !== null) await this.#trust.took(signed.manifest, signed.sha256);
    const withdrawn = await this.#keep(added, origin);
    const manifest =
      origin.kind === 'signed' ? { name: origin.manifest, version: origin.version } : null;
    return { added, refused, withdrawn, manifest };
  }

  /** Writes the index with the new images; gives those of the same publisher that it lists no more. */
  async #keep(added: readonly FirmwareImage[], origin: FirmwareOrigin): Promise<FirmwareImage[]> {
    const names = new Set(added.map(({ fileName }) => fileName));
    const others = (await this.list()).filter(({ fileName }) => !names.has(fileName));
    const isWithdrawn = ({ origin: from }: FirmwareImage) =>
      origin.kind === 'signed' && from?.kind === 'signed' && from.manifest === origin.manifest;
    const kept = [...others.filter((image) => !isWithdrawn(image)), ...added];
    if (kept.length > IMAGES_MAX) {
      refuse({
        en: `The catalogue would have ${kept.length} images; it takes ${IMAGES_MAX}`,
        zh: `目录将有 ${kept.length} 个固件；最多 ${IMAGES_MAX} 个`,
      });
    }
    const index = Buffer.from(`${JSON.stringify(kept, null, 2)}\n`);
    await writeWhole(path.join(this.#folder, INDEX), index);
    const withdrawn = others.filter(isWithdrawn);
    for (const image of withdrawn) await rm(this.pathOf(image), { force: true });
    return withdrawn;
  }

  /** The signed list of a folder, verified; null where it has none. */
  async #signed(source: string, { nowMs, isClockSynced }: ImportOptions) {
    const isFolder = await isDirectory(source);
    if (!isFolder && path.basename(source) !== MANIFEST) return null;
    const folder = isFolder ? source : path.dirname(source);
    const bytes = await readIfThere(path.join(folder, MANIFEST), MANIFEST_BYTES_MAX);
    if (bytes === null) return null;
    const signatures = await readIfThere(path.join(folder, SIGNATURES), SIGNATURES_BYTES_MAX);
    const trust = { ...(await this.#trust.state()), nowMs, isClockSynced };
    const opened = openManifest(bytes, signatures?.toString('latin1') ?? '', trust);
    const sources = opened.manifest.images.map((listed) => ({
      file: path.join(folder, listed.fileName),
      listed,
      canMiss: false,
    }));
    return { ...opened, sources, refused: [] };
  }

  async #take({ file, listed }: Source, origin: FirmwareOrigin): Promise<FirmwareImage> {
    const bytes = await readLimited(file, FILE_BYTES_MAX);
    const sha512 = (await hashOf('sha512', bytes)).toString('hex');
    const { fileSize = bytes.length, sha512: checksum = sha512 } = listed ?? {};
    if (fileSize !== bytes.length || checksum !== sha512) {
      refuse({
        en: 'the file is not the one of its checksum',
        zh: '文件与它的校验和不符',
      });
    }
    const read = await readFirmwareFile(bytes);
    const { elements: _, imageBytes: __, notesUrl, ...codes } = read;
    const said = { ...codes, ...listed };
    const isAsListed =
      said.manufacturerCode === codes.manufacturerCode &&
      said.imageType === codes.imageType &&
      said.fileVersion === codes.fileVersion &&
      (listed === null || (listed.protocol ?? 'zigbee') === codes.protocol);
    if (!isAsListed) {
      refuse({
        en: 'the index says another image than the file holds',
        zh: '索引所说的固件与文件里的不同',
      });
    }
    const notes = listed?.releaseNotes ?? notesUrl;
    const fileName = `${sha512}.ota`;
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await writeWhole(path.join(this.#folder, fileName), bytes);
    return {
      ...listed,
      ...codes,
      ...(notes === null ? {} : { releaseNotes: notes }),
      ...{ fileName, fileSize: bytes.length, sha512, origin },
    };
  }
}

function refuseAll(source: string, first: { file: string; reason: Words } | undefined): never {
  return refuse(
    {
      en: `There is no image in ${source} that can be taken`,
      zh: `${source} 里没有可以收入的固件`,
    },
    first === undefined
      ? {
          en: 'Name an OTA file, a folder that has some, or an index beside its images.',
          zh: '请指定一个 OTA 文件、含有固件的文件夹，或与固件放在一起的索引。',
        }
      : { en: `${first.file}: ${first.reason.en}`, zh: `${first.file}：${first.reason.zh}` },
  );
}

/** @throws ValidationError where an unsigned source is not confirmed by its own name */
function demandConfirmed(source: string, unsigned: string | null): void {
  const name = path.basename(source);
  if (unsigned === name) return;
  refuse(
    unsigned === null
      ? { en: `${name} is not signed`, zh: `${name} 没有签名` }
      : { en: `"${unsigned}" is not the name of ${name}`, zh: `“${unsigned}”不是 ${name} 的名称` },
    {
      en: `Nobody can tell whether it is the maker's own. To take it all the same: --unsigned ${name}`,
      zh: `无法确认它是否出自厂商。仍要收入请加：--unsigned ${name}`,
    },
  );
}

async function isDirectory(source: string): Promise<boolean> {
  try {
    return (await stat(source)).isDirectory();
  } catch (error) {
    const hint = {
      en: 'Give the path of a file or folder on the machine that the hub runs on.',
      zh: '请给出中枢所在机器上的文件或文件夹路径。',
    };
    return refuse({ en: `There is no ${source}`, zh: `没有 ${source}` }, hint, error);
  }
}

/** The hub's own index. */
async function readIndex(file: string): Promise<FirmwareImage[] | null> {
  const bytes = await readIfThere(file, INDEX_BYTES_MAX);
  if (bytes === null) return null;
  try {
    const rows = v.pipe(v.array(storedRow), v.maxLength(IMAGES_MAX));
    return v.parse(rows, JSON.parse(bytes.toString('utf8')));
  } catch (error) {
    throw noIndex(file, error);
  }
}
