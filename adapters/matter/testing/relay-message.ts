// What a test and the process that hosts the Matter worker for it say to one another.
import type {
  AdapterToCore,
  AdapterToMain,
  CoreToAdapter,
  MainToAdapter,
} from '../../../hub/model/adapter-port.ts';

export type ToRelay =
  | { readonly to: 'host'; readonly message: MainToAdapter }
  | { readonly to: 'connect' }
  | { readonly to: 'core'; readonly message: CoreToAdapter }
  | { readonly to: 'disconnect' }
  | { readonly to: 'kill' };

export type FromRelay =
  | { readonly from: 'main'; readonly message: AdapterToMain }
  | { readonly from: 'connected' }
  | { readonly from: 'core'; readonly batch: AdapterToCore }
  | { readonly from: 'exit'; readonly code: number | null };
