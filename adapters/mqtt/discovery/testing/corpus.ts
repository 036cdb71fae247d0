// Announcements as five programs make them, and as the documents show them, each with a message or two of its state,
// what these must come to, and what a command must send.
import { DOCUMENTS } from './documents.ts';
import { ESPHOME } from './esphome.ts';
import { OPENBEKEN } from './openbeken.ts';
import type { Sample } from './sample.ts';
import { TASMOTA } from './tasmota.ts';
import { ZIGBEE2MQTT } from './zigbee2mqtt.ts';
import { ZWAVE_JS_UI } from './zwave-js-ui.ts';

export const CORPUS: readonly Sample[] = [
  ...ZIGBEE2MQTT,
  ...TASMOTA,
  ...ESPHOME,
  ...OPENBEKEN,
  ...ZWAVE_JS_UI,
  ...DOCUMENTS,
];
