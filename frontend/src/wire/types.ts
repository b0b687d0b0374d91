/** What the REST API answers (docs/wire.md); events, graphs and problems are generated from the Python types. */
import type { RunStatus } from "@/graph/runTypes";
import type { BundleStatus } from "./bundles";
import type { Deployment } from "./cluster";
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
  id: number;
  slug: string;
  name: string;
}

export interface Me {
  username: string;
  name: string;
  is_staff: boolean;
  /** What the reader may change in the cluster, beside what staff may: `bundles.add_bundle`. */
  permissions?: string[];
  projects: (Project & { role: string })[];
}

/** The members of a project and the groups they are in: whom a step may ask. */
export interface People {
  people: { username: string; name: string; role: string }[];
  groups: string[];
}

export interface AgentVersion {
  version: string;
  identity: string;
  intent: { input: JsonSchema; output: JsonSchema };
  limits: { memory_mib?: number; cpu_s?: number; timeout_s?: number; concurrency?: number };
  cpu_bound?: boolean;
  created_at?: string;
  /** Where it runs: in the node itself, as a bundle in a sandbox, or in a process that joins by the gateway. */
  runtime?: "builtin" | "bundle" | "remote";
  /** How its bundle was decided on; nothing where it has none. */
  bundle_status?: BundleStatus | null;
  deployment?: Deployment | null;
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

/** The sandboxed process that an instance of a bundle is. */
export interface InstanceProcess {
  /** False: it has ended, and is being started again. */
  ready: boolean;
  restarts: number;
  /** Why it ended last; empty: it never has. */
  reason: string;
  /** What it and its scratch folder hold. */
  memory_mib: number;
  /** Its processes and threads. */
  tasks: number;
}

export interface AgentInstance {
  instance: string;
  /** The node's name. */
  node: string;
  node_id?: string;
  /** How the node stands. */
  status?: NodeHealth;
  state?: LifeState;
  version: string;
  in_flight: number;
  concurrency: number;
  /** Null: it is built in, or runs elsewhere. */
  process?: InstanceProcess | null;
}

export interface AgentDetail extends Agent {
  versions: AgentVersion[];
  instances: AgentInstance[];
  /** False: nobody can say which instances there are. */
  live?: boolean;
}

export type NodeHealth = "active" | "unreachable" | "failed";
export type LifeState = "Idle" | "Running" | "Stopping" | "Stopped";

/** An instance as its node announces it. */
export interface HostedInstance {
  name: string;
  version: string;
  identity: string;
  instance: string;
  in_flight: number;
  concurrency: number;
  state?: LifeState;
  /** Which of the wanted instances it is; -1: the node hosts it by its own choice. */
  slot?: number;
  /** Null: it is built in, or runs elsewhere. */
  process?: InstanceProcess | null;
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
  agents: HostedInstance[];
  status: NodeHealth;
  age_ms: number;
  /** Whether it can run bundles that nobody vouches for, and why not. */
  runtime?: { sandbox: boolean; reason: string; trusted_without: boolean };
  draining?: boolean;
  /** For its instances; 0 when it does not say. */
  memory_mib?: number;
  cpu_count?: number;
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

/** A version as the history lists it. */
export interface VersionRow extends WorkflowVersion {
  /** Runs of it that have not ended. */
  open_runs: number;
}

/** A line of a difference; `old` and `new` are its numbers (0: not there). `skipped` stands for as many as it says. */
export interface DiffLine {
  change: "same" | "added" | "removed" | "skipped";
  text: string;
  old: number;
  new: number;
}

/** What differs between two states of a workflow: by step, and line by line. */
export interface WorkflowDiff {
  from: string;
  to: string;
  changes: {
    nodes: { id: string; title: string; what: "added" | "removed" | "changed"; layout: boolean }[];
    edges: unknown[];
    settings: unknown[];
  };
  lines: DiffLine[];
}

export interface RunSummary {
  id: string;
  project: { slug: string; name: string };
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
  /** Why it stands still, in words; empty while it goes on. */
  reason: string;
  priority: Priority;
  /** What started it (`schedule:nightly`); empty for a person or program. */
  trigger: string;
  origin: RunOrigin | null;
}

export type Priority = "high" | "normal" | "low";
export type OriginKind = "fork" | "retry" | "replay" | "continued";

/** The run this one was made from, and how. */
export interface RunOrigin {
  kind: OriginKind;
  run_id: string;
  seq: number;
  by: string;
  reason: string;
  edited: string[];
}

export interface RunChild {
  id: string;
  kind: OriginKind;
  status: RunStatus;
  created_at: string;
}

export interface RunDetail extends RunSummary {
  input: Record<string, unknown>;
  output: unknown;
  graph: Graph;
  /** Graphs of the workflows that run inside steps, by the id of their version. */
  subgraphs?: Readonly<Record<string, Graph>>;
  labels: Readonly<Record<string, string>>;
  /** Runs that were made from it, newest first. */
  children: RunChild[];
  cursor: number;
  trace_id: string;
}

/** Why a run does not go on. */
export interface WhyReason {
  code: string;
  message: string;
  step: string;
  since: string | number | null;
  until: string | number | null;
}

export interface Why {
  status: RunStatus;
  reasons: WhyReason[];
}

export interface OpenApproval {
  run: string;
  workflow: { id: string; name: string; title: string };
  project: string;
  /** Whose run it is; null when nobody's. */
  started_by: string | null;
  step: string;
  /** What the workflow calls the step; "" where it has no title. */
  title: string;
  message: string;
  /** Of the run; null where it is too large for a list. */
  input: Readonly<Record<string, unknown>> | null;
  since: string;
  due: string | null;
  approvers: string[];
  groups: string[];
  needed: number;
  given: string[];
  schema: JsonSchema;
  /** Whether the reader may decide it. */
  mine: boolean;
}

export interface RunSignal {
  name: string;
  keyed: boolean;
  schemas: JsonSchema[];
  steps: string[];
}

export type BulkAction =
  | "cancel"
  | "terminate"
  | "pause"
  | "resume"
  | "continue"
  | "signal"
  | "approve"
  | "reject"
  | "retry"
  | "replay"
  | "fork"
  | "delete";

export interface BulkPreview {
  /** Runs it would be done to. */
  count: number;
  /** Runs that were chosen, those that could only refuse included. */
  matching: number;
  sample: RunSummary[];
}

export interface BulkOperation {
  id: string;
  action: BulkAction;
  total: number;
  done: number;
  /** Runs that refused, by error code. */
  refused: Readonly<Record<string, number>>;
  ended_at: string | null;
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
