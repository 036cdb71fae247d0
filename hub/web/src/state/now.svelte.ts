// The present, for texts such as "5 minutes ago"; it moves every 15 s.
const STEP_MS = 15_000;

class Present {
  ms = $state(Date.now());
}

const present = new Present();
setInterval(() => {
  present.ms = Date.now();
}, STEP_MS);

/** Wall milliseconds, at most 15 s old; reactive. */
export function nowMs(): number {
  return present.ms;
}
