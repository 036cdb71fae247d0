// What is wrong with a node, gathered from all of its components: each lists its errors only while it has some.
import { isJson, type Json } from '../rpc.ts';
import { type Component, type Draft, texts, vendor } from './component.ts';

/** Stands for all components of a node at once. */
export const WHOLE = '*';
const WORDS_MAX = 255;

/** What the whole of a node is to a draft: its status has the components' own in it. */
export const WHOLE_COMPONENT: Component = {
  key: WHOLE,
  kind: WHOLE,
  id: 0,
  status: {},
  config: {},
  attributes: {},
  name: null,
};

/** Whether anything is wrong, and what. */
export const FAULTS: readonly Draft[] = [
  { name: 'fault', read: (status) => errorsOf(status).length > 0 },
  vendor(
    'x_errors',
    'string',
    { en: 'Errors', zh: '错误' },
    {
      read: (status) => errorsOf(status).join('; ').slice(0, WORDS_MAX),
    },
  ),
];

/** As in `switch:0 overtemp, overpower` and `em:0 b out_of_range:voltage`. */
function errorsOf(status: Json): string[] {
  return Object.entries(status).flatMap(([key, component]) => {
    if (!isJson(component)) return [];
    return Object.entries(component).flatMap(([field, value]) => {
      const match = /^(?:([a-z]{1,5})_)?errors$/.exec(field);
      const errors = match === null ? [] : texts(value);
      const where = match?.[1] === undefined ? key : `${key} ${match[1]}`;
      return errors.length === 0 ? [] : [`${where} ${errors.join(', ')}`];
    });
  });
}
