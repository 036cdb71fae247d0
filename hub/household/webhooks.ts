// Calls from the network that set scenes off: each has a secret address of its own, of which only a hash is kept.
import { createHash, randomBytes } from 'node:crypto';
import { ConflictError, HubError, NotFoundError, ValidationError } from '../model/errors.ts';
import type { Actor, Async, WebhookEdits } from '../model/hub-port.ts';
import type { StoreCalls } from '../model/store-port.ts';

/** Where they are kept. */
export const WEBHOOKS_SETTING = 'webhooks';
const WEBHOOKS_MAX = 50;
const NAME = /^[a-z0-9][a-z0-9-]{0,47}$/;

interface Webhook {
  readonly name: string;
  readonly secretHash: string;
  readonly createdAtMs: number;
}

/** The household's own means, lent to the webhooks. */
export interface WebhookTools {
  readonly store: Pick<Async<StoreCalls>, 'putSetting'>;
  readonly contents: { settings: Readonly<Record<string, string>> };
  nowMs(): number;
  inTurn<Result>(work: () => Promise<Result>): Promise<Result>;
  audit(actor: Actor, action: string, subject: string, detail?: string): Promise<void>;
  changed(): void;
}

export function createWebhooks(tools: WebhookTools): WebhookEdits {
  const { store, contents, inTurn, audit } = tools;
  const list = (): readonly Webhook[] =>
    JSON.parse(contents.settings[WEBHOOKS_SETTING] ?? '[]') as readonly Webhook[];

  async function keep(webhooks: readonly Webhook[]): Promise<void> {
    const text = JSON.stringify(webhooks);
    await store.putSetting(WEBHOOKS_SETTING, text);
    contents.settings = { ...contents.settings, [WEBHOOKS_SETTING]: text };
    tools.changed();
  }

  return {
    webhooks: () => list().map(({ name, createdAtMs }) => ({ name, createdAtMs })),
    webhookOf(secret) {
      const hash = hashOf(secret);
      return list().find(({ secretHash }) => secretHash === hash)?.name ?? null;
    },
    addWebhook: (name, actor) =>
      inTurn(async () => {
        if (!NAME.test(name)) {
          throw new ValidationError(`"${name.slice(0, 48)}" cannot be the name of a webhook`, {
            hint: 'It has small letters, digits and hyphens, such as doorbell.',
            errors: [{ path: '/name', message: 'must be small letters, digits and hyphens' }],
            zh: {
              message: `“${name.slice(0, 48)}”不能作为 Webhook 的名称`,
              hint: '只能有小写字母、数字和连字符，例如 doorbell。',
            },
          });
        }
        if (list().some((one) => one.name === name)) {
          throw new ConflictError(`There is a webhook "${name}" already`, {
            hint: 'Remove it first for a new address.',
            zh: { message: `已有 Webhook“${name}”`, hint: '要换新地址，请先删除它。' },
          });
        }
        if (list().length >= WEBHOOKS_MAX) {
          throw new HubError(
            'busy',
            `The home has ${WEBHOOKS_MAX} webhooks, the most it can have`,
            {
              hint: 'Remove one that is not needed.',
              zh: {
                message: `家里已有 ${WEBHOOKS_MAX} 个 Webhook，不能再多`,
                hint: '请删除不需要的。',
              },
            },
          );
        }
        const secret = randomBytes(24).toString('base64url');
        await keep([...list(), { name, secretHash: hashOf(secret), createdAtMs: tools.nowMs() }]);
        await audit(actor, 'webhook.add', name);
        return { name, secret };
      }),
    removeWebhook: (name, actor) =>
      inTurn(async () => {
        if (!list().some((one) => one.name === name)) throw new NotFoundError('webhook', name);
        await keep(list().filter((one) => one.name !== name));
        await audit(actor, 'webhook.remove', name);
      }),
  };
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
