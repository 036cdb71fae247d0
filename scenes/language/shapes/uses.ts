// The shape of what a scene says of the template that it was made of.

import * as v from 'valibot';
import { wants } from '../mistakes.ts';
import { name, number, oneOrMore } from './parts.ts';

const USES_WANTED = wants(
  '`uses` is written as {template: night-path, devices: {lamp: hall-lamp}, values: {level: 25}}',
  '`uses` 要写成 {template: night-path, devices: {lamp: hall-lamp}, values: {level: 25}}',
);
const values = v.union([
  number,
  v.boolean(),
  v.pipe(v.string(), v.maxLength(1000)),
  v.pipe(v.array(v.pipe(v.string(), v.maxLength(100))), v.maxLength(20)),
]);

/** The template of a scene and what is bound to its slots. */
export const usesShape = v.strictObject(
  {
    template: name,
    devices: v.optional(
      v.record(
        name,
        oneOrMore(wants('a slot takes a device, or a list of them', '这里要写设备，或设备的列表')),
      ),
    ),
    rooms: v.optional(v.record(name, v.string())),
    values: v.optional(v.record(name, values)),
  },
  USES_WANTED,
);
