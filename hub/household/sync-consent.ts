// The household's word about what may leave the house: kept in the settings of home.db as one record, which changes
// only through here.
import type { MemberId } from '../model/identifiers.ts';
import { NO_CONSENT, type SyncCategory, type SyncConsent } from '../model/sync-port.ts';

/** Where it stands in home.db; no setting of this name can be set in the page. */
export const SYNC_CONSENT_SETTING = 'household.sync-consent';

/** @returns no consent where there is none, or where it cannot be read: silence is never agreement */
export function readSyncConsent(settings: Readonly<Record<string, string>>): SyncConsent {
  const text = settings[SYNC_CONSENT_SETTING];
  if (text === undefined) return NO_CONSENT;
  try {
    // Written by changeSyncConsent.
    return JSON.parse(text) as SyncConsent;
  } catch {
    return NO_CONSENT;
  }
}

/** The consent after one change; the same where nothing changes. */
export function changeSyncConsent(
  before: SyncConsent,
  change: { category: SyncCategory; granted: boolean; by: MemberId | null; atMs: number },
): SyncConsent {
  const { category, granted, by, atMs } = change;
  const known = before.categories[category];
  if ((known?.granted ?? false) === granted) return before;
  // Seconds, so that a home restored from a backup is not behind what it told the receiver after it was made.
  const rev = Math.max(before.rev + 1, Math.floor(atMs / 1_000));
  return {
    rev,
    categories: {
      ...before.categories,
      [category]: { granted, by, atMs: Math.round(atMs), rev },
    },
  };
}
