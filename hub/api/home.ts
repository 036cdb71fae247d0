// The home itself, its clock, and the settings.
import { HubError, NotFoundError, ValidationError } from '../model/errors.ts';
import { HOME_MODE, modesOf } from '../model/home-values.ts';
import {
  type ApiParts,
  actorOf,
  checkVersion,
  type Handlers,
  listPart,
  versioned,
} from './context.ts';
import { homeView } from './views.ts';

/** Before this nobody's browser can be right: it is when this program did not exist. */
const PLAUSIBLE_FROM_MS = Date.UTC(2025, 0, 1);
const PLAUSIBLE_TO_MS = Date.UTC(2100, 0, 1);

/** Before anything is set: an edit is taken whole or not at all. */
function checkMode(mode: string, modes: readonly string[]): void {
  if (modes.includes(mode)) return;
  throw new ValidationError(`The home has no mode "${mode.slice(0, 40)}"`, {
    hint: `It can be ${modes.join(', ')}; PATCH /api/home with "modes" adds one.`,
    errors: [{ path: '/mode', message: `must be one of ${modes.join(', ')}` }],
  });
}

export function homeRoutes({ hub }: ApiParts) {
  return {
    'GET /api/home': (c) => versioned(c, homeView(hub)),
    'PATCH /api/home': async (c, { body }) => {
      const version = checkVersion(c, hub.household.contents().home.version, 'The home');
      const { name, language, zone, place, holidays, mode, modes } = body;
      const change = {
        ...(name === undefined ? {} : { name }),
        ...(language === undefined ? {} : { language }),
        ...(zone === undefined ? {} : { zone }),
        ...(place === undefined ? {} : { place }),
        ...(holidays === undefined ? {} : { holidays }),
        ...(modes === undefined ? {} : { modes }),
      };
      const actor = actorOf(c);
      const present = hub.homeValue(HOME_MODE);
      if (mode !== undefined) {
        const { home } = hub.household.contents();
        checkMode(mode, modesOf({ ...home, ...change, mode: String(present.value) }));
      }
      if (mode === undefined || Object.keys(change).length > 0) {
        const { cause } = actor;
        const askedMode =
          mode === undefined ? {} : { askedMode: { mode, insteadOfMs: present.atMs, cause } };
        await hub.household.setHome({ ...change, ...askedMode }, version, actor);
      }
      // The mode changes many times a day, and by scenes too: it is the core's, and no edit of the settings.
      if (mode !== undefined) {
        await hub.tell({ kind: 'value', key: HOME_MODE, value: mode }, actor.cause);
      }
      return versioned(c, homeView(hub));
    },
    'POST /api/clock': async (c, { body }) => {
      if (hub.clockState() === 'synced') {
        throw new HubError('conflict', 'The clock of the hub is set already, from the network', {
          zh: { message: '中枢已从网络对时', hint: null },
        });
      }
      if (body.at < PLAUSIBLE_FROM_MS || body.at > PLAUSIBLE_TO_MS) {
        throw new HubError('invalid-input', 'The time that was given cannot be right', {
          hint: 'Look at the clock of the phone or computer that you are using.',
          zh: { message: '给出的时间不可能正确', hint: '请看一下手机或电脑的时钟。' },
        });
      }
      await hub.holdClock(body.at, actorOf(c));
      return versioned(c, homeView(hub));
    },
    'GET /api/settings': (c, { query }) => c.json(listPart(hub.settings(), query)),
    'PUT /api/settings/:name': async (c, { body }) => {
      const name = c.req.param('name') ?? '';
      if (!hub.settings().some((each) => each.name === name)) {
        throw new NotFoundError('setting', name.slice(0, 60), {
          hint: 'GET /api/settings lists all settings.',
        });
      }
      await hub.household.putSetting(name, body.value, actorOf(c));
      return c.json(hub.settings().find((each) => each.name === name) ?? null);
    },
  } satisfies Partial<Handlers>;
}
