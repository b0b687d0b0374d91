/** Putting new steps on the canvas: where they go, what they are called, what they are linked to. */

import { COMPENSATE } from "@/graph/compensation";
import { autoMap, refusal, type Wish } from "@/graph/connect";
import { addEdge, addNode, remove, setFields, splitEdge } from "@/graph/edit";
import { freshId } from "@/graph/identifiers";
import {
  type Draft,
  edgeId,
  type Fields,
  isContainer,
  MAX_NESTING,
  type NodeKind,
  type Placement,
} from "@/graph/model";
import { outPorts } from "@/graph/ports";
import type { Catalogue } from "@/graph/scope";
import { depthOf } from "@/graph/walk";
import type { Editor } from "./editor";
import { newFields, newSize } from "./kinds";
import { makeRoom } from "./makeRoom";
import { refusalText } from "./refusalText";

/** What can be dragged from the palette. */
export interface Piece {
  kind: NodeKind;
  agent?: string;
  /** What it starts with beside what its kind starts with. */
  fields?: Fields;
}

export const DRAG_TYPE = "application/x-agentcluster-step";

export interface PlaceOptions {
  /** Where on the canvas the middle of the new step should be; without it the middle of the view. */
  at?: { x: number; y: number };
  /** Link it after this port. */
  after?: { source: string; port: string };
  /** Put it into this edge. */
  into?: string;
}

/** Add a step, select it, and link it where asked. One undoable change. Gives its id. */
export function place(editor: Editor, piece: Piece, options: PlaceOptions = {}): string | undefined {
  const { draft } = editor.document();
  if (piece.kind === "start" && draft.structure.nodes.some((node) => node.kind === "start")) {
    editor.say(editor.t("refused.secondStart"), "error");
    return undefined;
  }
  const id = freshId(piece.agent ?? piece.kind, new Set(Object.keys(draft.fields)));
  const centre =
    options.after?.port === COMPENSATE
      ? under(editor, options.after.source)
      : (options.at ?? viewCentre(editor, piece.kind));
  const placement = placementAt(editor, draft, id, piece.kind, centre, options);
  if (placement.parent && depthOf(draft.structure, placement.parent) + 1 > MAX_NESTING) {
    editor.say(editor.t("refused.tooDeep", { most: MAX_NESTING }), "error");
    return undefined;
  }
  const fields = { ...newFields(piece.kind), ...(piece.agent && { agent: piece.agent }), ...piece.fields };
  editor.document().change((before) => {
    const added = addNode(before, placement, fields);
    return linked(editor, added, id, options);
  });
  editor.view().select([id]);
  return id;
}

function placementAt(
  editor: Editor,
  draft: Draft,
  id: string,
  kind: NodeKind,
  centre: { x: number; y: number },
  options: PlaceOptions,
): Placement {
  const size = newSize(kind);
  const near =
    options.after?.source ?? draft.structure.edges.find((edge) => edgeId(edge) === options.into)?.source;
  const outside = kind === "start" || kind === "end" || kind === "group";
  const parent = outside ? null : near ? parentOf(draft, near) : containerAt(editor, draft, centre);
  const origin = parent ? absolute(editor, parent) : { x: 0, y: 0 };
  const width = size?.x ?? (kind === "note" ? 220 : 240);
  const height = size?.y ?? 64;
  return {
    id,
    kind,
    parent,
    position: snapped(editor, { x: centre.x - origin.x - width / 2, y: centre.y - origin.y - height / 2 }),
    ...(size && { size }),
  };
}

/** The place of a handler: below the step it undoes. */
function under(editor: Editor, step: string): { x: number; y: number } {
  const { x, y } = absolute(editor, step);
  return { x: x + CARD.width / 2, y: y + editor.measure(step).height + GAP + CARD.height / 2 };
}

function parentOf(draft: Draft, id: string): string | null {
  return draft.structure.nodes.find((node) => node.id === id)?.parent ?? null;
}

function viewCentre(editor: Editor, kind: NodeKind): { x: number; y: number } {
  const box = window.document.querySelector(".react-flow")?.getBoundingClientRect();
  const middle = { x: (box?.left ?? 0) + (box?.width ?? 0) / 2, y: (box?.top ?? 0) + (box?.height ?? 0) / 2 };
  return freeSpot(editor, editor.flow.screenToFlowPosition(middle), kind);
}

const CARD = { width: 240, height: 72 };
/** A card grows by a line while a run is shown. */
const GAP = 48;

/** The first place from `wanted` downwards where a new step covers no other; plain steps may stand in containers. */
function freeSpot(
  editor: Editor,
  wanted: { x: number; y: number },
  kind: NodeKind,
): { x: number; y: number } {
  const size = newSize(kind);
  const { width, height } = size ? { width: size.x, height: size.y } : CARD;
  const boxes = editor
    .document()
    .draft.structure.nodes.filter((node) => node.kind !== "group" && (size || !isContainer(node.kind)))
    .map((node) => ({ ...absolute(editor, node.id), ...editor.measure(node.id) }));
  const spot = { ...wanted };
  const covered = () =>
    boxes.find(
      (box) =>
        spot.x + width / 2 > box.x - GAP &&
        spot.x - width / 2 < box.x + box.width + GAP &&
        spot.y + height / 2 > box.y - GAP &&
        spot.y - height / 2 < box.y + box.height + GAP,
    );
  for (let box = covered(); box; box = covered()) spot.y = box.y + box.height + GAP + height / 2 + 1;
  return spot;
}

export function absolute(editor: Editor, id: string): { x: number; y: number } {
  return editor.flow.getInternalNode(id)?.internals.positionAbsolute ?? { x: 0, y: 0 };
}

/** The innermost container under a point of the canvas, leaving out `except`. */
export function containerAt(
  editor: Editor,
  draft: Draft,
  point: { x: number; y: number },
  except: ReadonlySet<string> = new Set(),
): string | null {
  const hits = draft.structure.nodes.filter((node) => {
    if (!isContainer(node.kind) || except.has(node.id)) return false;
    const { x, y } = absolute(editor, node.id);
    const { width, height } = editor.measure(node.id);
    return point.x > x && point.x < x + width && point.y > y && point.y < y + height;
  });
  return hits.at(-1)?.id ?? null;
}

export const GRID = 8;

function snapped(editor: Editor, { x, y }: { x: number; y: number }): { x: number; y: number } {
  const step = editor.view().snap ? GRID : 1;
  return { x: Math.round(x / step) * step, y: Math.round(y / step) * step };
}

function linked(editor: Editor, draft: Draft, id: string, { after, into }: PlaceOptions): Draft {
  const catalogue = editor.catalogue();
  const edge = into ? draft.structure.edges.find((item) => edgeId(item) === into) : undefined;
  if (edge) {
    const fitted = makeRoom(draft, edge, id, editor.measure);
    return filled(splitEdge(fitted, edge, id), edge.source, id, catalogue);
  }
  if (!after) return draft;
  const wish: Wish = { source: after.source, port: after.port, target: id };
  return refusal(draft, wish, catalogue) ? draft : connected(draft, wish, catalogue);
}

/** Draw an edge and fill in what the target obviously takes from it. */
export function connected(draft: Draft, wish: Wish, catalogue: Catalogue): Draft {
  return filled(addEdge(draft, wish), wish.source, wish.target, catalogue);
}

function filled(draft: Draft, source: string, target: string, catalogue: Catalogue): Draft {
  const mapped = autoMap(draft, source, target, catalogue);
  if (Object.keys(mapped).length === 0) return draft;
  const fields = draft.fields[target] ?? {};
  const input = { ...(fields.input as Record<string, unknown> | undefined), ...mapped };
  return setFields(draft, target, { ...fields, input });
}

/** Try to draw an edge, in place of another where that is named; says why not. One undoable change. */
export function connect(editor: Editor, wish: Wish, instead?: string): boolean {
  const { draft, change } = editor.document();
  const without = (current: Draft) => remove(current, [], instead ? [instead] : []);
  const refused = refusal(without(draft), wish, editor.catalogue());
  if (refused) {
    editor.say(refusalText(editor.t, refused, editor.titleOf), "error");
    return false;
  }
  const before = draft.fields[wish.target];
  change((current) => connected(without(current), wish, editor.catalogue()));
  const after = editor.document().draft.fields[wish.target];
  const names = Object.keys((after?.input as object | undefined) ?? {}).filter(
    (name) => !(name in ((before?.input as object | undefined) ?? {})),
  );
  if (names.length > 0) editor.say(editor.t("mapped", { names: names.join(", "), count: names.length }));
  return true;
}

/** The port a plain "link after this" uses. */
export function firstPort(draft: Draft, id: string): string | undefined {
  const placement = draft.structure.nodes.find((node) => node.id === id);
  return placement && outPorts(placement.kind, draft.fields[id])[0];
}
