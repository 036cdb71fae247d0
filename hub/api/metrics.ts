// Metrics in the text format of Prometheus: Node's own through prom-client, and the hub's gauges and counters.
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { HubPort } from '../model/hub-port.ts';

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*(\{[^{}\n]*\})?$/;

/** Starts Node's own collectors once; the returned function gives the text as it is now. */
export function createMetrics(hub: Pick<HubPort, 'metrics' | 'health'>): () => Promise<string> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return async () => {
    const health = hub.health();
    const own: Record<string, number> = {
      ...hub.metrics(),
      ready: health.ready ? 1 : 0,
    };
    for (const { name, restarts, rssBytes } of health.parts) {
      own[`part_restarts_total{part="${label(name)}"}`] = restarts;
      if (rssBytes !== null) own[`part_rss_bytes{part="${label(name)}"}`] = rssBytes;
    }
    for (const { id, state, restarts } of health.adapters) {
      own[`adapter_connected{adapter="${label(id)}"}`] = state.kind === 'connected' ? 1 : 0;
      own[`adapter_restarts_total{adapter="${label(id)}"}`] = restarts;
    }
    return `${await registry.metrics()}\n${lines(own).join('\n')}\n`;
  };
}

function label(text: string): string {
  return text.replaceAll(/[\\"\n]/g, '_');
}

function lines(values: Readonly<Record<string, number>>): string[] {
  const typed = new Set<string>();
  // Lines of one metric must stand together.
  const sorted = Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.flatMap(([key, value]) => {
    const name = key.startsWith('ingle_') ? key : `ingle_${key}`;
    if (!NAME.test(name) || !Number.isFinite(value)) return [];
    const bare = name.replace(/\{.*/, '');
    const line = `${name} ${value}`;
    if (typed.has(bare)) return [line];
    typed.add(bare);
    return [`# TYPE ${bare} ${bare.endsWith('_total') ? 'counter' : 'gauge'}`, line];
  });
}
