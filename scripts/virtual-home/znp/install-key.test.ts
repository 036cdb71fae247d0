// The example that the standard works out. Source: Base Device Behavior 13-0402-13 § 10.1.

import { expect, test } from 'vitest';
import { installKey, withChecksum } from './install-key.ts';

const CODE = Buffer.from('83fed3407a939723a5c639b26916d505c3b5', 'hex');

test('an install code gives the checksum and the link key of the standard', () => {
  expect(withChecksum(CODE.subarray(0, 16))).toEqual(CODE);
  expect(installKey(CODE).toString('hex')).toBe('66b6900981e1ee3ca4206b6b861c02bb');
});
