// What every Tasmota device says of itself: its signal, how long it runs, why it started, and its battery.
import type { TasmotaConfig } from '../discovery.ts';
import { fields, number, type Parts, vendor } from './draft.ts';

const REASON_MAX = 120;

export function addState({ hasBattery, isSleeper }: TasmotaConfig, { drafts }: Parts): void {
  drafts.push(
    vendor(
      'x_rssi',
      'number',
      { en: 'Wi-Fi signal', zh: 'Wi-Fi 信号' },
      {
        id: 'state/signal',
        unit: 'dBm',
        read: ({ Wifi }) => number(fields(Wifi).Signal),
      },
    ),
    vendor(
      'x_restart_reason',
      'string',
      { en: 'Reason of the last start', zh: '上次启动原因' },
      {
        id: 'state/restart',
        read: (state) => {
          const reason = fields(state.Info3).RestartReason ?? state.RestartReason;
          return typeof reason === 'string' ? reason.slice(0, REASON_MAX) : undefined;
        },
      },
    ),
  );
  // A device that sleeps starts anew each time.
  if (!isSleeper) {
    drafts.push(
      vendor(
        'x_uptime',
        'number',
        { en: 'Running for', zh: '已运行' },
        {
          id: 'state/uptime',
          unit: 's',
          min: 0,
          read: ({ UptimeSec }) => number(UptimeSec),
        },
      ),
    );
  }
  if (!hasBattery) return;
  drafts.push({
    id: 'state/battery',
    name: 'battery',
    read: (state) => number(state.Battery) ?? number(state.BatteryPercentage),
  });
}
