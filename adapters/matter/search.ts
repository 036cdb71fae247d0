// The search for the device of a code, as matter.js does it, and its end as soon as the devices that answer to the code
// have said that it is wrong: matter.js would try each of their addresses a quarter of a minute apart, and then go on
// looking until its time is over. Beside peers.ts the border to the library.
import type { CommissioningDiscovery } from '@matter/main/node';
import type { PaseClient } from '@matter/main/protocol';

type Owner = ConstructorParameters<typeof CommissioningDiscovery>[0];
type Options = ConstructorParameters<typeof CommissioningDiscovery>[1];

/** What of matter.js is needed for it. */
export interface SearchLibraries {
  readonly node: typeof import('@matter/main/node');
  readonly protocol: typeof import('@matter/main/protocol');
}

/** A manual code has four bits of the discriminator: another device may answer first, the right one soon after it. */
const OTHERS_WITHIN_MS = 2_500;
/** Spec: Matter 1.4 Core § 4.14.1.3: the other side does not prove that it knows the passcode. */
const WRONG_CODE = /key confirmation/i;

/** Proofs of the passcode under way, of all searches; there is one at a time. */
class Proofs {
  #running = 0;
  #hasRefused = false;
  /** Called when none is under way any more and one of them has failed. */
  refused: () => void = () => {};

  begin(): void {
    this.#running += 1;
  }

  end(error: unknown): void {
    this.#running -= 1;
    this.#hasRefused ||= error instanceof Error && WRONG_CODE.test(error.message);
    if (this.#hasRefused && this.#running === 0) this.refused();
  }

  forget(refused: () => void): void {
    this.#hasRefused = false;
    this.refused = refused;
  }
}

let proofs: Proofs | null = null;

/** matter.js tells of a failed proof only once it has tried everything else. */
function watched({ PaseClient: Client }: SearchLibraries['protocol']): Proofs {
  if (proofs !== null) return proofs;
  const made = new Proofs();
  proofs = made;
  const { pair } = Client.prototype;
  Client.prototype.pair = async function (...of: Parameters<PaseClient['pair']>) {
    made.begin();
    try {
      const session = await pair.apply(this, of);
      made.end(null);
      return session;
    } catch (error) {
      made.end(error);
      throw error;
    }
  };
  return made;
}

/** Begins the search. Rejects with what matter.js says, whose innermost cause names the wrong code. */
export function searchFor(
  { node, protocol }: SearchLibraries,
  owner: Owner,
  options: Options,
): CommissioningDiscovery {
  const known = watched(protocol);
  const discovery = new node.CommissioningDiscovery(owner, options);
  let timer: NodeJS.Timeout | undefined;
  known.forget(() => {
    clearTimeout(timer);
    // Without effect where another device has proved itself meanwhile.
    timer = setTimeout(() => discovery.stop(), OTHERS_WITHIN_MS).unref();
  });
  return discovery;
}
