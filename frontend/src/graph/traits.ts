/** What each kind of step can have, as `designer/domain/nodes.py` has it. */
import type { NodeKind } from "./model";

/** Kinds that call an agent: retries, heartbeats, a cache. */
export const CALLS: ReadonlySet<NodeKind> = new Set([
  "agent",
  "http",
  "llm",
  "emit",
  "memory",
  "intent",
  "plan",
]);

const TIMED: ReadonlySet<NodeKind> = new Set([...CALLS, "map", "loop", "workflow", "approval", "signal"]);
const GUARDED: ReadonlySet<NodeKind> = new Set([...TIMED, "condition", "switch", "transform", "wait"]);
const HANDLERS: ReadonlySet<NodeKind> = new Set([...CALLS, "transform", "workflow"]);
const UNDOABLE: ReadonlySet<NodeKind> = new Set([
  ...CALLS,
  "transform",
  "map",
  "loop",
  "workflow",
  "approval",
  "signal",
]);

/** Kinds with a meaning of their own that call a built-in agent (`BUILT_IN` in `designer/domain/plan.py`). */
export const BUILT_IN: Readonly<Partial<Record<NodeKind, string>>> = {
  http: "http-client",
  llm: "llm-router",
  emit: "nats-emit",
  memory: "memory",
  plan: "planner",
};

export interface Traits {
  /** Retries, a heartbeat time-out, a cache, an agent's version. */
  call: boolean;
  /** A time-out. */
  timed: boolean;
  /** A condition to run at all, and what its failure does. */
  guarded: boolean;
  /** May be undone by a handler when the run fails later. */
  undoable: boolean;
  /** May undo another step. */
  handler: boolean;
}

export function traitsOf(kind: NodeKind): Traits {
  return {
    call: CALLS.has(kind),
    timed: TIMED.has(kind),
    guarded: GUARDED.has(kind),
    undoable: UNDOABLE.has(kind),
    handler: HANDLERS.has(kind),
  };
}
