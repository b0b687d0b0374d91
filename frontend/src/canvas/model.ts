import { createContext, useContext } from "react";
import { createStore, type StoreApi, useStore } from "zustand";
import { COMPENSATE, handlersOf } from "@/graph/compensation";
import type { Fields, NodeKind, Structure } from "@/graph/model";
import type { NodeOverlay, RunOverlay } from "@/graph/runTypes";
import type { Problem } from "@/wire/generated";

/** What the nodes of one canvas show: the designer and the run page each have their own. */
export interface CanvasModel {
  fields: Readonly<Record<string, Fields>>;
  /** By handler: the step it undoes. */
  undoes: ReadonlyMap<string, string>;
  /** The steps a handler undoes when the run fails later. */
  undone: ReadonlySet<string>;
  kinds: ReadonlyMap<string, NodeKind>;
  overlay: RunOverlay | null;
  problems: ReadonlyMap<string, readonly Problem[]>;
  editable: boolean;
}

export function createCanvasModel(initial: Partial<CanvasModel> = {}): StoreApi<CanvasModel> {
  return createStore<CanvasModel>(() => ({
    fields: {},
    undoes: new Map(),
    undone: new Set(),
    kinds: new Map(),
    overlay: null,
    problems: new Map(),
    editable: false,
    ...initial,
  }));
}

/** What the nodes need to know of each other. */
export function relationsOf(structure: Structure): Pick<CanvasModel, "undoes" | "undone" | "kinds"> {
  const undoes = handlersOf(structure);
  return {
    undoes,
    undone: new Set(undoes.values()),
    kinds: new Map(structure.nodes.map((node) => [node.id, node.kind])),
  };
}

export const CanvasModelContext = createContext<StoreApi<CanvasModel> | null>(null);

function useModel<T>(selector: (model: CanvasModel) => T): T {
  const store = useContext(CanvasModelContext);
  if (!store) throw new Error("A node is drawn outside of a canvas.");
  return useStore(store, selector);
}

const NO_FIELDS: Fields = {};
const NO_PROBLEMS: readonly Problem[] = [];

export function useFields(id: string): Fields {
  return useModel((model) => model.fields[id] ?? NO_FIELDS);
}

/** The step this one undoes; null for a step of the way forward. */
export function useUndoes(id: string): string | null {
  return useModel((model) => model.undoes.get(id) ?? null);
}

/** Whether a handler undoes this step when the run fails later. */
export function useIsUndone(id: string): boolean {
  return useModel((model) => model.undone.has(id));
}

export function useKind(id: string): NodeKind {
  return useModel((model) => model.kinds.get(id) ?? "note");
}

/** How the node stands in the run that is shown; null without one. */
export function useNodeOverlay(id: string): NodeOverlay | null {
  return useModel((model) => model.overlay?.get(id) ?? null);
}

export function useProblemsOf(id: string): readonly Problem[] {
  return useModel((model) => model.problems.get(id) ?? NO_PROBLEMS);
}

export function useEditable(): boolean {
  return useModel((model) => model.editable);
}

/** Whether the run took this edge, and whether its target works on it right now. */
export function useEdgeState(
  source: string,
  port: string,
  target: string,
): "idle" | "active" | "taken" | "off" {
  return useModel(({ overlay }) => {
    if (!overlay) return "idle";
    const from = overlay.get(source);
    const status = overlay.get(target)?.status;
    const working = status === "running" || status === "queued" || status === "retrying";
    if (port === COMPENSATE) return working ? "active" : status === "completed" ? "taken" : "off";
    if (!from?.ports.includes(port)) return "off";
    return working ? "active" : "taken";
  });
}
