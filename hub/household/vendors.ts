// Accounts of the open interface: an owner grants one to a vendor's program and revokes it. Of each token only a
// hash is kept; the token is told once.
import { randomBytes } from 'node:crypto';
import type { AdapterCall } from '../model/adapter-port.ts';
import { ConflictError, HubError, NotFoundError, ValidationError } from '../model/errors.ts';
import type { Actor, Async } from '../model/hub-port.ts';
import {
  VENDOR_LIMITS,
  VENDOR_NAME,
  type VendorAccount,
  type Vendors,
} from '../model/open-interface.ts';
import type { HomeContents, StoreCalls } from '../model/store-port.ts';
import { secretHash } from './secrets.ts';

/** Where they stand in home.db; no setting of this name can be set in the page. */
const VENDORS_SETTING = 'household.vendors';
/** Tells a vendor's token from a member's at first sight. */
export const VENDOR_TOKEN_PREFIX = 'vnd_';

/** The household's own means, lent to the vendors' accounts. */
export interface VendorTools {
  readonly store: Pick<Async<StoreCalls>, 'putSetting'>;
  readonly contents: Pick<HomeContents, 'devices'> & { settings: Readonly<Record<string, string>> };
  nowMs(): number;
  inTurn<Result>(work: () => Promise<Result>): Promise<Result>;
  audit(actor: Actor, action: string, subject: string, detail?: string): Promise<void>;
}

export interface VendorEdits {
  vendorAccounts(): readonly VendorAccount[];
  grantVendor(name: string, actor: Actor): Promise<{ name: string; token: string }>;
  revokeVendor(name: string, actor: Actor): Promise<void>;
}

export function createVendorShelf(tools: VendorTools): VendorEdits {
  const { store, contents, inTurn, audit } = tools;
  let text: string | undefined;
  let read: readonly VendorAccount[] = [];
  function current(): readonly VendorAccount[] {
    const now = contents.settings[VENDORS_SETTING];
    // Written by this file.
    if (now !== text) read = now === undefined ? [] : (JSON.parse(now) as VendorAccount[]);
    text = now;
    return read;
  }
  async function keep(accounts: readonly VendorAccount[]): Promise<void> {
    const kept = JSON.stringify(accounts);
    await store.putSetting(VENDORS_SETTING, kept);
    contents.settings = { ...contents.settings, [VENDORS_SETTING]: kept };
  }
  return {
    vendorAccounts: current,
    grantVendor: (name, actor) =>
      inTurn(async () => {
        if (!VENDOR_NAME.test(name)) {
          throw new ValidationError(`"${name.slice(0, 40)}" cannot be the name of an account`, {
            hint: 'It has 1 to 32 small letters, digits and hyphens, such as acme.',
            zh: {
              message: `“${name.slice(0, 40)}”不能作为账号名`,
              hint: '账号名由 1 到 32 个小写字母、数字和连字符组成，例如 acme。',
            },
            errors: [{ path: '/name', message: 'must be small letters, digits and hyphens' }],
          });
        }
        if (current().some((each) => each.name === name)) {
          throw new ConflictError(`There is an account "${name}" already`, {
            hint: 'Revoke it first for a new token.',
            zh: { message: `已经有账号“${name}”`, hint: '要换新令牌，请先撤销它。' },
          });
        }
        if (current().length >= VENDOR_LIMITS.accounts) {
          throw new HubError(
            'busy',
            `The home has ${VENDOR_LIMITS.accounts} accounts, the most it may`,
            {
              hint: 'Revoke one that is not used any more.',
              zh: {
                message: `这个家已有 ${VENDOR_LIMITS.accounts} 个账号，不能再多`,
                hint: '请撤销不再使用的账号。',
              },
            },
          );
        }
        const token = VENDOR_TOKEN_PREFIX + randomBytes(32).toString('base64url');
        const createdAtMs = Math.round(tools.nowMs());
        await keep([...current(), { name, tokenHash: secretHash(token), createdAtMs }]);
        await audit(actor, 'vendor.grant', name);
        return { name, token };
      }),
    revokeVendor: (name, actor) =>
      inTurn(async () => {
        if (!current().some((each) => each.name === name)) throw new NotFoundError('account', name);
        await keep(current().filter((each) => each.name !== name));
        await audit(actor, 'vendor.revoke', name);
      }),
  };
}

export interface VendorOptions {
  readonly household: VendorEdits;
  readonly contents: () => Pick<HomeContents, 'devices'>;
  call(call: AdapterCall): Promise<unknown>;
  log(level: 'warn', text: string): void;
}

export interface VendorsHost extends Vendors {
  /** The adapter has begun a new life. */
  adapterStarted(): void;
  /** Whether somebody may come in. */
  hasAccounts(): boolean;
}

export function createVendors({ household, contents, call, log }: VendorOptions): VendorsHost {
  async function tell(): Promise<void> {
    await call({ kind: 'vendors', accounts: household.vendorAccounts() });
  }
  return {
    list: async () =>
      household.vendorAccounts().map(({ name, createdAtMs }) => ({
        name,
        createdAtMs,
        devices: contents().devices.filter(
          ({ description: { adapter, node } }) => adapter === 'open' && node.startsWith(`${name}/`),
        ).length,
      })),
    async grant(name, actor) {
      const granted = await household.grantVendor(name, actor);
      await tell();
      return granted;
    },
    async revoke(name, actor) {
      await household.revokeVendor(name, actor);
      await tell();
    },
    vendorOf(token) {
      if (!token.startsWith(VENDOR_TOKEN_PREFIX)) return null;
      const hash = secretHash(token);
      return household.vendorAccounts().find(({ tokenHash }) => tokenHash === hash)?.name ?? null;
    },
    ask: (account, ask) => call({ kind: 'open', account, ask }),
    adapterStarted() {
      tell().catch((error: unknown) => log('warn', `The accounts were not told: ${String(error)}`));
    },
    hasAccounts: () => household.vendorAccounts().length > 0,
  };
}
