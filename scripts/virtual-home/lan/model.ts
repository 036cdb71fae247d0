// The data files of the virtual home's network devices.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export type Fields = Record<string, unknown>;

interface LanModelBase {
  readonly name: string;
  readonly room: string;
  readonly loadWatts: number;
}

/** A component that people have added to a Shelly: a virtual one, or a Bluetooth device that it hears. */
export interface ShellyAdded {
  readonly key: string;
  readonly status: Fields;
  readonly config: Fields;
  readonly attrs?: Fields;
}

/** A Shelly: what it answers to `Shelly.GetDeviceInfo`, `GetConfig` and `GetStatus`. */
export interface ShellyModel extends LanModelBase {
  readonly protocol: 'shelly';
  readonly info: Fields & { readonly id: string };
  readonly config: Fields;
  readonly status: Record<string, Fields>;
  /** Absent: its firmware knows no such thing. */
  readonly added?: readonly ShellyAdded[];
  readonly password: string | null;
  /** How long a cover takes from one end to the other. */
  readonly travelMs?: number;
}

/** A Tasmota device: its announcement, its sensors and its state. */
export interface TasmotaModel extends LanModelBase {
  readonly protocol: 'tasmota';
  readonly topic: string;
  readonly config: Fields & { readonly mac: string };
  readonly sensors: Fields;
  readonly state: Fields;
  /** Relays of which only one may be on; by their numbers. */
  readonly interlock?: readonly number[];
}

export type LanModel = ShellyModel | TasmotaModel;

/** All devices of the demo home, by name. */
export function loadLanModels(): LanModel[] {
  const folder = path.join(import.meta.dirname, 'devices');
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as LanModel);
}

/** The node's address as the hub knows it. */
export function nodeOfModel(model: LanModel): string {
  return model.protocol === 'shelly' ? model.info.id : model.config.mac;
}
