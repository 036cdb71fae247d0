// Asks a device for something and follows it: the press shows at once, the hub's word closes it.
import type { CommandJson, CommandsJson, ProblemJson, ValueJson } from '../../../api/shapes.ts';
import { type ApiError, request, toApiError } from './api.ts';
import { afterCommand, afterRefusal, type Control, pressed } from './control.ts';
import { knownEnd, type LiveDevice } from './home.svelte.ts';

let presses = 0;

/** The form in which a refusal is kept beside a control. */
export function problemFrom(error: ApiError): ProblemJson {
  const { code, message: detail, hint, zh, errors } = error;
  return { code, detail, hint, ...(zh === undefined ? {} : { zh }), errors: [...errors] };
}

async function follow(
  device: LiveDevice,
  key: string,
  wanted: ValueJson,
  body: Readonly<Record<string, unknown>>,
): Promise<void> {
  presses += 1;
  const press = presses;
  device.setControl(key, pressed(press, wanted));
  const current = () => {
    const control = device.controls[key];
    return control?.press === press ? control : undefined;
  };
  try {
    const record: CommandJson = await request('POST', `/devices/${device.json.id}/commands`, body, {
      idempotencyKey: crypto.getRandomValues(new Uint32Array(4)).join('-'),
    });
    const control = current();
    if (control !== undefined) {
      device.setControl(key, afterCommand(control, knownEnd(record.id) ?? record));
    }
  } catch (thrown) {
    const error = toApiError(thrown);
    const control = current();
    if (control !== undefined) {
      device.setControl(key, afterRefusal(control, problemFrom(error), error.isNotSent));
    }
  }
}

/** Asks for a property's value; never throws, the control tells how it went. */
export function setProperty(
  device: LiveDevice,
  key: string,
  value: ValueJson,
  transitionMs?: number,
): Promise<void> {
  const body = transitionMs === undefined ? {} : { transitionMs };
  return follow(device, key, value, { property: key, value, ...body });
}

/** Asks for the same of several devices at one moment; never throws, each control tells how it went. */
export async function setMany(
  devices: readonly LiveDevice[],
  key: string,
  value: ValueJson,
): Promise<void> {
  presses += 1;
  const press = presses;
  for (const device of devices) device.setControl(key, pressed(press, value));
  const settle = (device: LiveDevice, change: (control: Control) => Control | null): void => {
    const control = device.controls[key];
    if (control?.press === press) device.setControl(key, change(control));
  };
  try {
    const body = { devices: devices.map(({ json }) => json.id), property: key, value };
    const { items }: CommandsJson = await request('POST', '/commands', body);
    for (const { device: id, command, problem } of items) {
      const device = devices.find(({ json }) => json.id === id);
      if (device === undefined) continue;
      settle(device, (control) =>
        command === null
          ? { ...control, phase: 'failed', problem }
          : afterCommand(control, knownEnd(command.id) ?? command),
      );
    }
  } catch (thrown) {
    const error = toApiError(thrown);
    for (const device of devices) {
      settle(device, (control) => afterRefusal(control, problemFrom(error), error.isNotSent));
    }
  }
}

/** Takes back what waits for the device to wake; never throws, the control tells why it could not be. */
export async function takeBack(device: LiveDevice, key: string): Promise<void> {
  const property = device.json.properties[key];
  const { wantedBy, wanted } = property ?? {};
  if (wantedBy === undefined || wanted === undefined) return;
  try {
    await request('DELETE', `/commands/${wantedBy}`);
    device.setControl(key, null);
  } catch (thrown) {
    const error = toApiError(thrown);
    presses += 1;
    const control = pressed(presses, wanted);
    device.setControl(key, afterRefusal(control, problemFrom(error), error.isNotSent));
  }
}

/** Asks for a command such as `stop` or `identify`; its control stands under `!` and the name. */
export function invoke(
  device: LiveDevice,
  command: string,
  args: Readonly<Record<string, ValueJson>> = {},
): Promise<void> {
  return follow(device, `!${command}`, true, { command, args });
}
