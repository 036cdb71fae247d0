// What is wrong with what a vendor's process sends and takes, as it is seen from outside of it: kept while it lasts,
// as notices of its adapter.
import { type Complaint, WORDS } from '../../adapters/contract/vendor-complaints.ts';
import type { AdapterNotice, LogLevel } from '../model/adapter-port.ts';

/** After so long within its share nothing is said any more of a process that was held. */
const HELD_TOLD_MS = 60_000;

export interface VendorNotices {
  notices(): readonly AdapterNotice[];
  /** What its process sends was none: told by either end that reads. */
  dropped(count: number): void;
  /** Its process computed more than its share; told until it has kept to it for a while. */
  held(): void;
  /** Another life of the process begins. */
  clear(): void;
}

/** Nothing is wrong yet. `changed` is told of each notice that comes or goes, except by `clear`. */
export function createVendorNotices(options: {
  changed(): void;
  log(level: LogLevel, text: string): void;
}): VendorNotices {
  const complaints = new Map<Complaint, AdapterNotice>();
  let heldTimer: NodeJS.Timeout | undefined;

  function complain(about: Complaint, said: string): void {
    const { severity, en, zh } = WORDS[about];
    complaints.set(about, { severity, text: { en: en(said), zh: zh(said) } });
    options.changed();
  }

  return {
    notices: () => [...complaints.values()],
    dropped(count) {
      options.log('warn', `${WORDS.malformed.log}: so far ${count} of its messages`);
      complain('malformed', `${count}`);
    },
    held() {
      heldTimer ??= setTimeout(() => {
        heldTimer = undefined;
        if (complaints.delete('busy')) options.changed();
      }, HELD_TOLD_MS).unref();
      heldTimer.refresh();
      if (complaints.has('busy')) return;
      options.log('warn', WORDS.busy.log);
      complain('busy', '');
    },
    clear: () => complaints.clear(),
  };
}
