/** Spans of time as people write them: a number and a unit. */

export const UNITS = ["s", "min", "h", "d"] as const;
export type Unit = (typeof UNITS)[number];

const SECONDS: Readonly<Record<Unit, number>> = { s: 1, min: 60, h: 3_600, d: 86_400 };

export interface Span {
  amount: number;
  unit: Unit;
}

export function toSeconds({ amount, unit }: Span): number {
  return amount * SECONDS[unit];
}

/** The largest unit that holds the seconds as a whole number; a fraction of a second stays in seconds. */
export function toSpan(seconds: number): Span {
  const unit = [...UNITS].reverse().find((name) => seconds >= SECONDS[name] && seconds % SECONDS[name] === 0);
  return unit ? { amount: seconds / SECONDS[unit], unit } : { amount: seconds, unit: "s" };
}

/** Seconds in at most two units, largest first: 5400 becomes 1 h, 30 min. */
export function spansOf(seconds: number): Span[] {
  const spans: Span[] = [];
  let rest = seconds;
  for (const unit of [...UNITS].reverse()) {
    const amount = unit === "s" ? Math.round(rest * 1000) / 1000 : Math.floor(rest / SECONDS[unit]);
    if (amount > 0) spans.push({ amount, unit });
    rest -= amount * SECONDS[unit];
  }
  return spans.slice(0, 2);
}
