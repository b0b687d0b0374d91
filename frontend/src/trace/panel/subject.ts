import { isTerminal, type RunView } from "@/graph/run";
import { childKey, parseIteration } from "@/graph/runKeys";
import { nodeFor, nodesIn } from "@/graph/runScopes";
import type { AttemptView, RunStatus, StepStatus, StepView } from "@/graph/runTypes";
import type { CallError } from "@/wire/types";
import { closedOf, iterationOf, stepStatus } from "../waterfall/rows";

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
  return key && nodeFor(view, key) ? stepSubject(view, key) : runSubject(view);
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
  { container, index }: { container: string; index: number },
): Subject {
  const node = nodeFor(view, container) ?? null;
  const state = iterationOf(view, { id: key, kind: "iteration", depth: 0, node, index, expandable: true });
  const closed = closedOf(view, key);
  const results = (view.steps.get(container)?.output as { results?: unknown[] } | null | undefined)?.results;
  return {
    kind: "iteration",
    key,
    ...state,
    message: "",
    input: undefined,
    output: closed ? closed.output : results?.[index],
    error: closed?.error ?? null,
    attempts: [],
    step: null,
    children: closed ? [] : nodesIn(view, key).map((id) => childKey(key, id)),
  };
}

export type Tab = "output" | "input" | "error" | "attempts" | "bids" | "details";

export function tabsOf(subject: Subject): Tab[] {
  if (subject.kind === "iteration") return ["output", "details"];
  if (subject.kind === "run") return ["output", "input", "error", "details"];
  const bids: Tab[] = subject.attempts.some(({ bidding }) => bidding) ? ["bids"] : [];
  return ["output", "input", "error", "attempts", ...bids, "details"];
}

/** What a reader most likely wants first. */
export function firstTab(subject: Subject): Tab {
  return subject.error && subject.status === "failed" ? "error" : "output";
}

export function isOver(subject: Subject): boolean {
  return subject.endedAt !== null || isTerminal(subject.status as RunStatus) || subject.status === "skipped";
}
