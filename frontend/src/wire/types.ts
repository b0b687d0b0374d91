/** What the REST API answers (docs/wire.md); events, graphs and problems are generated from the Python types. */
import type { RunStatus } from "@/graph/runTypes";
import type { CallError, Graph, Problem, Record as RunRecord } from "./generated";

export type { CallError, Graph, Problem } from "./generated";
export type { RunRecord };

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonSchema = { readonly [key: string]: unknown };
/** Text by language tag (`en`, `zh-Hans`). */
export type LocalText = Readonly<Record<string, string>>;

export interface Page<T> {
  next: string | null;
  previous: string | null;
  results: T[];
}

/** A list of what is alive: `live` is false while the cluster cannot be asked. */
export interface LivePage<T> extends Page<T> {
  live: boolean;
  live_detail: string;
}

export interface Project {
  id: string;
  slug: string;
  name: string;
}

export interface Me {
  username: string;
  name: string;
  is_staff: boolean;
  projects: (Project & { role: string })[];
}

export interface AgentVersion {
  version: string;
  identity: string;
  intent: { input: JsonSchema; output: JsonSchema };
  limits: { memory_mib?: number; cpu_s?: number; timeout_s?: number; concurrency?: number };
  cpu_bound?: boolean;
  created_at?: string;
}

export interface Agent {
  name: string;
  title: LocalText;
  description: LocalText;
  category: string;
  icon: string;
  capabilities: string[];
  latest: AgentVersion | null;
  /** Null: nobody can say right now. */
  live_instances: number | null;
}

export interface AgentInstance {
  instance: string;
  node: string;
  version: string;
  in_flight: number;
  concurrency: number;
}

export interface AgentDetail extends Agent {
  versions: AgentVersion[];
  instances: AgentInstance[];
}

export interface ClusterNode {
  node_id: string;
  name: string;
  ts: number;
  load: number;
  region: string;
  role: string;
  toolset: string[];
  version: string;
  host: string;
  pid: number;
  started_ms: number;
  slots: { busy: number; max: number };
  agents: {
    name: string;
    version: string;
    identity: string;
    instance: string;
    in_flight: number;
    concurrency: number;
  }[];
  status: "active" | "unreachable" | "failed";
  age_ms: number;
}

export interface Template {
  name: string;
  title: string;
  description: string;
  icon: string;
  graph: Graph;
  sample_input: Record<string, unknown>;
}

export interface Workflow {
  id: string;
  name: string;
  title: string;
  description: string;
  project: Project;
  draft_revision: number;
  published_version: number | null;
  node_count: number;
  updated_at: string;
  updated_by: string | null;
  last_run: { id: string; status: RunStatus; created_at: string } | null;
}

export interface DraftState {
  revision: number;
  problems: Problem[];
  updated_at: string;
  updated_by: string | null;
}

export interface WorkflowDetail extends Workflow {
  draft: DraftState & { graph: Graph };
  role: string;
}

export interface WorkflowVersion {
  id: string;
  number: number;
  digest: string;
  note: string;
  published_at: string;
  published_by: string | null;
}

export interface RunSummary {
  id: string;
  workflow: { id: string; name: string; title: string };
  version: number | null;
  status: RunStatus;
  error: (Pick<CallError, "code" | "message"> & { step?: string }) | null;
  created_at: string;
  started_at: string | null;
  ended_at: string | null;
  created_by: string | null;
  steps_done: number;
  steps_total: number;
}

export interface RunDetail extends RunSummary {
  input: Record<string, unknown>;
  output: unknown;
  graph: Graph;
  cursor: number;
  trace_id: string;
}

export interface RunEvents {
  events: RunRecord[];
  cursor: number;
  terminal: boolean;
}

export interface ArtifactRef {
  $artifact: { digest: string; size: number; media_type: string; name: string };
}

export interface Upload {
  digest: string;
  size: number;
  media_type: string;
  name: string;
  ref: ArtifactRef;
}

export type ColumnType = "string" | "integer" | "number" | "boolean" | "datetime" | "date";

export interface TableColumn {
  name: string;
  type: ColumnType;
}

export type Cell = string | number | boolean | null;

export interface TableRows {
  columns: TableColumn[];
  row_count: number;
  rows: Cell[][];
}

export interface Health {
  status: string;
  checks: Readonly<Record<string, { ok: boolean; detail: string }>>;
}
