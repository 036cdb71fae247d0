// What one check of `ingle doctor` found, in both languages.

export interface Words {
  readonly en: string;
  readonly zh: string;
}

export interface Finding {
  /** Stable name of the check, for programs. */
  readonly check: string;
  /** `skipped`: it cannot be looked at the way things are. */
  readonly state: 'ok' | 'warn' | 'fail' | 'skipped';
  readonly text: Words;
  /** What to do; null where nothing is to be done. */
  readonly advice: Words | null;
}

export function finding(
  check: string,
  state: Finding['state'],
  text: Words,
  advice: Words | null = null,
): Finding {
  return { check, state, text, advice };
}

/** The worst of several, so that a check about many things says one. */
export function worstOf(check: string, findings: readonly Finding[], ok: Words): Finding {
  const worst =
    findings.find(({ state }) => state === 'fail') ??
    findings.find(({ state }) => state === 'warn');
  return worst ?? finding(check, 'ok', ok);
}
