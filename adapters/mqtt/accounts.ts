// Accounts of the hub's own broker: one for each device, with its rights and a password that the hub makes and tells
// once. What is kept is a scrypt hash in a file of mode 0600.
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import path from 'node:path';
import { ConflictError, HubError, NotFoundError, ValidationError } from '../../hub/model/errors.ts';
import { type AccountRights, HOME_RIGHTS, NO_RIGHTS } from '../../hub/model/mqtt.ts';
import { readPrivateList, writePrivateJson } from '../contract/private-file.ts';
import { checkRights, type Holder, isAccountName } from './rights.ts';

interface Account {
  readonly name: string;
  readonly createdAtMs: number;
  readonly salt: string;
  readonly hash: string;
  /** Absent: what is its own by its name, and nothing else. */
  readonly rights?: AccountRights;
}

const ACCOUNTS_MAX = 500;
const FILE = 'accounts.json';
/** 20 of 32 letters: 100 bits, so the hash need not be slow; letters that are easily told apart. */
const LETTERS = 'abcdefghijkmnpqrstuvwxyz23456789';
const PASSWORD_LETTERS = 20;
const PASSWORD_BYTES_MAX = 128;
const HASH_BYTES = 32;
const SCRYPT = { N: 4_096, r: 8, p: 1 } as const;

function hashOf(password: Buffer, salt: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, Buffer.from(salt, 'hex'), HASH_BYTES, SCRYPT, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}

/** Somebody who does not exist costs as much time as somebody who does. */
const NOBODY: Pick<Account, 'salt' | 'hash'> = {
  salt: '00'.repeat(16),
  hash: '00'.repeat(HASH_BYTES),
};

export class Accounts {
  readonly #file: string;
  readonly #accounts = new Map<string, Account>();

  /** @throws HubError `storage` when the file is damaged */
  constructor(folder: string) {
    this.#file = path.join(folder, FILE);
    for (const account of read(this.#file)) this.#accounts.set(account.name, account);
  }

  list(): readonly (Holder & { readonly createdAtMs: number })[] {
    return [...this.#accounts.values()]
      .map(({ name, createdAtMs, rights = NO_RIGHTS }) => ({ name, createdAtMs, rights }))
      .sort((a, b) => a.name.localeCompare(b.name));
  }

  /** What an account may do; nothing for one that does not exist. */
  rightsOf(name: string): AccountRights {
    return this.#accounts.get(name)?.rights ?? NO_RIGHTS;
  }

  /** Gives an account other rights. @throws NotFoundError, ValidationError */
  change(name: string, rights: AccountRights): void {
    const account = this.#accounts.get(name);
    if (account === undefined) throw new NotFoundError('MQTT account', name);
    checkRights(rights);
    this.#accounts.set(name, { ...account, rights });
    this.#save();
  }

  has(name: string): boolean {
    return this.#accounts.has(name);
  }

  /** Makes an account and gives its password, which nobody can read again. */
  async add(name: string, nowMs: number, rights: AccountRights = NO_RIGHTS): Promise<string> {
    checkRights(rights);
    if (!isAccountName(name)) {
      throw new ValidationError(`"${name.slice(0, 40)}" cannot be the name of an account`, {
        hint: 'It takes 1 to 32 letters, digits, hyphens or underscores, such as kitchen-plug.',
        zh: {
          message: `“${name.slice(0, 40)}”不能作为账号名`,
          hint: '账号名由 1 到 32 个字母、数字、连字符或下划线组成，例如 kitchen-plug；home、open 和 status 归中枢使用。',
        },
        errors: [{ path: '/name', message: 'must be a device’s topic' }],
      });
    }
    if (this.#accounts.has(name)) {
      throw new ConflictError(`There is an MQTT account "${name}" already`, {
        hint: 'Take another name, or remove that account first.',
        zh: { message: `已有 MQTT 账号“${name}”`, hint: '请换个名称，或先删除那个账号。' },
      });
    }
    if (this.#accounts.size >= ACCOUNTS_MAX) {
      throw new HubError('busy', `A hub has room for ${ACCOUNTS_MAX} MQTT accounts`, {
        hint: 'Remove an account that is not needed.',
        zh: {
          message: `一个中枢最多有 ${ACCOUNTS_MAX} 个 MQTT 账号`,
          hint: '请删除不需要的账号。',
        },
      });
    }
    const letters = [...randomBytes(PASSWORD_LETTERS)].map((byte) => LETTERS[byte % 32] ?? 'a');
    const password = letters.join('');
    const salt = randomBytes(16).toString('hex');
    const hash = (await hashOf(Buffer.from(password), salt)).toString('hex');
    this.#accounts.set(name, { name, createdAtMs: nowMs, salt, hash, rights });
    this.#save();
    return password;
  }

  /** @throws NotFoundError */
  remove(name: string): void {
    if (!this.#accounts.delete(name)) throw new NotFoundError('MQTT account', name);
    this.#save();
  }

  /** Whether the password is the account's; takes the same time for a name that does not exist. */
  async check(name: string | undefined, password: Buffer | undefined): Promise<boolean> {
    const account = name === undefined ? undefined : this.#accounts.get(name);
    const given = password ?? Buffer.alloc(0);
    if (given.length > PASSWORD_BYTES_MAX) return false;
    const { salt, hash } = account ?? NOBODY;
    const isRight = timingSafeEqual(await hashOf(given, salt), Buffer.from(hash, 'hex'));
    return isRight && account !== undefined && this.#accounts.get(account.name) === account;
  }

  #save(): void {
    writePrivateJson(this.#file, { version: 1, accounts: [...this.#accounts.values()] });
  }
}

function read(file: string): Account[] {
  return readPrivateList(file, 'accounts', (entry) => (isAccount(entry) ? entry : undefined), {
    en: 'make the MQTT accounts again',
    zh: '重新创建 MQTT 账号',
  });
}

function isAccount(value: unknown): value is Account {
  if (typeof value !== 'object' || value === null) return false;
  const { name, createdAtMs, salt, hash, rights } = value as Partial<
    Record<keyof Account, unknown>
  >;
  const isHash = typeof hash === 'string' && /^[0-9a-f]{64}$/.test(hash);
  const isNamed = typeof name === 'string' && isAccountName(name);
  const isWhole = typeof salt === 'string' && typeof createdAtMs === 'number';
  return isHash && isNamed && isWhole && (rights === undefined || areRights(rights));
}

function areRights(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { topics, announces, home } = value as Partial<Record<keyof AccountRights, unknown>>;
  const areTopics = Array.isArray(topics) && topics.every((topic) => typeof topic === 'string');
  return areTopics && typeof announces === 'boolean' && HOME_RIGHTS.some((one) => one === home);
}
