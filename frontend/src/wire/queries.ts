/** The API as TanStack Query hooks: keys in one place, and which change makes which list old. */
import {
  keepPreviousData,
  queryOptions,
  skipToken,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { isTerminal } from "@/graph/run";
import { recordNodes } from "@/stores/nodeHistory";
import * as api from "./api";
import { type Query, request } from "./client";
import { createWorkflow } from "./createWorkflow";
import { keyed } from "./keyed";
import type { Page, RunSummary } from "./types";

export const keys = {
  me: ["me"],
  people: (project: number) => ["people", project],
  agents: ["agents"],
  nodes: ["nodes"],
  templates: ["templates"],
  workflows: ["workflows"],
  workflow: (id: string) => ["workflows", id],
  versions: (workflow: string) => ["workflows", workflow, "versions"],
  runs: ["runs"],
  run: (id: string) => ["runs", "one", id],
  why: (id: string) => ["runs", "why", id],
  approvals: ["approvals"],
  signals: (workflow: string, version: number | null) => ["workflows", workflow, "signals", version],
  bulk: (id: string) => ["bulk", id],
  health: ["health"],
} as const;

const LIVE_MS = 2_000;
/** With the way there and back, what the page shows of the cluster is never older than two seconds. */
const NODES_MS = 1_500;
const QUIET_MS = 10_000;
const PROJECTED_MS = 1_500;

export const useMe = () => useQuery({ queryKey: keys.me, queryFn: ({ signal }) => api.getMe(signal) });

const PEOPLE_STALE_MS = 60_000;

/** Whom a step of the project with this slug may ask. */
export function usePeople(slug: string) {
  const project = useMe().data?.projects.find((one) => one.slug === slug)?.id;
  return useQuery({
    queryKey: keys.people(project ?? 0),
    queryFn: project === undefined ? skipToken : ({ signal }) => api.getPeople(project, signal),
    staleTime: PEOPLE_STALE_MS,
  });
}

export const agentsQuery = (query: Query = {}) =>
  queryOptions({
    queryKey: [...keys.agents, "list", query],
    queryFn: async ({ signal }) => (await api.listAgents({ limit: 200, ...query }, signal)).results,
    placeholderData: keepPreviousData,
  });
export const useAgents = (query: Query = {}) =>
  useQuery({ ...agentsQuery(query), refetchInterval: QUIET_MS });
export const useAgent = (name: string) =>
  useQuery({
    queryKey: [...keys.agents, "one", name],
    queryFn: ({ signal }) => api.getAgent(name, signal),
    refetchInterval: LIVE_MS,
  });

export const useNodes = () =>
  useQuery({
    queryKey: keys.nodes,
    queryFn: async ({ signal }) => {
      const { results, live, live_detail } = await api.listNodes(signal);
      const at = Date.now();
      if (live) recordNodes(results, at);
      return { nodes: results, live, detail: live_detail, at };
    },
    refetchInterval: NODES_MS,
  });

export const useTemplates = () =>
  useQuery({
    queryKey: keys.templates,
    queryFn: ({ signal }) => api.listTemplates(signal),
    staleTime: 60_000,
  });

export const useWorkflows = (query: Query = {}) =>
  useQuery({
    queryKey: [...keys.workflows, "list", query],
    queryFn: async ({ signal }) => (await api.listWorkflows({ limit: 200, ...query }, signal)).results,
    placeholderData: keepPreviousData,
  });
export const useWorkflow = (id: string) =>
  useQuery({ queryKey: keys.workflow(id), queryFn: ({ signal }) => api.getWorkflow(id, signal) });

export const useRun = (id: string) =>
  useQuery({
    queryKey: keys.run(id),
    queryFn: ({ signal }) => api.getRun(id, signal),
    refetchOnWindowFocus: false,
    staleTime: 60_000,
  });

const someoneRuns = (pages: readonly Page<RunSummary>[] | undefined) =>
  pages?.some((page) => page.results.some((run) => !isTerminal(run.status))) ?? false;

/** Runs, newest first, page by page; asked for again often while one of them is running. */
export const useRuns = (query: Query = {}) =>
  useInfiniteQuery({
    queryKey: [...keys.runs, "list", query],
    queryFn: ({ pageParam, signal }) =>
      pageParam ? request<Page<RunSummary>>(pageParam, { signal }) : api.listRuns(query, signal),
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (someoneRuns(state.data?.pages) ? LIVE_MS : QUIET_MS),
  });

/** Why a run does not go on, asked again often while `asking`. */
export const useWhy = (id: string, asking: boolean) =>
  useQuery({
    queryKey: keys.why(id),
    queryFn: ({ signal }) => api.getWhy(id, signal),
    enabled: asking,
    refetchInterval: LIVE_MS,
    retry: false,
  });

export const useApprovals = (query: Query = { mine: "true" }) =>
  useQuery({
    queryKey: [...keys.approvals, query],
    queryFn: async ({ signal }) => (await api.listApprovals({ limit: 200, ...query }, signal)).results,
    placeholderData: keepPreviousData,
    refetchInterval: QUIET_MS,
  });

/** The published versions of a workflow, the newest first. */
export const useVersions = (workflow: string) =>
  useQuery({
    queryKey: keys.versions(workflow),
    queryFn: async ({ signal }) => (await api.listVersions(workflow, signal)).results,
    staleTime: 0,
  });

/** The graph of a published version, which never changes; of none (null), nothing. */
export const useVersionGraph = (workflow: string, number: number | null) =>
  useQuery({
    queryKey: [...keys.workflow(workflow), "version", number],
    queryFn:
      number === null
        ? skipToken
        : async ({ signal }) => (await api.getVersion(workflow, number, signal)).graph,
    staleTime: Number.POSITIVE_INFINITY,
  });

export const useSignals = (workflow: string, version: number | null) =>
  useQuery({
    queryKey: keys.signals(workflow, version),
    queryFn: async ({ signal }) => (await api.listSignals(workflow, version, signal)).signals,
  });

export function useCommandRun() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (asked: { run: string; command: api.PlainCommand; reason?: string }) =>
      api.commandRun(asked.run, asked.command, asked.reason),
    onSettled: () => client.invalidateQueries({ queryKey: [...keys.runs, "list"] }),
  });
}

export function useSignalRun() {
  return useMutation({
    mutationFn: ({ run, ...body }: api.SignalBody & { run: string }) => api.signalRun(run, body),
  });
}

export function useDecide() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ run, step, ...body }: api.DecisionBody & { run: string; step: string }) =>
      api.decideApproval(run, step, body),
    onSettled: () => {
      // the list is a projection: it follows the run a moment later
      setTimeout(() => void client.invalidateQueries({ queryKey: keys.approvals }), PROJECTED_MS);
      return client.invalidateQueries({ queryKey: keys.approvals });
    },
  });
}

/** Made once, also when it is asked for again because the server was silent. */
export function useMakeRunFrom() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ run, asked }: { run: string; asked: api.NewRunFrom }) =>
      keyed({ run, asked }, (key) => api.makeRunFrom(run, asked, key)),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.runs }),
  });
}

export const useBulk = (operation: string | null) =>
  useQuery({
    queryKey: keys.bulk(operation ?? ""),
    queryFn: ({ signal }) => api.getBulk(operation ?? "", signal),
    enabled: operation !== null,
    refetchInterval: ({ state }) => (state.data?.ended_at ? false : 1_000),
  });

interface Start {
  workflow: string;
  body: api.RunStart;
  /** Of a draft: the revision that is meant. Another one is another request. */
  revision?: number;
}

const TAKEN_BEFORE = 200;

/** Started once, also when it is asked for again because the server was silent; `known`: it had been started then. */
export function useStartRun() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (start: Start) => {
      const { data, status } = await keyed(start, (key) => api.startRun(start.workflow, start.body, key));
      return { run: data.id, known: status === TAKEN_BEFORE };
    },
    onSuccess: () => client.invalidateQueries({ queryKey: keys.runs }),
  });
}

export function useCreateWorkflow() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: createWorkflow,
    onSuccess: () => client.invalidateQueries({ queryKey: keys.workflows }),
  });
}

export const useHealth = () =>
  useQuery({
    queryKey: keys.health,
    queryFn: ({ signal }) => api.getHealth(signal),
    refetchInterval: QUIET_MS,
    retry: false,
  });
