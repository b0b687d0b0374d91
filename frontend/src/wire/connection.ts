/** How a live trace stands with the server, for the indicator. */
export type Connection =
  | { state: "connecting" }
  | { state: "live" }
  /** Sockets do not get through: events are asked for instead. */
  | { state: "polling" }
  /** `retryAt`: when it is tried again, ms on the browser's clock. */
  | { state: "reconnecting"; retryAt: number }
  | { state: "finished" }
  | { state: "refused"; code: string; message: string };

const FIRST_MS = 500;
const LONGEST_MS = 15_000;

/** Exponential backoff with half jitter: between half and all of `500 ms * 2^failures`, at most 15 s. */
export function backoffMs(failures: number, random: () => number = Math.random): number {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** failures);
  return Math.round(ceiling / 2 + (ceiling / 2) * random());
}
