/** Every call of the REST API the page makes, by what it does. */
import { type Answer, address, ask, type Query, request } from "./client";
import type * as t from "./types";

const id = encodeURIComponent;

export const getMe = (signal?: AbortSignal) => request<t.Me>("/me", { signal });

export const getPeople = (project: number, signal?: AbortSignal) =>
  request<t.People>(`/projects/${project}/people`, { signal });

export const listAgents = (query: Query = {}, signal?: AbortSignal) =>
  request<t.Page<t.Agent>>("/agents", { query, signal });
export const getAgent = (name: string, signal?: AbortSignal) =>
  request<t.AgentDetail>(`/agents/${id(name)}`, { signal });
export const listNodes = (signal?: AbortSignal) => request<t.LivePage<t.ClusterNode>>("/nodes", { signal });

export const listTemplates = (signal?: AbortSignal) => request<t.Template[]>("/templates", { signal });

export const listWorkflows = (query: Query = {}, signal?: AbortSignal) =>
  request<t.Page<t.Workflow>>("/workflows", { query, signal });
export const getWorkflow = (workflow: string, signal?: AbortSignal) =>
  request<t.WorkflowDetail>(`/workflows/${id(workflow)}`, { signal });

export interface NewWorkflow {
  title: string;
  name?: string;
  description?: string;
  project?: string;
  graph?: t.Graph;
  template?: string;
}
export const createWorkflow = (body: NewWorkflow) =>
  request<t.WorkflowDetail>("/workflows", { method: "POST", body });
export const updateWorkflow = (
  workflow: string,
  body: Partial<Pick<NewWorkflow, "title" | "name" | "description">>,
) => request<t.WorkflowDetail>(`/workflows/${id(workflow)}`, { method: "PATCH", body });
/** Refused with `workflow_in_use` (409) when others have it inside; `force` helps as long as no run needs it. */
export const deleteWorkflow = (workflow: string, force = false) =>
  request<null>(`/workflows/${id(workflow)}`, { method: "DELETE", query: { force: force ? "true" : null } });

/** Refused with `draft_conflict` (412) when somebody saved a newer revision in the meantime. */
export const saveDraft = (workflow: string, graph: t.Graph, revision: number, signal?: AbortSignal) =>
  request<t.DraftState>(`/workflows/${id(workflow)}/draft`, {
    method: "PUT",
    body: { graph },
    headers: { "If-Match": `"${revision}"` },
    signal,
  });
export const validateGraph = (workflow: string, graph: t.Graph, signal?: AbortSignal) =>
  request<{ problems: t.Problem[] }>(`/workflows/${id(workflow)}/validate`, {
    method: "POST",
    body: { graph },
    signal,
  });
/** Refused with `graph_problems` (422) while the draft has errors. */
export const publishDraft = (workflow: string, revision: number, note = "") =>
  request<t.WorkflowVersion>(`/workflows/${id(workflow)}/publish`, {
    method: "POST",
    body: { note },
    headers: { "If-Match": `"${revision}"` },
  });
export const listVersions = (workflow: string, signal?: AbortSignal) =>
  request<t.Page<t.WorkflowVersion>>(`/workflows/${id(workflow)}/versions`, { signal });
export const getVersion = (workflow: string, number: number, signal?: AbortSignal) =>
  request<t.WorkflowVersion & { graph: t.Graph }>(`/workflows/${id(workflow)}/versions/${number}`, {
    signal,
  });

export interface RunStart {
  input: Record<string, unknown>;
  /** A published number; the newest when absent. */
  version?: number | "draft";
  /** Names and texts to find the run by; a text has at most 200 characters. */
  labels?: Record<string, string>;
  /** The workflow's own when absent. */
  priority?: t.Priority;
}
/** The key makes a start that is sent twice start one run. */
export const startRun = (workflow: string, body: RunStart, key: string): Promise<Answer<t.RunDetail>> =>
  ask<t.RunDetail>(`/workflows/${id(workflow)}/runs`, {
    method: "POST",
    body,
    headers: { "Idempotency-Key": key },
  });
export const listRuns = (query: Query = {}, signal?: AbortSignal) =>
  request<t.Page<t.RunSummary>>("/runs", { query, signal });
export const getRun = (run: string, signal?: AbortSignal) =>
  request<t.RunDetail>(`/runs/${id(run)}`, { signal });
export const getRunEvents = (run: string, after: number, signal?: AbortSignal, limit = 1000) =>
  request<t.RunEvents>(`/runs/${id(run)}/events`, { query: { after, limit }, signal });

export type PlainCommand = "cancel" | "terminate" | "pause" | "resume" | "continue";
/** Asks something of a run that goes on; what comes of it shows in its events. */
export const commandRun = (run: string, command: PlainCommand, reason = "") =>
  request<t.RunDetail>(`/runs/${id(run)}/${command}`, { method: "POST", body: { reason } });
export interface SignalBody {
  name: string;
  key?: string;
  data?: unknown;
  reason?: string;
}
export const signalRun = (run: string, body: SignalBody) =>
  request<t.RunDetail>(`/runs/${id(run)}/signal`, { method: "POST", body });
export interface DecisionBody {
  approved: boolean;
  comment: string;
  data?: unknown;
}
export const decideApproval = (run: string, step: string, body: DecisionBody) =>
  request<t.RunDetail>(`/runs/${id(run)}/approvals/${step.split("/").map(id).join("/")}`, {
    method: "POST",
    body,
  });
export type NewRunFrom =
  | { how: "retry"; reason?: string }
  | { how: "replay"; reason?: string; version?: "same" | "newest" }
  | {
      how: "fork";
      reason?: string;
      after: number;
      input?: Record<string, unknown>;
      outputs?: Record<string, unknown>;
    };
/** A new run made from another one. The key makes a request that is sent twice make one run. */
export const makeRunFrom = (run: string, { how, ...body }: NewRunFrom, key: string) =>
  request<t.RunDetail>(`/runs/${id(run)}/${how}`, {
    method: "POST",
    body,
    headers: { "Idempotency-Key": key },
  });
export const getWhy = (run: string, signal?: AbortSignal) =>
  request<t.Why>(`/runs/${id(run)}/why`, { signal });
export const listApprovals = (query: Query = {}, signal?: AbortSignal) =>
  request<t.Page<t.OpenApproval>>("/approvals", { query, signal });
export const listSignals = (workflow: string, version: number | null, signal?: AbortSignal) =>
  request<{ signals: t.RunSignal[] }>(`/workflows/${id(workflow)}/signals`, {
    query: { version: version ?? "draft" },
    signal,
  });

export interface BulkBody {
  action: t.BulkAction;
  filter: Readonly<Record<string, unknown>>;
  reason?: string;
}
/** What an action takes besides a reason: the name of a signal, a form, a version, a step. */
export type BulkOptions = Readonly<Record<string, unknown>>;
export const previewBulk = (body: BulkBody, signal?: AbortSignal) =>
  request<t.BulkPreview>("/runs/bulk", { method: "POST", body: { ...body, dry_run: true }, signal });
/**
 * Refused with `count_changed` (409) when more runs match by now than were shown. The key makes a request that is sent
 * twice one operation.
 */
export const startBulk = (body: BulkBody & { expected_count: number }, options: BulkOptions, key: string) =>
  request<t.BulkOperation>("/runs/bulk", {
    method: "POST",
    body: { ...body, ...options, dry_run: false },
    headers: { "Idempotency-Key": key },
  });
export const getBulk = (operation: string, signal?: AbortSignal) =>
  request<t.BulkOperation>(`/bulk/${id(operation)}`, { signal });

export const runArtifactUrl = (run: string, digest: string) =>
  address(`/runs/${id(run)}/artifacts/${id(digest)}`);
export const getTableRows = (
  run: string,
  digest: string,
  offset: number,
  limit: number,
  signal?: AbortSignal,
) =>
  request<t.TableRows>(`/runs/${id(run)}/artifacts/${id(digest)}/table`, {
    query: { offset, limit },
    signal,
  });

export async function getHealth(signal?: AbortSignal): Promise<t.Health> {
  const response = await fetch("/health/ready", signal ? { signal } : {});
  return (await response.json()) as t.Health;
}
