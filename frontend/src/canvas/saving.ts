import { useEffect } from "react";
import { toGraph } from "@/graph/model";
import { useDocument } from "@/stores/document";
import { useProblems } from "@/stores/problems";
import { type Conflict, useSaving } from "@/stores/saving";
import { saveDraft } from "@/wire/api";
import { ApiProblem, isProblem } from "@/wire/problem";
import type { WorkflowDetail } from "@/wire/types";

const AUTOSAVE_MS = 900;
const RETRY_MS = 5_000;

/** Take a workflow from the server into the designer. */
export function openWorkflow(workflow: WorkflowDetail): void {
  useDocument.getState().open(workflow.draft.graph);
  useProblems.getState().set(workflow.draft.problems);
  useSaving.getState().set({
    workflow: workflow.id,
    project: workflow.project.slug,
    revision: workflow.draft.revision,
    saved: useDocument.getState().draft,
    settled: useDocument.getState().draft,
    busy: false,
    problem: null,
    conflict: null,
  });
}

let running: Promise<boolean> | null = null;

/** Save what is on the canvas; true when the server has it. One at a time: a call in the middle of another waits. */
export async function saveNow(): Promise<boolean> {
  while (running) await running;
  running = put().finally(() => {
    running = null;
  });
  return running;
}

async function put(): Promise<boolean> {
  const { workflow, revision, saved, conflict, set } = useSaving.getState();
  const { draft } = useDocument.getState();
  if (!workflow || conflict) return false;
  if (saved === draft) return true;
  set({ busy: true });
  try {
    const state = await saveDraft(workflow, toGraph(draft), revision);
    if (useSaving.getState().workflow !== workflow) return true;
    set({ busy: false, problem: null, revision: state.revision, saved: draft });
    if (useDocument.getState().draft === draft) useProblems.getState().set(state.problems);
    return true;
  } catch (error) {
    set({ busy: false, ...refused(error) });
    return false;
  }
}

/** Who saved the newer draft that a refusal tells of (`draft_conflict`), and when. */
export function conflictOf({ extra: { revision, updated_by, updated_at } }: ApiProblem): Conflict {
  const by = typeof updated_by === "string" ? updated_by : null;
  return { revision: Number(revision), by, at: String(updated_at) };
}

function refused(error: unknown) {
  if (isProblem(error, "draft_conflict")) return { conflict: conflictOf(error) };
  return { problem: error instanceof ApiProblem ? error : new ApiProblem(0, { detail: String(error) }) };
}

/** Save over somebody else's newer draft, on purpose. */
export async function overwrite(): Promise<boolean> {
  const { conflict, set } = useSaving.getState();
  if (!conflict) return saveNow();
  set({ conflict: null, revision: conflict.revision, saved: null });
  return saveNow();
}

/** Save a while after the last change, and try again after a failure. */
export function useAutosave(): void {
  const draft = useDocument((state) => state.draft);
  const saved = useSaving((state) => state.saved);
  const problem = useSaving((state) => state.problem);
  const conflict = useSaving((state) => state.conflict);
  useEffect(() => {
    if (draft === saved || conflict) return;
    const timer = setTimeout(() => void saveNow(), problem ? RETRY_MS : AUTOSAVE_MS);
    return () => clearTimeout(timer);
  }, [draft, saved, problem, conflict]);
}

/** The browser's own warning when the tab is closed with unsaved work. */
export function useLeaveWarning(): void {
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => {
      if (useDocument.getState().draft !== useSaving.getState().saved) event.preventDefault();
    };
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, []);
}
