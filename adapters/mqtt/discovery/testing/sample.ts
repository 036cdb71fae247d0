// One announcement as a program makes it, with what must come of it.
import type { PropertyValue } from '../../../../hub/model/properties.ts';

/** Names and addresses are made up; the form follows what the program's own source publishes. */
export interface Sample {
  readonly source:
    | ('Zigbee2MQTT' | 'Tasmota' | 'ESPHome' | 'OpenBeken' | 'zwave-js-ui')
    /** Home Assistant's own. */
    | 'documents';
  readonly about: string;
  readonly topic: string;
  readonly payload: object;
  /** Topic and message → what is reported of it, by property. */
  readonly says?: readonly (readonly [string, string, Readonly<Record<string, PropertyValue>>])[];
  /** Property or command, value → topic and payload that go out. */
  readonly does?: readonly (readonly [string, PropertyValue | null, readonly string[]])[];
  /** Words that must be named as left out. */
  readonly leaves?: readonly string[];
}
