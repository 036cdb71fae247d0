// The inbox: what scenes and the hub tell people.
import { ConflictError, NotFoundError, ValidationError } from '../model/errors.ts';
import type { NotificationRecord } from '../model/home.ts';
import { type NotificationId, notificationId } from '../model/identifiers.ts';
import { type ApiContext, type ApiParts, actorOf, type Handlers, pathId } from './context.ts';
import { isForRole, notificationView } from './views.ts';

/** How far back a notification can be marked as read. */
const SEARCHED_MAX = 1_000;
const PART = 200;

export function inboxRoutes({ hub }: ApiParts) {
  const roleOf = (c: ApiContext) => actorOf(c).member?.role ?? null;

  async function find(id: NotificationId): Promise<NotificationRecord | undefined> {
    let before: string | null = null;
    for (let searched = 0; searched < SEARCHED_MAX; searched += PART) {
      const page: { items: readonly NotificationRecord[]; next: string | null } =
        await hub.store.notifications(before, PART);
      const found = page.items.find((each) => each.id === id);
      if (found !== undefined || page.next === null) return found;
      before = page.next;
    }
    return undefined;
  }

  return {
    'GET /api/notifications': async (c, { query }) => {
      const page = await hub.store.notifications(query.cursor ?? null, query.limit);
      const items = page.items.filter((each) => isForRole(each, roleOf(c)));
      return c.json({ items: items.map(notificationView), next: page.next });
    },
    'POST /api/notifications/:id/read': async (c) => {
      const id = pathId(c, notificationId, 'notification');
      const notification = await find(id);
      if (notification === undefined || !isForRole(notification, roleOf(c))) {
        throw new NotFoundError('notification', id);
      }
      if (notification.readAtMs === null) {
        await hub.store.markNotificationRead(id, hub.now().wallMs);
      }
      return c.body(null, 204);
    },
    'POST /api/notifications/:id/answer': async (c, { body }) => {
      const id = pathId(c, notificationId, 'notification');
      const notification = await find(id);
      if (notification === undefined || !isForRole(notification, roleOf(c))) {
        throw new NotFoundError('notification', id);
      }
      const { actions = [], answer } = notification;
      if (!actions.some((action) => action.id === body.action)) {
        throw new ValidationError(`This message has no button "${body.action}"`, {
          hint:
            actions.length === 0
              ? 'It has none.'
              : `It has: ${actions.map((a) => a.id).join(', ')}.`,
          errors: [{ path: '/action', message: 'must be one of its buttons' }],
        });
      }
      if (answer !== undefined) {
        throw new ConflictError('This message was answered already', {
          hint: 'The answer stands in the inbox.',
          zh: { message: '这条消息已经回答过了', hint: '回答在收件箱里。' },
        });
      }
      return c.json(notificationView(await hub.answerNotification(id, body.action, actorOf(c))));
    },
  } satisfies Partial<Handlers>;
}
