// The words by which an entity's announcement may name a row of the table.
import { type FoundRow, rowByWord as rowOfWords } from '../../../hub/model/entity-rows.ts';
import type { ExposeType } from '../../../hub/model/property-row.ts';
import type { EntityConfig } from './entity-config.ts';

/** The words by which an entity may be known: its object id, and the field that its template reads. */
function wordsOf({ entity, fields }: EntityConfig): readonly string[] {
  const template = fields.value_template ?? fields.state_value_template;
  const field =
    typeof template === 'string'
      ? /value_json(?:\.([A-Za-z0-9_]+)|\[['"]([A-Za-z0-9_]+)['"]\])/.exec(template)
      : null;
  const words = [entity.objectId, field?.[1] ?? field?.[2] ?? ''];
  return [...new Set(words.filter((word) => word !== '').map((word) => word.toLowerCase()))];
}

/** The row that an entity's own word names, as Zigbee2MQTT's words do. */
export function rowByWord(
  config: EntityConfig,
  type: ExposeType,
  isSettable: boolean,
): FoundRow | null {
  const { unit_of_measurement: stated } = config.fields;
  const unit = typeof stated === 'string' ? { unit: stated } : {};
  return rowOfWords(wordsOf(config), { type, isSettable, ...unit });
}
