/** Triggers over REST, as TanStack Query hooks. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { request } from "@/wire/client";
import type { Page } from "@/wire/types";

export type Kind = "webhook" | "cron" | "nats" | "stream";

export interface WebhookConfig {
  signature: "standard" | "none";
  format: "json" | "form" | "text";
  wait_s: number;
}
export interface CronConfig {
  cron: string;
  every_s: number;
  timezone: string;
  missed: "skip" | "once" | "all";
}
export interface NatsConfig {
  subject: string;
  format: "json" | "text";
}
export interface StreamConfig {
  key: string;
  format: "fields" | "json";
  field: string;
  start: "new" | "beginning";
}
export interface Configs {
  webhook: WebhookConfig;
  cron: CronConfig;
  nats: NatsConfig;
  stream: StreamConfig;
}

export type Priority = "" | "high" | "normal" | "low";

interface Settings {
  name: string;
  version: number | null;
  input: unknown;
  priority: Priority;
  labels: Record<string, string>;
}
interface State {
  id: string;
  workflow: string;
  enabled: boolean;
  run_as: string | null;
  /** Where a webhook is called; empty for other kinds. */
  url: string;
  next_at: string[];
  last_fired_at: string | null;
  last_error: string;
  figures: { started: number; refused: number; skipped: number; bad_signatures: number };
}
/** A kind and its settings. */
export type KindConfig = { [K in Kind]: { kind: K; config: Configs[K] } }[Kind];
export type Draft = KindConfig & Settings;
export type Trigger = Draft & State;

export interface Firing {
  id: number;
  at: string;
  outcome: "started" | "refused" | "skipped" | "retrying";
  code: string;
  message: string;
  attempts: number;
  event: unknown;
  run: string | null;
}

const id = encodeURIComponent;
const keys = {
  all: ["triggers"],
  list: (workflow: string) => ["triggers", "of", workflow],
  firings: (trigger: string) => ["triggers", "firings", trigger],
  schedule: (config: CronConfig) => ["triggers", "schedule", config],
} as const;
const LIVE_MS = 3_000;

export const useTriggers = (workflow: string) =>
  useQuery({
    queryKey: keys.list(workflow),
    queryFn: async ({ signal }) =>
      (await request<Page<Trigger>>(`/workflows/${id(workflow)}/triggers`, { signal })).results,
    refetchInterval: LIVE_MS,
  });

export const useFirings = (trigger: string) =>
  useQuery({
    queryKey: keys.firings(trigger),
    queryFn: async ({ signal }) =>
      (await request<Page<Firing>>(`/triggers/${id(trigger)}/firings`, { query: { limit: 20 }, signal }))
        .results,
    refetchInterval: LIVE_MS,
  });

/** When a schedule would be due, before it is kept. */
export const useSchedule = (config: CronConfig) =>
  useQuery({
    queryKey: keys.schedule(config),
    queryFn: async ({ signal }) =>
      (
        await request<{ next_at: string[] }>("/triggers/schedule", {
          method: "POST",
          body: { config },
          signal,
        })
      ).next_at,
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 30_000,
  });

/** A change that makes the lists old. */
function useChange<Input, Output>(change: (input: Input) => Promise<Output>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSettled: () => client.invalidateQueries({ queryKey: keys.all }),
  });
}

export type Made = Trigger & { secret: string };

export const useCreateTrigger = (workflow: string) =>
  useChange((body: Draft) => request<Made>(`/workflows/${id(workflow)}/triggers`, { method: "POST", body }));

export type Changes = Partial<Settings> & { config?: Configs[Kind]; enabled?: boolean; take_over?: boolean };
export const useUpdateTrigger = (trigger: string) =>
  useChange((body: Changes) => request<Made>(`/triggers/${id(trigger)}`, { method: "PATCH", body }));

export const useDeleteTrigger = (trigger: string) =>
  useChange(() => request<null>(`/triggers/${id(trigger)}`, { method: "DELETE" }));

export const useRotateSecret = (trigger: string) =>
  useChange(() =>
    request<{ secret: string }>(`/triggers/${id(trigger)}/rotate-secret`, { method: "POST", body: {} }),
  );

export const useTryTrigger = (trigger: string) =>
  useChange((event: unknown) =>
    request<Firing>(`/triggers/${id(trigger)}/test`, { method: "POST", body: { event } }),
  );
