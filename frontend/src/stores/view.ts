import { create } from "zustand";
import { persist } from "zustand/middleware";

export type InspectorTab = "settings" | "input" | "output" | "runs";
export type Dialog = "run" | "publish" | "shortcuts" | "import" | "leave" | "connect" | "versions";

/** A question what to add, at a place on the screen and on the canvas. */
export interface Ask {
  screen: { x: number; y: number };
  at: { x: number; y: number };
  /** Link it after this port. */
  after?: { source: string; port: string };
  /** Put it into this edge. */
  into?: string;
}

const NOTHING: ReadonlySet<string> = new Set();

type ViewState = {
  nodes: ReadonlySet<string>;
  edges: ReadonlySet<string>;
  tab: InspectorTab | null;
  /** A field to bring into view, from a problem: node id and JSON pointer. */
  focus: { node: string; field: string } | null;
  dialog: Dialog | null;
  ask: Ask | null;
  /** The workflow's own settings stand where the inspector stands, while nothing is selected. */
  settingsOpen: boolean;
  /** The edge one of whose ends is dragged elsewhere. */
  moving: string | null;
  problemsOpen: boolean;
  /** The run shown on the canvas and in the drawer below it. */
  run: string | null;
  paletteOpen: boolean;
  minimap: boolean;
  snap: boolean;

  select(nodes: Iterable<string>, edges?: Iterable<string>): void;
  show(
    patch: Partial<
      Pick<ViewState, "tab" | "focus" | "dialog" | "ask" | "settingsOpen" | "moving" | "problemsOpen" | "run">
    >,
  ): void;
  toggle(what: "paletteOpen" | "minimap" | "snap" | "problemsOpen"): void;
  reset(): void;
};

/** What is selected and which panels are open; the panels are remembered. */
/** In a window narrower than this the palette is folded away at first: it would cover the canvas. */
const ROOMY_PX = 900;

export const useView = create<ViewState>()(
  persist(
    (set) => ({
      nodes: NOTHING,
      edges: NOTHING,
      tab: null,
      focus: null,
      dialog: null,
      ask: null,
      settingsOpen: false,
      moving: null,
      problemsOpen: false,
      run: null,
      paletteOpen: !(globalThis.innerWidth < ROOMY_PX),
      minimap: true,
      snap: true,
      select: (nodes, edges = []) =>
        set((state) => {
          const next = new Set(nodes);
          const same =
            next.size === 1 && state.nodes.size === 1 && [...next].every((id) => state.nodes.has(id));
          return { nodes: next, edges: new Set(edges), ...(same ? {} : { tab: null }) };
        }),
      show: (patch) => set(patch),
      toggle: (what) => set((state) => ({ [what]: !state[what] })),
      reset: () =>
        set({
          nodes: NOTHING,
          edges: NOTHING,
          tab: null,
          focus: null,
          dialog: null,
          ask: null,
          settingsOpen: false,
          moving: null,
          problemsOpen: false,
          run: null,
        }),
    }),
    {
      name: "ac-designer",
      partialize: ({ paletteOpen, minimap, snap }) => ({ paletteOpen, minimap, snap }),
    },
  ),
);
