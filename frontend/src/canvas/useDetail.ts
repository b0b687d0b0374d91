import { useStore } from "@xyflow/react";

export type Detail = "near" | "mid" | "far";

/** Below these zooms a card's small print, then its title, is too small to be read. */
const MID = 0.55;
const FAR = 0.22;

export function detailAt(zoom: number): Detail {
  return zoom < FAR ? "far" : zoom < MID ? "mid" : "near";
}

/** How much of a card can be read at this zoom; changes, and so renders, only where it crosses a bound. */
export function useDetail(): Detail {
  return useStore(({ transform }) => detailAt(transform[2]));
}
