import type { NodeKind } from "@/graph/model";
import type { Piece } from "../place";

export interface KindGroup {
  key: string;
  /** Known by name: two to a row, without their text. */
  tiles: boolean;
  pieces: readonly (Piece & { id: string })[];
}

/** A step that undoes the selected one: a command rather than a kind. */
export const UNDO = "undo";

const of = (...kinds: NodeKind[]) => kinds.map((kind) => ({ id: kind, kind }));

/** The kinds the palette offers beside the agents, in its order; agents of a category of the same key join it. */
export const KIND_GROUPS: readonly KindGroup[] = [
  {
    key: "flow",
    tiles: true,
    pieces: [
      ...of("start", "end", "condition", "switch", "join", "map", "loop", "workflow", "wait", "transform"),
      { id: UNDO, kind: "agent" },
    ],
  },
  { key: "reasoning", tiles: false, pieces: of("llm", "plan", "intent") },
  { key: "people", tiles: false, pieces: of("approval") },
  { key: "events", tiles: false, pieces: of("signal", "emit") },
  {
    key: "agents",
    tiles: false,
    pieces: [{ id: "capability", kind: "agent", fields: { capability: "" } }],
  },
  { key: "data", tiles: false, pieces: of("http", "memory") },
];

/** At the palette's end. */
export const NOTES: KindGroup = { key: "notes", tiles: true, pieces: of("note", "group") };
