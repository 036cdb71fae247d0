// What main tells an adapter's shell besides the adapter's own messages: its line to the core.
import type { MessagePort } from 'node:worker_threads';
import type { MainToAdapter } from '../../hub/model/adapter-port.ts';

/** Main → worker shell. Sent again with a new port whenever the core was restarted; transfer the port. */
export type MainToWorkerHost =
  | MainToAdapter
  | { readonly kind: 'core'; readonly port: MessagePort };

/** Main → child shell. Sent again whenever the core was restarted and listens anew. */
export type MainToChildHost =
  | MainToAdapter
  | { readonly kind: 'coreSocket'; readonly path: string; readonly token: string };

/** Main → a worker that several adapters share: opens one's host; the port then carries `MainToWorkerHost`. */
export interface MainToSharedWorker {
  readonly adapter: string;
  /** Transferred with the message. */
  readonly port: MessagePort;
}
