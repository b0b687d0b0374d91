/** Plans: an instruction in words becomes a workflow that is looked at, and then run. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { JsonSchema } from "@/graph/schema";
import { request } from "./client";
import type { Problem } from "./generated";
import { keys } from "./queries";
import type { RunDetail } from "./types";

export interface Plan {
  instruction: string;
  project: { id: number; slug: string; name: string };
  /** What it does, step by step, in the language of the instruction. */
  explanation: string;
  steps: readonly { id: string; title: string; agent: string; version: string }[];
  /** Of what the run begins with. */
  input_schema: JsonSchema;
  digest: string;
  /** Warnings. */
  problems: readonly Problem[];
}

export const usePlan = () =>
  useMutation({
    mutationFn: (instruction: string) => request<Plan>("/plans", { method: "POST", body: { instruction } }),
  });

export interface PlanStart {
  plan: Plan;
  input: Readonly<Record<string, unknown>>;
  /** Makes a start that is sent twice start one run. */
  key: string;
}

export function useRunPlan() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ plan: { instruction, project, digest }, input, key }: PlanStart) =>
      request<RunDetail>("/plans/runs", {
        method: "POST",
        body: { instruction, project: project.slug, digest, input },
        headers: { "Idempotency-Key": key },
      }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.workflows });
      void client.invalidateQueries({ queryKey: keys.runs });
    },
  });
}
