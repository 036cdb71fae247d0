// What the household sets about Zigbee, checked: every mistake is named with what would be right.
import type { AdapterSettings } from '../../hub/model/adapter-port.ts';
import { type InputProblem, ValidationError } from '../../hub/model/errors.ts';
import type { Words } from '../../hub/model/words.ts';

/** The coordinator drivers that zigbee-herdsman has. */
export const DRIVERS = ['zstack', 'ember', 'deconz', 'zigate', 'zboss', 'zoh', 'ezsp'] as const;
export type Driver = (typeof DRIVERS)[number];

export interface ZigbeeSettings {
  /** `tcp://host:port` or an absolute path such as `/dev/serial/by-id/usb-…`. */
  readonly port: string;
  /** Undefined only for a serial path: its USB ids tell the driver. */
  readonly driver: Driver | undefined;
  readonly baudRate: number | undefined;
  readonly rtscts: boolean | undefined;
  /** 11–26; undefined: the one that the network has, 15 for a new one. */
  readonly channel: number | undefined;
  /** A mains-powered node that was silent for this long is asked whether it is there. */
  readonly mainsSilenceMs: number;
  /** A battery node that was silent for this long counts as gone. */
  readonly batterySilenceMs: number;
  /** How often the mesh is surveyed; 0: only when somebody asks for it. */
  readonly surveyEveryMs: number;
  /** Between two frames of a survey; undefined: 200 ms. */
  readonly surveyPauseMs: number | undefined;
  /** More messages than this in each of so many seconds are a flood; undefined: 10 in each of 30. */
  readonly floodPerSecond: number | undefined;
  readonly floodSeconds: number | undefined;
  /** A sleeping node behind a lost router counts as lost with it after this silence; undefined: 45 min. */
  readonly orphanMs: number | undefined;
  /** Between two blocks of a firmware image. */
  readonly otaBlockDelayMs: number;
}

/** Whether the port is a network address; everything else is a serial device. */
export function isTcp(port: string): boolean {
  return port.startsWith('tcp://');
}

interface Reader {
  readonly settings: AdapterSettings;
  readonly errors: (InputProblem & { readonly zh: string })[];
}

function wrong(reader: Reader, name: string, { en, zh }: Words): undefined {
  reader.errors.push({ path: `/${name}`, message: en, zh });
  return undefined;
}

function given(reader: Reader, name: string): string | number | boolean | undefined {
  return reader.settings[name] ?? undefined;
}

function numberOf(
  reader: Reader,
  name: string,
  range: { readonly min: number; readonly max: number; readonly isWhole?: boolean },
): number | undefined {
  const value = given(reader, name);
  if (value === undefined || value === '') return undefined;
  const number = Number(value);
  const isRight = number >= range.min && number <= range.max;
  if (isRight && (range.isWhole === false || Number.isInteger(number))) return number;
  const { min, max } = range;
  return wrong(reader, name, {
    en: `${name} is a number from ${min} to ${max}, not ${value}`,
    zh: `${name} 应为 ${min} 到 ${max} 的数字，而不是 ${value}`,
  });
}

function booleanOf(reader: Reader, name: string): boolean | undefined {
  const value = given(reader, name);
  if (value === undefined || value === '') return undefined;
  if (value === true || value === 'true' || value === '1' || value === 1) return true;
  if (value === false || value === 'false' || value === '0' || value === 0) return false;
  return wrong(reader, name, {
    en: `${name} is true or false, not ${value}`,
    zh: `${name} 应为 true 或 false，而不是 ${value}`,
  });
}

function portOf(reader: Reader): string {
  const port = String(given(reader, 'port') ?? '').trim();
  if (port === '') {
    wrong(reader, 'port', { en: 'No coordinator is set', zh: '没有设置网关（协调器）' });
  } else if (isTcp(port)) {
    const url = URL.parse(port);
    if (url === null || url.hostname === '' || url.port === '') {
      wrong(reader, 'port', {
        en: `"${port}" lacks a host or a port up to 65535, as in tcp://192.168.1.20:6638`,
        zh: `“${port}”缺少主机或不超过 65535 的端口，应如 tcp://192.168.1.20:6638`,
      });
    }
  } else if (!port.startsWith('/')) {
    wrong(reader, 'port', {
      en: `"${port}" is neither tcp://host:port nor the path of a serial device`,
      zh: `“${port}”既不是 tcp://主机:端口，也不是串口设备的路径`,
    });
  }
  return port;
}

function driverOf(reader: Reader, port: string): Driver | undefined {
  const value = given(reader, 'driver');
  if (value === undefined || value === '') {
    if (!isTcp(port)) return undefined;
    return wrong(reader, 'driver', {
      en: 'A coordinator on the network needs its driver named',
      zh: '网络上的网关（协调器）必须指定驱动',
    });
  }
  const driver = DRIVERS.find((name) => name === value);
  const words = {
    en: `There is no coordinator driver "${value}"`,
    zh: `没有名为“${value}”的网关（协调器）驱动`,
  };
  return driver ?? wrong(reader, 'driver', words);
}

/** @throws ValidationError with one problem for each wrong setting */
export function readSettings(settings: AdapterSettings): ZigbeeSettings {
  const reader: Reader = { settings, errors: [] };
  const port = portOf(reader);
  const read: ZigbeeSettings = {
    port,
    driver: driverOf(reader, port),
    baudRate: numberOf(reader, 'baudRate', { min: 9_600, max: 3_000_000 }),
    rtscts: booleanOf(reader, 'rtscts'),
    channel: numberOf(reader, 'channel', { min: 11, max: 26 }),
    mainsSilenceMs:
      (numberOf(reader, 'mainsSilenceMinutes', { min: 0.01, max: 1_440, isWhole: false }) ?? 10) *
      60_000,
    otaBlockDelayMs: numberOf(reader, 'otaBlockDelayMs', { min: 0, max: 60_000 }) ?? 250,
    batterySilenceMs:
      (numberOf(reader, 'batterySilenceHours', { min: 0.001, max: 720, isWhole: false }) ?? 25) *
      3_600_000,
    surveyEveryMs:
      (numberOf(reader, 'surveyHours', { min: 0, max: 720, isWhole: false }) ?? 6) * 3_600_000,
    surveyPauseMs: numberOf(reader, 'surveyPauseMs', { min: 0, max: 10_000 }),
    floodPerSecond: numberOf(reader, 'floodPerSecond', { min: 1, max: 10_000 }),
    floodSeconds: numberOf(reader, 'floodSeconds', { min: 1, max: 3_600 }),
    orphanMs: numberOf(reader, 'orphanMs', { min: 0, max: 86_400_000 }),
  };
  const [first] = reader.errors;
  if (first !== undefined) {
    const drivers = DRIVERS.join(', ');
    throw new ValidationError(first.message, {
      errors: reader.errors,
      hint: `The coordinator (zigbee.port, INGLE_ZIGBEE_PORT) is tcp://host:port or the path of the stick; its driver (zigbee.driver, INGLE_ZIGBEE_DRIVER) is one of ${drivers}.`,
      zh: {
        message: first.zh,
        hint: `网关（zigbee.port，INGLE_ZIGBEE_PORT）写成 tcp://主机:端口 或设备路径；驱动（zigbee.driver，INGLE_ZIGBEE_DRIVER）可选：${drivers}。`,
      },
    });
  }
  return read;
}
