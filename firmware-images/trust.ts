// Whom the household trusts for firmware, and how far each publisher's list has come: kept so that an older list is
// never taken for a newer one. The first keys are a setting; keys that a signed list brought replace them until a
// person sets others.
import * as v from 'valibot';
import { HubError } from '../hub/model/errors.ts';
import {
  type Manifest,
  readTrustedKeys,
  sha256,
  type TakenManifest,
  type TrustedKeys,
  trustedKeysShape,
} from './manifest.ts';
import { readIfThere } from './read-limited.ts';
import { writeWhole } from './write-whole.ts';

const TRUST_BYTES_MAX = 256 * 1024;
const MANIFESTS_MAX = 200;

const shape = v.object({
  /** Checksum of the setting that the keys of a list replaced. */
  setting: v.string(),
  keys: v.nullable(trustedKeysShape),
  taken: v.record(v.string(), v.object({ version: v.number(), sha256: v.string() })),
});
type Kept = v.InferOutput<typeof shape>;

export class Trust {
  readonly #file: string;
  readonly #setting: string;

  constructor(file: string, setting: string) {
    this.#file = file;
    this.#setting = setting.trim();
  }

  async state(): Promise<{
    trusted: TrustedKeys | null;
    taken: Readonly<Record<string, TakenManifest>>;
  }> {
    const kept = await this.#read();
    const isSame = kept?.setting === this.#mark;
    const trusted = isSame && kept.keys !== null ? kept.keys : readTrustedKeys(this.#setting);
    return { trusted, taken: kept?.taken ?? {} };
  }

  /** A list was taken: its version is the least from now on, and its new keys hold. */
  async took({ name, version, keys }: Manifest, hash: string): Promise<void> {
    const kept = await this.#read();
    const before = kept?.setting === this.#mark ? kept.keys : null;
    const taken = { ...kept?.taken, [name]: { version, sha256: hash } };
    if (Object.keys(taken).length > MANIFESTS_MAX) {
      throw new HubError('too-large', `More than ${MANIFESTS_MAX} publishers of firmware`);
    }
    const next: Kept = { setting: this.#mark, keys: keys ?? before, taken };
    await writeWhole(this.#file, Buffer.from(`${JSON.stringify(next, null, 2)}\n`));
  }

  get #mark(): string {
    return sha256(Buffer.from(this.#setting));
  }

  /** @throws HubError `storage` where it is damaged: without it an old list could pass for a new one */
  async #read(): Promise<Kept | null> {
    const bytes = await readIfThere(this.#file, TRUST_BYTES_MAX);
    if (bytes === null) return null;
    try {
      return v.parse(shape, JSON.parse(bytes.toString('utf8')));
    } catch (error) {
      throw new HubError('storage', `${this.#file} is damaged`, {
        hint: 'It says which lists of firmware were taken. Restore it from a backup, or move it away knowingly.',
        zh: {
          message: `${this.#file} 已损坏`,
          hint: '它记录收过哪些固件列表。请从备份恢复，或在知情的情况下移走它。',
        },
        cause: error,
      });
    }
  }
}
