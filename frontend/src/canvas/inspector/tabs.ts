import type { NodeKind } from "@/graph/model";
import type { InspectorTab } from "@/stores/view";

/** The tabs of a kind of step, the one that opens first at the front of `OPENS`. */
export function tabsOf(kind: NodeKind): InspectorTab[] {
  switch (kind) {
    case "agent":
    case "http":
    case "llm":
    case "memory":
    case "emit":
    case "intent":
    case "plan":
    case "workflow":
      return ["settings", "input", "output", "runs"];
    case "start":
      return ["settings", "input", "runs"];
    case "end":
    case "transform":
    case "map":
    case "loop":
    case "wait":
    case "approval":
    case "signal":
      return ["settings", "output", "runs"];
    case "note":
    case "group":
      return ["settings"];
    default:
      return ["settings", "runs"];
  }
}

const OPENS: Readonly<Partial<Record<NodeKind, InspectorTab>>> = {
  agent: "input",
  http: "input",
  llm: "input",
  memory: "input",
  emit: "input",
  start: "input",
  end: "output",
  transform: "output",
};

export function firstTab(kind: NodeKind): InspectorTab {
  return OPENS[kind] ?? "settings";
}

/** The tab a field of a step is on. */
export function tabFor(kind: NodeKind, field: string): InspectorTab {
  const tabs = tabsOf(kind);
  if (field.startsWith("/input") || field.startsWith("/schema"))
    return tabs.includes("input") ? "input" : "settings";
  if (field.startsWith("/output")) return tabs.includes("output") ? "output" : "settings";
  return field === "" ? firstTab(kind) : "settings";
}
