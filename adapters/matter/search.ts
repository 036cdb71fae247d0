// The search for the device of a code, as matter.js does it, and its end as soon as the devices that answer to the code
// have said that it is wrong, or none of them has answered: matter.js would try each of their addresses a quarter of a
// minute apart, and then go on looking for others until its time is over. Beside peers.ts the border to the library.
import type { ClientNode } from '@matter/main';
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

/** A device of the code was found and could not be talked to; the cause says how that went. */
export class SilentError extends Error {
  constructor(cause: unknown) {
    super('A device with the code is there and does not answer', { cause });
  }
}

/** Proofs of the passcode under way, of all searches; there is one at a time. */
class Proofs {
  #running = 0;
  /** One of them has failed since they were forgotten. */
  hasRefused = false;
  /** Called when none is under way any more and one of them has failed. */
  refused: () => void = () => {};

  begin(): void {
    this.#running += 1;
  }

  end(error: unknown): void {
    this.#running -= 1;
    this.hasRefused ||= error instanceof Error && WRONG_CODE.test(error.message);
    if (this.hasRefused && this.#running === 0) this.refused();
  }

  forget(refused: () => void): void {
    this.hasRefused = false;
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

/**
 * Begins the search. Rejects with what matter.js says, whose innermost cause names the wrong code, or with SilentError.
 */
export function searchFor(
  { node, protocol }: SearchLibraries,
  owner: Owner,
  options: Options,
): CommissioningDiscovery {
  const known = watched(protocol);
  let timer: NodeJS.Timeout | undefined;
  const stopSoon = (): void => {
    clearTimeout(timer);
    // Without effect where another device has proved itself meanwhile.
    timer = setTimeout(() => discovery.stop(), OTHERS_WITHIN_MS).unref();
  };
  class Search extends node.CommissioningDiscovery {
    #running = 0;
    #hasFailed = false;

    protected override registerAttempt<R>(
      factory: (winOnPase: () => boolean) => R | PromiseLike<R>,
      extractWinner: (result: R) => ClientNode | undefined,
    ): void {
      const watchedFactory = async (winOnPase: () => boolean): Promise<R> => {
        this.#running += 1;
        try {
          return await factory(winOnPase);
        } catch (error) {
          this.#hasFailed = true;
          throw error;
        } finally {
          this.#running -= 1;
          if (this.#hasFailed && this.#running === 0) stopSoon();
        }
      };
      super.registerAttempt(watchedFactory, extractWinner);
    }

    protected override async onComplete(): Promise<ClientNode> {
      try {
        return await super.onComplete();
      } catch (error) {
        const isSilent = this.#hasFailed && !this.paseWon && !known.hasRefused;
        throw isSilent ? new SilentError(error) : error;
      }
    }
  }
  const discovery = new Search(owner, options);
  known.forget(stopSoon);
  return discovery;
}
