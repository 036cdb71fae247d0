// Who or what did something. Every change and every command carries one.

import type { AdapterId, DeviceId, FabricId, MemberId, RunId, SceneId } from './identifiers.ts';
import type { HomeRight } from './mqtt.ts';

/** `local` is root on the hub itself (the `ingle` command); `device` is a report without a command of ours. */
export type Cause =
  | { readonly kind: 'member'; readonly id: MemberId; readonly via: 'page' | 'api' | 'cli' }
  | { readonly kind: 'local' }
  | { readonly kind: 'scene'; readonly scene: SceneId; readonly run: RunId }
  | { readonly kind: 'device'; readonly device: DeviceId }
  | { readonly kind: 'reconnect'; readonly adapter: AdapterId }
  | { readonly kind: 'restore' }
  /** A controller of another maker, over the Matter bridge; `name` as the household called its fabric then. */
  | { readonly kind: 'fabric'; readonly fabric: FabricId; readonly name: string }
  /** What is told to the home and is no device's: a call, a message, a tag; or that the hub has started. */
  | {
      readonly kind: 'source';
      readonly via: 'webhook' | 'mqtt' | 'tag' | 'hub' | 'account';
      /** The webhook's name, the topic, the tag, how the hub came to run, or the MQTT account. */
      readonly name: string;
      /** What the account may do; only with `account`. */
      readonly right?: HomeRight;
    };
