// What a bench says: rows with the budget they are held to, and whether each was kept.

/** A budget: of the ratio to the peer where there is one, else of the value itself. */
export interface Budget {
  readonly must: number;
  readonly goal: number;
}

/** One measured figure, with or without a peer's. */
export interface Measured extends Budget {
  /** Name of the bench, with a slash before its part: `report-to-command/link`. */
  readonly bench: string;
  readonly metric: string;
  readonly unit: string;
  readonly value: number;
  readonly peer: string | null;
  readonly peerValue: number | null;
  /** Higher is better; otherwise lower is. */
  readonly isHigherBetter?: boolean;
  /** How many samples, rounds or starts are behind the value. */
  readonly n: number;
}

/** A row as it is printed, one JSON object a line. */
export interface Row extends Budget {
  readonly bench: string;
  readonly metric: string;
  readonly unit: string;
  readonly value: number;
  readonly peer: string | null;
  readonly peer_value: number | null;
  readonly ratio: number | null;
  readonly n: number;
  readonly better?: 'higher';
}

/** Four significant digits: more would claim what a shared machine cannot know. */
function round(value: number): number {
  return Number(value.toPrecision(4));
}

/** The printed form of a figure. */
export function toRow(measured: Measured): Row {
  const { bench, metric, unit, value, peer, peerValue, must, goal, n } = measured;
  const ratio = peerValue === null ? null : round(value / peerValue);
  return {
    bench,
    metric,
    unit,
    value: round(value),
    peer,
    peer_value: peerValue === null ? null : round(peerValue),
    ratio,
    must,
    goal,
    n,
    ...(measured.isHigherBetter ? { better: 'higher' } : {}),
  };
}

function isWithin(row: Row, limit: number): boolean {
  const figure = row.ratio ?? row.value;
  // What could not be measured (NaN, a peer of 0) keeps no budget.
  if (!Number.isFinite(figure)) return false;
  return row.better === 'higher' ? figure >= limit : figure <= limit;
}

export type Verdict = 'goal' | 'must' | 'missed';

/** Whether the row keeps its goal, only its must, or neither. */
export function verdictOf(row: Row): Verdict {
  if (!isWithin(row, row.must)) return 'missed';
  return isWithin(row, row.goal) ? 'goal' : 'must';
}
