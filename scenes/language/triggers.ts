// The kinds of trigger, one union for each family. A trigger is an edge: the moment at which a scene starts.
import type { DeviceId, SceneId } from '../../hub/model/identifiers.ts';
import type { PatternTrigger, StateTrigger } from './state.ts';
import type { TimeTrigger } from './times.ts';

/** Edges of what is told to the home and not by a device. Of several any one will do. */
export type SourceTrigger =
  | {
      readonly kind: 'person';
      readonly of: readonly {
        readonly does: 'arrives' | 'leaves' | 'enters' | 'exits';
        /** A person's handle; anyone; of arriving the first, of leaving the last. */
        readonly who: string;
        /** Of entering and exiting. */
        readonly zone: string | null;
      }[];
    }
  | {
      readonly kind: 'sceneEvent';
      readonly of: readonly {
        readonly scene: SceneId;
        readonly event: 'started' | 'ended' | 'failed';
      }[];
    }
  | {
      readonly kind: 'deviceEvent';
      /** Null: any device of the home. */
      readonly of: readonly {
        readonly device: DeviceId | null;
        readonly event: 'offline' | 'online' | 'joined' | 'left' | 'low-battery';
      }[];
    }
  | { readonly kind: 'hub'; readonly of: readonly ('started' | 'restarted' | 'power-returned')[] }
  | { readonly kind: 'webhook'; readonly name: string }
  | { readonly kind: 'tag'; readonly tag: string }
  | {
      readonly kind: 'calendar';
      readonly of: readonly { readonly calendar: string; readonly event: 'starts' | 'ends' }[];
    }
  | { readonly kind: 'mqtt'; readonly topic: string; readonly payload: string | null };

/** An edge at which a scene starts; conditions may ask for its name. */
export type Trigger = (StateTrigger | PatternTrigger | TimeTrigger | SourceTrigger) & {
  readonly id?: string;
};
