// The page's addresses. Home is in the first file; each other screen comes when it is asked for.
import type { RouteDefinition } from 'svelte-spa-router';
import { wrap } from 'svelte-spa-router/wrap';
import Home from './screens/home.svelte';

// One object for both addresses: opening a device's sheet must not draw its room anew.
const room = wrap({ asyncComponent: () => import('./screens/room.svelte') });
const pair = wrap({ asyncComponent: () => import('./screens/pair.svelte') });
const template = wrap({ asyncComponent: () => import('./screens/template.svelte') });
const moveIn = wrap({ asyncComponent: () => import('./screens/move-in.svelte') });
const scene = wrap({ asyncComponent: () => import('./screens/scene.svelte') });
const house = wrap({ asyncComponent: () => import('./screens/house.svelte') });

/** All addresses, the most particular first. */
export const ROUTES: RouteDefinition = {
  '/': Home,
  '/room/:room': room,
  '/room/:room/device/:device': room,
  '/add': pair,
  '/add/:job': pair,
  '/scenes': wrap({ asyncComponent: () => import('./screens/scenes.svelte') }),
  '/scenes/templates': wrap({ asyncComponent: () => import('./screens/templates.svelte') }),
  '/scenes/templates/:template': template,
  '/scenes/templates/:template/:scene': template,
  '/scenes/:scene': scene,
  '/adapters': wrap({ asyncComponent: () => import('./screens/adapters.svelte') }),
  '/activity': wrap({ asyncComponent: () => import('./screens/activity.svelte') }),
  '/activity/:run': wrap({ asyncComponent: () => import('./screens/run.svelte') }),
  '/values': wrap({ asyncComponent: () => import('./screens/values.svelte') }),
  '/firmware': wrap({ asyncComponent: () => import('./screens/firmware.svelte') }),
  '/network': wrap({ asyncComponent: () => import('./screens/mesh.svelte') }),
  '/sharing': wrap({ asyncComponent: () => import('./screens/sharing.svelte') }),
  '/house': house,
  '/house/:part': house,
  '/move-in': moveIn,
  '/move-in/:job': moveIn,
  '/own-home': wrap({ asyncComponent: () => import('./screens/own-home.svelte') }),
  '*': wrap({ asyncComponent: () => import('./screens/not-found.svelte') }),
};
