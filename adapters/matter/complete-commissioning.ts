// The end of a commissioning that was cut off: what the commissioner would have told the node next. Beside peers.ts the
// border to the library.
import type { ClientNode } from '@matter/main';
import { invokeCommand, type Libraries } from './peer.ts';

// Spec: Matter 1.4 Core § 11.10.5.1 CommissioningErrorEnum: done, or there is nothing to end, or what there is to end
// belongs to somebody else, since the node has ended this one before.
const ENDED: ReadonlySet<unknown> = new Set([0, 2, 3, 4]);

/**
 * Has the node keep its place in the fabric, and says whose the fabric is.
 * Spec: Matter 1.4 Core § 11.10.7.6, 11.18.6.11.
 * @throws Error where it does not answer until `signal` aborts, or will not keep it
 */
export async function completeCommissioning(
  node: ClientNode,
  { protocol }: Libraries,
  label: string,
  signal: AbortSignal,
): Promise<void> {
  const { GeneralCommissioning } = await import('@matter/main/clusters/general-commissioning');
  const { OperationalCredentials } = await import('@matter/main/clusters/operational-credentials');
  const { errorCode, debugText } = Object(
    await invokeCommand(
      node,
      protocol,
      { endpoint: 0, cluster: GeneralCommissioning, command: 'commissioningComplete' },
      signal,
    ),
  ) as { readonly errorCode?: unknown; readonly debugText?: unknown };
  if (!ENDED.has(errorCode)) {
    throw new Error(`The device did not end its commissioning: ${String(errorCode)} ${debugText}`);
  }
  const named = invokeCommand(
    node,
    protocol,
    {
      endpoint: 0,
      cluster: OperationalCredentials,
      command: 'updateFabricLabel',
      fields: { label },
    },
    signal,
  );
  // Only what other apps show of the fabric.
  await named.catch(() => {});
}
