import { useEffect, useRef, useState } from "react";

export type Phase = "still" | "in" | "out";

/** Something shown in a row of tiles: what is new comes in, what is gone stays for a moment while it fades. */
export interface Flowing<T> {
  readonly key: string;
  readonly item: T;
  readonly phase: Phase;
}

/**
 * The tiles after a new answer. Those that left stay where they stood, so that nothing jumps while they fade; what came
 * stands at its place. `first`: nothing was shown before, so nothing comes in.
 */
export function flowed<T>(
  before: readonly Flowing<T>[],
  now: readonly T[],
  keyOf: (item: T) => string,
  first = false,
): Flowing<T>[] {
  const known = new Map(before.map((tile) => [tile.key, tile]));
  const present = new Set(now.map(keyOf));
  const tiles: Flowing<T>[] = now.map((item) => {
    const key = keyOf(item);
    const was = known.get(key);
    return { key, item, phase: first || (was && was.phase !== "out") ? "still" : "in" };
  });
  before.forEach((tile, at) => {
    if (present.has(tile.key)) return;
    const left = before[at - 1]?.key;
    const place = left === undefined ? 0 : tiles.findIndex(({ key }) => key === left) + 1;
    tiles.splice(place, 0, { ...tile, phase: "out" });
  });
  return tiles;
}

const FADE_MS = 220;

/** The items as tiles that come and go without a jump. */
export function useFlow<T>(items: readonly T[], keyOf: (item: T) => string): readonly Flowing<T>[] {
  const shown = useRef<readonly Flowing<T>[] | null>(null);
  const seen = useRef<readonly T[] | null>(null);
  const [, redraw] = useState(0);
  if (seen.current !== items) {
    shown.current = flowed(shown.current ?? [], items, keyOf, shown.current === null);
    seen.current = items;
  }
  const tiles = shown.current ?? [];
  const leaving = tiles.some(({ phase }) => phase === "out");
  useEffect(() => {
    if (!leaving) return;
    const timer = setTimeout(() => {
      shown.current = (shown.current ?? []).filter(({ phase }) => phase !== "out");
      redraw((count) => count + 1);
    }, FADE_MS);
    return () => clearTimeout(timer);
  }, [leaving]);
  return tiles;
}
