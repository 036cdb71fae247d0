// When rows are asked for and sealed: a category's cursor moves in the same transaction that gives its rows numbers,
// so a row is sealed once or never. Spans end at a phase that comes from the hub's name: homes do not send in step.
import type { Clock } from '../../hub/model/clock.ts';
import { SYNC_CATEGORIES, type SyncCategory, type SyncRows } from '../../hub/model/sync-port.ts';
import { kindOf } from '../protocol/records.ts';
import { type ConsentGate, streamOf } from './consent-gate.ts';
import type { Sealer } from './seal.ts';
import { type Outbox, WAITING_BYTES_MAX } from './store-outbox.ts';

/** The rows of a category for a span of wall time. */
export interface RowSource {
  rows(
    category: SyncCategory,
    fromMs: number,
    toMs: number,
    mark: number | null,
  ): Promise<SyncRows>;
}

export interface SealingOptions {
  readonly outbox: Outbox;
  readonly gate: ConsentGate;
  readonly sealer: Sealer;
  readonly source: RowSource;
  readonly clock: Clock;
  readonly hub: string;
  readonly everyMs: number;
  readonly waitingBytesMax?: number;
}

export interface Sealing {
  /** Seals what is due. @returns milliseconds until something is due again */
  run(): Promise<number>;
}

export function createSealing(options: SealingOptions): Sealing {
  const { outbox, gate, sealer, source, clock, everyMs } = options;
  const waitingBytesMax = options.waitingBytesMax ?? WAITING_BYTES_MAX;
  const phaseMs = Number.parseInt(options.hub.slice(4, 12), 16) % everyMs;
  const nowMs = () => clock.now().wallMs;

  /** The last end of a span that is not after `atMs`. */
  const spanEnd = (atMs: number) => Math.floor((atMs - phaseMs) / everyMs) * everyMs + phaseMs;

  async function sealSpan(category: SyncCategory, fromMs: number, toMs: number): Promise<void> {
    const { rev } = gate.consent;
    const known = outbox.cursor(category)?.mark ?? null;
    const { rows, mark } = await source.rows(category, fromMs, toMs, known);
    // Consent may have changed while the rows were read; what nobody agreed to any more is not even queued.
    if (!gate.isGranted(category) || gate.consent.rev !== rev) return;
    const stream = streamOf(category);
    outbox.inOne(() => {
      const place = { epoch: outbox.epoch, stream, first: outbox.next(stream), consentRev: rev };
      outbox.append(sealer.rows(place, kindOf(category), rows), gate.notes(category));
      outbox.setCursor(category, { untilMs: toMs, mark: mark ?? null });
    });
  }

  /** @returns whether rows were sealed */
  async function sealDue(category: SyncCategory): Promise<boolean> {
    if (!gate.isGranted(category)) return false;
    const now = nowMs();
    const untilMs = outbox.cursor(category)?.untilMs ?? null;
    // The first time there is a picture at once; also after a clock that ran ahead was put right.
    if (untilMs === null || untilMs > now + everyMs) {
      await sealSpan(category, now, now);
      return true;
    }
    const end = spanEnd(now);
    if (end <= untilMs) return false;
    await sealSpan(category, untilMs, end);
    return true;
  }

  /** Over the cap the oldest telemetry goes first, then usage; what people decided never does. */
  function keepWithinCap(): void {
    let { bytes } = outbox.queue();
    for (const category of SYNC_CATEGORIES) {
      while (bytes > waitingBytesMax) {
        const oldest = outbox.waitingOf(category, 20);
        if (oldest.length === 0) break;
        outbox.inOne(() => {
          for (const batch of oldest) gate.replaceByGap(batch, 'withdrawn', 'full');
        });
        ({ bytes } = outbox.queue());
      }
    }
  }

  return {
    async run() {
      let hasSealed = false;
      for (const category of SYNC_CATEGORIES) hasSealed = (await sealDue(category)) || hasSealed;
      if (hasSealed) {
        keepWithinCap();
        outbox.letGo(nowMs());
      }
      const now = nowMs();
      return spanEnd(now) + everyMs - now;
    },
  };
}
