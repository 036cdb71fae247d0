// Reads of which template a scene was made, and what was bound to its slots. A device or a room that is gone meanwhile
// is kept by its id: what it was made of never keeps a scene from running.
import type * as v from 'valibot';
import type { ReadContext } from '../context.ts';
import type { SceneUses } from '../scene.ts';
import type { usesShape } from '../shapes/uses.ts';

/** The bindings with devices and rooms by id. */
export function readUses(context: ReadContext, shaped: v.InferOutput<typeof usesShape>): SceneUses {
  const { names } = context;
  const { template, devices = {}, rooms = {}, values = {} } = shaped;
  const device = (handle: string, path: (string | number)[]): string => {
    const found = names.device(handle);
    if (found === undefined) return handle;
    context.remember(['uses', 'devices', ...path], 'value', {
      ...{ text: handle, name: handle, id: found.id },
    });
    return found.id;
  };
  return {
    template,
    devices: mapped(devices, (asked, slot) =>
      typeof asked === 'string'
        ? [device(asked, [slot])]
        : asked.map((one, index) => device(one, [slot, index])),
    ),
    rooms: mapped(rooms, (handle, slot) => {
      const found = names.room(handle);
      if (found === undefined) return handle;
      context.remember(['uses', 'rooms', slot], 'value', {
        ...{ text: handle, name: handle, id: found.id },
      });
      return found.id;
    }),
    values,
  };
}

function mapped<From, To>(
  map: Readonly<Record<string, From>>,
  change: (value: From, key: string) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value, key)]));
}
