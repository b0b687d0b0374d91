import { isTerminal, type RunView } from "@/graph/run";
import { childKey, nodeOf, parseIteration } from "@/graph/runKeys";
import type { AttemptView, RunStatus, StepStatus, StepView } from "@/graph/runTypes";
import type { CallError } from "@/wire/types";
import { iterationOf, stepStatus } from "../waterfall/rows";

/** What the panel shows: the run, one of its steps, or an iteration of a map. */
export interface Subject {
  readonly kind: "run" | "step" | "iteration";
  /** The step's or iteration's key; "" for the run. */
  readonly key: string;
  readonly status: StepStatus | RunStatus;
  readonly message: string;
  readonly input: unknown;
  readonly output: unknown;
  readonly error: CallError | null;
  readonly attempts: readonly AttemptView[];
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly step: StepView | null;
  /** Of an iteration: the keys of its steps. */
  readonly children: readonly string[];
}

export function subjectOf(view: RunView, key: string | null): Subject {
  const iteration = key ? parseIteration(key) : null;
  if (key && iteration) return iterationSubject(view, key, iteration);
  return key && view.structure.nodes.has(nodeOf(key)) ? stepSubject(view, key) : runSubject(view);
}

function runSubject(view: RunView): Subject {
  return {
    kind: "run",
    key: "",
    status: view.status,
    message: "",
    input: view.input,
    output: view.output,
    error: view.error,
    attempts: [],
    startedAt: view.startedAt,
    endedAt: view.endedAt,
    step: null,
    children: [],
  };
}

function stepSubject(view: RunView, key: string): Subject {
  const step = view.steps.get(key) ?? null;
  const failed = step?.attempts.findLast((attempt) => attempt.error !== null)?.error ?? null;
  return {
    kind: "step",
    key,
    status: stepStatus(view, step ?? undefined),
    message: step?.message ?? "",
    input: step?.input,
    output: step?.output,
    error: step?.error ?? failed,
    attempts: step?.attempts ?? [],
    startedAt: step?.startedAt ?? null,
    endedAt: step?.endedAt ?? null,
    step,
    children: [],
  };
}

function iterationSubject(
  view: RunView,
  key: string,
  { map, index }: { map: string; index: number },
): Subject {
  const node = view.structure.nodes.get(nodeOf(map));
  const inside = node ? (view.structure.inside.get(node.id) ?? []) : [];
  const row = node && ({ id: key, kind: "iteration", depth: 0, node, index, expandable: true } as const);
  const state = row ? iterationOf(view, row) : { status: "waiting" as const, startedAt: null, endedAt: null };
  const results = (view.steps.get(map)?.output as { results?: unknown[] } | null | undefined)?.results;
  return {
    kind: "iteration",
    key,
    ...state,
    message: "",
    input: undefined,
    output: results?.[index],
    error: null,
    attempts: [],
    step: null,
    children: inside.map((id) => childKey(key, id)),
  };
}

export type Tab = "output" | "input" | "error" | "attempts" | "details";

export function tabsOf(subject: Subject): Tab[] {
  if (subject.kind === "iteration") return ["output", "details"];
  return subject.kind === "run"
    ? ["output", "input", "error", "details"]
    : ["output", "input", "error", "attempts", "details"];
}

/** What a reader most likely wants first. */
export function firstTab(subject: Subject): Tab {
  return subject.error && subject.status === "failed" ? "error" : "output";
}

export function isOver(subject: Subject): boolean {
  return subject.endedAt !== null || isTerminal(subject.status as RunStatus) || subject.status === "skipped";
}
