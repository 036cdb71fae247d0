// What goes wrong in the air on request: frames lost, delayed, nodes out of reach.
// Faults of the coordinator itself (reset, mute, unplug, garbage) are the coordinator's and the server's.

/** The faults of the air that are in force. */
export class AirFaults {
  /** The share of frames that are lost, by IEEE address; `all` for everybody. */
  readonly dropRates = new Map<string, number>();
  /** Added to the latency of every frame. */
  delayMs = 0;
  /** Nodes without power or out of reach. */
  readonly offline = new Set<string>();
  /** Routers without power with whom all goes that hangs on them: nobody finds another way. */
  readonly unplugged = new Set<string>();
  /** Routers that promise more neighbours than they give. */
  readonly boastful = new Set<string>();
  /** Nodes that do not hear when the network goes to another channel. */
  readonly stubborn = new Set<string>();

  dropRate(ieee: string): number {
    return Math.max(this.dropRates.get(ieee) ?? 0, this.dropRates.get('all') ?? 0);
  }

  clear(): void {
    this.dropRates.clear();
    this.delayMs = 0;
    this.offline.clear();
    this.unplugged.clear();
    this.stubborn.clear();
    this.boastful.clear();
  }
}
