// The limits of the channel. Both ends keep them: the hub when it seals, the receiver before it reads.

/** Compressed bytes of one batch's body. */
export const BODY_BYTES_MAX = 256 * 1024;
/** Bytes of a body once it is inflated: inflating stops there, whatever the body claims. */
export const INFLATED_BYTES_MAX = 4 * 1024 * 1024;
/** Rows of one batch. */
export const ROWS_MAX = 10_000;
/** Characters of the envelope's header as it is sent. */
export const ENVELOPE_CHARS_MAX = 2_048;
