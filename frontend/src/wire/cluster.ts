/** Placement: what is wanted where, and what can be asked of nodes and instances. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { request } from "./client";
import { keys } from "./queries";
import type { Page } from "./types";

const id = encodeURIComponent;

export interface Where {
  region?: string;
  role?: string;
  nodes?: string[];
  not_nodes?: string[];
}

export interface DeploymentSlot {
  number: number;
  node: string;
  node_id: string;
  instance: string;
  /** `restarting`: its process ended and is being started again; `leaving`: it goes elsewhere; `lost`: its node failed. */
  state: "starting" | "running" | "restarting" | "leaving" | "lost";
  /** Why the instance could not be started, or works no calls now. */
  trouble: string;
  since_ms: number;
}

/** How many instances of an agent version are wanted, and who hosts them. */
export interface Deployment {
  agent: string;
  version: string;
  identity: string;
  digest: string;
  replicas: number;
  ready: number;
  where: Where;
  /** Its share of the calls that name no version, 0-100. */
  weight: number;
  status: "ready" | "starting" | "short" | "none";
  /** Why fewer are ready than wanted. */
  reason: string;
  slots: DeploymentSlot[];
  /** A user, or `policy <name> v<set>`. */
  changed_by: string | null;
  /** Why a policy set the number; empty when somebody did. */
  why: string;
  changed_at: string;
}

export interface LogLine {
  seq: number;
  at_ms: number;
  stream: "stdout" | "stderr" | "system";
  text: string;
}

export interface LogPart {
  lines: LogLine[];
  next: number;
  /** The instance is gone: nothing will follow. */
  ended: boolean;
}

/** An instance that is gone, whose log a node still keeps. */
export interface EndedInstance {
  instance: string;
  agent: string;
  node: string;
  node_id: string;
  /** When it said its last line. */
  at_ms: number;
  /** What its node said of it last. */
  text: string;
}

const ENDED_MS = 15_000;
const HISTORY_MS = 5_000;

/** The instances of an agent, or on a node, that are gone and whose logs can still be read. */
export const useEndedInstances = (of: { agent?: string; node?: string }, enabled: boolean) =>
  useQuery({
    queryKey: [...keys.nodes, "ended", of],
    queryFn: async ({ signal }) =>
      (await request<Page<EndedInstance>>("/instances/ended", { query: of, signal })).results,
    refetchInterval: ENDED_MS,
    enabled,
  });

export const getLogs = (instance: string, after: number, limit: number, signal?: AbortSignal) =>
  request<LogPart>(`/instances/${id(instance)}/logs`, { query: { after, limit }, signal });

export interface DeploymentChange {
  agent: string;
  version: string;
  replicas: number;
  weight: number;
  where: Where;
}

/** What was changed in the deployments of an agent. */
export interface PastChange {
  version: string;
  action: string;
  replicas: number;
  weight: number;
  /** A user, or `policy <name> v<set>`; null: the system itself. */
  by: string | null;
  /** Why a policy did it; empty when somebody did. */
  why: string;
  at: string;
}

/** The last changes of an agent's deployments, newest first. */
export const useDeploymentHistory = (agent: string, limit: number) =>
  useQuery({
    queryKey: [...keys.agents, "deployed", agent, limit],
    queryFn: async ({ signal }) =>
      (await request<Page<PastChange>>(`/deployments/${id(agent)}/changes`, { query: { limit }, signal }))
        .results,
    refetchInterval: HISTORY_MS,
  });

function useChange<T>(send: (asked: T) => Promise<unknown>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: send,
    onSettled: () => {
      void client.invalidateQueries({ queryKey: keys.nodes });
      void client.invalidateQueries({ queryKey: keys.agents });
    },
  });
}

export const useDeploy = () =>
  useChange(({ agent, version, ...body }: DeploymentChange) =>
    request<Deployment>(`/deployments/${id(agent)}/${id(version)}`, { method: "PUT", body }),
  );
export const useUndeploy = () =>
  useChange(({ agent, version }: { agent: string; version: string }) =>
    request<null>(`/deployments/${id(agent)}/${id(version)}`, { method: "DELETE" }),
  );
export const useRollback = () =>
  useChange(({ agent, version }: { agent: string; version: string }) =>
    request<unknown>(`/deployments/${id(agent)}/rollback`, { method: "POST", body: { version } }),
  );
export const useDrainNode = () =>
  useChange(({ node, on }: { node: string; on: boolean }) =>
    request<unknown>(`/nodes/${id(node)}/drain`, { method: "POST", body: { on } }),
  );
export const useStopNode = () =>
  useChange((node: string) => request<unknown>(`/nodes/${id(node)}/stop`, { method: "POST", body: {} }));

export type InstanceCommand = "restart" | "migrate" | "stop";
export const useCommandInstance = () =>
  useChange(({ instance, command, node }: { instance: string; command: InstanceCommand; node?: string }) =>
    request<unknown>(`/instances/${id(instance)}/${command}`, {
      method: "POST",
      body: command === "migrate" && node ? { node } : {},
    }),
  );
