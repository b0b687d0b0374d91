import { expect, test } from "vitest";
import { checkTopology } from "./checkTopology";
import { COMPENSATE, handlersOf } from "./compensation";
import { refusal } from "./connect";
import { addEdge, addNode, move, setFields } from "./edit";
import { catalogue, draft } from "./fixtures";
import { arrange } from "./layout";
import type { Draft, NodeKind } from "./model";

const undo = (source: string, target: string) => ({ source, target, port: COMPENSATE });
const on = (source: string, target: string) => ({ source, target, port: "out" });
const why = (from: Draft, wish: ReturnType<typeof on>) => refusal(from, wish, catalogue)?.code;

function withNode(from: Draft, id: string, kind: NodeKind): Draft {
  return addNode(from, { id, kind, parent: null, position: { x: 0, y: 0 } }, {});
}

const undone = () => addEdge(withNode(draft(), "release", "http"), undo("parse", "release"));

test("a call, a transform or a sub-workflow may undo a step; nothing else may", () => {
  for (const kind of ["http", "agent", "emit", "transform", "workflow", "plan"] as const) {
    expect(why(withNode(draft(), "release", kind), undo("parse", "release"))).toBeUndefined();
  }
  for (const kind of ["condition", "wait", "approval", "signal", "map", "loop", "join"] as const) {
    expect(why(withNode(draft(), "release", kind), undo("parse", "release"))).toBe("notHandler");
  }
});

test("what leaves nothing behind cannot be undone", () => {
  const placed = withNode(withNode(draft(), "release", "http"), "choose", "condition");
  expect(why(placed, undo("start", "release"))).toBe("cannotUndo");
  expect(why(placed, undo("choose", "release"))).toBe("cannotUndo");
  expect(why(placed, undo("each", "release"))).toBeUndefined();
});

test("a handler has only the connection from the step it undoes", () => {
  expect([...handlersOf(undone().structure)]).toEqual([["release", "parse"]]);
  expect(why(undone(), on("words", "release"))).toBe("intoHandler");
  expect(why(undone(), on("release", "words"))).toBe("fromHandler");
  const linked = addEdge(withNode(draft(), "release", "http"), on("words", "release"));
  expect(why(linked, undo("parse", "release"))).toBe("handlerLinked");
});

test("a step has one handler, a handler none, and neither is drawn twice or across a border", () => {
  const second = withNode(undone(), "other", "http");
  expect(why(second, undo("parse", "other"))).toBe("secondHandler");
  expect(why(second, undo("release", "other"))).toBe("handlerUndone");
  expect(why(second, undo("parse", "release"))).toBe("duplicate");
  expect(why(second, undo("inner", "other"))).toBe("border");
});

test("what an imported document does wrong is found", () => {
  const codes = (value: Draft, node: string) =>
    checkTopology(value)
      .filter((item) => item.node === node)
      .map((item) => item.code);
  const wrong = addEdge(addEdge(undone(), on("release", "words")), undo("parse", "end"));
  expect(codes(wrong, "release")).toEqual(["handlerLinked"]);
  expect(codes(wrong, "parse")).toEqual(["secondHandler"]);
  expect(codes(wrong, "end")).toEqual(["notHandler"]);
  expect(codes(addEdge(wrong, undo("start", "table")), "start")).toEqual(["cannotUndo"]);
});

test("changing a step's fields keeps the edge to its handler", () => {
  const after = setFields(undone(), "parse", { agent: "text", on_error: { action: "branch" } });
  expect(handlersOf(after.structure).get("release")).toBe("parse");
});

test("a handler is laid out under its step, and what follows keeps clear of both", () => {
  const linked = addEdge(undone(), on("parse", "table"));
  const box = { width: 240, height: 64 };
  const { moves } = arrange(linked.structure, () => box);
  const after = move(linked, moves);
  const at = (id: string) => after.structure.nodes.find((node) => node.id === id)?.position ?? { x: 0, y: 0 };
  expect(at("release").x).toBe(at("parse").x);
  expect(at("release").y).toBeGreaterThanOrEqual(at("parse").y + box.height);
  expect(at("table").x).toBeGreaterThanOrEqual(at("parse").x + box.width);
});
