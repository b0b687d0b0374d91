/** Breakers and the load of instances: how calls are spread, and which versions get none for now. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { request } from "./client";
import type { Page } from "./types";

const id = encodeURIComponent;

export type BreakerState = "closed" | "open" | "half_open";

export interface Breaker {
  agent: string;
  version: string;
  state: BreakerState;
  /** 0: it has never changed. */
  since_ms: number;
  /** When calls are tried again; 0 while closed. */
  until_ms: number;
  reason: string;
  calls: number;
  failures: number;
  /** 0 to 1. */
  error_rate: number;
  p95_ms: number;
  by: string;
}

export interface BreakerChange {
  number: number;
  state: BreakerState;
  at_ms: number;
  until_ms: number;
  reason: string;
  calls: number;
  failures: number;
  by: string;
}

/** How loaded an instance is; the lowest score gets the next task. */
export interface InstanceLoad {
  instance: string;
  node: string;
  version: string;
  pending: number;
  idle_ms: number;
  score: number;
  /** It has not been heard of for too long: it gets nothing. */
  stale: boolean;
  breaker: BreakerState;
}

const BREAKERS = ["breakers"];
const LIVE_MS = 2_000;
const QUIET_MS = 5_000;

export const useBreakers = () =>
  useQuery({
    queryKey: BREAKERS,
    queryFn: async ({ signal }) => (await request<Page<Breaker>>("/breakers", { signal })).results,
    placeholderData: keepPreviousData,
    refetchInterval: QUIET_MS,
    retry: false,
  });

export const useBreakerChanges = (agent: string, version: string) =>
  useQuery({
    queryKey: [...BREAKERS, agent, version],
    queryFn: async ({ signal }) =>
      (await request<Page<BreakerChange>>(`/breakers/${id(agent)}/${id(version)}/changes`, { signal }))
        .results,
    enabled: version !== "",
    refetchInterval: QUIET_MS,
    retry: false,
  });

export function useResetBreaker() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ agent, version }: { agent: string; version: string }) =>
      request<unknown>(`/breakers/${id(agent)}/${id(version)}/reset`, { method: "POST", body: {} }),
    onSettled: () => client.invalidateQueries({ queryKey: BREAKERS }),
  });
}

export const useLoad = (agent: string) =>
  useQuery({
    queryKey: ["load", agent],
    queryFn: async ({ signal }) =>
      (await request<Page<InstanceLoad>>(`/agents/${id(agent)}/load`, { signal })).results,
    placeholderData: keepPreviousData,
    refetchInterval: LIVE_MS,
    retry: false,
  });
