// Who or what did something. Every change and every command carries one.
import type { AdapterId, DeviceId, MemberId, RunId, SceneId } from './identifiers.ts';

/** `local` is root on the hub itself (the `ingle` command); `device` is a report without a command of ours. */
export type Cause =
  | { readonly kind: 'member'; readonly id: MemberId; readonly via: 'page' | 'api' | 'cli' }
  | { readonly kind: 'local' }
  | { readonly kind: 'scene'; readonly scene: SceneId; readonly run: RunId }
  | { readonly kind: 'device'; readonly device: DeviceId }
  | { readonly kind: 'reconnect'; readonly adapter: AdapterId }
  | { readonly kind: 'restore' };
