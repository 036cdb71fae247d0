// Why a device was not added: each of the library's own words becomes a reason with what to do, in both languages.
import { expect, test } from 'vitest';
import { attestationOf, REFUSED } from './attestation.ts';
import { commissioningProblem } from './commissioning-problem.ts';

const NOBODY = 'commissioning failed: No commissionable device was discovered';
const FAILED =
  'commissioning failed: Commissioning failed (1 of 1 started attempt(s) failed, 1 discovered)';

/** Messages of matter.js 0.17.9, the innermost first; whether a device was found before; and what is said. */
const CASES: readonly (readonly [messages: readonly string[], hasFound: boolean, says: RegExp])[] =
  [
    [[NOBODY], false, /^No device with this code was found within 30 s/],
    [['(1 attempt(s) started of 1 discovered, all canceled or timed out)'], false, /^No device/],
    [
      ['Received incorrect key confirmation from the receiver. Commissioning failed.', FAILED],
      false,
      /did not accept the code/,
    ],
    [
      ['Failed to connect on any discovered server before timeout', FAILED],
      false,
      /stopped answering/,
    ],
    [
      ['Establishing PASE channel failed with channel status response error x', FAILED],
      false,
      /does not take a new home now/,
    ],
    [
      ['Commission error: This device reached the maximum number of fabrics it can be part of.'],
      true,
      /as many homes as it can hold/,
    ],
    [
      ['Commissioned fabrics (5) exceed supported fabrics (5). Please remove'],
      true,
      /as many homes/,
    ],
    [
      ['Commission error: This device is already commissioned into this fabric.'],
      true,
      /belongs to this home already/,
    ],
    [
      ['No Wi-Fi/Thread network credentials are configured for commissioning and no Ethernet'],
      true,
      /no Bluetooth/,
    ],
    [['CSR signature verification failed against DAC public key'], true, /does not have the key/],
    [['Commissioning time exceeds the maximum timeframe of 900s'], true, /took too long/],
    [['Operative reconnection with device failed'], true, /could then not be reached/],
    [['Something that nobody has seen'], true, /could not be added \(Reconnect\): Something/],
  ];

test.each(CASES.map((each) => [each[0].join(' < '), each] as const))(
  '%s',
  (_, [messages, hasFound, says]) => {
    const error = messages.reduce<Error | undefined>(
      (cause, message) => new Error(message, cause === undefined ? {} : { cause }),
      undefined,
    );
    const attempted = { hasFound, seconds: 30, step: 'Reconnect', attestation: null };
    const { message, hint, zh } = commissioningProblem(error, attempted);
    expect(message).toMatch(says);
    expect(hint).not.toBe(null);
    expect(zh?.message).toMatch(/\p{Script=Han}/u);
    expect(zh?.hint).toMatch(/\p{Script=Han}/u);
  },
);

test('a device that is kept out for its certificates says which setting that is', () => {
  const attestation = attestationOf([{ type: 'CertificationTypeTest', message: 'test' }]);
  const attempted = { hasFound: true, seconds: 30, step: '', attestation };
  const problem = commissioningProblem(new Error(REFUSED), attempted);
  expect(problem.message).toMatch(
    /^The device was not added\. Its certificate is one for development/,
  );
  expect(problem.hint).toContain('matter.attestation');
});
