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
  since: string | null;
  until: string | null;
  reason: string;
  calls: number;
  failures: number;
  /** 0 to 1. */
  error_rate: number;
  p95_ms: number | null;
  by: string;
}

export interface BreakerChange {
  from?: BreakerState | "";
  to?: BreakerState;
  state?: BreakerState;
  at: string;
  reason: string;
  by: string;
}

/** How loaded an instance is; the lowest score gets the next task. */
export interface InstanceLoad {
  instance: string;
  node: string;
  version: string;
  pending: number;
  idle_ms: number | null;
  score: number | null;
  /** It has not been heard of for too long: it gets nothing. */
  stale: boolean;
  breaker: BreakerState | "";
}

const BREAKERS = ["breakers"];
const LIVE_MS = 2_000;
const QUIET_MS = 5_000;

const rowsOf = <T>(answer: Page<T> | T[]): T[] => (Array.isArray(answer) ? answer : answer.results);

export const useBreakers = () =>
  useQuery({
    queryKey: BREAKERS,
    queryFn: async ({ signal }) => rowsOf(await request<Page<Breaker> | Breaker[]>("/breakers", { signal })),
    placeholderData: keepPreviousData,
    refetchInterval: QUIET_MS,
    retry: false,
  });

export const useBreakerChanges = (agent: string, version: string) =>
  useQuery({
    queryKey: [...BREAKERS, agent, version],
    queryFn: async ({ signal }) =>
      rowsOf(
        await request<Page<BreakerChange> | BreakerChange[]>(
          `/breakers/${id(agent)}/${id(version)}/changes`,
          {
            signal,
          },
        ),
      ),
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
      rowsOf(await request<Page<InstanceLoad> | InstanceLoad[]>(`/agents/${id(agent)}/load`, { signal })),
    placeholderData: keepPreviousData,
    refetchInterval: LIVE_MS,
    retry: false,
  });
