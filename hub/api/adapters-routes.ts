// The rows of the table of routes that are about adapters.
import * as shapes from './adapters-shapes.ts';
import { listQuery } from './requests.ts';

export const ADAPTER_ROUTES = {
  'GET /api/adapters': {
    who: 'member',
    about:
      'All adapters, those that come with the hub first: how far we stand behind each, how it is, and what it may reach.',
    query: listQuery,
    answer: shapes.adapterJson,
    isList: true,
  },
  'POST /api/adapters': {
    who: 'owner',
    about:
      'Installs an adapter of somebody else, or another version of one: the files of its package. It runs in a process of its own with the hosts that it declares.',
    body: shapes.adapterPackageBody,
    answer: shapes.adapterJson,
    status: 201,
  },
  'PATCH /api/adapters/:id': {
    who: 'owner',
    about:
      'Switches an adapter on or off while the hub runs, and sets what it asks for; it begins anew. Of those that come with the hub Matter (`interface`) and MQTT (`port`) can be switched.',
    body: shapes.adapterChange,
    answer: shapes.adapterJson,
  },
  'DELETE /api/adapters/:id': {
    who: 'owner',
    about: 'Removes an installed adapter with what it kept. Its devices stay, out of reach.',
    status: 204,
  },
} as const;
