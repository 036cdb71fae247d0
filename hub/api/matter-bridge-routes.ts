// The routes of the Matter bridge. All of them are the owner's: who has a code has the home.
import * as bridge from './matter-bridge-shapes.ts';
import { matterWindowBody } from './matter-nodes-shapes.ts';
import * as requests from './requests.ts';
import type { RouteSpec } from './routes.ts';

export const MATTER_BRIDGE_ROUTES = {
  'GET /api/matter/bridge': {
    who: 'owner',
    about:
      'How the home is shared with other Matter controllers: what is offered, who has it, and the code while a window is open.',
    answer: bridge.bridgeJson,
  },
  'PATCH /api/matter/bridge': {
    who: 'owner',
    about: 'Switches the bridge on or off, and chooses what it offers by rooms, kinds and devices.',
    body: bridge.bridgeBody,
    answer: bridge.bridgeJson,
  },
  'POST /api/matter/bridge/window': {
    who: 'owner',
    about:
      'Opens the bridge for one more controller, for 180 to 900 s; the answer holds the QR text and the manual code.',
    body: matterWindowBody,
    answer: bridge.bridgeJson,
  },
  'DELETE /api/matter/bridge/window': {
    who: 'owner',
    about: 'Closes the window before its time; its code is good for nothing any more.',
    answer: bridge.bridgeJson,
  },
  'POST /api/matter/bridge/reset': {
    who: 'owner',
    about: 'Removes all fabrics. What is offered stays, and so do the endpoints of the devices.',
    body: requests.nothing,
    answer: bridge.bridgeJson,
  },
  'PATCH /api/matter/bridge/fabrics/:id': {
    who: 'owner',
    about:
      'Names a fabric, and says which rooms and kinds it sees and whether it may change things.',
    body: bridge.bridgeFabricBody,
    answer: bridge.bridgeJson,
  },
  'DELETE /api/matter/bridge/fabrics/:id': {
    who: 'owner',
    about: 'Removes a fabric: its controllers are told, and lose the bridge with all its devices.',
    answer: bridge.bridgeJson,
  },
} as const satisfies Readonly<Record<string, RouteSpec>>;
