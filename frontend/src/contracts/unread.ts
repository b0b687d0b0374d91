import { create } from "zustand";
import { persist } from "zustand/middleware";
import type { RejectedCount } from "./wire";

interface SeenState {
  /** By contract, how many rejected messages there were when the reader last looked. */
  counts: Readonly<Record<string, number>>;
  look(seen: readonly RejectedCount[]): void;
}

/** What the reader has seen of the rejected messages, on this browser. */
export const useSeen = create<SeenState>()(
  persist(
    (set) => ({
      counts: {},
      look: (seen) =>
        set(({ counts }) =>
          seen.every(({ contract, count }) => counts[contract] === count)
            ? { counts }
            : { counts: { ...counts, ...Object.fromEntries(seen.map((one) => [one.contract, one.count])) } },
        ),
    }),
    { name: "ac.rejected", partialize: ({ counts }) => ({ counts }) },
  ),
);

/** How many are new since then, by contract, those with most first; cleared ones count from 0 again. */
export function unread(
  now: readonly RejectedCount[],
  seen: Readonly<Record<string, number>>,
): RejectedCount[] {
  return now
    .map(({ contract, count }) => {
      const before = seen[contract] ?? 0;
      return { contract, count: count < before ? count : count - before };
    })
    .filter(({ count }) => count > 0)
    .sort((one, other) => other.count - one.count);
}

export const total = (counts: readonly RejectedCount[]) => counts.reduce((sum, { count }) => sum + count, 0);
