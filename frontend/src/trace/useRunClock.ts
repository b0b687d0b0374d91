import { isTerminal } from "@/graph/run";
import { useNow } from "@/ui/useNow";
import type { Trace } from "./useTrace";

const FAST_MS = 100;
const SLOW_MS = 500;
const YOUNG_MS = 60_000;

/** The engine's clock as far as known, ticking while the run goes on: often at first, slower in a long run. */
export function useRunClock({ view, clockOffset }: Trace): number {
  const ticking = !isTerminal(view.status);
  const young = view.startedAt === null || Date.now() - view.startedAt < YOUNG_MS;
  return useNow(ticking, young ? FAST_MS : SLOW_MS) + clockOffset;
}
