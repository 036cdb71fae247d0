// What a test says to a controller process, one line of JSON each, and how it answers.

export type ControllerRequest =
  /** By a manual code or the text of a QR code. */
  | { readonly kind: 'commission'; readonly code: string }
  /** All endpoints with their device types, parts and clusters. */
  | { readonly kind: 'endpoints' }
  /** An attribute as the subscription has it, by matter.js's names; or as it is read now. */
  | {
      readonly kind: 'get' | 'read';
      readonly endpoint: number;
      readonly cluster: string;
      readonly attribute: string;
    }
  | {
      readonly kind: 'invoke';
      readonly endpoint: number;
      readonly cluster: string;
      readonly command: string;
      readonly fields?: object;
    }
  | {
      readonly kind: 'write';
      readonly endpoint: number;
      readonly cluster: string;
      readonly attribute: string;
      readonly value: unknown;
    }
  /** Events heard since the start, by the names of the standard. */
  | { readonly kind: 'events' };

export interface ControllerEndpoint {
  readonly number: number;
  readonly deviceTypes: readonly number[];
  readonly clusters: readonly string[];
  readonly parts: readonly number[];
}

export interface HeardEvent {
  readonly endpoint: number;
  readonly event: string;
  readonly payload: unknown;
}

/** `status`: the interaction model's, where the bridge answered with one. */
export type ControllerAnswer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly problem: string; readonly status: number | null };
