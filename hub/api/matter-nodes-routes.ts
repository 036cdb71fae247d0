// The routes of Matter devices that others may use, too. Whoever has a code has the device: opening is the owner's.
import * as nodes from './matter-nodes-shapes.ts';
import type { RouteSpec } from './routes.ts';

export const MATTER_NODE_ROUTES = {
  'GET /api/devices/:id/matter': {
    who: 'installer',
    about:
      'A Matter device: what its certificates are worth, which homes it belongs to, the bridge that it hangs on, and the code while it is open to another controller. The device is asked.',
    answer: nodes.matterNodeJson,
  },
  'POST /api/devices/:id/matter/window': {
    who: 'owner',
    about:
      'Opens a Matter device to another controller for 180 to 900 s; the answer holds the QR text and the manual code, made for this once.',
    body: nodes.matterWindowBody,
    answer: nodes.matterWindowJson,
  },
  'DELETE /api/devices/:id/matter/window': {
    who: 'owner',
    about:
      'Closes the device to other controllers before its time; one that is not open stays closed.',
    status: 204,
  },
  'DELETE /api/devices/:id/matter/fabrics/:index': {
    who: 'owner',
    about:
      'Has a Matter device leave another home, whose controllers lose it. The hub itself is left by removing the device.',
    status: 204,
  },
} as const satisfies Readonly<Record<string, RouteSpec>>;
