// A network of many models for the Zigbee bench: the device files' real nodes, and their sisters that differ by the
// model id alone, which is what zigbee-herdsman-converters tells them apart by. They have the endpoints of their file.
import { type DeviceModel, loadModels } from '../../virtual-home/devices/model.ts';
import type { Guest } from '../../virtual-home/options.ts';

const MODEL_ID = 0x0005;
const BASIC = 0x0000;

/** Model ids that zigbee-herdsman-converters knows, by the device file whose endpoints they are given. */
const SISTERS: Readonly<Record<string, readonly string[]>> = {
  'ikea-tradfri-bulb-e26-ws': [
    ...['TRADFRI bulb E27 WS opal 980lm', 'TRADFRI bulb E27 WS clear 950lm'],
    ...['TRADFRI bulb E14 WS opal 400lm', 'TRADFRI bulb E14 WS opal 600lm'],
    ...['TRADFRI bulb E26 WS clear 950lm', 'TRADFRI bulb E12 WS opal 400lm'],
    ...['LEPTITER Recessed spot light', 'TRADFRIbulbE14WSglobeopal470lm'],
    ...['TRADFRIbulbE27WSglobeopal1055lm', 'TRADFRIbulbGU10WS345lm', 'FLOALT panel WS 30x30'],
    ...['FLOALT panel WS 60x60', 'GUNNARP panel round'],
  ],
  'philips-hue-lca005': [
    ...['LCA001', 'LCA002', 'LCA003', 'LCA004', 'LCA006', 'LCA007', 'LCA008', 'LCT010', 'LCT014'],
    ...['LCT015', 'LCT016', 'LCG002', 'LCE002', 'LCB001', 'LCD001'],
  ],
  'innr-rb-285-c': ['RB 250 C', 'RB 286 C', 'BY 285 C', 'BY 286 C', 'RB 251 C', 'RS 230 C'],
  'innr-sp-234': ['SP 240', 'SP 242', 'SP 244'],
  'sengled-e11-g13': ['E11-G23', 'E11-G33', 'E12-N14', 'E21-N13A', 'Z01-A19NAE26'],
  'sonoff-snzb-02p': ['SNZB-02D', 'SNZB-02', 'TH01'],
  'aqara-wsdcgq11lm': ['lumi.sensor_ht', 'lumi.sens'],
  'aqara-sjcgq12lm': ['lumi.sensor_wleak.aq1'],
  'sonoff-snzb-01p': ['WB01', 'WB-01'],
  'philips-hue-sml001': ['SML002', 'SML003', 'SML004'],
  'ikea-fyrtur': ['KADRILJ roller blind', 'PRAKTLYSING cellular blind'],
  'yale-yrd256': ['YRD226 TSDB', 'YRD216 PBDB'],
};

function sisterOf(model: DeviceModel, modelId: string): DeviceModel {
  return {
    ...model,
    id: `${model.id} as ${modelId}`,
    modelId,
    endpoints: model.endpoints.map((endpoint) => ({
      ...endpoint,
      attributes: new Map(
        [...endpoint.attributes].map(([cluster, attributes]) => [
          cluster,
          cluster !== BASIC
            ? attributes
            : attributes.map((each) => (each.id === MODEL_ID ? { ...each, value: modelId } : each)),
        ]),
      ),
    })),
  };
}

/** The models, each once. */
export function manyModels(): DeviceModel[] {
  return [...loadModels().values()].flatMap((model) => [
    model,
    ...(SISTERS[model.id] ?? []).map((modelId) => sisterOf(model, modelId)),
  ]);
}

/** Device files whose nodes report a temperature whenever they measure another one. */
const THERMOMETERS: ReadonlySet<string> = new Set(['sonoff-snzb-02p', 'aqara-wsdcgq11lm']);

/** Whether a node of this model tells of a temperature by itself. */
export function isThermometer({ id }: DeviceModel): boolean {
  return THERMOMETERS.has(id.split(' as ')[0] ?? '');
}

/** That many nodes: each model once, then thermometers and the others by turns. */
export function manyNodes(count: number): Guest[] {
  const models = manyModels();
  const thermometers = models.filter(isThermometer);
  return Array.from({ length: count }, (_, index) => {
    const more = index - models.length;
    const isMeasuring = more >= 0 && more % 2 === 0;
    const from = isMeasuring ? thermometers : models;
    const model = from[(isMeasuring ? more / 2 : index) % from.length];
    if (model === undefined) throw new Error('there are no device files');
    const placement = {
      model: model.id,
      ieee: `0x00124b00f3${(index + 1).toString(16).padStart(6, '0')}`,
      name: `node ${index + 1}`,
      room: 'bench',
      lqi: 150,
      parent: undefined,
    };
    return { placement, model };
  });
}
