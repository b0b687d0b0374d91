import { create } from "zustand";

type HoverState = {
  /** The step under the pointer, on the canvas or in the waterfall. */
  node: string | null;
  set(node: string | null): void;
};

/** What canvas and waterfall light up together. */
export const useHover = create<HoverState>((set) => ({
  node: null,
  set: (node) => set((before) => (before.node === node ? before : { node })),
}));

export function useIsHovered(node: string): boolean {
  return useHover((state) => state.node === node);
}

export function hover(node: string | null): void {
  useHover.getState().set(node);
}
