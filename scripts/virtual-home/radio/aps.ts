// What travels through the air of the virtual home: application support frames, and where they go.

/** Addresses of the network layer. Spec: Zigbee 05-3474 § 3.6.5. */
export const COORDINATOR_ADDRESS = 0x0000;
/** From here on an address means many nodes. */
export const BROADCAST_FROM = 0xfff8;
export const BROADCAST_ALL = 0xffff;

export const ZDO_PROFILE = 0x0000;

/** Where a frame goes. */
export type Destination =
  | { kind: 'unicast'; address: number }
  | { kind: 'group'; group: number }
  | { kind: 'broadcast'; address: number };

/** One frame. For the ZDO profile the payload has no transaction number, as at the coordinator's interface. */
export interface ApsFrame {
  profile: number;
  cluster: number;
  sourceEndpoint: number;
  destinationEndpoint: number;
  payload: Buffer;
}

/** A frame on its way: from whom, and how it was addressed. */
export interface Delivery {
  source: number;
  destination: Destination;
  frame: ApsFrame;
}

/** How a transmission ended. Source: Z-Stack 3.x ZComDef.h. */
export const TransmitStatus = {
  success: 0x00,
  invalidParameter: 0x02,
  bufferFull: 0x11,
  noRoute: 0xcd,
  noAcknowledgement: 0xe9,
  transactionExpired: 0xf0,
} as const;
