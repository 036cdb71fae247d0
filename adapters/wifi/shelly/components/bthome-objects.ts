// The objects of BTHome, by their numbers: what a Bluetooth sensor says that a Shelly hears.
// Spec: BTHome v2, Format (https://bthome.io/format/).
import type { PropertyName, PropertyValue } from '../../../../hub/model/properties.ts';
import type { Label, PropertyType } from '../../../../hub/model/property-row.ts';

/** What an object is to the table of properties. */
export type BtObject =
  | {
      readonly kind: 'row';
      readonly name: PropertyName;
      change?(value: number): number;
    }
  | {
      readonly kind: 'own';
      readonly word: string;
      readonly type: PropertyType;
      readonly unit?: string;
      readonly label: Label;
    }
  /** A happening, told as an event of the device. */
  | { readonly kind: 'event' };

const row = (name: PropertyName, change?: (value: number) => number): BtObject =>
  change === undefined ? { kind: 'row', name } : { kind: 'row', name, change };
const own = (
  word: string,
  type: PropertyType,
  en: string,
  zh: string,
  unit?: string,
): BtObject => ({
  kind: 'own',
  word,
  type,
  label: { en, zh },
  ...(unit === undefined ? {} : { unit }),
});
const truth = (word: string, en: string, zh: string): BtObject => own(word, 'boolean', en, zh);
const measure = (word: string, unit: string, en: string, zh: string): BtObject =>
  own(word, 'number', en, zh, unit);

const COUNT = own('count', 'number', 'Count', '计数');
const EVENT: BtObject = { kind: 'event' };

/** Rows and words by the number of the object. */
export const BT_OBJECTS: ReadonlyMap<number, BtObject> = new Map([
  [0x01, row('battery')],
  [0x02, row('temperature')],
  [0x03, row('humidity')],
  [0x04, row('pressure')],
  [0x05, row('illuminance')],
  [0x06, measure('mass', 'kg', 'Weight', '重量')],
  [0x07, measure('mass_lb', 'lb', 'Weight', '重量')],
  [0x08, measure('dew_point', '°C', 'Dew point', '露点')],
  [0x09, COUNT],
  [0x0a, row('energy')],
  [0x0b, row('power')],
  [0x0c, row('voltage')],
  [0x0d, row('pm25')],
  [0x0e, row('pm10')],
  [0x0f, truth('state', 'State', '状态')],
  [0x10, truth('power_on', 'Power', '通电')],
  [0x11, row('open')],
  [0x12, row('co2')],
  [0x13, measure('tvoc', 'µg/m³', 'Volatile organic compounds', '挥发性有机物')],
  [0x14, row('soilMoisture')],
  [0x15, row('batteryLow')],
  [0x16, truth('battery_charging', 'Battery charging', '电池充电中')],
  [0x17, row('carbonMonoxide')],
  [0x18, truth('cold', 'Cold', '过冷')],
  [0x19, truth('connectivity', 'Connected', '已连接')],
  [0x1a, row('open')],
  [0x1b, row('open')],
  [0x1c, row('gas')],
  [0x1d, truth('heat', 'Hot', '过热')],
  [0x1e, truth('light', 'Light seen', '有光')],
  [0x1f, truth('unlocked', 'Unlocked', '未上锁')],
  [0x20, row('waterLeak')],
  [0x21, row('occupancy')],
  [0x22, truth('moving', 'Moving', '移动中')],
  [0x23, row('occupancy')],
  [0x24, truth('plugged_in', 'Plugged in', '已插入')],
  [0x25, row('presence')],
  [0x26, row('fault')],
  [0x27, truth('running', 'Running', '运行中')],
  [0x28, truth('safe', 'Safe', '安全')],
  [0x29, row('smoke')],
  [0x2a, truth('sound', 'Sound', '有声音')],
  [0x2b, row('tamper')],
  [0x2c, row('vibration')],
  [0x2d, row('open')],
  [0x2e, row('humidity')],
  [0x2f, row('soilMoisture')],
  [0x3a, EVENT],
  [0x3c, EVENT],
  [0x3d, COUNT],
  [0x3e, COUNT],
  [0x3f, measure('rotation', '°', 'Angle', '角度')],
  [0x40, measure('distance_mm', 'mm', 'Distance', '距离')],
  [0x41, measure('distance', 'm', 'Distance', '距离')],
  [0x42, measure('duration', 's', 'Duration', '时长')],
  [0x43, row('current')],
  [0x44, row('windSpeed')],
  [0x45, row('temperature')],
  [0x46, row('uvIndex')],
  [0x47, measure('volume', 'L', 'Volume', '体积')],
  [0x48, measure('volume_ml', 'mL', 'Volume', '体积')],
  [0x49, row('flow')],
  [0x4a, row('voltage')],
  [0x4b, row('gasVolume')],
  [0x4c, row('gasVolume')],
  [0x4d, row('energy')],
  [0x4e, measure('volume', 'L', 'Volume', '体积')],
  [0x4f, row('water', (litres) => litres / 1_000)],
  [0x50, own('timestamp', 'number', 'Timestamp', '时间戳', 's')],
  [0x51, measure('acceleration', 'm/s²', 'Acceleration', '加速度')],
  [0x52, measure('gyroscope', '°/s', 'Rotation rate', '角速度')],
  [0x53, own('text', 'string', 'Text', '文字')],
  [0x54, own('raw', 'string', 'Raw data', '原始数据')],
  [0x55, measure('volume_storage', 'L', 'Stored volume', '存量')],
  [0x56, measure('conductivity', 'µS/cm', 'Conductivity', '电导率')],
  [0x57, row('temperature')],
  [0x58, row('temperature')],
  [0x59, COUNT],
  [0x5a, COUNT],
  [0x5b, COUNT],
  [0x5c, row('power')],
  [0x5d, row('current')],
  [0x5e, row('windDirection')],
  [0x5f, row('rainfall')],
]);

/** A value of an object as the property's type wants it; undefined where it is none. */
export function bthomeValue(value: unknown, type: PropertyType): PropertyValue | undefined {
  switch (type) {
    case 'boolean':
      if (typeof value === 'boolean') return value;
      return value === 0 || value === 1 ? value === 1 : undefined;
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
    case 'string':
      return typeof value === 'string' ? value.slice(0, 255) : undefined;
    default:
      return undefined;
  }
}
