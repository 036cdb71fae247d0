// The rows of the table of routes that are about MQTT.
import * as mqtt from './mqtt-shapes.ts';
import { listQuery } from './requests.ts';

export const MQTT_ROUTES = {
  'GET /api/mqtt/accounts': {
    who: 'installer',
    about: "Who may connect to the hub's own MQTT broker, and what each may do there.",
    query: listQuery,
    answer: mqtt.mqttAccountJson,
    isList: true,
  },
  'POST /api/mqtt/accounts': {
    who: 'installer',
    about:
      'Makes an account for one MQTT device or program; topics that begin with its name are its own. The password stands in this answer alone.',
    body: mqtt.mqttAccountBody,
    answer: mqtt.newMqttAccountJson,
    status: 201,
  },
  'PATCH /api/mqtt/accounts/:name': {
    who: 'installer',
    about:
      'Changes what an account may do; who is connected with it connects again. What is left out stays.',
    body: mqtt.mqttAccountChange,
    answer: mqtt.mqttAccountJson,
  },
  'DELETE /api/mqtt/accounts/:name': {
    who: 'installer',
    about: 'Removes an account; who is connected with it is cut off at once.',
    status: 204,
  },
  'GET /api/mqtt/sharing': {
    who: 'household',
    about: 'Whether and which devices are told to others over MQTT, such as a Home Assistant.',
    answer: mqtt.mqttSharingJson,
  },
  'PATCH /api/mqtt/sharing': {
    who: 'household',
    about:
      'Switches the sharing over MQTT, and chooses by rooms and devices. What came in by discovery is never announced again.',
    body: mqtt.mqttSharingChange,
    answer: mqtt.mqttSharingJson,
  },
  'GET /api/mqtt/found': {
    who: 'installer',
    about:
      "Devices that announced themselves in the form of Home Assistant's discovery, accepted or not, each with what is left out of it and why.",
    query: listQuery,
    answer: mqtt.foundDeviceJson,
    isList: true,
  },
  'POST /api/mqtt/found/accept': {
    who: 'installer',
    about: 'Takes found devices into the home: some, or all of one bridge.',
    body: mqtt.acceptBody,
    answer: mqtt.acceptedJson,
  },
} as const;
